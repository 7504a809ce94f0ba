//! The program's release can follow L1 and the chain, and knows the flags that it is given.

use eth_rpc::BlockHead;
use op_release::{
    Release,
    changes::{Change, Clash},
    forks::{L1Fork, Least, Reason, activated},
    rollup,
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
        let source = format!("op-warden's table; {}", row.source);
        let comparison = self.compare(row.expected(), source);
        let holds = row.is_met_by(&self.release);
        if is_needed {
            comparison.refuse_unless(holds, row.mend())
        } else {
            comparison.warn_unless(holds, row.mend())
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
    let (Change { component, since, source, .. }, hole) = running.release.holes().next()?;
    let expected = format!("{component} {since} or later, for {hole}");
    let comparison = running.compare(expected, *source);
    Some(comparison.warn("Run a later release: this one has a known hole."))
}

/// What the command gives, and the release stops at or passes over.
fn knows_its_flags(release: &Release<'_>, command: &Command) -> Vec<Finding> {
    let finding = |change: &Change| {
        let Clash { stops, expected, found } = change.clash(command)?;
        let found = (found, "the service's command");
        let comparison = Comparison::new(GATE, (expected, change.source), found);
        Some(if stops { comparison.refuse(change.mend) } else { comparison.warn(change.mend) })
    };
    release.changes().filter_map(finding).collect()
}

/// Later op-nodes stop at a schedule that earlier ones took.
fn takes_the_forks(release: &Release<'_>, facts: &Facts) -> Option<Finding> {
    let wrong = rollup::stops_at(release, &facts.rollup)?;
    let expected = (
        "forks in their order, each at a time of its own unless from genesis on",
        format!("release op-node/v{}", rollup::JUDGES_FORKS),
    );
    Some(Comparison::new(GATE, expected, (wrong, "rollup.json")).refuse(
        "This op-node stops at such a rollup.json: give each fork from Jovian on its own time, \
         after that of the one before, in rollup.json and genesis.json.",
    ))
}

/// An op-node that is older than a field of rollup.json refuses the file.
fn knows_the_fields(running: &Running<'_>, facts: &Facts) -> Vec<Finding> {
    let unknown = rollup::unknown_fields(&running.release, &facts.rollup).into_iter();
    let finding = |(field, since)| {
        let expected = format!("op-node {since} or later, for {field} of rollup.json");
        let comparison = running.compare(expected, "rollup/types.go");
        comparison.refuse("Run a later release of op-node: this one refuses the file.")
    };
    unknown.map(finding).collect()
}
