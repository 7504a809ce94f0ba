//! What an operator does around a running chain.
//!
//! * [`keys`]: makes the keys of the roles, encrypted
//! * [`images`]: pins container images to their digests
//! * [`bonds`]: where the bonds of games lie, and their claim
//! * [`explain`]: known error lines, their causes and what mends them
//! * [`upgrade`]: what lies between what runs and what is pinned
//! * [`purge`]: removes what a disabled stack leaves on a machine

pub mod bonds;
pub mod explain;
pub mod images;
pub mod keys;
pub mod purge;
pub mod upgrade;
