//! Whether each condition holds: pure functions of what is known.

mod accounts;
mod followers;
mod games;
mod heads;
mod host;
mod l1;
mod services;

use crate::{
    condition::{Name, State},
    watch::Watch,
};

/// A condition before it is known since when it stands so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) name: Name,
    pub(super) subject: String,
    pub(super) state: State,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) mend: String,
}

/// All conditions.
pub(super) fn all(watch: &Watch) -> Vec<Verdict> {
    [
        services::judge,
        heads::judge,
        l1::judge,
        accounts::judge,
        games::judge,
        followers::judge,
        host::judge,
    ]
    .into_iter()
    .flat_map(|judge| judge(watch))
    .collect()
}

impl Verdict {
    /// A condition that holds.
    fn holds(
        name: Name,
        subject: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            name,
            subject: subject.to_owned(),
            state: State::Ok,
            expected: expected.into(),
            found: found.into(),
            mend: String::new(),
        }
    }

    /// One that cannot be judged, and why.
    fn unknown(
        name: Name,
        subject: &str,
        expected: impl Into<String>,
        reason: &str,
        mend: &str,
    ) -> Self {
        let found = format!("cannot be read: {reason}");
        Self::holds(name, subject, expected, found).is(State::Unknown, mend)
    }

    fn is(self, state: State, mend: impl Into<String>) -> Self {
        Self { state, mend: mend.into(), ..self }
    }

    /// Another state unless it holds.
    fn unless(self, holds: bool, state: State, mend: impl Into<String>) -> Self {
        if holds || state <= self.state { self } else { self.is(state, mend) }
    }
}

/// A time span for people.
fn span(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7_200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3_600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}
