//! The program's release can follow L1 and the chain, and knows the flags that it is given.

use eth_rpc::BlockHead;
use op_release::{
    Release,
    forks::{L1Fork, Least, Reason, activated},
    removed::Removed,
    rollup::{FIELDS, JUDGES_FORKS, wrong_order},
};

use crate::{
    command::Command,
    config::{Image, Service},
    finding::{Answer, Comparison, Finding, with},
    gate::Gate,
    read::Facts,
};

const GATE: Gate = Gate::Release;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(image), Some(command)) = (&service.image, &service.command) else {
        return Vec::new();
    };
    let Some(release) = Release::of_image(&command.component, &image.reference) else {
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
    let running = Running { release, image };
    let mut findings = vec![follows_l1(&running, facts)];
    findings.extend(follows_l2(&running, facts));
    findings.extend(is_safe(&running));
    findings.extend(knows_its_flags(&running.release, command));
    findings.extend(takes_the_forks(&running.release, facts));
    findings.extend(knows_the_fields(&running, facts));
    findings
}

/// A release, and the image that names it.
struct Running<'a> {
    release: Release<'a>,
    image: &'a Image,
}

impl Running<'_> {
    fn compare(&self, expected: String, source: impl Into<String>) -> Comparison {
        Comparison::new(
            GATE,
            (expected, source.into()),
            (&self.release.version, &self.image.reference),
        )
    }

    fn judged(&self, row: &Least, is_needed: bool) -> Finding {
        let (component, reason) = (row.component, row.reason);
        let (expected, mend) = match row.version {
            Some(least) => (
                format!("{component} {least} or later, for {reason}"),
                format!("Run a later release of {component}: this one cannot follow {reason}."),
            ),
            None => (
                format!("another program than {component}, for {reason}"),
                format!(
                    "No release of {component} can follow {reason}. In the place of op-geth runs \
                     op-reth, with a data folder of its own."
                ),
            ),
        };
        let comparison = self.compare(expected, format!("op-warden's table; {}", row.source));
        let holds = row.is_met_by(&self.release);
        if is_needed {
            comparison.refuse_unless(holds, mend)
        } else {
            comparison.warn_unless(holds, mend)
        }
    }
}

fn follows_l1(running: &Running<'_>, facts: &Facts) -> Finding {
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
        let rows = running.release.least();
        let met =
            rows.filter(|row| matches!(row.reason, Reason::L1(fork) if Some(fork) <= current));
        match met.max_by_key(|row| row.parsed()) {
            Some(row) => running.judged(row, true),
            None => running
                .compare("a release that can follow L1".to_owned(), "op-warden's table")
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
fn follows_l2(running: &Running<'_>, facts: &Facts) -> Vec<Finding> {
    let is_active = |reason| match reason {
        Reason::L2(fork) => Some(facts.rollup.forks.time(fork)? <= facts.clock.now),
        Reason::L1(_) => None,
    };
    let least = running.release.least();
    let findings = least.filter_map(|row| Some(running.judged(row, is_active(row.reason)?)));
    let faults = running.release.known_faults().filter(|(row, _)| is_active(row.reason).is_some());
    let faults = faults.map(|(row, fault)| {
        let finding = running.judged(row, false);
        let mend = format!("{} Until then: {fault}.", finding.mend);
        finding.mended_by(mend)
    });
    // That the release is right is said once already.
    findings.chain(faults).filter(|finding| finding.answer > Answer::Pass).collect()
}

/// A hole is no reason to keep a chain from its work, but one to mend it.
fn is_safe(running: &Running<'_>) -> Option<Finding> {
    let floor = running.release.holes().next()?;
    let expected = format!("{} {} or later, for {}", floor.component, floor.version, floor.hole);
    let comparison = running.compare(expected, floor.source);
    Some(comparison.warn("Run a later release: this one has a known hole."))
}

fn knows_its_flags(release: &Release<'_>, command: &Command) -> Vec<Finding> {
    let removed = release.removed().filter(|removed| command.is_given(removed.flag));
    let finding = |removed: &Removed| {
        let Removed { component, flag, since, mend, source } = removed;
        let expected = format!("no --{flag}: {component} has none since {since}");
        let found = (format!("--{flag}"), "the service's command");
        Comparison::new(GATE, (expected, source), found).refuse(mend)
    };
    removed.map(finding).collect()
}

/// Later op-nodes stop at a schedule that earlier ones took.
fn takes_the_forks(release: &Release<'_>, facts: &Facts) -> Option<Finding> {
    if release.component != "op-node" || release.is_before(JUDGES_FORKS) {
        return None;
    }
    let wrong = wrong_order(&facts.rollup.forks, facts.rollup.genesis.l2_time)?;
    let expected = (
        "forks in their order, each at a time of its own unless from genesis on",
        format!("release op-node/v{JUDGES_FORKS}"),
    );
    Some(Comparison::new(GATE, expected, (wrong, "rollup.json")).refuse(
        "This op-node stops at such a rollup.json: give each fork from Jovian on its own time, \
         after that of the one before, in rollup.json and genesis.json.",
    ))
}

/// An op-node that is older than a field of rollup.json refuses the file.
fn knows_the_fields(running: &Running<'_>, facts: &Facts) -> Vec<Finding> {
    let file = serde_json::to_value(&facts.rollup).unwrap_or_default();
    let release = &running.release;
    let unknown = FIELDS.iter().filter(|(field, since)| {
        release.component == "op-node" && !file[field].is_null() && release.is_before(since)
    });
    let finding = |(field, since): &(&str, &str)| {
        let expected = format!("op-node {since} or later, for {field} of rollup.json");
        let comparison = running.compare(expected, "rollup/types.go");
        comparison.refuse("Run a later release of op-node: this one refuses the file.")
    };
    unknown.map(finding).collect()
}
