//! Keys.

mod alone;
mod files;
mod published;
mod roles;

use crate::case::Case;

pub(crate) fn cases(cases: &mut Vec<Case>) {
    roles::keys(cases);
    roles::rotations(cases);
    roles::reused_keys(cases);
    alone::transactions(cases);
    alone::blocks(cases);
    files::key_modes(cases);
    published::burned_keys(cases);
    published::published_keys(cases);
    published::published_keys_and_l1(cases);
}
