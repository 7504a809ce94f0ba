//! The host.

mod flags;
mod images;
mod machine;
mod releases;

use crate::case::Case;

pub(crate) fn cases(cases: &mut Vec<Case>) {
    flags::flags(cases);
    machine::clocks(cases);
    machine::disks(cases);
    machine::given_files(cases);
    machine::ports(cases);
    images::pinned(cases);
    releases::releases(cases);
    releases::variables(cases);
    releases::l2_forks(cases);
}
