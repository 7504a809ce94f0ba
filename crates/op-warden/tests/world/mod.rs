//! A chain in which everything is right, to be spoilt in one place.

use std::collections::BTreeMap;

use op_chain::genesis::GenesisBlock;
use serde_json::{Value, json};
use test_kit::node::Say;

use crate::world::{
    file::File,
    names::{PRESTATE_HASH, ROLES},
    script::{Script, text, word},
};

pub(crate) mod commands;
pub(crate) mod edit;
pub(crate) mod file;
pub(crate) mod names;
pub(crate) mod proof;
mod right;
pub(crate) mod runner;
pub(crate) mod script;
pub(crate) mod started;

/// Everything that a judgement depends on.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<&'static str, File>,
    pub(crate) config: Value,
    pub(crate) l1: Script,
    pub(crate) engine: Script,
    /// The sequencer's engine, as a follower reaches it.
    pub(crate) sequencer: Script,
    /// The engine's authenticated port.
    pub(crate) authrpc: Script,
    /// Another endpoint of the same L1.
    pub(crate) other: Script,
    /// The L1's beacon node, by the last part of each path.
    pub(crate) beacon: Script,
    /// Nobody listens at the URLs.
    pub(crate) l1_gone: bool,
    pub(crate) engine_gone: bool,
    /// Permissions of the key files.
    pub(crate) key_mode: u32,
}

/// The account that the right genesis gives a balance: account 0 of Foundry's published test mnemonic.
pub(crate) const PREMINED: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

impl World {
    /// Contracts before v7: the factory has no `gameArgs`, the implementation has what is in them.
    pub(crate) fn with_old_factory(&mut self) {
        self.l1.result("factoryVersion", text("1.2.0"));
        self.l1.say("gameArgs", Say::Error(3, "execution reverted"));
        self.l1.result("proposer", word(ROLES[2].2));
        self.l1.result("challenger", word(ROLES[3].2));
        self.l1.result("absolutePrestate", word(PRESTATE_HASH));
    }

    pub(crate) fn text(&mut self, file: &'static str, text: impl Into<String>) {
        self.files.insert(file, File::Text(text.into()));
    }

    /// Changes a text file.
    pub(crate) fn edit_text(&mut self, file: &'static str, edit: impl FnOnce(&str) -> String) {
        let File::Text(text) = &self.files[file] else { panic!("{file} is no text") };
        let text = edit(text);
        self.text(file, text);
    }

    /// Changes one place of a JSON file.
    pub(crate) fn json(&mut self, file: &'static str, place: &str, value: Value) {
        let File::Text(text) = &self.files[file] else { panic!("{file} is not there") };
        let mut json: Value = serde_json::from_str(text).unwrap();
        *json.pointer_mut(place).unwrap_or_else(|| panic!("{place} of {file}")) = value;
        self.text(file, json.to_string());
    }

    /// Makes rollup.json name the block that genesis.json stands for, as op-chain computes it.
    pub(crate) fn agree_on_hash(&mut self) {
        let File::Text(genesis) = &self.files["genesis.json"] else { panic!("no genesis.json") };
        let hash = json!(GenesisBlock::from_json(genesis.as_bytes(), None).unwrap().hash);
        self.json("rollup.json", "/genesis/l2/hash", hash.clone());
        self.engine.edit("eth_getBlockByNumber", "hash", hash.clone());
        self.sequencer.edit("eth_getBlockByNumber", "hash", hash);
    }

    /// Settles on another L1, of which everything agrees.
    pub(crate) fn settle_on(&mut self, id: u64) {
        self.json("rollup.json", "/l1_chain_id", json!(id));
        self.json("l1.json", "/chainId", json!(id));
        self.config["l1"]["chainId"] = json!(id);
        self.l1.result("eth_chainId", json!(format!("{id:#x}")));
        self.other.result("eth_chainId", json!(format!("{id:#x}")));
        self.spec("DEPOSIT_CHAIN_ID", json!(id.to_string()));
        // The right world is on a private L1, where a test account may have what nobody deposited.
        self.json("genesis.json", &format!("/alloc/{PREMINED}/balance"), json!("0x0"));
        self.agree_on_hash();
    }

    /// Begins at another time, of which everything agrees.
    pub(crate) fn begin_at(&mut self, time: u64) {
        self.json("genesis.json", "/timestamp", json!(time));
        self.json("rollup.json", "/genesis/l2_time", json!(time));
        for l1 in [&mut self.l1, &mut self.other] {
            l1.edit("eth_getBlockByNumber", "timestamp", json!(format!("{time:#x}")));
        }
        self.agree_on_hash();
    }

    /// Sets a field of rollup.json.
    pub(crate) fn rollup(&mut self, field: &str, value: Value) {
        let File::Text(text) = &self.files["rollup.json"] else { panic!("no rollup.json") };
        let mut rollup: Value = serde_json::from_str(text).unwrap();
        rollup[field] = value;
        self.text("rollup.json", rollup.to_string());
    }

    /// Changes one of the beacon node's parameters.
    pub(crate) fn spec(&mut self, name: &str, value: Value) {
        let mut spec = self.beacon.value("eth/v1/config/spec").clone();
        spec["data"][name] = value;
        self.beacon.result("eth/v1/config/spec", spec);
    }

    /// Gives the L1 by a file, in whose text `@L1@` stands for the URL.
    pub(crate) fn with_l1_file(&mut self, file: File) {
        self.files.insert("l1.url", file);
        let l1 = self.config["l1"].as_object_mut().unwrap();
        l1.remove("rpc");
        l1.insert("rpcFile".to_owned(), json!("l1.url"));
        // The program is handed the URL with its secrets.
        let args = self.service("flags")["command"]["args"].as_array_mut().unwrap();
        args.retain(|arg| arg != "--l1=@L1@");
    }

    pub(crate) fn service(&mut self, name: &str) -> &mut Value {
        &mut self.config["services"][name]
    }
}
