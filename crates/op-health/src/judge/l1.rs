//! L1, the roles that it gives, and the sequencing window.

use alloy_primitives::Address;
use eth_rpc::Reading;

use crate::judge::{Verdict, span};
use crate::{
    condition::{Name, State},
    number::float,
    observe::l1::L1Answers,
    watch::Watch,
};
use op_gate::Gate;

/// Beyond it, L1 itself does not become final, in seconds: two epochs are 13 minutes.
const FINALITY: f64 = 45.0 * 60.0;

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    let mut verdicts = vec![heads(watch)];
    verdicts.extend(window(watch));
    verdicts.extend(role(watch, Gate::BatcherKey, "SystemConfig.batcherHash", |l1| {
        l1.batcher.as_ref()
    }));
    verdicts.extend(role(watch, Gate::SequencerKey, "SystemConfig.unsafeBlockSigner", |l1| {
        l1.signer.as_ref()
    }));
    verdicts
}

fn heads(watch: &Watch) -> Verdict {
    const NAME: Name = Name::L1;
    const MEND: &str = "Without L1 the chain goes on for a while and is lost later: see whether the provider is down or asks for less, and give the services another endpoint.";
    let limit = float(watch.plan.limits.l1_age);
    let expected = format!("it answers, with a block within {}", span(limit));
    let l1 = match watch.l1.get() {
        Ok(l1) => l1,
        Err(reason) => {
            let state = if watch.l1.is_lost() { State::Failed } else { State::Unknown };
            return Verdict::unknown(NAME, "l1", expected, reason, MEND).is(state, MEND);
        }
    };
    let age = |timestamp: u64| (watch.now - float(timestamp)).max(0.0);
    let head = age(l1.head.timestamp);
    let finalized = l1.finalized.map(|block| age(block.timestamp));
    let found = format!(
        "block {}, {} old{}{}",
        l1.head.number,
        span(head),
        finalized.map_or_else(String::new, |age| format!("; final up to {} ago", span(age))),
        if l1.limited > 0 { "; it says that it is asked too much" } else { "" },
    );
    Verdict::holds(NAME, "l1", expected, found)
        .unless(head <= limit, State::Failed, MEND)
        .unless(
            finalized.is_none_or(|age| age <= FINALITY),
            State::Warn,
            "L1 does not become final: withdrawals and games wait, the chain itself goes on.",
        )
        .unless(
            l1.limited == 0,
            State::Warn,
            "The provider limits requests: take a larger plan, lower --l1.rpc-rate-limit, or use an endpoint of one's own.",
        )
}

/// Warned of from half of it on, as people need hours to mend a batcher.
fn window(watch: &Watch) -> Option<Verdict> {
    const NAME: Name = Name::SequencingWindow;
    const MEND: &str = "Get batches into L1 before it ends, or every node replaces the unsafe blocks with empty ones and what users did in them is undone: mend the batcher, raise its fees, or send with a second one.";
    let batcher =
        watch.service_of("op-batcher").or_else(|| Some(watch.plan.sequencer()?.name.as_str()))?;
    let expected = "more than half of the sequencing window is left";
    let Some(window) = watch.window() else {
        let reason = "the sequencer's op-node tells no safe head";
        return Some(Verdict::unknown(NAME, batcher, expected, reason, "See its op-node."));
    };
    let time = window.left_seconds.map_or_else(String::new, |left| format!(" ({})", span(left)));
    let found = format!("{} of {} L1 blocks left{time}", window.left, window.size);
    let ratio = float(window.left) / float(window.size.max(1));
    let state = if ratio < 0.25 { State::Failed } else { State::Warn };
    Some(Verdict::holds(NAME, batcher, expected, found).unless(ratio >= 0.5, state, MEND))
}

/// L1 gives the role to the key that the service signs with.
fn role(
    watch: &Watch,
    gate: Gate,
    getter: &str,
    read: impl Fn(&L1Answers) -> Option<&Reading<Address>>,
) -> Option<Verdict> {
    const NAME: Name = Name::Role;
    let (service, _) =
        watch.config.services.iter().find(|(_, service)| service.gates.contains(&gate))?;
    // Without a key the gate itself says so.
    let account = watch.accounts.get(service)?;
    let expected = format!("{account} by the service's key");
    let on_l1 = match watch.l1.get() {
        Ok(l1) => read(l1)?.as_ref().map_err(ToString::to_string),
        Err(reason) => Err(reason.to_owned()),
    };
    Some(match on_l1 {
        Err(reason) => Verdict::unknown(NAME, service, expected, &reason, "See L1."),
        Ok(address) => {
            let found = format!("{address} by {getter}() on L1");
            Verdict::holds(NAME, service, expected, found).unless(
                address == account,
                State::Failed,
                format!("The role was given to another key while the service runs: what it signs does not count. Give it the key of {address} and start it again, or have the chain's owner give the role back. op-nodes take the old signer's unsafe blocks for some hours at most."),
            )
        }
    })
}
