//! The status document, from all that is known.

use std::collections::BTreeMap;

use crate::{
    memory,
    number::whole,
    status::{self, Head, Host, Status},
    watch::Watch,
};

/// The document of this moment.
pub(super) fn status(watch: &Watch) -> Status {
    let memory = &watch.memory;
    let conditions = watch.conditions.clone();
    Status {
        version: Status::VERSION,
        op_warden: env!("CARGO_PKG_VERSION").to_owned(),
        observed_at: seconds(watch.now),
        watching_since: seconds(watch.watching_since),
        l2_chain_id: watch.config.chain.l2_chain_id,
        l1_chain_id: watch.config.l1.chain_id,
        ready: !conditions.is_empty() && conditions.iter().all(|one| one.state.is_ready()),
        maintenance_until: watch.maintenance_until,
        conditions,
        services: services(watch),
        judged_at: watch.judgements.as_ref().ok().map(|record| record.judged_at),
        nodes: nodes(watch),
        l1: l1(watch),
        sequencing_window: watch.window(),
        accounts: accounts(watch),
        games: watch.games(),
        host: Host { clock_skew: watch.skew() },
        limits: watch.plan.limits,
        counters: memory.counters,
        history: memory.history.iter().cloned().collect(),
        events: memory.events.iter().rev().cloned().collect(),
    }
}

/// A time before 1970 is a clock that is not set.
fn seconds(time: f64) -> u64 {
    whole(time)
}

fn services(watch: &Watch) -> BTreeMap<String, status::Service> {
    let judgements = watch.judgements.as_ref().ok();
    let service = |(name, service): (&String, &op_gate::config::Service)| {
        let judgement = judgements
            .and_then(|record| record.services.iter().find(|judged| judged.service == *name));
        let free = service.data_dir.as_ref().and_then(|folder| watch.disks.get(folder));
        let shown = status::Service {
            component: service.command.as_ref().map(|command| command.component.clone()),
            up: watch.up(name).map(|up| up.is_ok()),
            restarts: watch.memory.services.get(name).map_or(0, |service| service.restarts),
            judgement: judgement.cloned(),
            disk_free: free.and_then(|free| free.as_ref().ok().copied()),
            disk_required: service.min_free_bytes,
        };
        (name.clone(), shown)
    };
    watch.config.services.iter().map(service).collect()
}

fn nodes(watch: &Watch) -> BTreeMap<String, status::Node> {
    let empty = memory::Node::default();
    let node = |plan: &super::plan::Node| {
        let memory = watch.memory.nodes.get(&plan.name).unwrap_or(&empty);
        let head = |head: Option<memory::Head>| {
            head.map(|head| Head {
                number: head.block.number,
                hash: head.block.hash,
                timestamp: head.block.timestamp,
                moved_at: seconds(watch.now - head.stalled),
            })
        };
        let verdicts = watch.verdicts.get(&plan.name);
        let op_node = watch.node(&plan.name).get().ok();
        let shown = status::Node {
            sequencer: plan.sequencer,
            error: watch.engine(&plan.name).error().map(str::to_owned),
            unsafe_head: head(memory.unsafe_head),
            safe_head: head(memory.safe_head),
            finalized_head: head(memory.finalized_head),
            peers: op_node.and_then(|node| node.peers.as_ref().ok().copied()),
            derivation_resets: memory.resets,
            unsafe_verdict: verdicts.map(|verdicts| verdicts.unsafe_head.clone()),
            safe_verdict: verdicts.map(|verdicts| verdicts.safe_head.clone()),
            compared_to: memory.compared_to(),
        };
        (plan.name.clone(), shown)
    };
    watch.plan.nodes.iter().map(node).collect()
}

fn l1(watch: &Watch) -> status::L1 {
    let answers = watch.l1.get().ok();
    status::L1 {
        endpoint: answers.map_or_else(String::new, |answers| answers.shown.clone()),
        error: watch.l1.error().map(str::to_owned),
        head: answers.map(|answers| answers.head),
        safe: answers.and_then(|answers| answers.safe),
        finalized: answers.and_then(|answers| answers.finalized),
        block_time: watch.l1_block_time(),
    }
}

fn accounts(watch: &Watch) -> BTreeMap<String, status::Account> {
    let account = |(name, &address): (&String, &alloy_primitives::Address)| {
        let service = watch.config.services.get(name);
        let gates = service.map(|service| service.gates.as_slice()).unwrap_or_default();
        let l1 = watch.l1.get().ok();
        let on_l1 = if gates.contains(&op_gate::Gate::BatcherKey) {
            l1.and_then(|l1| l1.batcher.as_ref())
        } else if gates.contains(&op_gate::Gate::SequencerKey) {
            l1.and_then(|l1| l1.signer.as_ref())
        } else {
            None
        };
        let shown = status::Account {
            address,
            balance: watch.balance(address).ok(),
            min_balance: service.and_then(|service| service.min_balance),
            nonce: watch.memory.accounts.get(name).and_then(|account| account.nonce),
            spent_an_hour: watch.spent_an_hour(name),
            runway: watch.runway(name),
            on_l1: on_l1.and_then(|address| address.as_ref().ok().copied()),
        };
        (name.clone(), shown)
    };
    watch.accounts.iter().map(account).collect()
}
