//! Nobody outside of this machine may stop the service, or look into it.

use std::net::IpAddr;

use crate::command::Command;
use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::AdminApi;
const MEND: &str = "\
    It has no password, and container ports bypass host firewalls: whoever reaches it stops the \
    service, posts blocks or reads its memory. Let it listen on 127.0.0.1.";

/// What must be reached from this host alone.
struct Private {
    what: &'static str,
    /// The flag of its address.
    flag: &'static str,
    /// Where it listens without the flag; `None` is every address.
    default: Option<&'static str>,
}

const LOCAL: Option<&str> = Some("127.0.0.1");

pub(crate) fn judge(service: &Service, _: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let private = private(command);
    if private.is_empty() {
        return vec![Finding::skip(GATE, "the admin API is off")];
    }
    let finding = |Private { what, flag, default }: Private| {
        let address = command.value(flag).or(default);
        Comparison::new(
            GATE,
            (format!("{what} on loopback only"), "the service's command"),
            (address.unwrap_or("none: every address"), format!("--{flag}")),
        )
        .refuse_unless(address.is_some_and(is_loopback), MEND)
    };
    private.into_iter().map(finding).collect()
}

fn private(command: &Command) -> Vec<Private> {
    let is_engine = matches!(command.component.as_str(), "op-geth" | "op-reth");
    // Of an empty list op-geth serves every module; op-reth has a word for that.
    let has_admin = |list: &str| match (&*command.component, &*command.list(list)) {
        ("op-geth", []) => command.value(list).is_some(),
        ("op-reth", [first, ..]) if first.eq_ignore_ascii_case("all") => true,
        (_, modules) => modules.contains(&"admin"),
    };
    let parts = [
        (
            !is_engine && command.is_on("rpc.enable-admin"),
            Private { what: "the admin API", flag: "rpc.addr", default: None },
        ),
        (
            !is_engine && command.is_on("pprof.enabled"),
            Private { what: "the profiler", flag: "pprof.addr", default: None },
        ),
        (
            is_engine && command.is_on("http") && has_admin("http.api"),
            Private { what: "the admin API", flag: "http.addr", default: LOCAL },
        ),
        (
            is_engine && command.is_on("ws") && has_admin("ws.api"),
            Private { what: "the admin API", flag: "ws.addr", default: LOCAL },
        ),
        (
            command.component == "op-geth" && command.is_on("pprof"),
            Private { what: "the profiler", flag: "pprof.addr", default: LOCAL },
        ),
    ];
    parts.into_iter().filter(|(on, _)| *on).map(|(_, private)| private).collect()
}

fn is_loopback(address: &str) -> bool {
    address == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_recognised() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.1.2.3", true),
            ("::1", true),
            ("localhost", true),
            ("0.0.0.0", false),
            ("::", false),
            ("10.0.0.1", false),
            ("", false),
            ("127.0.0.1:9545", false),
            ("localhost.example", false),
        ] {
            assert_eq!(is_loopback(address), expected, "{address}");
        }
    }
}
