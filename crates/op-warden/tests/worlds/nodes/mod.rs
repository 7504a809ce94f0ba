//! Nodes.

mod engines;
mod flags;
mod jwt;
mod windows;

use crate::case::Case;

pub(crate) fn cases(cases: &mut Vec<Case>) {
    flags::nodes(cases);
    flags::durability(cases);
    flags::peers(cases);
    engines::peers(cases);
    windows::of_proofs(cases);
    jwt::secrets(cases);
    jwt::engines(cases);
    jwt::no_handshake(cases);
}
