//! How far the chain is in a stream.

use alloy_primitives::B256;

use super::error::LedgerError;
use super::state::{Ledger, State};
use crate::observation::Observation;

/// How far the chain is in a stream.
#[derive(Debug)]
pub enum Progress<'a> {
    /// What is final is ours; these are not final yet.
    Open(&'a [Observation]),
    /// The chain has other final observations.
    Differs(Vec<Disagreement>),
    /// The chain has a final epoch that the archive lacks, so this one and what follows it can never be final.
    Lacks(&'a Observation),
}

/// An observation of which the chain has another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// One's own.
    pub own: Observation,
    /// The final one of its slot.
    pub finalized: B256,
}

impl Ledger {
    /// How far the chain is in a stream, whose observations these are. As each holds its parent's hash, the last
    /// final one stands for all before it.
    pub async fn progress<'a>(
        &self,
        stream: &'a [Observation],
    ) -> Result<Progress<'a>, LedgerError> {
        let Some(first) = stream.first() else { return Ok(Progress::Open(stream)) };
        let head = self.head(first.header.streamHash).await?;
        if head.observationHash.is_zero() {
            return Ok(Progress::Open(stream));
        }
        let is_head = |own: &Observation| own.observation_hash == head.observationHash;
        if let Some(known) = stream.iter().position(is_head) {
            return Ok(Progress::Open(&stream[known + 1..]));
        }
        if first.header.parentObservationHash == head.observationHash {
            return Ok(Progress::Open(stream));
        }
        // Ours are other ones, or the chain is ahead of the archive.
        let states = self.states(stream, None, None).await?;
        let differ = disagreements(stream, &states);
        if !differ.is_empty() {
            return Ok(Progress::Differs(differ));
        }
        let is_open = |state: &State| state.finalized.is_none();
        let cannot = |own: &Observation| {
            let next = head.sequence.saturating_add(1);
            let follows = own.header.parentObservationHash == head.observationHash;
            own.header.sequence < next || (own.header.sequence == next && !follows)
        };
        let mut both = stream.iter().zip(&states);
        if let Some((own, _)) = both.find(|(own, state)| is_open(state) && cannot(own)) {
            return Ok(Progress::Lacks(own));
        }
        let first = states.iter().position(is_open).unwrap_or(stream.len());
        Ok(Progress::Open(&stream[first..]))
    }
}

/// Observations in whose slots the chain has another final one; their states are in the same order.
#[must_use]
pub fn disagreements(observations: &[Observation], states: &[State]) -> Vec<Disagreement> {
    let differ = |(own, state): (&Observation, &State)| {
        let finalized = state.finalized.filter(|hash| *hash != own.observation_hash)?;
        Some(Disagreement { own: own.clone(), finalized })
    };
    observations.iter().zip(states).filter_map(differ).collect()
}
