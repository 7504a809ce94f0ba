//! What op-node's releases ask of rollup.json.

use op_chain::{
    forks::{Fork, ForkTimes},
    rollup::RollupConfig,
};

use crate::Release;

/// Its fields and op-node's first release that knows each: earlier ones refuse the file
/// (`op-node/rollup/types.go` of v1.19.0 and v1.19.1).
const FIELDS: &[(&str, &str)] = &[("lagoon_time", "1.19.1"), ("keep_karst_upgrade_gas", "1.19.1")];

/// op-node's first release that judges the order of forks at its start (`op-node/v1.19.8`).
pub const JUDGES_FORKS: &str = "1.19.8";

/// `begin` is the time of genesis.
fn wrong_order(forks: &ForkTimes, begin: u64) -> Option<String> {
    let schedule = [Fork::Isthmus, Fork::Jovian, Fork::Karst, Fork::Lagoon]
        .map(|fork| (fork, forks.time(fork)));
    schedule.windows(2).find_map(|pair| match pair {
        [(before, None), (fork, Some(_))] => Some(format!("{fork}_time without {before}_time")),
        [(before, Some(earlier)), (fork, Some(time))] if time < earlier => {
            Some(format!("{fork}_time before {before}_time"))
        }
        [(before, Some(earlier)), (fork, Some(time))] if time == earlier && *time > begin => {
            Some(format!("{fork}_time = {before}_time = {time}"))
        }
        _ => None,
    })
}

/// The fields that the file has and a release of op-node does not know, each with the first that does.
#[must_use]
pub fn unknown_fields(
    release: &Release<'_>,
    rollup: &RollupConfig,
) -> Vec<(&'static str, &'static str)> {
    let file = serde_json::to_value(rollup).unwrap_or_default();
    let unknown = FIELDS.iter().filter(|(field, since)| {
        release.component == "op-node" && !file[field].is_null() && release.is_before(since)
    });
    unknown.copied().collect()
}

/// The pair of forks in rollup.json that a release of op-node stops at.
#[must_use]
pub fn stops_at(release: &Release<'_>, rollup: &RollupConfig) -> Option<String> {
    if release.component != "op-node" || release.is_before(JUDGES_FORKS) {
        return None;
    }
    wrong_order(&rollup.forks, rollup.genesis.l2_time)
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    #[test]
    fn forks_share_a_time_from_genesis_on_only() {
        let forks = |jovian, karst| ForkTimes {
            isthmus_time: Some(0),
            jovian_time: jovian,
            karst_time: karst,
            ..ForkTimes::default()
        };
        for (jovian, karst, wrong) in [
            (Some(0), Some(0), None),
            (Some(0), Some(10), None),
            (Some(10), Some(11), None),
            (Some(11), Some(11), Some("karst_time = jovian_time = 11")),
            (Some(11), Some(10), Some("karst_time before jovian_time")),
            (None, Some(10), Some("karst_time without jovian_time")),
        ] {
            let found = wrong_order(&forks(jovian, karst), 10);
            assert_eq!(found.as_deref(), wrong, "{jovian:?} {karst:?}");
        }
    }

    #[test]
    fn every_version_is_one() {
        let fields = FIELDS.iter().map(|(_, since)| *since);
        for version in fields.chain([JUDGES_FORKS]) {
            assert!(Version::parse(version).is_ok(), "{version}");
        }
    }
}
