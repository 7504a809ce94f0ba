//! The definitions of a follower, filled in for a chain that runs elsewhere.

use std::collections::BTreeMap;
use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use op_bundle::about::About;
use op_bundle::ssh::PublicKey;
use op_bundle::verify::Verified;
use op_bundle::{GENESIS_UNPACKED, L1_CONFIG, ROLLUP};
use op_gate::config::Config;
use serde_json::json;

use crate::engine::{Engine, Engines};
use crate::home::{self, Home};
use crate::ports::Ports;
use crate::stack::{Stack, Template, Values};
use crate::{keys, l1};

/// JSON-RPC and beacon node of L1.
pub(super) struct L1 {
    pub(super) rpc: String,
    pub(super) beacon: Option<String>,
}

const NODE: &str = "follower-1-node";
const ENGINE: &str = "follower-1-engine";
/// The L1s that op-node knows by itself (op-node, `chaincfg`).
const KNOWN_L1S: [u64; 4] = [1, 17_000, 560_048, 11_155_111];

pub(super) struct Made {
    pub(super) stack: Stack,
    pub(super) endpoints: BTreeMap<String, String>,
    pub(super) engine_url: String,
}

/// Fills the definitions in, and writes what the services read.
pub(super) fn make(
    home: &Home,
    bundle: &Verified,
    key: PublicKey,
    engine: Engine,
    l1: &L1,
) -> Result<Made> {
    let about = &bundle.about;
    let mut template =
        Template::with_followers(1, Engines { sequencer: engine, followers: engine })?;
    template.keep_only(|name| name == NODE || name == ENGINE);
    template.edit_args(|name, args| match name {
        NODE => node(about, l1, args),
        _ => self::engine(about, args),
    });
    let ports = Ports::choose(&template.ports(), &home.dir().join("ports.json"))?;
    let node = keys::p2p_identity(home, NODE)?;
    keys::jwt_secret(home, ENGINE)?;
    let text = |path: PathBuf| json!(path.display().to_string());
    let file = |name: &str| text(home.bundle().join(name));
    let factory = about.contracts.get("DisputeGameFactoryProxy").copied().unwrap_or_default();
    let own = node.enode(ports.get(&format!("{NODE}.p2p"))?);
    let bootnodes = &about.peers.bootnodes;
    let mut values = Values::from([
        ("l1.rpc".to_owned(), json!(l1.rpc)),
        ("l1.beacon".to_owned(), json!(l1.beacon)),
        ("l1.chainId".to_owned(), json!(about.l1_chain_id)),
        ("l1.chainConfig".to_owned(), text(l1_config(home, bundle)?)),
        ("chain.genesis".to_owned(), file(GENESIS_UNPACKED)),
        ("chain.rollup".to_owned(), file(ROLLUP)),
        ("chain.l2ChainId".to_owned(), json!(about.l2_chain_id)),
        ("chain.disputeGameFactory".to_owned(), json!(factory)),
        ("keys.allowReuse".to_owned(), json!(false)),
        ("dir".to_owned(), text(home.data())),
        ("keys".to_owned(), text(home.keys())),
        // The built-in list is resolved by DNS where none is given.
        (
            "p2p.bootnodes".to_owned(),
            json!(if bootnodes.is_empty() { own } else { bootnodes.join(",") }),
        ),
        ("p2p.sequencer".to_owned(), json!(about.peers.nodes.join(","))),
        // Between quotes of a list in TOML, and as op-reth takes several.
        (
            "p2p.sequencerEngine".to_owned(),
            json!(about.peers.engines.join(if engine == Engine::Geth { "\", \"" } else { "," })),
        ),
        ("follow.rpc".to_owned(), json!(about.endpoints.rpc)),
    ]);
    values.extend(ports.all().iter().map(|(name, port)| (format!("port.{name}"), json!(port))));
    let stack = template.fill(&values)?;
    write(home, &stack, key, l1)?;
    let endpoint = |name: &str, port: &str| -> Result<(String, String)> {
        Ok((name.to_owned(), l1::url(ports.get(&format!("{name}.{port}"))?)))
    };
    let engine_url = l1::url(ports.get(&format!("{ENGINE}.http"))?);
    let endpoints = BTreeMap::from([endpoint(ENGINE, "http")?, endpoint(NODE, "rpc")?]);
    Ok(Made { stack, endpoints, engine_url })
}

/// Flags of op-node that are a devnet's, where the L1 is not, or where something is not published.
fn node(about: &About, l1: &L1, args: &mut Vec<String>) {
    let drop = |args: &mut Vec<String>, flag: &str| {
        args.retain(|arg| arg != flag && !arg.starts_with(&format!("{flag}=")));
    };
    if about.peers.nodes.is_empty() {
        drop(args, "--p2p.static");
    }
    if !about.peers.bootnodes.is_empty() {
        drop(args, "--p2p.no-discovery");
    }
    let far = |peer: &String| !peer.contains("/127.0.0.1/") && !peer.contains("@127.0.0.1:");
    if about.peers.nodes.iter().chain(&about.peers.bootnodes).any(far) {
        drop(args, "--p2p.listen.ip");
        args.push("--p2p.listen.ip=0.0.0.0".to_owned());
    }
    if KNOWN_L1S.contains(&about.l1_chain_id) {
        for flag in ["--rollup.l1-chain-config", "--l1.epoch-poll-interval", "--l1.trustrpc"] {
            drop(args, flag);
        }
    }
    if !eth_rpc::is_loopback(&l1.rpc) {
        drop(args, "--l1.http-poll-interval");
        args.push("--l1.http-poll-interval=12s".to_owned());
    }
    if l1.beacon.is_none() {
        drop(args, "--l1.beacon");
        args.push("--l1.beacon.ignore".to_owned());
    }
    args.sort();
}

/// Users' transactions go to what the chain publishes, if anything.
fn engine(about: &About, args: &mut Vec<String>) {
    args.retain(|arg| about.endpoints.rpc.is_some() || !arg.starts_with("--rollup.sequencer"));
    for arg in args.iter_mut().filter(|arg| arg.starts_with("--rollup.sequencer")) {
        if let Some((flag, _)) = arg.split_once('=') {
            *arg = format!("{flag}=@{{follow.rpc}}");
        }
    }
    args.retain(|arg| !about.peers.engines.is_empty() || !arg.starts_with("--trusted-peers="));
}

/// The L1's rules, which op-node needs of an L1 that it does not know.
fn l1_config(home: &Home, bundle: &Verified) -> Result<PathBuf> {
    if bundle.files.contains_key(L1_CONFIG) {
        return Ok(home.bundle().join(L1_CONFIG));
    }
    let path = home.data().join(L1_CONFIG);
    let config = l1::chain_config(bundle.about.l1_chain_id)?;
    home::write(&path, &serde_json::to_vec_pretty(&config)?)?;
    Ok(path)
}

fn write(home: &Home, stack: &Stack, key: PublicKey, l1: &L1) -> Result<()> {
    let mut warden: Config = serde_json::from_value(stack.warden.clone())
        .context("the definitions hold no valid op-warden configuration")?;
    warden.chain.bundle = Some(home.bundle());
    warden.chain.bundle_key = Some(key);
    if l1.beacon.is_none() {
        warden.l1.beacon = None;
    }
    home::write(&home.warden_config(), &serde_json::to_vec_pretty(&warden)?)?;
    for service in stack.services.values() {
        if let Some(data_dir) = &service.data_dir {
            fs::create_dir_all(data_dir).with_context(|| format!("cannot make {data_dir}"))?;
        }
        for (path, content) in &service.files {
            // A list with nothing in it, where no engine is published.
            let content = content.replace("[\"\"]", "[]");
            home::write(std::path::Path::new(path), content.as_bytes())?;
        }
    }
    Ok(())
}
