//! The services: gates, processes, peers, disks.

use op_util::text::{KILLED, bytes, span};

use crate::{figures::services, judge::gates, last_reading::LastReading, watch::Watch};
use op_gate::config::Service;
use op_status::condition::{Condition, Name, State};

/// As many restarts within as many seconds are too many.
const FLAPPING: (usize, u32) = (3, 600);

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = watch
        .setup
        .config
        .services
        .iter()
        .flat_map(|(name, service)| {
            [
                Some(gates::judge(watch, name)),
                up(watch, name),
                restarts(watch, name, service),
                disk(watch, name, service),
            ]
        })
        .flatten()
        .collect();
    conditions.extend(peers(watch));
    conditions.extend(engine_peers(watch));
    conditions.into_iter().map(|condition| unless_held(watch, condition)).collect()
}

/// Where somebody wants it so, neither a service's gates nor its silence are a fault.
fn unless_held(watch: &Watch, condition: Condition) -> Condition {
    let Condition { name, subject, .. } = &condition;
    let runs = || matches!(services::up(watch, subject), Some(Ok(())));
    match watch.seen.held.get(subject) {
        Some(why) if *name != Name::Disk && !runs() => {
            let found = format!("held on purpose: {why}");
            Condition::holds(*name, subject, "it is held, and stopped", found)
        }
        _ => condition,
    }
}

fn up(watch: &Watch, name: &str) -> Option<Condition> {
    const EXPECTED: &str = "its program answers";
    const MEND: &str =
        "See whether it runs, and its log. A gate that does not pass keeps it from starting.";
    let waits = !gates::judge(watch, name).state.is_ready();
    let Some(up) = services::up(watch, name) else {
        let unread =
            || Condition::unknown(Name::Service, name, EXPECTED, "it was not read yet", MEND);
        return services::is_asked(watch, name).then(unread);
    };
    Some(match up {
        Ok(()) if watch.seen.pending.contains(name) => {
            const FOUND: &str =
                "it answers; a restart is pending: it was started before the last switch";
            const RESTART: &str = "Nothing that the program sees has changed, so it was left running. Restart \
                                   it when it suits: what runs it, podman for one, is newer.";
            Condition::holds(Name::Service, name, EXPECTED, FOUND).is(State::Warn, RESTART)
        }
        Ok(()) => Condition::holds(Name::Service, name, EXPECTED, "it answers"),
        // Where it may not start, that is no fault of its own.
        Err(reason) => {
            let said = died(watch, name).then(|| last_error(watch, name)).flatten();
            let (before, state) =
                if waits { ("waits for its gates; ", State::Unknown) } else { ("", State::Failed) };
            let found = format!("{before}no answer: {reason}{}", also(said));
            Condition::holds(Name::Service, name, EXPECTED, found).is(state, mend(said, MEND))
        }
    })
}

/// Whether its last run ended badly and no other has begun, as systemd sees it.
fn died(watch: &Watch, name: &str) -> bool {
    const WELL: [&str; 3] = ["", "success", "exec-condition"];
    watch.seen.units.get(name).is_some_and(|unit| !WELL.contains(&&*unit.result))
}

fn last_error<'a>(watch: &'a Watch, name: &str) -> Option<&'a str> {
    watch.seen.last_errors.get(name).map(String::as_str).filter(|said| !said.is_empty())
}

fn also(said: Option<&str>) -> String {
    said.map(|said| format!("; its last error: {said}")).unwrap_or_default()
}

/// Memory is given, where anything else is looked for in the log.
fn mend(said: Option<&str>, otherwise: &'static str) -> &'static str {
    const MEMORY: &str = "What was full is in its last error: give that more, or the program smaller caches and less \
                          at a time. Until then it dies again, and an engine may lose its last blocks each time.";
    if said.is_some_and(|said| said.starts_with(KILLED)) { MEMORY } else { otherwise }
}

/// Of what systemd or the program's own metrics can report.
fn restarts(watch: &Watch, name: &str, service: &Service) -> Option<Condition> {
    const MEND: &str =
        "It dies again and again: see its log; `op-warden explain` knows the usual last words.";
    const UNREAD: &str = "neither systemd nor its metrics have reported a start yet";
    const SEE: &str = "See whether it runs, and whether systemd's bus answers op-warden.";
    if service.unit.is_none() && !watch.setup.plan.programs.contains_key(name) {
        return None;
    }
    let (most, within) = FLAPPING;
    let expected = format!("fewer than {most} restarts within {}", span(within.into()));
    let Some(service) = watch.memory.services.get(name) else {
        return Some(Condition::unknown(Name::Restarts, name, expected, UNREAD, SEE));
    };
    let is_recent = |&&at: &&f64| watch.seen.now - at <= f64::from(within);
    let recent = service.restarted_at.iter().filter(is_recent).count();
    let said = last_error(watch, name).filter(|_| recent > 0);
    let found = format!("{recent} restarts recently, {} in all{}", service.restarts, also(said));
    let condition = Condition::holds(Name::Restarts, name, expected, found);
    Some(condition.unless(recent < most, State::Failed, mend(said, MEND)))
}

fn disk(watch: &Watch, name: &str, service: &Service) -> Option<Condition> {
    const MEND: &str = "Make room before the database stops, which may damage it.";
    let required = service.min_free_bytes?;
    let folder = service.data_dir.as_ref()?;
    let expected = format!("{} free", bytes(required));
    Some(match watch.seen.disks.get(folder) {
        None => Condition::unknown(Name::Disk, name, expected, "it was not read yet", ""),
        Some(Err(reason)) => {
            Condition::unknown(Name::Disk, name, expected, reason, "See the file system.")
        }
        Some(Ok(free)) => {
            Condition::holds(Name::Disk, name, expected, format!("{} free", bytes(*free))).unless(
                *free >= required,
                State::Failed,
                MEND,
            )
        }
    })
}

/// Of the followers' engines.
fn engine_peers(watch: &Watch) -> impl Iterator<Item = Condition> {
    const NAME: Name = Name::Peers;
    const EXPECTED: &str = "the sequencer's engine as a peer";
    const MEND: &str = "A block that its op-node does not hear of comes with the batches only. See whether the \
                        sequencer's engine runs, and the gate engine-peers of both.";
    watch.setup.plan.peered_engines.values().map(|name| {
        match watch.seen.engine_peers.get(name).map_or(Err("it was not read yet"), LastReading::get)
        {
            Ok(0) => Condition::holds(NAME, name, EXPECTED, "none").is(State::Failed, MEND),
            Ok(count) => Condition::holds(NAME, name, EXPECTED, count.to_string()),
            Err(reason) => Condition::unknown(NAME, name, EXPECTED, reason, MEND),
        }
    })
}

fn peers(watch: &Watch) -> Vec<Condition> {
    const NAME: Name = Name::Peers;
    const EXPECTED: &str = "at least one peer";
    const MEND: &str = "Without peers, unsafe blocks do not travel: see the static peers, the P2P ports and the \
                        firewall.";
    let nodes = watch.setup.plan.nodes.iter();
    nodes
        .filter(|node| node.needs_peers && node.rollup.is_some())
        .map(|node| match watch.seen.node(&node.name).get().map(|node| &node.peers) {
            Ok(Ok(0)) => {
                Condition::holds(NAME, &node.name, EXPECTED, "none").is(State::Failed, MEND)
            }
            Ok(Ok(count)) => Condition::holds(NAME, &node.name, EXPECTED, count.to_string()),
            Ok(Err(unread)) => {
                Condition::unknown(NAME, &node.name, EXPECTED, &unread.to_string(), MEND)
            }
            Err(reason) => Condition::unknown(NAME, &node.name, EXPECTED, reason, MEND),
        })
        .collect()
}
