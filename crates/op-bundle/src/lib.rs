//! The bundle of a chain: what its operator publishes and everybody who follows it needs, signed.
//!
//! * [`ssh`]: signatures that everybody can check with OpenSSH
//! * [`about`]: `chain.json`, what a follower must know beside genesis.json and rollup.json
//! * [`onchain`]: what of that L1 says
//! * [`create`]: makes a bundle of a chain's files
//! * [`rotation`]: a signing key that hands over to the next
//! * [`source`]: where a bundle is read from, a folder or a web server
//! * [`verify`]: everything of a bundle proven, or why not
//! * [`keep`]: what a follower has accepted; an older bundle and another genesis are refused
//! * [`join`]: the page that tells others how to follow

#![warn(missing_docs)]

pub mod about;
pub mod create;
mod genesis;
pub mod join;
pub mod keep;
pub mod onchain;
pub mod rotation;
pub mod source;
pub mod ssh;
pub mod verify;

/// What the manifest's signature is for, `-n` of ssh-keygen.
pub const NAMESPACE: &str = "op-stack-bundle";
/// The signature's file.
pub const SIGNATURE: &str = "manifest.json.sig";
/// The genesis as it is published: zstd.
pub const GENESIS: &str = "genesis.json.zst";
/// The genesis as it is used; the manifest has its hash, too.
pub const GENESIS_UNPACKED: &str = "genesis.json";
/// The rollup configuration.
pub const ROLLUP: &str = "rollup.json";
/// What a follower must know beside the two: [`about::About`].
pub const ABOUT: &str = "chain.json";
/// The rules of an L1 that op-node does not know, where the chain is on one.
pub const L1_CONFIG: &str = "l1-chain-config.json";
/// How to follow the chain, for people and for programs.
pub const JOIN: [&str; 2] = ["join.txt", "join.json"];
