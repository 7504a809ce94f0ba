//! L1, the roles that it gives, and the sequencing window.

use alloy_primitives::Address;
use eth_rpc::Reading;
use op_util::text::span;

use crate::{figures::l1::sequencing_window, watch::Watch};
use op_gate::Gate;
use op_observe::l1::L1Answers;
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

/// Beyond it, L1 itself does not become final, in seconds: two epochs are 13 minutes.
const FINALITY: f64 = 45.0 * 60.0;

const NO_L1: &str = "Without L1 the chain goes on for a while and is lost later: see whether the provider is down or \
                     limits requests, and give the services another endpoint.";
const NOT_FINAL: &str =
    "L1 does not become final: withdrawals and games wait, the chain itself goes on.";
const LIMITED: &str = "The provider limits requests: take a larger plan, lower --l1.rpc-rate-limit, or use an endpoint \
                       of your own.";
const WINDOW: &str = "Get batches into L1 before it ends, or every node replaces the unsafe blocks with empty ones \
                      and what users did in them is undone: mend the batcher, raise its fees, or send with a second \
                      one.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let mut conditions = vec![heads(watch)];
    conditions.extend(window(watch));
    conditions.extend(role(watch, Gate::BatcherKey, "SystemConfig.batcherHash", |l1| {
        l1.batcher.as_ref()
    }));
    conditions.extend(role(watch, Gate::SequencerKey, "SystemConfig.unsafeBlockSigner", |l1| {
        l1.signer.as_ref()
    }));
    conditions
}

fn heads(watch: &Watch) -> Condition {
    const NAME: Name = Name::L1;
    let seen = &watch.seen;
    let limit = watch.setup.plan.limits.l1_age;
    let expected = format!("it answers, with a block within {}", span(limit));
    let l1 = match seen.l1.get() {
        Ok(l1) => l1,
        Err(reason) => {
            let state = if seen.l1.is_lost() { State::Failed } else { State::Unknown };
            return Condition::unknown(NAME, "l1", expected, reason, NO_L1).is(state, NO_L1);
        }
    };
    let age = |timestamp: u64| (seen.now - float(timestamp)).max(0.0);
    let head = age(l1.head.timestamp);
    let finalized = l1.finalized.map(|block| age(block.timestamp));
    let final_up_to = finalized.map_or_else(
        || "; what is final is not known".to_owned(),
        |age| format!("; final up to {} ago", span(whole(age))),
    );
    let limited = if l1.limited > 0 { "; it limits requests" } else { "" };
    let found =
        format!("block {}, {} old{final_up_to}{limited}", l1.head.number, span(whole(head)));
    Condition::holds(NAME, "l1", expected, found)
        .unless(head <= float(limit), State::Failed, NO_L1)
        .unless(finalized.is_some_and(|age| age <= FINALITY), State::Warn, NOT_FINAL)
        .unless(l1.limited == 0, State::Warn, LIMITED)
}

/// Half of it is a warning, as people need hours to mend a batcher.
fn window(watch: &Watch) -> Option<Condition> {
    const NAME: Name = Name::SequencingWindow;
    const EXPECTED: &str = "more than half of the sequencing window is left";
    let setup = &watch.setup;
    let sequencer = || Some(setup.plan.sequencer()?.name.as_str());
    let batcher = setup.service_of("op-batcher").or_else(sequencer)?;
    let Some(window) = sequencing_window(watch) else {
        let reason = "no op-node reports a safe head, or L1 none of its own";
        return Some(Condition::unknown(NAME, batcher, EXPECTED, reason, "See its op-node."));
    };
    let time = window.left_seconds;
    let time = time.map_or_else(String::new, |left| format!(" ({})", span(whole(left))));
    let found = format!("{} of {} L1 blocks left{time}", window.left, window.size);
    let ratio = float(window.left) / float(window.size.max(1));
    let state = if ratio < 0.25 { State::Failed } else { State::Warn };
    let condition = Condition::holds(NAME, batcher, EXPECTED, found);
    Some(condition.unless(ratio >= 0.5, state, WINDOW))
}

fn role(
    watch: &Watch,
    gate: Gate,
    getter: &str,
    read: impl Fn(&L1Answers) -> Option<&Reading<Address>>,
) -> Option<Condition> {
    const NAME: Name = Name::Role;
    let mut services = watch.setup.config.services.iter();
    let (service, _) = services.find(|(_, service)| service.gates.contains(&gate))?;
    let Some(account) = watch.seen.accounts.get(service) else {
        const EXPECTED: &str = "the address of the service's key";
        const REASON: &str = "its key was not read yet";
        return Some(Condition::unknown(NAME, service, EXPECTED, REASON, "See its gates."));
    };
    let expected = format!("{account} by the service's key");
    let on_l1 = match watch.seen.l1.get() {
        Ok(l1) => read(l1).map_or_else(
            || Err("it was not read yet".to_owned()),
            |role| role.as_ref().map_err(ToString::to_string),
        ),
        Err(reason) => Err(reason.to_owned()),
    };
    Some(match on_l1 {
        Err(reason) => Condition::unknown(NAME, service, expected, &reason, "See L1."),
        Ok(address) => {
            let found = format!("{address} by {getter}() on L1");
            let condition = Condition::holds(NAME, service, expected, found);
            condition.unless(address == account, State::Failed, rotated(*address))
        }
    })
}

fn rotated(address: Address) -> String {
    format!(
        "The role was given to another key while the service runs: what it signs does not count. Give it the key of \
         {address} and start it again, or have the chain's owner give the role back. op-nodes take the old signer's \
         unsafe blocks for some hours at most."
    )
}
