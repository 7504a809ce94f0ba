//! op-warden.
fn main() {}
