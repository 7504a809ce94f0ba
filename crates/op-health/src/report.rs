//! The status document, from all that is known.

use std::collections::BTreeMap;

use alloy_primitives::Address;

use crate::figures::{self, clock, games};
use crate::{history, memory, plan, watch::Watch};
use op_gate::{Gate, config};
use op_status::status::{self, Head, Host, Status};
use op_util::number::{float, whole};

pub(crate) fn status(watch: &Watch) -> Status {
    let Watch { setup, seen, memory, conditions } = watch;
    Status {
        version: Status::VERSION,
        op_warden: env!("CARGO_PKG_VERSION").to_owned(),
        observed_at: whole(seen.now),
        watching_since: whole(setup.watching_since),
        l2_chain_id: setup.config.chain.l2_chain_id,
        l1_chain_id: setup.config.l1.chain_id,
        ready: !conditions.is_empty() && conditions.iter().all(|one| one.state.is_ready()),
        maintenance_until: seen.maintenance_until,
        conditions: conditions.clone(),
        services: services(watch),
        judged_at: seen.judgements.as_ref().ok().map(|record| record.judged_at),
        nodes: nodes(watch),
        l1: l1(watch),
        sequencing_window: figures::l1::sequencing_window(watch),
        accounts: accounts(watch),
        games: games::games(watch),
        dispute_mon_disagreements: games::disagreements(watch),
        host: Host { clock_skew: clock::skew(watch) },
        limits: setup.plan.limits,
        counters: memory.counters,
        history: history(watch),
        events: memory.events.iter().rev().cloned().collect(),
    }
}

/// A point a minute, and one of now: the last figure is what the rest of the document says.
fn history(watch: &Watch) -> Vec<status::Point> {
    let now = history::point(watch, whole(watch.seen.now));
    let at = now.at;
    let before = watch.memory.history.iter().filter(|point| point.at < at).cloned();
    before.chain([now]).collect()
}

fn services(watch: &Watch) -> BTreeMap<String, status::Service> {
    let Watch { setup, seen, memory, .. } = watch;
    let judgements = seen.judgements.as_ref().ok();
    let service = |(name, service): (&String, &config::Service)| {
        let judgement = judgements
            .and_then(|record| record.services.iter().find(|judged| judged.service == *name));
        let free = service.data_dir.as_ref().and_then(|folder| seen.disks.get(folder));
        let status = status::Service {
            component: service.command.as_ref().map(|command| command.component.clone()),
            up: figures::services::up(watch, name).map(|up| up.is_ok()),
            held: seen.held.get(name).cloned(),
            restarts: memory.services.get(name).map_or(0, |service| service.restarts),
            judgement: judgement.cloned(),
            disk_free: free.and_then(|free| free.as_ref().ok().copied()),
            disk_required: service.min_free_bytes,
        };
        (name.clone(), status)
    };
    setup.config.services.iter().map(service).collect()
}

fn nodes(watch: &Watch) -> BTreeMap<String, status::Node> {
    let Watch { setup, seen, memory, .. } = watch;
    let empty = memory::Node::default();
    let head = |head: Option<memory::Head>| {
        head.map(|head| Head {
            number: head.block.number,
            hash: head.block.hash,
            timestamp: head.block.timestamp,
            moved_at: whole(seen.now - head.stalled),
        })
    };
    let node = |plan: &plan::Node| {
        let memory = memory.nodes.get(&plan.name).unwrap_or(&empty);
        let last = seen.comparisons.get(&plan.name);
        let op_node = seen.node(&plan.name).get().ok();
        let status = status::Node {
            sequencer: plan.sequencer,
            error: seen.engine(&plan.name).error().map(str::to_owned),
            unsafe_head: head(memory.unsafe_head),
            safe_head: head(memory.safe_head),
            finalized_head: head(memory.finalized_head),
            peers: op_node.and_then(|node| node.peers.as_ref().ok().copied()),
            derivation_resets: memory.resets,
            unsafe_verdict: last.map(|last| last.unsafe_head.clone()),
            safe_verdict: last.map(|last| last.safe_head.clone()),
            compared_to: memory.compared_to(),
        };
        (plan.name.clone(), status)
    };
    setup.plan.nodes.iter().map(node).collect()
}

fn l1(watch: &Watch) -> status::L1 {
    let answers = watch.seen.l1.get().ok();
    status::L1 {
        endpoint: answers.map_or_else(String::new, |answers| answers.endpoint.clone()),
        error: watch.seen.l1.error().map(str::to_owned),
        head: answers.map(|answers| answers.head),
        safe: answers.and_then(|answers| answers.safe),
        finalized: answers.and_then(|answers| answers.finalized),
        block_time: figures::l1::block_time(&watch.seen),
    }
}

fn accounts(watch: &Watch) -> BTreeMap<String, status::Account> {
    let Watch { setup, seen, memory, .. } = watch;
    let l1 = seen.l1.get().ok();
    let account = |(name, &address): (&String, &Address)| {
        let service = setup.config.services.get(name);
        let gates = service.map(|service| service.gates.as_slice()).unwrap_or_default();
        let on_l1 = if gates.contains(&Gate::BatcherKey) {
            l1.and_then(|l1| l1.batcher.as_ref())
        } else if gates.contains(&Gate::SequencerKey) {
            l1.and_then(|l1| l1.signer.as_ref())
        } else {
            None
        };
        let status = status::Account {
            address,
            balance: figures::accounts::balance(seen, address).ok(),
            min_balance: service.and_then(|service| service.min_balance),
            nonce: memory.accounts.get(name).and_then(|account| account.nonce),
            spent_an_hour: figures::accounts::spent_an_hour(setup, memory, name),
            runway: figures::accounts::runway(setup, seen, memory, name).map(float),
            on_l1: on_l1.and_then(|address| address.as_ref().ok().copied()),
        };
        (name.clone(), status)
    };
    seen.accounts.iter().map(account).collect()
}
