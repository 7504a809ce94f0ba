//! Whether a service's account sends what the service did not.

use op_gate::config::Service;

use crate::seen::{Seen, Tally};
use crate::{memory::Memory, setup::Setup};
use op_observe::programs::Program;
use op_util::number::{float, whole};

/// Seconds after a process' begin in which the last transactions of the one before it get into L1.
const IN_FLIGHT: f64 = 120.0;
/// For how many times a game's age transactions are compared with the same tally: a second program shows
/// itself in that time, and what a program lost sight of months ago counts no more.
const WINDOW: f64 = 4.0;
/// As many nonces, within so many seconds, are not taken by the program's own transactions, sent again since L1 was
/// slow (op-service waits 48 s for that).
const NONCES_TAKEN: u64 = 3;
const NONCES_WITHIN: f64 = 600.0;

/// Before the programs are asked: what L1 has by now, they have sent by the time of their answer. While L1 cannot be
/// read nothing is known of it, and what a program loses sight of in that time is not counted behind it.
pub(crate) fn before_the_poll(seen: &mut Seen, memory: &Memory) {
    let is_read = seen.l1.get().is_ok();
    for (service, sender) in &mut seen.senders {
        let account = memory.accounts.get(service).filter(|_| is_read);
        sender.on_l1 = account.and_then(|account| account.nonce);
    }
}

/// Takes the metrics of a service's program.
pub(crate) fn take(
    setup: &Setup,
    seen: &mut Seen,
    memory: &mut Memory,
    service: &str,
    program: &Program,
) {
    let (Some(sent), Some(pending)) =
        (program.sent, setup.config.services.get(service).and_then(most_pending))
    else {
        return;
    };
    let Some(account) = memory.accounts.get_mut(service) else { return };
    let sender = seen.senders.entry(service.to_owned()).or_default();
    let settled = program.started.is_some_and(|started| seen.now - started > IN_FLIGHT);
    let Some(on_l1) = sender.on_l1.filter(|_| settled) else {
        (sender.base, sender.recent) = (None, None);
        return;
    };
    let now = Tally {
        at: seen.now,
        on_l1,
        confirmed: whole(sent.confirmed),
        nonces_taken: whole(sent.nonces_taken),
    };
    let recent = float(setup.plan.limits.game_age);
    let others_ended = account.sent_elsewhere_at.map(|at| at + recent);
    let base = sender.base.filter(|base| {
        let of_the_others = others_ended.is_some_and(|end| base.at < end && end <= now.at);
        base.goes_on_to(&now) && now.at - base.at < WINDOW * recent && !of_the_others
    });
    let base = base.unwrap_or(now);
    let fresh = |recent: &Tally| recent.goes_on_to(&now) && now.at - recent.at < NONCES_WITHIN;
    let recent = sender.recent.filter(fresh).unwrap_or(now);
    let from_elsewhere = base.shows_others(&now, pending) || recent.shows_who_takes_nonces(&now);
    if from_elsewhere {
        account.sent_elsewhere_at = Some(seen.now);
    }
    sender.base = (!from_elsewhere).then_some(base);
    sender.recent = (!from_elsewhere).then_some(recent);
}

impl Tally {
    /// A counter that fell is that of another process.
    fn goes_on_to(&self, now: &Self) -> bool {
        self.confirmed <= now.confirmed
            && self.on_l1 <= now.on_l1
            && self.nonces_taken <= now.nonces_taken
    }

    /// Whether somebody else sends, too. What is in flight counts twice: it may have got into L1 unseen,
    /// while L1 did not answer, and as much is in flight now.
    const fn shows_others(&self, now: &Self, pending: u64) -> bool {
        let unseen = (now.on_l1 - self.on_l1).saturating_sub(now.confirmed - self.confirmed);
        unseen > 2 * pending
    }

    /// Whether somebody else takes nonces, also one who loses each race for the block.
    const fn shows_who_takes_nonces(&self, now: &Self) -> bool {
        now.nonces_taken - self.nonces_taken >= NONCES_TAKEN
    }
}

/// Transactions that the program may have in flight at once; `None` for any number, and of a program that
/// sends none (op-batcher `flags/flags.go`, op-challenger `flags/flags.go`).
pub(crate) fn most_pending(service: &Service) -> Option<u64> {
    let command = service.command.as_ref()?;
    if !["op-batcher", "op-proposer", "op-challenger"].contains(&command.component.as_str()) {
        return None;
    }
    let default = if command.component == "op-challenger" { 10 } else { 1 };
    let most = command.value("max-pending-tx").map_or(Ok(default), str::parse).ok()?;
    (most > 0).then_some(most)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pending(component: &str, args: &[&str]) -> Option<u64> {
        let command = json!({"component": component, "args": args});
        let service = json!({"gates": ["alone"], "command": command});
        most_pending(&serde_json::from_value(service).unwrap())
    }

    const fn tally(on_l1: u64, confirmed: u64, nonces_taken: u64) -> Tally {
        Tally { at: 0.0, on_l1, confirmed, nonces_taken }
    }

    #[test]
    fn others_send_if_l1_has_more_or_if_nonces_are_taken() {
        for (now, others) in [
            (tally(10, 5, 0), false),
            (tally(90, 85, 0), false),
            // The program has seen its last one before L1 was asked for the account.
            (tally(90, 86, 0), false),
            // One was lost sight of while L1 stood still, one is on its way.
            (tally(90, 83, 0), false),
            (tally(90, 82, 0), true),
        ] {
            assert!(tally(10, 5, 0).goes_on_to(&now));
            assert_eq!(tally(10, 5, 0).shows_others(&now, 1), others, "{now:?}");
        }
        // Of ten in flight, as many may be unseen.
        for (now, others) in [(tally(90, 65, 0), false), (tally(90, 64, 0), true)] {
            assert_eq!(tally(10, 5, 0).shows_others(&now, 10), others, "{now:?}");
        }
        // The others lose each race for a nonce.
        for (now, others) in [(tally(90, 85, 2), false), (tally(90, 85, 3), true)] {
            assert_eq!(tally(10, 5, 0).shows_who_takes_nonces(&now), others, "{now:?}");
        }
        for now in [tally(9, 5, 0), tally(10, 4, 0)] {
            assert!(!tally(10, 5, 0).goes_on_to(&now), "{now:?}");
        }
    }

    #[test]
    fn what_may_be_in_flight_follows_from_the_command() {
        assert_eq!(pending("op-batcher", &[]), Some(1));
        assert_eq!(pending("op-challenger", &[]), Some(10));
        assert_eq!(pending("op-batcher", &["--max-pending-tx=5"]), Some(5));
        assert_eq!(pending("op-batcher", &["--max-pending-tx=0"]), None);
        assert_eq!(pending("op-batcher", &["--max-pending-tx=x"]), None);
    }
}
