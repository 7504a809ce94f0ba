//! One poll of L1.

use std::time::Duration;

use eth_rpc::{Reading, Rpc, Unread};

use crate::observe::l1::{self, L1Answers, Questions};
use op_gate::{config::Endpoint, read::endpoint};

/// The endpoint of L1, kept while it can be used.
pub(super) struct L1Endpoint<'a> {
    endpoint: &'a Endpoint,
    patience: Duration,
    rpc: Option<Rpc>,
}

impl<'a> L1Endpoint<'a> {
    pub(super) const fn new(endpoint: &'a Endpoint, patience: Duration) -> Self {
        Self { endpoint, patience, rpc: None }
    }

    pub(super) fn get(&mut self) -> Reading<Rpc> {
        if let Some(rpc) = &self.rpc {
            return Ok(rpc.clone());
        }
        let rpc = endpoint::of(self.endpoint, ("l1.rpc", "l1.rpcFile"), self.patience)
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
