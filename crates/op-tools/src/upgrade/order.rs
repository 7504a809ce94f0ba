//! Which service first. Followers: a fault shows there while the chain goes on. An engine before its node:
//! a later engine still takes the calls of an earlier node. The challenger before the proposer: what is
//! claimed can be disputed at every moment.

use eth_rpc::port_of_url;
use op_gate::config::Config;
use op_release::command::Command;

/// The place of a service; services of one place are equal.
pub(super) fn place(config: &Config, name: &str) -> (u8, u8) {
    let command = config.services.get(name).and_then(|service| service.command.as_ref());
    let Some(command) = command else { return (u8::MAX, 0) };
    match command.component.as_str() {
        "op-geth" | "op-reth" => (u8::from(is_of_sequencer(config, command)), 0),
        "op-node" => (u8::from(is_sequencer(command)), 1),
        "op-batcher" => (2, 0),
        "op-dispute-mon" => (3, 0),
        "op-challenger" => (4, 0),
        "op-proposer" => (5, 0),
        _ => (6, 0),
    }
}

fn is_sequencer(node: &Command) -> bool {
    node.is_on("sequencer.enabled")
}

fn is_of_sequencer(config: &Config, engine: &Command) -> bool {
    let port = |url: Option<&str>| url.and_then(port_of_url);
    let own = engine.url("authrpc.port");
    let mut sequencers = config.commands("op-node").filter(|node| is_sequencer(node));
    own.is_some() && sequencers.any(|node| port(node.value("l2")) == port(own.as_deref()))
}
