//! Nobody else signs with the services' keys.

use op_prove::compare::Verdict;
use op_util::text::span;

use crate::watch::Watch;
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
    let sequencer = watch.setup.plan.sequencer()?;
    let mut followers = watch.seen.comparisons.iter().peekable();
    followers.peek()?;
    let second = followers.find_map(|(name, of)| match (&of.unsafe_head, &of.safe_head) {
        (_, Verdict::Diverged { .. }) => None,
        (Verdict::Diverged { block, reference, follower, .. }, _) => {
            Some(format!("block {block} is {reference}, and {follower} on {name}"))
        }
        _ => None,
    });
    let found = second.as_deref().unwrap_or("no follower has another one");
    let condition = Condition::holds(NAME, &sequencer.name, "one block of each height", found);
    Some(condition.unless(second.is_none(), State::Failed, BLOCKS))
}

fn transactions(watch: &Watch) -> impl Iterator<Item = Condition> {
    // The next one of a second batcher or proposer may take as long.
    let recent = float(watch.setup.plan.limits.game_age);
    let services = watch.seen.senders.keys().filter(|name| has_its_own_key(watch, name));
    services.filter_map(move |name| {
        let account = watch.memory.accounts.get(name)?;
        let ago = account.sent_elsewhere_at.map(|at| watch.seen.now - at);
        let ago = ago.filter(|ago| *ago < recent);
        let found = ago.map_or_else(
            || format!("{} transactions, none from elsewhere", account.nonce.unwrap_or_default()),
            |ago| format!("others send with its key, last seen {} ago", span(whole(ago))),
        );
        let condition = Condition::holds(NAME, name, "only the service's own transactions", found);
        Some(condition.unless(ago.is_none(), State::Failed, TRANSACTIONS))
    })
}

/// What another service of the configuration sends with the key is no stranger's.
fn has_its_own_key(watch: &Watch, name: &str) -> bool {
    let accounts = &watch.seen.accounts;
    let own = accounts.get(name);
    accounts.iter().all(|(other, account)| other == name || Some(account) != own)
}
