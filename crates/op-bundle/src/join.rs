//! The page that tells others how to follow a chain, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use alloy_primitives::Address;
use serde::Serialize;

use crate::about::{About, Endpoints, Peers};
use crate::ssh::PublicKey;

/// What somebody needs to follow a chain, or to use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    name: String,
    chain_id: u64,
    l1_chain_id: u64,
    /// Where the bundle is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<String>,
    /// The key that signs it.
    key: PublicKey,
    unsafe_block_signer: Address,
    contracts: BTreeMap<String, Address>,
    peers: Peers,
    endpoints: Endpoints,
    commands: Commands,
    /// What `wallet_addEthereumChain` takes (EIP-3085), where the chain has an endpoint for users.
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<Wallet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Commands {
    /// Proves the bundle.
    verify: String,
    /// The same with nothing but OpenSSH, in the bundle's folder.
    verify_with_open_ssh: String,
    /// Follows the chain on any machine with the programs.
    follow: String,
    /// op-node's own flags for the chain.
    op_node: Vec<String>,
}

/// EIP-3085.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wallet {
    chain_id: String,
    chain_name: String,
    native_currency: Currency,
    rpc_urls: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    block_explorer_urls: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Currency {
    name: &'static str,
    symbol: &'static str,
    decimals: u8,
}

impl Join {
    /// Of a chain whose description was checked.
    #[must_use]
    pub fn of(about: &About, key: PublicKey, url: Option<&str>) -> Self {
        let Endpoints { rpc, explorer, l1, beacon, .. } = &about.endpoints;
        let place = url.unwrap_or("FOLDER");
        let or = |url: &Option<String>, word: &str| url.clone().unwrap_or_else(|| word.to_owned());
        let (l1, beacon) = (or(l1, "L1_RPC"), or(beacon, "L1_BEACON"));
        Self {
            name: about.name.clone(),
            chain_id: about.l2_chain_id,
            l1_chain_id: about.l1_chain_id,
            bundle: url.map(str::to_owned),
            key,
            unsafe_block_signer: about.unsafe_block_signer,
            contracts: about.contracts.clone(),
            peers: about.peers.clone(),
            endpoints: about.endpoints.clone(),
            commands: Commands {
                verify: format!("op-warden bundle verify {place} --key '{key}'"),
                verify_with_open_ssh: format!(
                    "ssh-keygen -Y verify -f <(echo 'chain {key}') -I chain -n {} -s {} <manifest.json",
                    crate::NAMESPACE,
                    crate::SIGNATURE
                ),
                follow: format!(
                    "op-devnet follow {place} --key '{key}' --l1 {l1} --beacon {beacon}"
                ),
                op_node: op_node(about),
            },
            wallet: rpc.clone().map(|rpc| Wallet {
                chain_id: format!("{:#x}", about.l2_chain_id),
                chain_name: about.name.clone(),
                native_currency: Currency { name: "Ether", symbol: "ETH", decimals: 18 },
                rpc_urls: vec![rpc],
                block_explorer_urls: explorer.clone().into_iter().collect(),
            }),
        }
    }
}

fn op_node(about: &About) -> Vec<String> {
    let mut flags = vec!["--rollup.config=rollup.json".to_owned()];
    for (flag, peers) in
        [("p2p.static", &about.peers.nodes), ("p2p.bootnodes", &about.peers.bootnodes)]
    {
        if !peers.is_empty() {
            flags.push(format!("--{flag}={}", peers.join(",")));
        }
    }
    flags
}

impl fmt::Display for Join {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, chain_id, l1_chain_id, key, unsafe_block_signer, commands, .. } = self;
        let Commands { verify, verify_with_open_ssh, follow, op_node } = commands;
        writeln!(
            formatter,
            "{name}: chain id {chain_id} ({chain_id:#x}), on the L1 with chain id {l1_chain_id}\n\n\
             A node of your own, on a machine with the programs of op-devnet:\n  {follow}\n\n\
             Or with op-node and an engine of yours: genesis.json (unpack it with zstd -d genesis.json.zst) and \
             rollup.json are in the bundle, and op-node takes\n  {flags}\n\n\
             Blocks that come by gossip are signed by {unsafe_block_signer}.\n\n\
             Prove the bundle before you use it:\n  {verify}\nor in its folder, with OpenSSH alone:\n  \
             {verify_with_open_ssh}\nand compare the hashes in manifest.json with sha256sum. Its key:\n  {key}",
            flags = op_node.join(" ")
        )?;
        let mut told = String::new();
        for (field, url) in self.endpoints.all() {
            if let Some(url) = url {
                writeln!(told, "  {field:9} {url}")?;
            }
        }
        for engine in &self.peers.engines {
            writeln!(told, "  engine    {engine}")?;
        }
        for (contract, address) in &self.contracts {
            writeln!(told, "  {contract} {address}")?;
        }
        if told.is_empty() { Ok(()) } else { write!(formatter, "\nWhere things are:\n{told}") }
    }
}
