//! Two nodes of one chain compared: equal, behind, diverged or unknown.
//!
//! A verdict is never a guess. *Equal* and *behind* say that every block up to the named one is the
//! same; *diverged* that both nodes held, at one moment, different blocks of one number. Everything
//! else is *unknown*, with the reason.
//!
//! # What exactly a verdict says
//!
//! A node is asked at an endpoint, and there may be one engine or several behind it. What is known of it
//! is what it answered, each answer at some moment of a poll. It *holds* a block while that is the block
//! of its number below the head.
//!
//! * Equal: during this poll the block was the reference's head, and the follower held it.
//! * Behind: since the follower's last answer of use before this one, the block was its head, and the
//!   reference held it; the reference's head is higher.
//! * Diverged: at one moment since the block was first seen to differ, the reference held the one and
//!   the follower the other. Two polls show it: both answered the same hash twice, so unless one of them
//!   left its block and came back to it in between, both held theirs all the while.
//!
//! A hash stands for all blocks below it, as each header names its parent. So the newest common block
//! shows at once what the sweep over all blocks takes long to see; the sweep finds nodes whose index of
//! numbers is not that of their headers.

mod block;
mod header;
mod judge;
mod past;
mod questions;
mod search;
mod snapshot;
#[cfg(test)]
mod tests;
mod track;
mod verdict;
mod view;

pub use self::questions::{MOST_CALLS, Questions, union};
pub use self::snapshot::{Asked, Snapshot};
pub use self::track::{Track, Verdicts};
pub use self::{block::Block, header::Sealed, verdict::Verdict};
