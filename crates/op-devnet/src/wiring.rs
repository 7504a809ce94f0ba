//! Fills in the service definitions for one devnet.

use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result};
use eth_rpc::key::SecretKey;
use op_components::{Component, Components};
use serde_json::json;

use crate::beacon;
use crate::chain::Chain;
use crate::health::{self, WARDEN};
use crate::home::{self, Home};
use crate::keys;
use crate::l1::{self, L1};
use crate::ports::Ports;
use crate::stack::{Stack, Template, Values};

/// Fills in the placeholders of the service definitions.
pub(crate) fn fill(
    template: Template,
    home: &Home,
    chain: &Chain,
    components: &Components,
    ports: &Ports,
    followers: usize,
) -> Result<Stack> {
    let sequencer = node_key(home, "sequencer")?;
    pairs(followers).try_for_each(|pair| node_key(home, &pair).map(drop))?;
    let engine = keys::p2p_identity(home, "sequencer-engine")?;
    let p2p_port = ports.get("sequencer-node.p2p")?;
    let endpoints = endpoints(ports, followers)?;
    let rollups: Vec<&str> =
        pairs(followers).map(|pair| endpoints[&format!("{pair}-node")].as_str()).collect();
    // The first follower, where there is one: a wrong sequencer agrees with itself.
    let asked = pairs(followers).take(2).last().unwrap_or_default();
    let text = |path: PathBuf| json!(path.display().to_string());
    let mut values = Values::from([
        ("l1.rpc".to_owned(), json!(endpoints[L1])),
        ("l1.beacon".to_owned(), json!(l1::url(ports.get(beacon::PORT)?))),
        ("batcher.dataAvailability".to_owned(), json!(chain.data_availability)),
        ("l1.chainId".to_owned(), json!(chain.l1_chain_id)),
        ("l1.chainConfig".to_owned(), text(home.chain().join("l1-chain-config.json"))),
        ("chain.genesis".to_owned(), text(home.chain().join("genesis.json"))),
        ("chain.rollup".to_owned(), text(home.chain().join("rollup.json"))),
        ("chain.l2ChainId".to_owned(), json!(chain.l2_chain_id)),
        ("chain.disputeGameFactory".to_owned(), json!(chain.dispute_game_factory)),
        // The contracts have it so.
        ("keys.allowReuse".to_owned(), json!(chain.batcher == chain.proposer)),
        ("dir".to_owned(), text(home.data())),
        ("keys".to_owned(), text(home.keys())),
        ("p2p.bootnodes".to_owned(), json!(sequencer.enode(p2p_port))),
        (
            "p2p.sequencer".to_owned(),
            json!(format!("/ip4/127.0.0.1/tcp/{p2p_port}/p2p/{}", sequencer.peer_id())),
        ),
        ("p2p.sequencerEngine".to_owned(), json!(engine.enode(ports.get("sequencer-engine.p2p")?))),
        ("proposer.gameType".to_owned(), json!(chain.game_type)),
        ("challenger.gameTypes".to_owned(), json!(chain.game_types.join(","))),
        ("games.window".to_owned(), json!(chain.game_window())),
        ("bin.cannon".to_owned(), text(components.path(Component::Cannon))),
        ("challenger.node".to_owned(), json!(format!("{asked}-node"))),
        ("challenger.engineHttp".to_owned(), json!(endpoints[&format!("{asked}-engine")])),
        ("challenger.rollupRpc".to_owned(), json!(endpoints[&format!("{asked}-node")])),
        ("rollups".to_owned(), json!(rollups.join(","))),
        ("address.proposer".to_owned(), json!(chain.proposer)),
        ("address.challenger".to_owned(), json!(chain.challenger)),
    ]);
    values.extend(ports.all().iter().map(|(name, port)| (format!("port.{name}"), json!(port))));
    template.fill(&values)
}

fn pairs(followers: usize) -> impl Iterator<Item = String> {
    let followers = (1..=followers).map(|follower| format!("follower-{follower}"));
    std::iter::once("sequencer".to_owned()).chain(followers)
}

/// The P2P identity of a node; its engine's JWT secret is made along with it.
fn node_key(home: &Home, pair: &str) -> Result<SecretKey> {
    keys::jwt_secret(home, &format!("{pair}-engine"))?;
    keys::p2p_identity(home, &format!("{pair}-node"))
}

/// Writes what the services read beside the chain's own files. `health` is the health service's port.
pub(crate) fn write_files(home: &Home, stack: &Stack, health: u16) -> Result<()> {
    let mut warden: op_gate::config::Config = serde_json::from_value(stack.warden.clone())
        .context("the definitions hold no valid op-warden configuration")?;
    warden.serve = Some(health::serve(home, health));
    home::write(&home.warden_config(), &serde_json::to_vec_pretty(&warden)?)?;
    let l1 = l1::chain_config(warden.l1.chain_id)?;
    home::write(&home.chain().join("l1-chain-config.json"), &serde_json::to_vec_pretty(&l1)?)?;
    for service in stack.services.values() {
        if let Some(data_dir) = &service.data_dir {
            fs::create_dir_all(data_dir).with_context(|| format!("cannot make {data_dir}"))?;
        }
        for (path, content) in &service.files {
            home::write(Path::new(path), content.as_bytes())?;
        }
    }
    Ok(())
}

/// JSON-RPC endpoints by service.
pub(crate) fn endpoints(ports: &Ports, followers: usize) -> Result<BTreeMap<String, String>> {
    let mut endpoints = BTreeMap::from([
        (L1.to_owned(), l1::url(ports.get("l1.rpc")?)),
        (WARDEN.to_owned(), l1::url(ports.get(health::PORT)?)),
    ]);
    for pair in pairs(followers) {
        for (service, port) in [("engine", "http"), ("node", "rpc")] {
            let name = format!("{pair}-{service}");
            let port = ports.get(&format!("{name}.{port}"))?;
            endpoints.insert(name, l1::url(port));
        }
    }
    Ok(endpoints)
}
