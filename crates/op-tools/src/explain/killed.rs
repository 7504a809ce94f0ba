//! What the kernel killed a unit's program for.

use std::io::{self, BufRead};

use op_util::text::KILLED;

use crate::explain::line;

/// What the kernel logs of each kill (`mm/oom_kill.c`, `dump_oom_victim`), before the words for people.
const KILL: &str = "oom-kill:constraint=";
/// A cgroup was full, not the host.
const OF_A_CGROUP: &str = "CONSTRAINT_MEMCG";

/// What a service may use, and where that is said.
#[derive(Debug, Clone, Copy)]
pub struct Limit<'a> {
    /// As podman takes it, `2g`; `None` for none.
    pub memory: Option<&'a str>,
    /// The option that says so.
    pub option: &'a str,
}

/// Why the kernel killed a process of this systemd unit last, by its log, as the last error of a program that
/// is known to have been killed so. Who has no such line in the log is told both that it may be.
pub fn killed(log: &mut impl BufRead, unit: &str, limit: Limit<'_>) -> io::Result<String> {
    let mut last = None;
    let mut buffer = Vec::new();
    while let Some(line) = line::next(log, &mut buffer)? {
        let line = String::from_utf8_lossy(&line::plain(line)).into_owned();
        last = kill(&line, unit).or(last);
    }
    let Limit { memory, option } = limit;
    let of = memory.map(|memory| format!(" of {memory}")).unwrap_or_default();
    let more = format!("give `{option}` more, or the program less to keep");
    let host = "give the host more, or its services less (`resources.memory` of each)";
    Ok(match last {
        Some(Kill::OwnLimit) => {
            format!("{KILLED}: it used more than its memory limit{of}; {more}")
        }
        Some(Kill::LimitOf(group)) => format!(
            "{KILLED}: what runs in {group} used more than that may; raise its limit, or give its services less \
             (`resources.memory` of each)"
        ),
        Some(Kill::Host) => format!("{KILLED}: the host had no memory left; {host}"),
        None => format!(
            "{KILLED} for its memory: beyond its limit{of}, or the host had none left (`journalctl -k` says which); \
             {more}"
        ),
    })
}

enum Kill {
    /// Its container's.
    OwnLimit,
    /// Of a cgroup that holds others as well.
    LimitOf(String),
    Host,
}

/// Whether this line says that a process of the unit was killed, and for what.
fn kill(line: &str, unit: &str) -> Option<Kill> {
    let (constraint, said) = line.split_once(KILL)?.1.split_once(',')?;
    let group = |name: &str| said.split(',').find_map(|field| field.strip_prefix(name));
    // podman's containers are in groups below the unit's (`--cgroups=split`).
    let is_of_unit = |group: &str| group.split('/').any(|part| part == unit);
    group("task_memcg=").filter(|group| is_of_unit(group))?;
    if constraint != OF_A_CGROUP {
        return Some(Kill::Host);
    }
    Some(match group("oom_memcg=") {
        Some(full) if !is_of_unit(full) => {
            // The kernel's own name of it: letters, digits, and what systemd escapes.
            Kill::LimitOf(full.chars().filter(char::is_ascii_graphic).take(200).collect())
        }
        _ => Kill::OwnLimit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "podman-op-stack-batcher.service";

    /// As Linux 6.18 logs it; the names of the groups are those of podman's `--cgroups=split`.
    fn line(constraint: &str, full: &str, of: &str) -> String {
        format!(
            "[62640.552058] oom-kill:constraint={constraint},nodemask=(null),cpuset=/,mems_allowed=0,{full}\
             task_memcg=/opstack.slice/{of}/libpod-payload-2f5c,task=op-batcher,pid=1346,uid=0\n\
             Memory cgroup out of memory: Killed process 1346 (op-batcher) total-vm:221368kB, UID:0\n"
        )
    }

    fn said(log: &str, memory: Option<&str>) -> String {
        let limit = Limit { memory, option: "batcher.resources.memory" };
        killed(&mut log.as_bytes(), UNIT, limit).unwrap()
    }

    #[test]
    fn what_was_full_is_told() {
        let own = format!("oom_memcg=/opstack.slice/{UNIT}/libpod-payload-2f5c,");
        let own = line(OF_A_CGROUP, &own, UNIT);
        let slice = line(OF_A_CGROUP, "oom_memcg=/opstack.slice,", UNIT);
        let host = line("CONSTRAINT_NONE", "global_oom,", UNIT);
        let another = line("CONSTRAINT_NONE", "global_oom,", "podman-op-stack-batcher2.service");
        let by_its_limit = "killed by the kernel: it used more than its memory limit of 2g; give \
                            `batcher.resources.memory` more, or the program less to keep";
        let by_the_host = "killed by the kernel: the host had no memory left";
        let unknown = "killed by the kernel for its memory: beyond its limit of 2g, or the host had none left";
        for (log, begins) in [
            (own.clone(), by_its_limit),
            (format!("{own}{another}"), by_its_limit),
            (format!("{host}{own}"), by_its_limit),
            (format!("{own}{host}"), by_the_host),
            (slice, "killed by the kernel: what runs in /opstack.slice used more than that may"),
            (host, by_the_host),
            (another, unknown),
            (String::new(), unknown),
            ("oom-kill:constraint=".to_owned(), unknown),
        ] {
            let said = said(&log, Some("2g"));
            assert!(said.starts_with(begins) && !said.contains('\n'), "{log}: {said}");
        }
    }

    #[test]
    fn a_service_without_a_limit_has_none_to_name() {
        let said = said("", None);
        assert!(
            said.starts_with("killed by the kernel for its memory: beyond its limit, or"),
            "{said}"
        );
    }
}
