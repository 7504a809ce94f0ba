//! A step of an upgrade.

use serde::Serialize;

/// What a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// To be known.
    Note,
    /// To be done by hand.
    Do,
    /// With this release the service would not work.
    Stop,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub weight: Weight,
    pub what: String,
    pub mend: String,
    pub source: String,
    /// Until when, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<u64>,
    /// Whether there is no way back from it.
    pub irreversible: bool,
}

impl Step {
    pub(super) fn new(
        weight: Weight,
        what: impl Into<String>,
        mend: impl Into<String>,
        source: &str,
    ) -> Self {
        let (what, mend, source) = (what.into(), mend.into(), source.to_owned());
        Self { weight, what, mend, source, by: None, irreversible: false }
    }

    pub(super) fn by(self, time: u64) -> Self {
        Self { by: Some(time), ..self }
    }

    pub(super) fn irreversible(self) -> Self {
        Self { irreversible: true, ..self }
    }
}
