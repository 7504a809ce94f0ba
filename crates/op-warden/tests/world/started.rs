//! A world as files and listening nodes.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use alloy_primitives::B256;
use op_chain::{
    forks::ForkTimes,
    genesis::{Fallback, GenesisBlock},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use test_kit::{Run, node::Node};

use crate::world::{
    World,
    file::File,
    names::{L2_HASH, SMALL},
    runner,
    script::Script,
};

impl World {
    /// The text of a file, with the measures of the chain's files where it asks for them.
    pub(crate) fn measured(&self, file: &str) -> String {
        let File::Text(text) = &self.files[file] else { panic!("{file} is no text") };
        let mut text = text.clone();
        for name in ["genesis.json", "rollup.json"] {
            if let File::Text(content) = &self.files[name] {
                let digest = format!("{:x}", Sha256::digest(content));
                text = text.replace(&format!("@sha256 {name}@"), &digest);
                text = text.replace(&format!("@bytes {name}@"), &content.len().to_string());
            }
        }
        text.replace("@l2 hash@", &self.l2_hash().to_string())
    }

    /// The hash of this world's genesis.json; of the right one where it has none.
    fn l2_hash(&self) -> B256 {
        let File::Text(genesis) = &self.files["genesis.json"] else {
            return L2_HASH.parse().unwrap();
        };
        let fallback = Fallback { chain_id: 901, forks: at_genesis() };
        let block = GenesisBlock::from_json(genesis.as_bytes(), Some(&fallback));
        block.map_or_else(|_| L2_HASH.parse().unwrap(), |block| block.hash)
    }

    /// What an engine wrote, which knows the hash of this world's genesis.json.
    fn with_hash(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_owned();
        let right: B256 = L2_HASH.parse().unwrap();
        if let Some(at) = bytes.windows(32).position(|window| window == right.as_slice()) {
            bytes[at..at + 32].copy_from_slice(self.l2_hash().as_slice());
        }
        bytes
    }

    /// Makes the world real.
    pub(crate) fn start(&self) -> Started {
        let peer = TcpListener::bind("127.0.0.1:0").unwrap();
        let l1 = (!self.l1_gone).then(|| Node::start_apart(self.l1.clone()));
        let engine = (!self.engine_gone).then(|| Node::start_apart(self.engine.clone()));
        let start = |script: &Script| (!script.gone).then(|| Node::start_apart(script.clone()));
        let url = |node: &Option<Node>| {
            let url = node.as_ref().map_or_else(test_kit::node::nobody, Node::url);
            url.replacen("http://", "http://someuser:hunter2@", 1) + "/v3/SECRETKEY?key=token9"
        };
        // Its engine's command says nothing of another address.
        let authrpc = (!self.authrpc.gone).then(|| Node::start(self.authrpc.clone()));
        let other = start(&self.other);
        let beacon = start(&self.beacon);
        let sequencer = start(&self.sequencer);
        let (l1_url, engine_url, authrpc_url) = (url(&l1), url(&engine), url(&authrpc));
        let dir = TempDir::new().unwrap();
        for (name, file) in &self.files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match file {
                File::Text(_) => {
                    let text = self.measured(name).replace("@L1@", &l1_url);
                    fs::write(&path, text.replace("@SEQUENCER@", &url(&sequencer))).unwrap();
                }
                File::Program(text) => runner::script(&path, text),
                File::Public(text) => {
                    fs::write(&path, text).unwrap();
                    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
                }
                File::Bytes(bytes) => fs::write(&path, self.with_hash(bytes)).unwrap(),
                File::Pipe => {
                    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
                }
                File::Directory => fs::create_dir(&path).unwrap(),
                File::Missing => {}
            }
            if matches!(file, File::Text(_) | File::Bytes(_)) {
                let is_key = path.extension().is_some_and(|extension| extension == "key");
                let mode = if is_key { self.key_mode } else { 0o600 };
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
        let path = |name: &str| dir.path().join(name).display().to_string();
        let text = self.config.to_string().replace("\"L1\"", &json!(l1_url).to_string());
        let mut text = text.replace("\"ENGINE\"", &json!(engine_url).to_string());
        text = text.replace("PEER", &peer.local_addr().unwrap().port().to_string());
        for name in self.files.keys() {
            text = text.replace(&format!("\"{name}\""), &json!(path(name)).to_string());
        }
        let authrpc_port = authrpc_url.rsplit_once(':').unwrap().1.split('/').next().unwrap();
        let beacon_url = url(&beacon);
        for (placeholder, value) in [
            ("\"OTHER\"", json!(url(&other)).to_string().as_str()),
            ("\"BEACON\"", json!(beacon_url).to_string().as_str()),
            ("@BEACON@", beacon_url.as_str()),
            ("@L1@", l1_url.as_str()),
            ("@SEQUENCER@", url(&sequencer).as_str()),
            ("@DIR@", &dir.path().display().to_string()),
            ("@AUTH@", authrpc_url.as_str()),
            ("@AUTHPORT@", authrpc_port),
        ] {
            text = text.replace(placeholder, value);
        }
        fs::write(dir.path().join("op-warden.json"), text).unwrap();
        Started {
            dir,
            nodes: [l1, engine, authrpc, other, beacon],
            _sequencer: sequencer,
            _peer: peer,
        }
    }
}

/// A world's files and nodes.
pub(crate) struct Started {
    dir: TempDir,
    /// L1, the engine, its authenticated port, the other L1, the beacon node.
    nodes: [Option<Node>; 5],
    _sequencer: Option<Node>,
    _peer: TcpListener,
}

impl Started {
    pub(crate) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// HTTP requests so far: to L1, the engine, its authenticated port, the other L1, the beacon node.
    pub(crate) fn requests(&self) -> [usize; 5] {
        self.nodes.each_ref().map(|node| node.as_ref().map_or(0, Node::requests))
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn gate(&self, service: &str, options: &[&str]) -> Run {
        let config = self.path("op-warden.json");
        runner::run_with(self.dir(), &[&["gate", service, "--config", &config], options].concat())
    }

    pub(crate) fn check(&self, options: &[&str]) -> Run {
        let config = self.path("op-warden.json");
        runner::run_with(self.dir(), &[&["check", "--config", &config], options].concat())
    }
}

/// The forks of [`SMALL`].
fn at_genesis() -> ForkTimes {
    GenesisBlock::from_json(SMALL.as_bytes(), None).unwrap().forks
}
