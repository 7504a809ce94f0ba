//! Whether a service's account sends what the service did not.

use op_gate::config::Service;

use crate::number::whole;
use crate::seen::{Seen, SenderBase};
use crate::{memory::Memory, observe::programs::Program, setup::Setup};

/// Seconds after a process' begin in which the last transactions of the one before it get into L1.
const IN_FLIGHT: f64 = 120.0;

/// Before the programs are asked: what L1 has by now, they have sent by the time of their answer.
pub(crate) fn before_the_poll(seen: &mut Seen, memory: &Memory) {
    for (service, sender) in &mut seen.senders {
        sender.on_l1 = memory.accounts.get(service).and_then(|account| account.nonce);
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
    let (Some(confirmed), Some(pending)) =
        (program.confirmed.map(whole), setup.config.services.get(service).and_then(most_pending))
    else {
        return;
    };
    let Some(account) = memory.accounts.get_mut(service) else { return };
    let sender = seen.senders.entry(service.to_owned()).or_default();
    let settled = program.started.is_some_and(|started| seen.now - started > IN_FLIGHT);
    let Some(on_l1) = sender.on_l1.filter(|_| settled) else {
        sender.base = None;
        return;
    };
    // A counter that fell is that of another process.
    let before = sender.base.filter(|base| base.confirmed <= confirmed && base.on_l1 <= on_l1);
    let base = before.unwrap_or(SenderBase { on_l1, confirmed });
    let from_elsewhere = on_l1 - base.on_l1 > confirmed - base.confirmed + pending;
    if from_elsewhere {
        account.sent_elsewhere_at = Some(seen.now);
    }
    sender.base = (!from_elsewhere).then_some(base);
}

/// Transactions that the program may have in flight at once; `None` for any number (op-batcher
/// `flags/flags.go`, op-challenger `flags/flags.go`).
fn most_pending(service: &Service) -> Option<u64> {
    let command = service.command.as_ref()?;
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

    #[test]
    fn what_may_be_in_flight_follows_from_the_command() {
        assert_eq!(pending("op-batcher", &[]), Some(1));
        assert_eq!(pending("op-challenger", &[]), Some(10));
        assert_eq!(pending("op-batcher", &["--max-pending-tx=5"]), Some(5));
        assert_eq!(pending("op-batcher", &["--max-pending-tx=0"]), None);
        assert_eq!(pending("op-batcher", &["--max-pending-tx=x"]), None);
    }
}
