//! What others propose in the same slots.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U64};
use alloy_sol_types::SolEvent as _;
use eth_rpc::transaction::Log;
use serde_json::json;

use super::error::{LedgerError, unread};
use super::state::{Ledger, difference};
use crate::contracts::EveryChannelObservationLedger::Proposed;
use crate::observation::Observation;

/// Observations that are asked for at a time.
const AT_ONCE: usize = 100;
/// So many proposals are looked at: anyone may propose, as often as they can pay for it.
const MOST: usize = 10_000;
/// So often is the node asked: one that answers for ten blocks at a time would be asked for hours.
const QUESTIONS: usize = 200;
/// So many of a slot are kept.
const KEPT: usize = 3;

/// Other proposals.
#[derive(Debug, Default)]
pub struct Rivals {
    /// By slot.
    pub slots: BTreeMap<B256, Rival>,
    /// Whether there are more, which were not looked at.
    pub more: bool,
}

/// The other proposals of a slot.
#[derive(Debug, Default)]
pub struct Rival {
    pub count: usize,
    /// The first of them, each with the fields in which it differs.
    pub first: Vec<(B256, Vec<&'static str>)>,
}

impl Ledger {
    /// What else was proposed in the slots of observations since a block.
    pub async fn rivals(
        &self,
        observations: &[Observation],
        from_block: u64,
    ) -> Result<Rivals, LedgerError> {
        let newest = self.newest_block().await?.number.to::<u64>();
        let mut rivals = Rivals::default();
        let (mut seen, mut asked) = (0, 0);
        for observations in observations.chunks(AT_ONCE) {
            let own: BTreeMap<B256, &Observation> =
                observations.iter().map(|own| (own.slot, own)).collect();
            let mut from = from_block;
            // A node that limits how much is asked for, or has too much of it, is asked for half.
            let mut span = newest.saturating_sub(from).saturating_add(1);
            while from <= newest {
                if seen >= MOST || asked >= QUESTIONS {
                    rivals.more = true;
                    return Ok(rivals);
                }
                asked += 1;
                let to = newest.min(from.saturating_add(span - 1));
                match self.proposals(&own, from, to).await {
                    Ok(logs) => {
                        seen += logs.len();
                        for log in &logs {
                            rivals.add(&own, log);
                        }
                        from = to.saturating_add(1);
                        span = span.saturating_mul(2);
                    }
                    Err(error) if span == 1 => return Err(error),
                    Err(_) => span = (span / 2).max(1),
                }
            }
        }
        Ok(rivals)
    }

    async fn proposals(
        &self,
        own: &BTreeMap<B256, &Observation>,
        from: u64,
        to: u64,
    ) -> Result<Vec<Log>, LedgerError> {
        let slots: Vec<&B256> = own.keys().collect();
        let filter = json!([{
            "address": self.address,
            "fromBlock": U64::from(from),
            "toBlock": U64::from(to),
            "topics": [Proposed::SIGNATURE_HASH, slots],
        }]);
        let logs = self.rpc().request("eth_getLogs", filter).await;
        logs.map_err(unread(self.rpc(), "the proposals"))
    }
}

impl Rivals {
    fn add(&mut self, own: &BTreeMap<B256, &Observation>, log: &Log) {
        let Ok(event) = Proposed::decode_raw_log(log.topics.iter().copied(), &log.data) else {
            return;
        };
        let Some(own) = own.get(&event.slot) else { return };
        if own.observation_hash == event.observationHash {
            return;
        }
        let rival = self.slots.entry(event.slot).or_default();
        rival.count += 1;
        if rival.first.len() < KEPT {
            rival.first.push((event.observationHash, difference(&own.header, &event.header)));
        }
    }
}
