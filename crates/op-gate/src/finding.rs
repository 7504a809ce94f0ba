//! What a gate found: a comparison, and the answer to it.

use std::{fmt::Display, process::ExitCode};

use eth_rpc::{Reading, Unread};
use op_util::foreign::clean;
use serde::{Deserialize, Serialize};

use crate::{gate::Gate, read::error::FactsError};

/// A gate's answer, from good to bad. `Skip` counts as good: the gate does not apply, and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Answer {
    /// Does not apply to this chain.
    Skip,
    /// Proven right.
    Pass,
    /// Nothing that keeps the service from its work, but something to mend. A finding only: the
    /// service's answer is pass.
    Warn,
    /// Absent, or not to be judged now: try again.
    Wait,
    /// Proven wrong.
    Refuse,
}

impl Answer {
    /// The exit code of systemd's `ExecCondition=`: 0 starts the unit, 75 skips it, 255 fails it.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Skip | Self::Pass | Self::Warn => 0,
            Self::Wait => 75,
            Self::Refuse => 255,
        })
    }

    #[must_use]
    pub fn starts(self) -> bool {
        self <= Self::Warn
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What was expected and what was found, before anybody judged it.
///
/// It has no answer, and is no finding until it is given one:
///
/// ```
/// use op_gate::{Answer, Comparison, Finding, Gate};
///
/// let (expected, found) = (900, 901);
/// let finding: Finding = Comparison::new(Gate::L1Chain, (expected, "rollup.json"), (found, "L1"))
///     .refuse_unless(found == expected, "Correct the URL of the L1 endpoint.");
/// assert_eq!(finding.answer, Answer::Refuse);
/// ```
///
/// One that nobody judged does not compile:
///
/// ```compile_fail,E0308
/// use op_gate::{Comparison, Finding, Gate};
///
/// let (expected, found) = (900, 901);
/// let finding: Finding = Comparison::new(Gate::L1Chain, (expected, "rollup.json"), (found, "L1"));
/// ```
///
/// Nor does a finding that was made in another way:
///
/// ```compile_fail,E0451
/// use op_gate::{Answer, Comparison, Finding, Gate};
///
/// let wrong = Comparison::new(Gate::L1Chain, (900, "rollup.json"), (901, "L1")).refuse("…");
/// let finding = Finding { answer: Answer::Pass, ..wrong };
/// ```
#[derive(Debug)]
#[must_use = "a comparison that nobody judged is no finding"]
pub struct Comparison {
    gate: Gate,
    expected: String,
    found: String,
    source: String,
}

/// A comparison and the answer to it. Only [`Comparison`]s become findings, and gates that do not apply.
#[expect(clippy::manual_non_exhaustive, reason = "that would let this crate's gates build one")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub gate: Gate,
    pub answer: Answer,
    pub expected: String,
    pub found: String,
    /// Where the two come from.
    pub source: String,
    /// What to do about it; empty for a pass.
    pub mend: String,
    #[serde(skip)]
    sealed: (),
}

impl Comparison {
    /// What was expected and what was found, each with its source. Any of them may come from a node or a
    /// file, so all are made fit to be shown.
    pub fn new(
        gate: Gate,
        (expected, expected_source): (impl Display, impl Display),
        (found, found_source): (impl Display, impl Display),
    ) -> Self {
        Self {
            gate,
            expected: clean(&expected.to_string()),
            found: clean(&found.to_string()),
            source: clean(&format!("expected: {expected_source}; found: {found_source}")),
        }
    }

    #[must_use]
    pub fn holds(self) -> Finding {
        self.answered(Answer::Pass, String::new())
    }

    #[must_use]
    pub fn warn(self, mend: impl Display) -> Finding {
        self.answered(Answer::Warn, mend.to_string())
    }

    #[must_use]
    pub fn wait(self, mend: impl Display) -> Finding {
        self.answered(Answer::Wait, mend.to_string())
    }

    #[must_use]
    pub fn refuse(self, mend: impl Display) -> Finding {
        self.answered(Answer::Refuse, mend.to_string())
    }

    #[must_use]
    pub fn warn_unless(self, holds: bool, mend: impl Display) -> Finding {
        if holds { self.holds() } else { self.warn(mend) }
    }

    #[must_use]
    pub fn wait_unless(self, holds: bool, mend: impl Display) -> Finding {
        if holds { self.holds() } else { self.wait(mend) }
    }

    #[must_use]
    pub fn refuse_unless(self, holds: bool, mend: impl Display) -> Finding {
        if holds { self.holds() } else { self.refuse(mend) }
    }

    /// What is not there yet is `wait`, what is wrong `refuse`.
    pub(crate) fn for_error(self, error: &FactsError) -> Finding {
        if error.is_absent() { self.wait(error.mend()) } else { self.refuse(error.mend()) }
    }

    fn answered(self, answer: Answer, mend: String) -> Finding {
        let Self { gate, expected, found, source } = self;
        Finding { gate, answer, expected, found, source, mend, sealed: () }
    }
}

/// Whatever an endpoint of another chain says, only its URL is wrong.
pub(crate) const OTHER_CHAIN: &str = "\
    Correct the URL of the L1 endpoint: nothing that needs L1 can be judged by this one.";

impl Finding {
    pub(crate) fn skip(gate: Gate, reason: impl Display) -> Self {
        let nothing = String::new;
        Self {
            gate,
            answer: Answer::Skip,
            expected: nothing(),
            found: clean(&reason.to_string()),
            source: nothing(),
            mend: nothing(),
            sealed: (),
        }
    }

    /// A gate that came to no finding must not pass.
    pub(crate) fn not_judged(gate: Gate) -> Self {
        Comparison {
            gate,
            expected: "a judgement".to_owned(),
            found: "none: the service's configuration lacks what this gate needs".to_owned(),
            source: "the configuration".to_owned(),
        }
        .wait("Report this: op-warden checks its configuration for it.")
    }

    /// A value that had to be read and was not: unreachable is `wait`, everything else `refuse`.
    pub(crate) fn unread(
        gate: Gate,
        what: impl Display,
        source: impl Display,
        unread: &Unread,
    ) -> Self {
        let comparison = Comparison {
            gate,
            expected: clean(&what.to_string()),
            found: clean(&unread.to_string()),
            source: clean(&source.to_string()),
        };
        match unread {
            Unread::Unreachable(_) => {
                comparison.wait("Make sure that the endpoint is up, reachable and in sync.")
            }
            Unread::Denied(_) => comparison.wait(
                "The endpoint is up and refuses to serve. For a provider: correct the key in its URL, \
                 or take a plan that has these calls. 401 also comes from an engine's port for op-node \
                 (8551), which is no endpoint for this.",
            ),
            Unread::OtherChain(_) => comparison.refuse(OTHER_CHAIN),
            Unread::Reverted(_) | Unread::Malformed(_) => comparison.refuse(
                "Make sure that it is what it should be: the right URL, the right address, a contract \
                 of the OP Stack.",
            ),
        }
    }

    pub(crate) fn mended_by(self, mend: impl Display) -> Self {
        Self { mend: mend.to_string(), ..self }
    }
}

/// Judges a reading, or reports that it is none.
pub(crate) fn with<T>(
    reading: &Reading<T>,
    gate: Gate,
    what: impl Display,
    source: impl Display,
    judge: impl FnOnce(&T) -> Finding,
) -> Finding {
    match reading {
        Ok(value) => judge(value),
        Err(unread) => Finding::unread(gate, what, source, unread),
    }
}
