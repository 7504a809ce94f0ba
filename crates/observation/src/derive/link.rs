//! Epochs in order become observations: each follows the one before in its stream.

use std::collections::BTreeMap;

use alloy_primitives::{B256, keccak256};

use super::{record::EpochRecord, stop::Stop};
use crate::archive::Input;
use crate::{header::ObservationHeader, observation::Observation};

/// Where streams went on from.
#[derive(Debug, Clone, Default)]
pub struct Heads(BTreeMap<String, Past>);

/// What was observed of a stream before.
#[derive(Debug, Clone)]
struct Past {
    /// The one with the highest sequence.
    head: Observation,
    /// All epochs, each with its number of entries.
    epochs: BTreeMap<String, u64>,
}

/// The streams as their epochs come, in order.
#[derive(Default)]
pub(super) struct Chain {
    last: Option<Observation>,
    /// The stream that goes no further.
    stopped: Option<String>,
}

/// What becomes of an epoch.
pub(super) enum Next {
    Observed(Observation),
    /// Its stream goes no further.
    Stops(Stop),
    /// Its stream went no further before.
    Stopped,
}

impl Chain {
    pub(super) fn next(&mut self, heads: &Heads, epoch: &EpochRecord, input: &Input) -> Next {
        if self.stopped.as_ref() == Some(&epoch.stream) {
            return Next::Stopped;
        }
        let flaw = epoch.flaw.clone();
        let stop = flaw.map(|flaw| Stop::of(flaw, &epoch.stream, &epoch.epoch, input));
        match stop.map_or_else(|| heads.follow(self.last.as_ref(), epoch), Err) {
            Ok(own) => {
                self.last = Some(own.clone());
                Next::Observed(own)
            }
            Err(stop) => {
                self.stopped = Some(epoch.stream.clone());
                Next::Stops(stop)
            }
        }
    }
}

impl Heads {
    /// Adds what was observed before, in any order.
    pub fn put(&mut self, observation: Observation) {
        let (stream, epoch) = (observation.stream.clone(), observation.epoch.clone());
        let past = self
            .0
            .entry(stream)
            .or_insert_with(|| Past { head: observation.clone(), epochs: BTreeMap::new() });
        past.epochs.insert(epoch, observation.entries);
        if observation.header.sequence > past.head.header.sequence {
            past.head = observation;
        }
    }

    /// With how many entries an epoch was observed before.
    pub(super) fn observed(&self, stream: &str, epoch: &str) -> Option<u64> {
        self.0.get(stream)?.epochs.get(epoch).copied()
    }

    /// The observation of an epoch. Epochs come in their order; `last` is the observation of the one before.
    fn follow(&self, last: Option<&Observation>, epoch: &EpochRecord) -> Result<Observation, Stop> {
        let past = self.0.get(&epoch.stream);
        let parent = match last.filter(|last| last.stream == epoch.stream) {
            Some(last) => Some(last),
            None => past.map(|past| after(&past.head, epoch)).transpose()?,
        };
        // A ledger takes no observation that is older than its parent. One stamp that is too late makes none.
        let since = parent.map_or(0, |parent| parent.header.observedUnixMs);
        let header = ObservationHeader {
            streamHash: keccak256(&epoch.stream),
            epochHash: keccak256(&epoch.epoch),
            parentObservationHash: parent.map_or(B256::ZERO, |parent| parent.observation_hash),
            dataRoot: epoch.data_root,
            locatorHash: epoch.locator_hash,
            observedUnixMs: epoch.observed_unix_ms.max(since),
            sequence: parent.map_or(0, |parent| parent.header.sequence + 1),
        };
        Ok(Observation {
            stream: epoch.stream.clone(),
            epoch: epoch.epoch.clone(),
            entries: epoch.entries,
            first_sequence: epoch.first_sequence,
            last_sequence: epoch.last_sequence,
            first_unix_ms: epoch.first_unix_ms,
            observation_hash: header.observation_hash(),
            slot: header.slot(),
            header,
        })
    }
}

/// The head, if the epoch comes after it.
fn after<'a>(head: &'a Observation, epoch: &EpochRecord) -> Result<&'a Observation, Stop> {
    let place = |unix_ms: u64, name: &str| (unix_ms, name.len(), name.to_owned());
    if place(epoch.first_unix_ms, &epoch.epoch) > place(head.first_unix_ms, &head.epoch) {
        return Ok(head);
    }
    Err(Stop::Before {
        stream: epoch.stream.clone(),
        epoch: epoch.epoch.clone(),
        unix_ms: epoch.first_unix_ms,
        last: head.epoch.clone(),
        last_ms: head.first_unix_ms,
    })
}
