//! Nobody else signs with the services' keys.

use op_prove::compare::Verdict;
use op_util::text::span;

use crate::{update::senders::most_pending, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

const NAME: Name = Name::Alone;

const BLOCKS: &str = "Followers take unsafe blocks only if they are signed with this key, so another sequencer has \
                      it, or this one made blocks anew that it had already published. Find the other one and stop \
                      it; which of the two goes on is decided by the batches on L1.";
const TRANSACTIONS: &str = "Another program sends with this key, and each takes the other's nonces: find it and stop \
                            it. If nobody of yours runs one, the key is stolen: give the role to another key.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    blocks(watch).into_iter().chain(transactions(watch)).collect()
}

/// A follower has another unsafe block than the sequencer.
fn blocks(watch: &Watch) -> Option<Condition> {
    const EXPECTED: &str = "one block of each height";
    let sequencer = watch.setup.plan.sequencer()?;
    watch.setup.plan.nodes.get(1)?;
    if watch.seen.comparisons.is_empty() {
        let (subject, reason) = (&sequencer.name, "no follower was compared yet");
        return Some(Condition::unknown(NAME, subject, EXPECTED, reason, "See the followers."));
    }
    let mut followers = watch.seen.comparisons.iter();
    let second = followers.find_map(|(name, of)| match (&of.unsafe_head, &of.safe_head) {
        (_, Verdict::Diverged { .. }) => None,
        (Verdict::Diverged { block, reference, follower, .. }, _) => {
            Some(format!("block {block} is {reference}, and {follower} on {name}"))
        }
        _ => None,
    });
    let found = second.as_deref().unwrap_or("no follower has another one");
    let condition = Condition::holds(NAME, &sequencer.name, EXPECTED, found);
    Some(condition.unless(second.is_none(), State::Failed, BLOCKS))
}

fn transactions(watch: &Watch) -> impl Iterator<Item = Condition> {
    // The next one of a second batcher or proposer may take as long.
    let recent = float(watch.setup.plan.limits.game_age);
    let services = watch.setup.config.services.iter();
    let senders = services.filter(|(name, service)| {
        watch.setup.plan.programs.contains_key(*name) && most_pending(service).is_some()
    });
    senders.map(move |(name, _)| {
        const EXPECTED: &str = "only the service's own transactions";
        if let Some(other) = shares_its_key(watch, name) {
            let found = format!("not told apart: {other} has the same key");
            return Condition::holds(NAME, name, EXPECTED, found);
        }
        let Some(account) = watch.memory.accounts.get(name) else {
            const REASON: &str = "its account was not read yet";
            return Condition::unknown(NAME, name, EXPECTED, REASON, "See its gates, and L1.");
        };
        let ago = account.sent_elsewhere_at.map(|at| watch.seen.now - at);
        let ago = ago.filter(|ago| *ago < recent);
        let found = ago.map_or_else(
            || format!("{} transactions, none from elsewhere", account.nonce.unwrap_or_default()),
            |ago| format!("others send with its key, last seen {} ago", span(whole(ago))),
        );
        let condition = Condition::holds(NAME, name, EXPECTED, found);
        condition.unless(ago.is_none(), State::Failed, TRANSACTIONS)
    })
}

/// What another service of the configuration sends with the key is no stranger's.
fn shares_its_key<'a>(watch: &'a Watch, name: &str) -> Option<&'a str> {
    let accounts = &watch.seen.accounts;
    let own = accounts.get(name)?;
    let other = accounts.iter().find(|(other, account)| *other != name && *account == own);
    other.map(|(other, _)| other.as_str())
}
