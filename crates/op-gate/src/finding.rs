//! What a gate found.

use std::{fmt::Display, process::ExitCode};

use eth_rpc::{Reading, Unread};
use serde::{Deserialize, Serialize};

use crate::Gate;

/// A gate's answer, from good to bad. `Skip` counts as good: the gate does not apply, and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

    /// Whether the service may start.
    #[must_use]
    pub fn starts(self) -> bool {
        self <= Self::Warn
    }

    /// The answer in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Wait => "wait",
            Self::Refuse => "refuse",
        }
    }
}

/// One comparison: what was expected, what was found, where both come from, how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The gate.
    pub gate: Gate,
    /// Its answer.
    pub answer: Answer,
    /// What had to be there.
    pub expected: String,
    /// What was there.
    pub found: String,
    /// Where the two come from.
    pub source: String,
    /// What to do about it; empty for a pass.
    pub mend: String,
}

impl Finding {
    /// The two sides of a comparison that is still to be judged.
    pub(super) fn compare(
        gate: Gate,
        (expected, expected_source): (impl Display, impl Display),
        (found, found_source): (impl Display, impl Display),
    ) -> Self {
        Self {
            gate,
            answer: Answer::Pass,
            expected: expected.to_string(),
            found: found.to_string(),
            source: format!("expected: {expected_source}; found: {found_source}"),
            mend: String::new(),
        }
    }

    /// Refuses unless the comparison holds.
    pub(super) fn refuse_unless(self, holds: bool, mend: impl Display) -> Self {
        if holds { self } else { self.answered(Answer::Refuse, mend) }
    }

    /// Waits unless the comparison holds.
    pub(super) fn wait_unless(self, holds: bool, mend: impl Display) -> Self {
        if holds { self } else { self.answered(Answer::Wait, mend) }
    }

    /// Warns unless the comparison holds.
    pub(super) fn warn_unless(self, holds: bool, mend: impl Display) -> Self {
        if holds { self } else { self.answered(Answer::Warn, mend) }
    }

    /// The comparison does not hold.
    pub(super) fn answered(mut self, answer: Answer, mend: impl Display) -> Self {
        self.answer = answer;
        self.mend = mend.to_string();
        self
    }

    /// The gate does not apply.
    pub(super) fn skip(gate: Gate, reason: impl Display) -> Self {
        Self {
            gate,
            answer: Answer::Skip,
            expected: String::new(),
            found: reason.to_string(),
            source: String::new(),
            mend: String::new(),
        }
    }

    /// A gate that came to no finding must not pass.
    pub(super) fn not_judged(gate: Gate) -> Self {
        Self {
            gate,
            answer: Answer::Wait,
            expected: "a judgement".to_owned(),
            found: "none: the service's configuration lacks what this gate needs".to_owned(),
            source: "the configuration".to_owned(),
            mend: "Report this: op-warden checks its configuration for it.".to_owned(),
        }
    }

    /// A value that had to be read and was not: unreachable is `wait`, everything else `refuse`.
    pub(super) fn unread(
        gate: Gate,
        what: impl Display,
        source: impl Display,
        unread: &Unread,
    ) -> Self {
        let (answer, mend) = match unread {
            Unread::Unreachable(_) | Unread::Denied(_) => {
                (Answer::Wait, format!("Make sure that {source} is up, reachable and in sync."))
            }
            Unread::Reverted(_) | Unread::Malformed(_) => (
                Answer::Refuse,
                format!(
                    "Make sure that {source} is what it should be: the right URL, the right address, a contract of the OP Stack."
                ),
            ),
        };
        Self {
            gate,
            answer,
            expected: what.to_string(),
            found: unread.to_string(),
            source: source.to_string(),
            mend,
        }
    }
}

/// Judges a reading, or reports that it is none.
pub(super) fn with<T>(
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
