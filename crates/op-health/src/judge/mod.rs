//! Whether each condition holds: pure functions of what is known.

mod accounts;
mod alone;
mod control;
mod followers;
mod games;
mod gates;
mod heads;
mod host;
mod inclusion;
#[cfg(test)]
mod invariants;
mod l1;
mod l1_view;
mod reorgs;
mod roots;
mod services;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_killed;
#[cfg(test)]
mod tests_money;
#[cfg(test)]
mod tests_view;
mod watchers;

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
        roots::judge,
        control::judge,
        inclusion::judge,
        l1_view::judge,
        reorgs::judge,
        watchers::judge,
        followers::judge,
        host::judge,
    ]
    .into_iter()
    .flat_map(|judge| judge(watch))
    .collect()
}
