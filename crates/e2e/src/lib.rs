//! What the tests of the house as a whole share: see README.md.

pub mod devnet;
pub mod random;
