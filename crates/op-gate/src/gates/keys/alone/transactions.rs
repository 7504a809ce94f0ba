//! While the service is down, its account sends nothing.

use std::path::Path;

use alloy_primitives::Address;
use op_util::text::span;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts, read::l1::senders::Sender};

const GATE: Gate = Gate::Alone;
const POOL: &str = "no transaction of this account in L1's pool";

/// Seconds for which what the service sent before it stopped may still get into a block.
const IN_FLIGHT: u64 = 120;

/// Seconds from the nearest earlier block that is asked for to the newest one, on Ethereum.
const NEAREST: u64 = 48;

pub(super) fn judge(
    service: &Service,
    account: &Address,
    (last_run, file): (Option<u64>, &Path),
    facts: &Facts,
) -> Vec<Finding> {
    if let Some(other) = other_with(service, account, facts) {
        return vec![Finding::skip(
            GATE,
            format!("{other} has the same key (keys.allowReuse), and may send with it"),
        )];
    }
    let Some(sender) = facts.l1.senders.get(account) else { return Vec::new() };
    let source = format!("eth_getTransactionCount of {account} on {}", facts.l1.endpoint);
    let begin = last_run.map_or(0, |last| last + IN_FLIGHT);
    let mut found =
        vec![with(&sender.sent, GATE, "the account's transactions", &source, |&sent| {
            moved(sent, sender, begin, (file, &source), facts)
        })];
    match (&sender.sent, &sender.pending) {
        (_, Err(unread)) => found.push(Finding::unread(GATE, POOL, &source, unread)),
        (Ok(sent), Ok(pending)) if pending > sent && begin < facts.clock.now => {
            found.push(waiting(pending - sent, last_run, &source));
        }
        _ => {}
    }
    found
}

/// Another service of the configuration with the account.
fn other_with<'a>(service: &Service, account: &Address, facts: &'a Facts) -> Option<&'a str> {
    let own = service.command.as_ref().map(|command| &command.component);
    let has_it = |other: &Service| {
        other.command.as_ref().is_some_and(|command| Some(&command.component) != own)
            && facts.key(other).is_some_and(|(_, key)| key.as_ref().ok() == Some(account))
    };
    let found = facts.config.services.iter().find(|(_, other)| has_it(other));
    found.map(|(name, _)| name.as_str())
}

/// What the account sent since `begin`, as far back as the endpoint shows it.
fn moved(
    sent: u64,
    sender: &Sender,
    begin: u64,
    (file, source): (&Path, &str),
    facts: &Facts,
) -> Finding {
    let Some(past) = sender.past.iter().find(|past| past.timestamp >= begin) else {
        return not_shown(begin, source, facts);
    };
    let seconds = facts.clock.now.saturating_sub(past.timestamp);
    let moved = sent.saturating_sub(past.sent);
    Comparison::new(
        GATE,
        ("no transaction while this service is down", "this host"),
        (format!("{moved} in the last {}", span(seconds)), source),
    )
    .refuse_unless(
        moved == 0,
        format!(
            "Another program sends with this key, and the two would take each other's nonces: stop it, \
             and see that it stays stopped. The gate passes when the account has sent nothing for 120 L1 \
             blocks; if you moved the service here and the other one is gone, write \"stopped\" into {}, \
             and only what is sent from two minutes after now counts.",
            file.display()
        ),
    )
}

/// Either the service has only just stopped, or the endpoint shows no earlier block.
fn not_shown(begin: u64, source: &str, facts: &Facts) -> Finding {
    let comparison = |found: &str| {
        Comparison::new(
            GATE,
            ("no transaction while this service is down", "this host"),
            (found, source),
        )
    };
    let newest = facts.l1.latest.as_ref().ok().and_then(Option::as_ref);
    let just_now = newest.is_some_and(|newest| begin + NEAREST > newest.timestamp.to());
    if begin > 0 && just_now {
        return comparison("it ran here until just now").holds();
    }
    comparison("no earlier state of the account").wait(
        "Use an L1 endpoint that has the state of the last 128 blocks, as every full node has.",
    )
}

fn waiting(count: u64, last_run: Option<u64>, source: &str) -> Finding {
    let comparison =
        Comparison::new(GATE, (POOL, "this host"), (format!("{count} that wait"), source));
    let replace =
        "If it is stuck below L1's fees, send another one with its nonce and a higher fee.";
    match last_run {
        None => comparison.wait(format!(
            "The service never ran here, so another program sent it: stop that one. {replace}"
        )),
        Some(_) => comparison
            .warn(format!("It may be this service's last one, or another program's. {replace}")),
    }
}
