//! op-devnet.
fn main() {}
