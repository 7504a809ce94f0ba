//! What lies between two releases of a service.

use op_chain::rollup::RollupConfig;
use op_release::{
    Release,
    changes::{Change, What},
    command::Command,
    flags,
    forks::{Least, Reason, activation},
    help::Flags,
    rollup, version_of,
};
use semver::Version;

use crate::upgrade::{
    side::Side,
    step::{Step, Weight},
};

/// A service that goes from one release to another.
pub(super) struct Subject<'a> {
    pub(super) command: &'a Command,
    pub(super) rollup: &'a RollupConfig,
    pub(super) from: &'a Side,
    pub(super) to: &'a Side,
    /// Seconds since the Unix epoch.
    pub(super) now: u64,
    /// The flags of the two images, where it goes to another.
    pub(super) helps: Option<&'a Result<(Flags, Flags), String>>,
}

/// All steps, the weightiest first.
pub(super) fn of(subject: &Subject<'_>) -> Vec<Step> {
    let component = &subject.command.component;
    let release =
        |version: &Option<Version>| version.clone().map(|version| Release { component, version });
    let image = subject.from.other_image.iter().map(|image| other_image(image));
    let mut steps: Vec<Step> = image.collect();
    let Some(to) = release(&subject.to.version) else {
        steps.push(Step::new(
            Weight::Do,
            "to which release it goes is not known",
            "Name the image by its release, as the official ones are (v1.2.3).",
            &subject.to.source,
        ));
        return steps;
    };
    let from = release(&subject.from.version);
    let way = Way { from, to };
    steps.extend(way.back());
    steps.extend(way.forks(subject));
    steps.extend(way.file(subject.rollup));
    steps.extend(way.changes(subject.command));
    steps.extend(way.unknown_flags(subject.command));
    let helps = subject.helps.into_iter();
    steps.extend(helps.flat_map(|helps| super::flags::steps(subject.command, &way.to, helps)));
    steps.extend(way.holes());
    steps.sort_by_key(|step| std::cmp::Reverse(step.weight));
    steps
}

fn other_image(image: &str) -> Step {
    Step::new(
        Weight::Do,
        format!("another image runs than the configuration pins: {image}"),
        "Restart the unit of its container.",
        "podman",
    )
}

/// From one release to another, of which the first may be unknown.
struct Way<'a> {
    from: Option<Release<'a>>,
    to: Release<'a>,
}

impl Way<'_> {
    /// Whether the release of a row comes on the way.
    fn brings(&self, since: &str) -> bool {
        !self.to.is_before(since) && self.from.as_ref().is_some_and(|from| from.is_before(since))
    }

    fn back(&self) -> Option<Step> {
        let from = self.from.as_ref().filter(|from| from.version > self.to.version)?;
        Some(Step::new(
            Weight::Do,
            format!("{} is an earlier release than {}", self.to.version, from.version),
            "Keep a copy of the data folder: an earlier release need not read what a later one wrote.",
            "the two releases",
        ))
    }

    fn forks(&self, subject: &Subject<'_>) -> Vec<Step> {
        let forks = &subject.rollup.forks;
        let time = |reason| match reason {
            Reason::L1(fork) => activation(subject.rollup.l1_chain_id, fork),
            Reason::L2(fork) => forks.time(fork),
        };
        let least = self.to.least().map(|row| (row, None));
        let faults = self.to.known_faults().map(|(row, fault)| (row, Some(*fault)));
        let step = |(row, fault): (&Least, Option<&str>)| {
            let time = time(row.reason)?;
            let weight = match fault {
                None if time <= subject.now => Weight::Stop,
                _ => Weight::Do,
            };
            Some(self.fork(row, fault, weight)?.by(time))
        };
        least.chain(faults).filter_map(step).collect()
    }

    fn fork(&self, row: &Least, fault: Option<&str>, weight: Weight) -> Option<Step> {
        let (expected, to) = (row.expected(), &self.to.version);
        if !row.is_met_by(&self.to) {
            let mend = match fault {
                Some(fault) => {
                    format!("Go to a later release of {}. Until then: {fault}.", row.component)
                }
                None => row.mend(),
            };
            let what = format!("needed is {expected}: {to} is not");
            return Some(Step::new(weight, what, mend, row.source));
        }
        let from = self.from.as_ref().filter(|from| !row.is_met_by(from))?;
        let what = format!("needed is {expected}: {to} is, {} is not", from.version);
        let mend = "Upgrade before that time. After it no earlier release can follow the chain.";
        Some(Step::new(Weight::Note, what, mend, row.source).irreversible())
    }

    fn file(&self, config: &RollupConfig) -> Vec<Step> {
        let stop = |what: String, mend| Step::new(Weight::Stop, what, mend, "rollup.json");
        let order = rollup::stops_at(&self.to, config).map(|wrong| {
            let mend =
                "Give each fork from Jovian on its own time, in rollup.json and genesis.json.";
            stop(format!("{} stops at {wrong}", self.to.version), mend)
        });
        let fields = rollup::unknown_fields(&self.to, config).into_iter().map(|(field, since)| {
            let what = format!("{} refuses {field}, which {since} knows first", self.to.version);
            stop(what, "Go to a later release.")
        });
        order.into_iter().chain(fields).collect()
    }

    fn changes(&self, command: &Command) -> Vec<Step> {
        let step = |change: &Change| {
            let Change { component, since, mend, source, .. } = change;
            let by_hand = |needed| if needed { Weight::Do } else { Weight::Note };
            if let Some(clash) = change.clash(command) {
                let what = format!("given is {}, expected {}", clash.found, clash.expected);
                return Some(Step::new(by_hand(clash.stops), what, *mend, source));
            }
            let step = |weight, what| Step::new(weight, what, *mend, source);
            match change.what {
                What::Other(flag, how) if command.is_given(flag) && self.may_bring(since) => {
                    let what = format!("--{flag} is given: {component} {since} wants {how}");
                    Some(step(Weight::Do, what))
                }
                What::Ends(data, until) => {
                    let moves = self.from.as_ref() != Some(&self.to);
                    let what = format!("the time of {data} ends: {component} warns since {since}");
                    Some(step(by_hand(moves), what).by(until).irreversible())
                }
                What::Otherwise(what) if self.brings(since) => {
                    Some(step(Weight::Note, format!("since {since} {what}")))
                }
                _ => None,
            }
        };
        self.to.changes().filter_map(step).collect()
    }

    /// The same where what runs is not known.
    fn may_bring(&self, since: &str) -> bool {
        self.from.is_none() || self.brings(since)
    }

    /// Of the one release of each program whose flags are known.
    fn unknown_flags(&self, command: &Command) -> Vec<Step> {
        let Some(program) = flags::of(&command.component) else { return Vec::new() };
        if version_of(program.release).as_ref() != Some(&self.to.version) {
            return Vec::new();
        }
        let is_removed = |flag: &str| {
            let mut changes = self.to.changes();
            changes.any(|change| matches!(change.what, What::NoFlag(known) if known == flag))
        };
        let unknown = command.flags().filter(|flag| !program.flags.contains_key(flag));
        let step = |flag: &str| {
            let what = format!("--{flag} is given: {} does not know it", self.to.version);
            let source = format!("--help of {} {}", command.component, program.release);
            Step::new(Weight::Do, what, "Leave it out, or correct it.", &source)
        };
        unknown.filter(|flag| !is_removed(flag)).map(step).collect()
    }

    fn holes(&self) -> Vec<Step> {
        let open = self.to.holes().map(|(change, hole)| {
            let what = format!("{} has a known hole, {hole}", self.to.version);
            let mend = format!("Go to {} {} or later.", change.component, change.since);
            Step::new(Weight::Do, what, mend, change.source)
        });
        let closed = self.to.changes().filter_map(|change| match change.what {
            What::Closes(hole) if self.brings(change.since) => {
                let what = format!("{hole} is closed since {}", change.since);
                Some(Step::new(Weight::Note, what, change.mend, change.source))
            }
            _ => None,
        });
        open.chain(closed).collect()
    }
}
