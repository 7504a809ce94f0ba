//! The program's release can follow L1 and the chain, and knows the flags that it is given.

mod table;

use eth_rpc::BlockHead;
use op_chain::forks::Fork;
use semver::Version;

use self::table::{
    FIELDS, FLOORS, JUDGES_FORKS, KNOWN_FAULTS, L1Fork, LEAST, Least, REMOVED, Reason, activated,
};
use crate::{
    command::Command,
    config::Service,
    finding::{Answer, Comparison, Finding, with},
    gate::Gate,
    read::Facts,
};

const GATE: Gate = Gate::Release;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(image), Some(command)) = (&service.image, &service.command) else {
        return Vec::new();
    };
    let Some(version) = version(&image.reference) else {
        return vec![
            Comparison::new(
                GATE,
                ("a tag that names the release, such as v1.2.3", "the official images"),
                (&image.reference, "image.reference of the service"),
            )
            .warn(
                "Name the image by its release: op-warden then knows whether it can follow L1. \
                 Until then, look yourself.",
            ),
        ];
    };
    let release = Release { component: &command.component, version, image: &image.reference };
    let mut findings = vec![follows_l1(&release, facts)];
    findings.extend(follows_l2(&release, facts));
    findings.extend(is_safe(&release));
    findings.extend(knows_its_flags(&release, command));
    findings.extend(takes_the_forks(&release, facts));
    findings.extend(knows_the_fields(&release, facts));
    findings
}

struct Release<'a> {
    component: &'a str,
    version: Version,
    image: &'a str,
}

impl Release<'_> {
    fn is_before(&self, version: &str) -> bool {
        Version::parse(version).is_ok_and(|least| self.version < least)
    }

    fn concerns(&self, row: &Least) -> bool {
        row.component == self.component
    }

    fn judged(&self, row: &Least, is_needed: bool) -> Finding {
        let (component, reason) = (self.component, row.reason);
        let source = format!("op-warden's table; {}", row.source);
        let (expected, holds, mend) = match row.version {
            Some(least) => (
                format!("{component} {least} or later, for {reason}"),
                !self.is_before(least),
                format!("Run a later release of {component}: this one cannot follow {reason}."),
            ),
            None => (
                format!("another program than {component}, for {reason}"),
                false,
                format!(
                    "No release of {component} can follow {reason}. In the place of op-geth runs \
                     op-reth, with a data folder of its own."
                ),
            ),
        };
        let comparison = Comparison::new(GATE, (expected, source), (&self.version, self.image));
        if is_needed {
            comparison.refuse_unless(holds, mend)
        } else {
            comparison.warn_unless(holds, mend)
        }
    }
}

/// The release that a reference names by its tag.
pub(crate) fn version(reference: &str) -> Option<Version> {
    let reference = reference.split('@').next()?;
    let (_, tag) = reference.rsplit_once(':')?;
    Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok()
}

fn follows_l1(release: &Release<'_>, facts: &Facts) -> Finding {
    let node = format!("block latest of {}", facts.l1.endpoint);
    with(&facts.l1.latest, GATE, "a block that shows L1's fork", &node, |latest| {
        let Some(block) = latest else {
            return Comparison::new(
                GATE,
                ("a block that shows L1's fork", "the headers of Ethereum's forks"),
                ("no block", &node),
            )
            .wait("Let the L1 endpoint sync.");
        };
        let current = fork_of(block, facts);
        let rows = LEAST.iter().filter(|row| release.concerns(row));
        let met =
            rows.filter(|row| matches!(row.reason, Reason::L1(fork) if Some(fork) <= current));
        match met.max_by_key(|row| row.version.and_then(|version| Version::parse(version).ok())) {
            Some(row) => release.judged(row, true),
            None => Comparison::new(
                GATE,
                ("a release that can follow L1", "op-warden's table"),
                (&release.version, release.image),
            )
            .holds(),
        }
    })
}

/// By what the header shows, or, since not every fork changes it, by the time of its activation.
fn fork_of(block: &BlockHead, facts: &Facts) -> Option<L1Fork> {
    let shown = if block.block_access_list_hash.or(block.bal_hash).is_some() {
        Some(L1Fork::Amsterdam)
    } else {
        block.requests_hash.map(|_| L1Fork::Prague)
    };
    shown.max(activated(facts.rollup.l1_chain_id, block.timestamp.to()))
}

/// A fork to come does not stop a chain that works; it is reported in time.
fn follows_l2(release: &Release<'_>, facts: &Facts) -> Vec<Finding> {
    let is_active = |reason| match reason {
        Reason::L2(fork) => Some(facts.rollup.forks.time(fork)? <= facts.clock.now),
        Reason::L1(_) => None,
    };
    let least = LEAST.iter().filter(|row| release.concerns(row));
    let findings = least.filter_map(|row| Some(release.judged(row, is_active(row.reason)?)));
    let faults = KNOWN_FAULTS
        .iter()
        .filter(|(row, _)| release.concerns(row) && is_active(row.reason).is_some());
    let faults = faults.map(|(row, fault)| {
        let finding = release.judged(row, false);
        let mend = format!("{} Until then: {fault}.", finding.mend);
        finding.mended_by(mend)
    });
    // That the release is right is said once already.
    findings.chain(faults).filter(|finding| finding.answer > Answer::Pass).collect()
}

/// A hole is no reason to keep a chain from its work, but one to mend it.
fn is_safe(release: &Release<'_>) -> Option<Finding> {
    let below = |(component, least, ..): &&(&str, &str, &str, &str)| {
        *component == release.component && release.is_before(least)
    };
    let (component, least, hole, source) = FLOORS.iter().find(below)?;
    let expected = (format!("{component} {least} or later, for {hole}"), source);
    let comparison = Comparison::new(GATE, expected, (&release.version, release.image));
    Some(comparison.warn("Run a later release: this one has a known hole."))
}

fn knows_its_flags(release: &Release<'_>, command: &Command) -> Vec<Finding> {
    let removed = REMOVED.iter().filter(|(component, flag, since, ..)| {
        *component == release.component && !release.is_before(since) && command.is_given(flag)
    });
    removed
        .map(|(component, flag, since, mend, source)| {
            Comparison::new(
                GATE,
                (format!("no --{flag}: {component} has none since {since}"), source),
                (format!("--{flag}"), "the service's command"),
            )
            .refuse(mend)
        })
        .collect()
}

/// Later op-nodes stop at a schedule that earlier ones took.
fn takes_the_forks(release: &Release<'_>, facts: &Facts) -> Option<Finding> {
    if release.component != "op-node" || release.is_before(JUDGES_FORKS) {
        return None;
    }
    let forks = &facts.rollup.forks;
    let schedule = [Fork::Isthmus, Fork::Jovian, Fork::Karst, Fork::Lagoon]
        .map(|fork| (fork, forks.time(fork)));
    let begin = facts.rollup.genesis.l2_time;
    let wrong = schedule.windows(2).find_map(|pair| match pair {
        [(before, None), (fork, Some(_))] => Some(format!("{fork}_time without {before}_time")),
        [(before, Some(earlier)), (fork, Some(time))] if time < earlier => {
            Some(format!("{fork}_time before {before}_time"))
        }
        [(before, Some(earlier)), (fork, Some(time))] if time == earlier && *time > begin => {
            Some(format!("{fork}_time = {before}_time = {time}"))
        }
        _ => None,
    })?;
    Some(
        Comparison::new(
            GATE,
            (
                "forks in their order, each at a time of its own unless from genesis on",
                format!("release op-node/v{JUDGES_FORKS}"),
            ),
            (wrong, "rollup.json"),
        )
        .refuse(
            "This op-node stops at such a rollup.json: give each fork from Jovian on its own \
             time, after that of the one before, in rollup.json and genesis.json.",
        ),
    )
}

/// An op-node that is older than a field of rollup.json refuses the file.
fn knows_the_fields(release: &Release<'_>, facts: &Facts) -> Vec<Finding> {
    let file = serde_json::to_value(&facts.rollup).unwrap_or_default();
    let unknown = FIELDS.iter().filter(|(field, since)| {
        release.component == "op-node" && !file[field].is_null() && release.is_before(since)
    });
    unknown
        .map(|(field, since)| {
            Comparison::new(
                GATE,
                (
                    format!("op-node {since} or later, for {field} of rollup.json"),
                    "rollup/types.go",
                ),
                (&release.version, release.image),
            )
            .refuse("Run a later release of op-node: this one refuses the file.")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Who may start may start with every later release as well.
        #[test]
        fn a_later_release_is_no_worse(
            row in 0..LEAST.len(), major in 0_u64..3, minor in 0_u64..30, patch in 0_u64..10,
        ) {
            let row = &LEAST[row];
            let answer = |version| {
                let release = Release { component: row.component, version, image: "" };
                release.judged(row, true).answer
            };
            let version = Version::new(major, minor, patch);
            for later in [
                Version::new(major, minor, patch + 1),
                Version::new(major, minor + 1, 0),
                Version::new(major + 1, 0, 0),
            ] {
                prop_assert!(answer(later) <= answer(version.clone()));
            }
        }

        #[test]
        fn no_reference_is_a_panic(reference: String) {
            version(&reference);
        }
    }

    #[test]
    fn the_release_is_what_the_tag_says() {
        for (reference, expected) in [
            ("registry.example/op-node:v1.20.1", Some("1.20.1")),
            ("registry.example:5000/op-node:1.20.1", Some("1.20.1")),
            ("op-geth:v1.101702.2", Some("1.101702.2")),
            ("op-node:v1.19.5-rc.1@sha256:00", Some("1.19.5-rc.1")),
            ("op-node:latest", None),
            ("op-node:0a1b2c3d", None),
            ("op-node:v1.20", None),
            ("registry.example:5000/op-node", None),
            ("op-node", None),
            ("", None),
        ] {
            let found = version(reference).map(|version| version.to_string());
            assert_eq!(found.as_deref(), expected, "{reference}");
        }
    }

    #[test]
    fn every_version_of_the_table_is_one() {
        let least = LEAST.iter().chain(KNOWN_FAULTS.iter().map(|(row, _)| row));
        let removed = REMOVED.iter().map(|row| row.2);
        for version in least.filter_map(|row| row.version).chain(removed).chain([JUDGES_FORKS]) {
            assert!(Version::parse(version).is_ok(), "{version}");
        }
    }

    #[test]
    fn a_network_has_the_fork_that_it_activated_last() {
        for (id, time, fork) in [
            (11_155_111, 1_741_159_775, None),
            (11_155_111, 1_741_159_776, Some(L1Fork::Prague)),
            (11_155_111, 1_791_294_815, Some(L1Fork::Osaka)),
            (11_155_111, 1_791_294_816, Some(L1Fork::Amsterdam)),
            (1, u64::MAX, Some(L1Fork::Osaka)),
            (900, u64::MAX, None),
        ] {
            assert_eq!(activated(id, time), fork, "{id} {time}");
        }
    }
}
