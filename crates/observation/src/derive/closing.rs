//! Which epochs are over.

use std::{collections::VecDeque, time::Duration};

use super::record::EpochRecord;
use crate::observation::Observation;

/// Holds a stream's newest observations back until the stream has gone on for some time after them.
#[derive(Debug)]
pub(super) struct Closing {
    /// In milliseconds; `None` takes every epoch for closed.
    settle: Option<u128>,
    waiting: VecDeque<Waiting>,
    /// How far the stream is, by the last entries of its epochs.
    now: u64,
}

#[derive(Debug)]
struct Waiting {
    observation: Observation,
    /// When the next epoch began.
    next: Option<u64>,
}

impl Closing {
    pub(super) fn new(settle: Option<Duration>) -> Self {
        let settle = settle.map(|settle| settle.as_millis());
        Self { settle, waiting: VecDeque::new(), now: 0 }
    }

    /// Takes the next observation in order. What still waited of another stream is not over.
    pub(super) fn take(&mut self, epoch: &EpochRecord, observation: Observation) {
        match self.waiting.back_mut() {
            Some(last) if last.observation.stream == epoch.stream => {
                last.next = Some(epoch.first_unix_ms);
                self.now = self.now.max(epoch.last_unix_ms);
            }
            _ => {
                self.waiting.clear();
                self.now = epoch.last_unix_ms;
            }
        }
        self.waiting.push_back(Waiting { observation, next: None });
    }

    /// Takes a later epoch of a stream that goes no further: all that counts of it is how far the stream is. With a
    /// flaw it does not say even that.
    pub(super) fn pass(&mut self, epoch: &EpochRecord) {
        if epoch.flaw.is_some() {
            return;
        }
        let last = self.waiting.back_mut();
        if let Some(last) = last.filter(|last| last.observation.stream == epoch.stream) {
            last.next.get_or_insert(epoch.first_unix_ms);
            self.now = self.now.max(epoch.last_unix_ms);
        }
    }

    /// The next observation that is over.
    pub(super) fn closed(&mut self) -> Option<Observation> {
        let first = self.waiting.front()?;
        let is_closed = match (self.settle, first.next) {
            (None, _) => true,
            (Some(settle), Some(next)) => u128::from(self.now.saturating_sub(next)) >= settle,
            (Some(_), None) => false,
        };
        is_closed.then(|| self.waiting.pop_front()).flatten().map(|waiting| waiting.observation)
    }
}
