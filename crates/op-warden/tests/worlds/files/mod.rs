//! The chain's files.

mod bundle;
mod chain;
mod fees;
mod forks;
mod premine;
mod ran;

use crate::case::Case;

pub(crate) fn cases(cases: &mut Vec<Case>) {
    chain::files(cases);
    forks::fork_schedules(cases);
    forks::engine_configs(cases);
    forks::rollup_configs(cases);
    forks::predeploys(cases);
    premine::balances(cases);
    fees::extra_data(cases);
    fees::fees(cases);
    bundle::manifests(cases);
    bundle::published_files(cases);
    bundle::data_folders(cases);
    ran::earlier_programs(cases);
}
