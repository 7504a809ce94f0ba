//! Challenger and dispute-mon find the safe heads of the past.

use eth_rpc::{is_loopback, port_of_url};

use crate::finding::{Comparison, Finding};
use crate::{command::Command, config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::SafeDb;
const MEND: &str = "\
    Set --safedb.path before the first start: disputes need the safe head at each L1 block, and \
    the node never fills the past in.";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let own = command.setting("rpc.port").and_then(|port| port.parse::<u16>().ok());
    let asks = |asker: &&Command| {
        let here = asker.list("rollup-rpc").into_iter().filter(|url| is_loopback(url));
        here.filter_map(port_of_url).any(|port| Some(port) == own)
    };
    let askers = ["op-challenger", "op-dispute-mon"].into_iter();
    let askers: Vec<&str> = askers
        .filter(|component| facts.config.commands(component).any(|asker| asks(&asker)))
        .collect();
    if askers.is_empty() {
        return vec![Finding::skip(
            GATE,
            "neither op-challenger nor op-dispute-mon asks this node",
        )];
    }
    let path = command.value("safedb.path").filter(|path| !path.is_empty());
    vec![
        Comparison::new(
            GATE,
            ("a folder for the SafeDB", format!("--rollup-rpc of {}", askers.join(" and "))),
            (path.unwrap_or("none"), "--safedb.path of the node"),
        )
        .refuse_unless(path.is_some(), MEND),
    ]
}
