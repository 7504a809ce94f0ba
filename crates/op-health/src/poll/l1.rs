//! One poll of L1.

use std::time::Duration;

use eth_rpc::{Reading, Rpc, Unread};

use op_gate::{config::L1, read::endpoint};
use op_observe::l1::{self, L1Answers, Questions};

/// The endpoint of L1, kept while it can be used.
pub(super) struct L1Endpoint<'a> {
    l1: &'a L1,
    patience: Duration,
    rpc: Option<Rpc>,
}

impl<'a> L1Endpoint<'a> {
    pub(super) const fn new(l1: &'a L1, patience: Duration) -> Self {
        Self { l1, patience, rpc: None }
    }

    pub(super) fn get(&mut self) -> Reading<Rpc> {
        if let Some(rpc) = &self.rpc {
            return Ok(rpc.clone());
        }
        let rpc = endpoint::of_l1(self.l1, self.patience)
            .map_err(|error| Unread::Unreachable(error.to_string()))?;
        self.rpc = Some(rpc.clone());
        Ok(rpc)
    }

    /// A file may hold another URL by now.
    pub(super) fn check(&mut self, reading: &Reading<L1Answers>) {
        if reading.is_err() {
            self.rpc = None;
        }
    }
}

pub(super) async fn poll(rpc: Reading<Rpc>, questions: &Questions) -> Reading<L1Answers> {
    l1::poll(&rpc?, questions).await
}
