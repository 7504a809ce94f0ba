//! `chain.json`: what a follower must know beside genesis.json and rollup.json.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use op_util::foreign::clean;
use serde::{Deserialize, Serialize};

/// What is told of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The name that wallets show.
    pub name: String,
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// Who signs the blocks that come by gossip.
    pub unsafe_block_signer: Address,
    /// Contracts on L1, by name.
    pub contracts: BTreeMap<String, Address>,
    /// What the contracts say of their versions, by name.
    #[serde(default)]
    pub contract_versions: BTreeMap<String, String>,
    /// The programs that the chain runs: image or version, by name.
    #[serde(default)]
    pub programs: BTreeMap<String, String>,
    /// Whom a follower may dial.
    #[serde(default)]
    pub peers: Peers,
    /// What answers for the chain.
    #[serde(default)]
    pub endpoints: Endpoints,
}

/// Nodes that a follower may dial.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Peers {
    /// op-nodes, as multiaddresses (`/ip4/…/tcp/9222/p2p/16Uiu2…`): `--p2p.static`.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Where op-nodes look for others, as `enode://` or `enr:`: `--p2p.bootnodes`.
    #[serde(default)]
    pub bootnodes: Vec<String>,
    /// Engines, as `enode://`.
    #[serde(default)]
    pub engines: Vec<String>,
}

/// What answers for a chain, where its operator offers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// JSON-RPC of the L2 for users, which a follower compares itself with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpc: Option<String>,
    /// JSON-RPC of an op-node, for the published heads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// JSON-RPC of the L1, where anybody may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l1: Option<String>,
    /// A beacon node of the L1, the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<String>,
    /// Block explorer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explorer: Option<String>,
    /// Where ETH for a start is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faucet: Option<String>,
}

/// A field that must not be passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} of chain.json is {found:?}: expected is {expected}")]
pub struct AboutError {
    field: String,
    found: String,
    expected: &'static str,
}

impl About {
    /// Refuses what would become more than one argument, a link that runs, or a line of its own.
    pub fn check(&self) -> Result<(), AboutError> {
        const URL: &str = "a URL that begins with https:// or http://, without a name or password";
        if !is_plain(&self.name, " .-_()") || self.name.trim() != self.name || self.name.is_empty()
        {
            return Err(wrong("name", &self.name, "a name of letters, digits and single words"));
        }
        for (field, urls) in self.endpoints.all() {
            if let Some(url) = urls
                && !is_url(url)
            {
                return Err(wrong(&format!("endpoints.{field}"), url, URL));
            }
        }
        for (field, peers, begins, expected) in [
            ("nodes", &self.peers.nodes, &["/"][..], "a multiaddress: /ip4/…/tcp/…/p2p/…"),
            ("bootnodes", &self.peers.bootnodes, &["enode://", "enr:"], "enode://… or enr:…"),
            ("engines", &self.peers.engines, &["enode://"], "enode://…"),
        ] {
            for peer in peers {
                let known = begins.iter().any(|begin| peer.starts_with(begin));
                if !known || !is_plain(peer, "/:@.-_[]=?&") || peer.len() > 512 {
                    return Err(wrong(&format!("peers.{field}"), peer, expected));
                }
            }
        }
        for (list, versions) in
            [("contractVersions", &self.contract_versions), ("programs", &self.programs)]
        {
            for (name, version) in versions {
                if !is_plain(name, "-_") || !is_plain(version, ".-+_/:@") {
                    let field = format!("{list}.{}", clean(name));
                    return Err(wrong(&field, version, "a version or an image, in plain letters"));
                }
            }
        }
        match self.contracts.keys().find(|name| !is_plain(name, "")) {
            Some(name) => Err(wrong("contracts", name, "a contract's name, in plain letters")),
            None => Ok(()),
        }
    }
}

impl Endpoints {
    /// All by the names of their fields.
    #[must_use]
    pub fn all(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("rpc", self.rpc.as_deref()),
            ("node", self.node.as_deref()),
            ("l1", self.l1.as_deref()),
            ("beacon", self.beacon.as_deref()),
            ("explorer", self.explorer.as_deref()),
            ("faucet", self.faucet.as_deref()),
        ]
    }
}

fn wrong(field: &str, found: &str, expected: &'static str) -> AboutError {
    AboutError { field: field.to_owned(), found: clean(found), expected }
}

fn is_plain(text: &str, others: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || others.contains(character);
    text.len() <= 512 && text.chars().all(plain)
}

fn is_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    // A name or a password would be published; a quote or a space could end what it is put into.
    !rest.is_empty() && is_plain(rest, "/:.-_~[]=?&%")
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn about() -> Value {
        json!({
            "name": "A chain", "l1ChainId": 900, "l2ChainId": 901,
            "unsafeBlockSigner": "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65",
            "contracts": {"SystemConfigProxy": "0xb39e4cb1704093755076eb5e0004d089f5026fea"},
            "contractVersions": {"SystemConfig": "3.14.2"},
            "programs": {"op-node": "us-docker.pkg.dev/oplabs/op-node:v1@sha256:ab"},
            "peers": {
                "nodes": ["/ip4/127.0.0.1/tcp/9222/p2p/16Uiu2HAm"], "bootnodes": ["enode://ab@1.2.3.4:30303"],
                "engines": []
            },
            "endpoints": {"rpc": "https://rpc.example/a?b=c"}
        })
    }

    #[test]
    fn what_could_do_more_than_tell_is_refused() {
        let check = |pointer: &str, value: Value| {
            let mut about = about();
            *about.pointer_mut(pointer).unwrap() = value;
            serde_json::from_value::<About>(about).unwrap().check()
        };
        check("/l2ChainId", json!(901)).unwrap();
        for (pointer, value) in [
            ("/name", "a\nb"),
            ("/name", ""),
            ("/name", "<script>"),
            ("/endpoints/rpc", "javascript:alert(1)"),
            ("/endpoints/rpc", "https://user:pass@rpc.example"),
            ("/endpoints/rpc", "https://a\" onclick=\"b"),
            ("/peers/nodes/0", "--p2p.sequencer.key=1"),
            ("/peers/nodes/0", "/ip4/1.2.3.4,/ip4/5.6.7.8"),
            ("/peers/bootnodes/0", "http://a"),
            ("/programs/op-node", "a b"),
            ("/contractVersions/SystemConfig", "\u{1b}[31m"),
        ] {
            let error = check(pointer, json!(value)).unwrap_err().to_string();
            assert!(error.contains("expected is") && !error.contains('\u{1b}'), "{error}");
        }
    }
}
