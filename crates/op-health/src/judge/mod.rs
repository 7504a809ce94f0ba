//! Whether each condition holds: pure functions of what is known.

mod accounts;
mod alone;
mod followers;
mod games;
mod gates;
mod heads;
mod host;
#[cfg(test)]
mod invariants;
mod l1;
mod services;
#[cfg(test)]
mod tests;

use crate::watch::Watch;
use op_status::condition::Condition;

pub(crate) fn all(watch: &Watch) -> Vec<Condition> {
    [
        services::judge,
        heads::judge,
        l1::judge,
        accounts::judge,
        alone::judge,
        games::judge,
        followers::judge,
        host::judge,
    ]
    .into_iter()
    .flat_map(|judge| judge(watch))
    .collect()
}
