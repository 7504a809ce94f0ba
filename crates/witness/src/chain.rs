//! What the ledger's events and the registry say, read a little at a time.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_sol_types::SolEvent as _;
use eth_rpc::{Batch, Rpc};
use observation::contracts::EveryChannelObservationLedger::{Attested, Equivocated, Finalized};
use observation::contracts::EveryChannelWitnessRegistry::Set;
use observation::ledger::Ledger;
use serde::Deserialize;
use serde_json::json;

use crate::config::Config;

/// Blocks that are read again each time: the newest may be reorganised away.
const AGAIN: u64 = 64;
/// Blocks that are asked for at a time; less where the node does not give so many.
const AT_ONCE: u64 = 5_000;
/// Questions for events at a time of looking: the rest comes next time.
const QUESTIONS: usize = 40;

/// What happened to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Attested(Address),
    Equivocated(Address),
    Final,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Event {
    block: u64,
    slot: B256,
    what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
}

impl Log {
    fn event(&self) -> Option<Event> {
        let topics = || self.topics.iter().copied();
        let (slot, what) = match *self.topics.first()? {
            Attested::SIGNATURE_HASH => {
                let event = Attested::decode_raw_log(topics(), &self.data).ok()?;
                (event.slot, What::Attested(event.witness))
            }
            Equivocated::SIGNATURE_HASH => {
                let event = Equivocated::decode_raw_log(topics(), &self.data).ok()?;
                (event.slot, What::Equivocated(event.witness))
            }
            Finalized::SIGNATURE_HASH => {
                (Finalized::decode_raw_log(topics(), &self.data).ok()?.slot, What::Final)
            }
            _ => return None,
        };
        Some(Event { block: self.block_number.to(), slot, what })
    }
}

/// A slot that a witness attested to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slot {
    /// Who did, with the times of the blocks, in seconds.
    pub attested: BTreeMap<Address, u64>,
    pub is_final: bool,
}

/// What is known of the chain.
#[derive(Debug, Clone)]
pub struct Facts {
    pub endpoint: String,
    pub members: u32,
    pub quorum: u32,
    pub is_member: bool,
    pub balance: U256,
    /// Number and time of the newest block.
    pub head: (u64, u64),
    pub slots: BTreeMap<B256, Slot>,
    /// Present members that attested to one of these slots.
    pub active: BTreeSet<Address>,
    /// Who attested to two observations of one slot.
    pub equivocated: BTreeSet<Address>,
    /// Whether all events up to the newest block are read.
    pub is_whole: bool,
}

/// What was read before.
#[derive(Debug, Default)]
pub struct Reader {
    events: Vec<Event>,
    /// The first block that is not read yet.
    next: Option<u64>,
    times: BTreeMap<u64, u64>,
}

impl Reader {
    /// Looks once more.
    pub async fn look(&mut self, config: &Config) -> anyhow::Result<Facts> {
        let node = config.node()?;
        let ledger = Ledger::open(node.clone(), config.ledger, Some(config.chain_id)).await?;
        let Set { members, quorum, .. } = ledger.set().await?;
        let is_member = ledger.is_witness(config.witness).await?;
        let mut batch = Batch::default();
        let balance = batch.balance(config.witness);
        let balance = node.send(batch).await.take(&balance)?;
        let head = ledger.newest_block().await?;
        let head: (u64, u64) = (head.number.to(), head.timestamp.to());
        let first = head.0.saturating_sub(config.serve.look_back_blocks);
        self.events.retain(|event| event.block >= first);
        let is_whole = self.read(&node, config.ledger, first, head.0).await?;
        self.date(&node).await?;
        let slots = self.slots();
        let mut active = BTreeSet::new();
        for witness in slots.values().flat_map(|slot| slot.attested.keys()).collect::<BTreeSet<_>>()
        {
            if ledger.is_witness(*witness).await? {
                active.insert(*witness);
            }
        }
        let equivocated = self.events.iter().filter_map(|event| match event.what {
            What::Equivocated(witness) => Some(witness),
            _ => None,
        });
        Ok(Facts {
            endpoint: node.shown(),
            members,
            quorum,
            is_member,
            balance,
            head,
            equivocated: equivocated.collect(),
            slots,
            active,
            is_whole,
        })
    }

    /// Reads the events up to a block; false if some are left for the next time.
    async fn read(
        &mut self,
        node: &Rpc,
        ledger: Address,
        first: u64,
        last: u64,
    ) -> anyhow::Result<bool> {
        let mut from = self.next.map_or(first, |next| next.saturating_sub(AGAIN)).max(first);
        self.events.retain(|event| event.block < from);
        let mut span = AT_ONCE;
        for _ in 0..QUESTIONS {
            if from > last {
                break;
            }
            let to = last.min(from + span - 1);
            let filter = json!([{
                "address": ledger, "fromBlock": U64::from(from), "toBlock": U64::from(to),
                "topics": [[Attested::SIGNATURE_HASH, Equivocated::SIGNATURE_HASH, Finalized::SIGNATURE_HASH]],
            }]);
            match node.request::<Vec<Log>>("eth_getLogs", filter).await {
                Ok(logs) => {
                    self.events.extend(logs.iter().filter_map(Log::event));
                    from = to + 1;
                    self.next = Some(from);
                }
                Err(error) if span == 1 => return Err(error.into()),
                Err(_) => span = (span / 4).max(1),
            }
        }
        Ok(from > last)
    }

    /// The times of the blocks that attestations are in.
    async fn date(&mut self, node: &Rpc) -> anyhow::Result<()> {
        let of = |event: &Event| matches!(event.what, What::Attested(_)).then_some(event.block);
        let blocks: BTreeSet<u64> = self.events.iter().filter_map(of).collect();
        self.times.retain(|block, _| blocks.contains(block));
        // The newest may be another block by now.
        let settled = self.next.unwrap_or_default().saturating_sub(AGAIN);
        let unknown = |block: &u64| *block >= settled || !self.times.contains_key(block);
        let unknown: Vec<u64> = blocks.iter().copied().filter(unknown).collect();
        for blocks in unknown.chunks(100) {
            let mut batch = Batch::default();
            let asked: Vec<_> = blocks.iter().map(|block| (*block, batch.block(*block))).collect();
            let answers = node.send(batch).await;
            for (block, slot) in asked {
                if let Some(head) = answers.take(&slot)? {
                    self.times.insert(block, head.timestamp.to());
                }
            }
        }
        Ok(())
    }

    fn slots(&self) -> BTreeMap<B256, Slot> {
        let mut slots: BTreeMap<B256, Slot> = BTreeMap::new();
        for event in &self.events {
            match event.what {
                What::Attested(witness) => {
                    let Some(time) = self.times.get(&event.block) else { continue };
                    slots.entry(event.slot).or_default().attested.entry(witness).or_insert(*time);
                }
                What::Final => slots.entry(event.slot).or_default().is_final = true,
                What::Equivocated(_) => {}
            }
        }
        slots
    }
}
