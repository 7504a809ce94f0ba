//! What all gates of a service come to.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::finding::{Answer, Finding};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    pub service: String,
    /// Pass, or the worst answer of all findings.
    pub answer: Answer,
    pub findings: Vec<Finding>,
    /// Of the key that was judged.
    #[serde(skip)]
    pub account: Option<Address>,
}

impl Judgement {
    /// The findings that the answer is from; of a pass that has some, the warnings too.
    pub(crate) fn worst(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.answer >= self.answer)
    }

    pub(crate) fn of(service: &str, findings: Vec<Finding>) -> Self {
        let worst = findings.iter().map(|finding| finding.answer).max().unwrap_or(Answer::Wait);
        let answer = if worst.starts() { Answer::Pass } else { worst };
        Self { service: service.to_owned(), answer, findings, account: None }
    }
}
