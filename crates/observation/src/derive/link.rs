//! Epochs in order become observations: each follows the one before in its stream.

use std::collections::BTreeMap;

use alloy_primitives::{B256, keccak256};

use super::{error::DeriveError, record::EpochRecord};
use crate::{header::ObservationHeader, observation::Observation};

/// Where streams went on from: the last observation of each.
#[derive(Debug, Clone, Default)]
pub struct Heads(BTreeMap<String, Observation>);

impl Heads {
    /// Takes the place of the stream's earlier one.
    pub fn put(&mut self, observation: Observation) {
        self.0.insert(observation.stream.clone(), observation);
    }

    /// The observation of an epoch. Epochs come in the order of streams and times; `last` is that of the one before.
    pub(super) fn follow(
        &self,
        last: Option<&Observation>,
        epoch: EpochRecord,
    ) -> Result<Observation, DeriveError> {
        let parent = match last.filter(|last| last.stream == epoch.stream) {
            Some(last) => Some(last),
            None => self.0.get(&epoch.stream).map(|head| after(head, &epoch)).transpose()?,
        };
        let header = ObservationHeader {
            streamHash: keccak256(&epoch.stream),
            epochHash: keccak256(&epoch.epoch),
            parentObservationHash: parent.map_or(B256::ZERO, |parent| parent.observation_hash),
            dataRoot: epoch.data_root,
            locatorHash: epoch.locator_hash,
            observedUnixMs: epoch.observed_unix_ms,
            sequence: parent.map_or(0, |parent| parent.header.sequence + 1),
        };
        Ok(Observation {
            stream: epoch.stream,
            epoch: epoch.epoch,
            entries: epoch.entries,
            first_sequence: epoch.first_sequence,
            last_sequence: epoch.last_sequence,
            observation_hash: header.observation_hash(),
            slot: header.slot(),
            header,
        })
    }
}

/// The head, if the epoch comes after it.
fn after<'a>(head: &'a Observation, epoch: &EpochRecord) -> Result<&'a Observation, DeriveError> {
    let last = (head.header.observedUnixMs, &head.epoch);
    if (epoch.observed_unix_ms, &epoch.epoch) > last {
        return Ok(head);
    }
    Err(DeriveError::Before {
        stream: epoch.stream.clone(),
        epoch: epoch.epoch.clone(),
        unix_ms: epoch.observed_unix_ms,
        last: head.epoch.clone(),
        last_ms: head.header.observedUnixMs,
    })
}
