//! Proofs over whole chains.
//!
//! * [`heads`]: compares nodes, and makes a proof
//! * [`proof`]: the document, and its check without any node
//! * [`deposit`]: a deposit on L1 followed to every node

pub mod compare;
pub mod deposit;
mod evidence;
pub mod heads;
mod node;
pub mod proof;
mod scan;
mod search;

pub use self::node::{Head, Node};
