//! The answers of a gate.

use Verdict::{Pass, Refuse, Skip, Wait, Warn};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// The gate does not apply: as good as a pass.
    Skip,
    /// The service starts all the same.
    Warn,
    Wait,
    Refuse,
}

impl Verdict {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Pass => "pass",
            Skip => "skip",
            Warn => "warn",
            Wait => "wait",
            Refuse => "refuse",
        }
    }

    /// The service's answer: a skip or a warning does not keep it from its start.
    pub(crate) const fn of_service(self) -> Self {
        match self {
            Skip | Warn => Pass,
            other => other,
        }
    }

    pub(crate) const fn code(self) -> i32 {
        match self {
            Pass | Skip | Warn => 0,
            Wait => 75,
            Refuse => 255,
        }
    }
}
