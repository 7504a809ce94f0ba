//! What the steps of the chain's life on a host work on: the host's root, images of the official
//! programs, the module's evaluations; and how they ask.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use e2e::devnet::brought;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::workspace;

use crate::{
    host::Host,
    l1::L1,
    support::{Result, ensure, run},
    tools::{Tools, static_programs},
};

pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const STATE_DIR: &str = "var/lib/op-stack";
pub(crate) const KEYS: &str = "etc/op-stack/keys";
pub(crate) const REGISTRY: &str = "us-docker.pkg.dev/oplabs-tools-artifacts/images";

/// What stands in the URL of the L1 for the key of one's own endpoint.
pub(crate) const URL_KEY: &str = "0b5e55edf00dcafe";

/// Services that sign, and so wait for a key.
pub(crate) const WITH_KEYS: [&str; 4] = ["sequencer-node", "batcher", "proposer", "challenger"];
/// The core rollup, beside the sequencer's engine.
pub(crate) const CORE: [&str; 5] =
    ["sequencer-node", "batcher", "proposer", "follower-one-engine", "follower-one-node"];
/// Services of the dispute path. Permissioned games need no prestate.
pub(crate) const DISPUTE: [&str; 2] = ["challenger", "dispute-mon"];

/// The batcher's image of a later day.
pub(crate) const NEXT_BATCHER: &str = "op-batcher, next";

/// Component, options of the module that run it, programs in its image.
const IMAGES: [(&str, &[&str], &[&str]); 5] = [
    ("op-node", &["sequencer.node", "followers.one.node"], &["op-node"]),
    ("op-batcher", &["batcher"], &["op-batcher"]),
    ("op-proposer", &["proposer"], &["op-proposer"]),
    ("op-challenger", &["challenger"], &["op-challenger", "cannon"]),
    ("op-dispute-mon", &["dispute-mon"], &["op-dispute-mon"]),
];

/// The engine that the units run.
pub(crate) struct Engine {
    /// As the module's option `engine` has it.
    pub(crate) name: &'static str,
    pub(crate) component: &'static str,
    /// Where its database is, below its data folder.
    pub(crate) database: &'static str,
    /// Bytes of its disk that are left when it is to stop.
    pub(crate) stops_at: u64,
    /// Its files in its image, as host-image.sh takes them.
    files: Vec<String>,
}

impl Engine {
    const OPTIONS: [&str; 2] = ["sequencer.engine", "followers.one.engine"];

    /// op-reth, production's, where `OP_DEVNET_BIN_DIR` has one; else op-geth, which can be built anywhere.
    fn at_hand() -> Self {
        match brought("op-reth") {
            // It asks TLS for the authorities that it trusts, and does not start where there are none.
            Some(program) => Self {
                name: "reth",
                component: "op-reth",
                database: "db",
                // It watches no limit: it writes until nothing is left.
                stops_at: 0,
                files: vec![
                    format!("{}:/usr/local/bin/op-reth", program.display()),
                    "/etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt"
                        .to_owned(),
                ],
            },
            None => Self {
                name: "geth",
                component: "op-geth",
                database: "geth/chaindata",
                stops_at: 20_000_000,
                files: vec![inside("op-geth", "geth")],
            },
        }
    }
}

/// What every step works on.
pub(crate) struct Bench<'a> {
    pub(crate) tools: &'a Tools,
    pub(crate) folder: PathBuf,
    pub(crate) root: PathBuf,
    pub(crate) op_warden: PathBuf,
    pub(crate) engine: Engine,
    /// Component -> digest of its image in the host's podman.
    digests: Vec<(&'static str, String)>,
}

impl<'a> Bench<'a> {
    pub(crate) fn prepare(tools: &'a Tools, work: &TempDir) -> Result<Self> {
        step("op-warden and op-exec, statically linked");
        let folder = work.path().to_owned();
        let bin = folder.join("op-warden/bin");
        fs::create_dir_all(&bin)?;
        for program in static_programs()? {
            let name = program.file_name().ok_or("a program without a name")?;
            fs::copy(&program, bin.join(name))?;
        }
        step("the official programs");
        run(Command::new(test_kit::program::op_devnet()).arg("build"))?;
        step("images of the official programs");
        let root = folder.join("root");
        tools.copy_root(&root)?;
        let engine = Engine::at_hand();
        println!("  engine: {}", engine.component);
        let mut digests =
            vec![(engine.component, image(tools, &root, engine.component, &engine.files, None)?)];
        for (component, _, programs) in IMAGES {
            let files = official(programs);
            digests.push((component, image(tools, &root, component, &files, None)?));
        }
        let (batcher, _, programs) = IMAGES[1];
        let files = official(programs);
        digests.push((NEXT_BATCHER, image(tools, &root, batcher, &files, Some("next"))?));
        let op_warden = folder.join("op-warden");
        Ok(Self { tools, folder, root, op_warden, engine, digests })
    }

    pub(crate) fn digest(&self, component: &str) -> Result<&str> {
        let found = self.digests.iter().find(|(name, _)| *name == component);
        Ok(&found.ok_or_else(|| format!("no image of {component}"))?.1)
    }

    pub(crate) fn evaluate(&self, name: &str, module: &str) -> Result<PathBuf> {
        let out = self.folder.join(name);
        self.tools.evaluate(module, &self.op_warden, &out)?;
        Ok(out)
    }

    /// What the operator puts on the host before the first switch.
    pub(crate) fn give_files(&self, l1: &L1) -> Result<()> {
        let chain = self.root.join(STATE_DIR).join("chain");
        fs::create_dir_all(&chain)?;
        for file in ["genesis.json", "rollup.json", "l1-chain-config.json"] {
            fs::copy(l1.files().join(file), chain.join(file))?;
        }
        Ok(())
    }

    /// What followers dial the sequencer by: `peerId` its node, `enodeId` its engine.
    fn ids(&self, l1: &L1) -> Result<Value> {
        let said = run(Command::new(self.op_warden.join("bin/op-warden"))
            .args(["keys", "address", "--json"])
            .arg(l1.key_file("p2p-sequencer-node")))?;
        Ok(serde_json::from_str(&said)?)
    }

    /// The host's configuration: the module with this chain.
    pub(crate) fn module(&self, l1: &L1) -> Result<String> {
        let entry = workspace().join("nix/modules/ec-op-stack.nix").canonicalize()?;
        let ids = self.ids(l1)?;
        let mut settings = json!({
            "enable": true,
            "engine": self.engine.name,
            "gate": {"retryInterval": "2s"},
            "minFree": {"engine": 1},
            "warden": {"interval": 2},
            "chain": {
                "id": l1.config["chain"]["l2ChainId"],
                "disputeGameFactory": l1.config["chain"]["disputeGameFactory"],
                "proposer": l1.chain["proposer"],
                "challenger": l1.chain["challenger"],
            },
            "l1": {
                "chainId": l1.config["l1"]["chainId"], "rpcFile": format!("/{KEYS}/l1-rpc"), "beacon": null,
                "chainConfigFile": format!("/{STATE_DIR}/chain/l1-chain-config.json"),
            },
            "p2p": {"sequencerPeerId": ids["peerId"], "sequencerEnodeId": ids["enodeId"]},
            "sequencer": {"node": {
                "identityFile": format!("/{KEYS}/p2p"),
                "settings": {"sequencer.l1-confs": 0},
            }},
            "batcher": {"settings": {
                "max-channel-duration": 2, "poll-interval": "1s", "sub-safety-margin": 4, "num-confirmations": 1,
                "txmgr.receipt-query-interval": "1s",
            }},
            "proposer": {"settings": {
                "proposal-interval": "20s", "poll-interval": "1s", "allow-non-finalized": true,
                "txmgr.receipt-query-interval": "1s",
            }},
            "followers": {"one": {"index": 1}},
        });
        for node in ["/sequencer/node", "/followers/one/node"] {
            for (flag, value) in [
                ("l1.trustrpc", json!(true)),
                ("l1.http-poll-interval", json!("500ms")),
                ("l1.epoch-poll-interval", json!("4s")),
                ("verifier.l1-confs", json!(0)),
            ] {
                insert(&mut settings, &format!("{node}/settings/{flag}"), value);
            }
        }
        let engine = (self.engine.component, Engine::OPTIONS.as_slice());
        let others = IMAGES.iter().map(|&(component, options, _)| (component, options));
        for (component, options) in [engine].into_iter().chain(others) {
            let digest = self.digest(component)?;
            for option in options {
                let option = format!("/{}", option.replace('.', "/"));
                insert(&mut settings, &format!("{option}/image/digest"), json!(digest));
                // The kernel that runs the tests has no limits to give.
                insert(&mut settings, &format!("{option}/resources/memory"), Value::Null);
                insert(&mut settings, &format!("{option}/resources/pids"), Value::Null);
                // Nor may it make a process less likely to be killed.
                insert(&mut settings, &format!("{option}/resources/oomScore"), Value::Null);
            }
        }
        Ok(format!(
            "{{ config, lib, pkgs, ... }}: {{
  imports = [
    {}
    # An option of present NixOS.
    {{ options.system.preSwitchChecks = lib.mkOption {{ type = lib.types.attrsOf lib.types.str; }}; }}
  ];
  # Of a user that only systemd knows (`DynamicUser=`) the bus asks nss-systemd, which this host has not.
  users.users.op-warden = {{ isSystemUser = true; group = \"op-warden\"; }};
  users.groups.op-warden = {{ }};
  environment.etc.\"test/pre-switch\".text = config.system.preSwitchChecks.op-stack;
  services.every-channel.op-stack = builtins.fromJSON ''{settings}'' // {{ package = pkgs.stub \"op-warden\"; }};
}}",
            entry.display()
        ))
    }
}

/// Sets a value at a path of folders that may not be there yet.
fn insert(tree: &mut Value, path: &str, value: Value) {
    let mut place = tree;
    for name in path.split('/').skip(1) {
        place = &mut place[name];
    }
    *place = value;
}

/// What the official image of op-challenger sets for the programs that it brings.
pub(crate) fn image_environment(
    component: &str,
    folder: &str,
) -> impl Iterator<Item = (&'static str, String)> {
    let programs: &[_] = match component {
        "op-challenger" => &[
            ("OP_CHALLENGER_CANNON_BIN", "cannon"),
            ("OP_CHALLENGER_CANNON_SERVER", "cannon"),
            ("OP_CHALLENGER_CANNON_KONA_SERVER", "cannon"),
        ],
        _ => &[],
    };
    programs.iter().map(move |(variable, program)| (*variable, format!("{folder}/{program}")))
}

/// A program that is built here, and its name in an image.
fn inside(program: &str, name: &str) -> String {
    let built = test_kit::components().join("bin").join(program);
    format!("{}:/usr/local/bin/{name}", built.display())
}

fn official(programs: &[&str]) -> Vec<String> {
    programs.iter().map(|program| inside(program, program)).collect()
}

/// An image of a component; with another tag it is another image.
fn image(
    tools: &Tools,
    root: &Path,
    component: &str,
    files: &[String],
    other: Option<&str>,
) -> Result<String> {
    let pins: Value =
        serde_json::from_slice(&fs::read(workspace().join("nix/stack/images.json"))?)?;
    let tag = pins[component]["tag"].as_str().ok_or("images.json has no tag")?;
    let mut variables: Vec<String> = image_environment(component, "/usr/local/bin")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    variables.extend(other.map(|tag| format!("BUILT_AS={tag}")));
    let tag = other.unwrap_or(tag);
    tools.image(root, &format!("{REGISTRY}/{component}:{tag}"), &variables, files)
}

/// The L1's URL, with a key in it.
pub(crate) fn l1_url(l1: &L1) -> String {
    format!("{}/?key={URL_KEY}\n", l1.rpc())
}

/// Puts a key file on the host, for root alone: a gate refuses one that others may read.
pub(crate) fn give_key(root: &Path, name: &str, key: &str) -> Result<()> {
    let folder = root.join(KEYS);
    fs::create_dir_all(&folder)?;
    // In one step, for a gate may look at any moment.
    let new = folder.join(format!(".{name}"));
    fs::write(&new, key)?;
    fs::set_permissions(&new, Permissions::from_mode(0o400))?;
    fs::rename(&new, folder.join(name))?;
    Ok(())
}

pub(crate) fn step(name: &str) {
    println!("{name}");
}

/// A shell command for what became of a service's last start.
pub(crate) fn result_of(service: &str) -> String {
    format!("systemctl show -P Result podman-op-stack-{service}.service")
}

pub(crate) fn nothing_failed(host: &Host) -> Result<()> {
    let failed = host.sh("systemctl --failed --plain --no-legend")?;
    ensure(failed.is_empty(), || failed)
}

/// What it says where it fails is in its journal.
pub(crate) fn start(host: &Host, service: &str) -> Result<()> {
    let said = host.sh(&format!("systemctl start podman-op-stack-{service}.service"));
    said.map(drop).or_else(|error| Err(format!("{error}\n{}", host.journal(service)?).into()))
}

/// A shell command for the unsafe head of an op-node.
pub(crate) fn head(port: u16) -> String {
    format!(
        "curl -s --json '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"optimism_syncStatus\",\"params\":[]}}' \
         http://127.0.0.1:{port} | jq -r .result.unsafe_l2.number"
    )
}
