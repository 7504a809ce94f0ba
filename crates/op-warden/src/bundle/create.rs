//! `op-warden bundle create` and `publish`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{process::ExitCode, time::Duration};

use alloy_primitives::B256;
use anyhow::{Context, ensure};
use clap::Args;
use op_bootstrap::stands;
use op_bundle::about::{About, Endpoints, Peers};
use op_bundle::create::{Content, Created, Signer, Wishes, create as make};
use op_bundle::{NAMESPACE, onchain, ssh::PrivateKey};
use op_chain::rollup::RollupConfig;
use op_gate::config::{Config, Service};
use op_gate::read::endpoint;
use op_util::file;
use serde_json::json;

use super::public;
use crate::CONFIG;
use crate::output::print_either;

/// The largest genesis.json that is published.
const MAX_GENESIS: u64 = 256 << 20;
const MAX_ROLLUP: u64 = 1 << 20;
/// For one answer of L1, all retries included.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Args)]
pub(crate) struct CreateArgs {
    /// The bundle's folder; one that holds an earlier bundle of the chain gets the next
    folder: PathBuf,
    /// The configuration: the chain's files, and L1
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// File with the key that signs; of its .pub file, ssh-keygen signs afterwards
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The name that wallets show [default: OP Stack chain ID]
    #[arg(long)]
    name: Option<String>,
    /// Where the bundle will be published
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// JSON-RPC of the L2 for users
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// JSON-RPC of an op-node, for the published heads
    #[arg(long, value_name = "URL")]
    node: Option<String>,
    /// JSON-RPC of the L1 that anybody may use
    #[arg(long, value_name = "URL")]
    l1: Option<String>,
    /// Beacon node of the L1 that anybody may use
    #[arg(long, value_name = "URL")]
    beacon: Option<String>,
    /// Block explorer
    #[arg(long, value_name = "URL")]
    explorer: Option<String>,
    /// Where ETH for a start is given
    #[arg(long, value_name = "URL")]
    faucet: Option<String>,
    /// op-node that followers may dial, /ip4/…/tcp/…/p2p/…; may be repeated
    #[arg(long = "peer", value_name = "MULTIADDRESS")]
    peers: Vec<String>,
    /// Where op-nodes look for others, enode://… or enr:…; may be repeated
    #[arg(long = "bootnode", value_name = "NODE")]
    bootnodes: Vec<String>,
    /// Engine that followers may dial, enode://…; may be repeated
    #[arg(long = "engine", value_name = "ENODE")]
    engines: Vec<String>,
    /// The serial number in the place of the next one
    #[arg(long, value_name = "NUMBER")]
    serial: Option<u64>,
    /// File with the key that signed until now: it hands over to --key
    #[arg(long, value_name = "FILE")]
    rotate_from: Option<PathBuf>,
    /// Give up the published chain whose genesis block has this hash, for another one under its id
    #[arg(long, value_name = "HASH")]
    abandon_genesis: Option<B256>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct PublishArgs {
    #[command(flatten)]
    create: CreateArgs,
    /// JSON-RPC of a follower's engine on another host; may be repeated
    #[arg(long = "follower", value_name = "URL")]
    followers: Vec<String>,
}

pub(super) async fn create(args: &CreateArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let (document, text) = made(args, &config).await?;
    print_either(args.json, &document, text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn publish(args: &PublishArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.create.config)?;
    let steps = stands::steps(&config, &args.followers).await?;
    let table = stands::table(&steps);
    if !stands::all_hold(&steps) {
        let document = json!({"stands": false, "steps": steps, "bundle": null});
        let text = format!("{table}nothing was published: the chain does not stand yet");
        print_either(args.create.json, &document, text)?;
        return Ok(stands::answer(&steps).exit_code());
    }
    let (document, text) = made(&args.create, &config).await?;
    let document = json!({"stands": true, "steps": steps, "bundle": document});
    print_either(args.create.json, &document, format_args!("{table}{text}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the bundle; what a program reads of it, and what people do.
async fn made(args: &CreateArgs, config: &Config) -> anyhow::Result<(serde_json::Value, String)> {
    let read = |path: &Path, most| {
        file::read(path, most).with_context(|| format!("cannot read {}", path.display()))
    };
    let genesis = read(&config.chain.genesis, MAX_GENESIS)?;
    let rollup = read(&config.chain.rollup, MAX_ROLLUP)?;
    let signer = signer(&args.key)?;
    let wishes = Wishes {
        serial: args.serial,
        abandon: args.abandon_genesis,
        rotate_from: args.rotate_from.as_deref().map(PrivateKey::from_file).transpose()?,
    };
    let about = about(args, config, &rollup).await?;
    let l1_config = l1_config(config).map(|path| read(&path, MAX_ROLLUP)).transpose()?;
    let content = Content { genesis, rollup, l1_config, about, url: args.url.clone() };
    let created = make(&args.folder, &content, &signer, &wishes)?;
    let (serial, what) = match created {
        Created::New(serial) => (serial, "made"),
        Created::Same(serial) => (serial, "unchanged, nothing was written"),
    };
    let folder = args.folder.display();
    let key = signer.public();
    let mut text =
        format!("{folder}: serial {serial}, {what}\nfollowers need its URL and this key:\n  {key}");
    let unsigned = matches!(signer, Signer::Later(_)) && matches!(created, Created::New(_));
    if unsigned {
        let key = args.key.display();
        let sign = format!("ssh-keygen -Y sign -f {key} -n {NAMESPACE} {folder}/manifest.json");
        text = format!("{text}\nit is not signed yet:\n  {sign}");
    }
    let document = json!({
        "folder": folder.to_string(), "serial": serial, "new": matches!(created, Created::New(_)), "signed": !unsigned,
        "key": key
    });
    Ok((document, text))
}

/// The file of the L1's rules that the chain's op-nodes are given.
fn l1_config(config: &Config) -> Option<PathBuf> {
    config
        .commands("op-node")
        .find_map(|command| command.value("rollup.l1-chain-config"))
        .map(PathBuf::from)
}

/// A private key signs; a public one waits for ssh-keygen.
fn signer(path: &Path) -> anyhow::Result<Signer> {
    let is_public = path.extension().is_some_and(|extension| extension == "pub");
    if is_public {
        return Ok(Signer::Later(public(&path.display().to_string())?));
    }
    Ok(Signer::Key(PrivateKey::from_file(path)?))
}

async fn about(args: &CreateArgs, config: &Config, rollup: &[u8]) -> anyhow::Result<About> {
    let path = config.chain.rollup.display().to_string();
    let rollup: RollupConfig =
        serde_json::from_slice(rollup).with_context(|| format!("{path} is no rollup.json"))?;
    ensure!(
        rollup.l2_chain_id == config.chain.l2_chain_id,
        "expected: the chain {} of the configuration; found: the chain {} in {path}",
        config.chain.l2_chain_id,
        rollup.l2_chain_id
    );
    let l1 = endpoint::of_l1(&config.l1, PATIENCE)?;
    let told = onchain::read(&l1, &rollup).await.with_context(|| {
        format!("SystemConfig {} was not read on L1", rollup.l1_system_config_address)
    })?;
    let name = || format!("OP Stack chain {}", rollup.l2_chain_id);
    Ok(About {
        name: args.name.clone().unwrap_or_else(name),
        l1_chain_id: rollup.l1_chain_id,
        l2_chain_id: rollup.l2_chain_id,
        unsafe_block_signer: told.unsafe_block_signer,
        contracts: told.contracts,
        contract_versions: told.versions,
        programs: config.services.values().filter_map(program).collect::<BTreeMap<_, _>>(),
        peers: Peers {
            nodes: args.peers.clone(),
            bootnodes: args.bootnodes.clone(),
            engines: args.engines.clone(),
        },
        endpoints: Endpoints {
            rpc: args.rpc.clone(),
            node: args.node.clone(),
            l1: args.l1.clone(),
            beacon: args.beacon.clone(),
            explorer: args.explorer.clone(),
            faucet: args.faucet.clone(),
        },
    })
}

/// The image that a component runs.
fn program(service: &Service) -> Option<(String, String)> {
    let (command, image) = (service.command.as_ref()?, service.image.as_ref()?);
    let digest = image.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    Some((command.component.clone(), format!("{}{digest}", image.reference)))
}
