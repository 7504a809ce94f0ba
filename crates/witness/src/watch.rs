//! Becomes `ec-observe watch`, with what the configuration says.

use std::{
    convert::Infallible, ffi::OsString, os::unix::process::CommandExt as _, process::Command,
};

use alloy_primitives::hex;
use anyhow::Context as _;

use crate::config::Config;

/// The arguments. The node's URL is not among them: every process can read those.
#[must_use]
pub fn arguments(config: &Config) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["watch".into()];
    arguments.extend(config.archives.iter().map(OsString::from));
    let mut given = |flag: &str, value: OsString| arguments.extend([flag.into(), value]);
    if let Some(mapping) = &config.mapping {
        given("--mapping", mapping.into());
    }
    given("--ledger", format!("0x{}", hex::encode(config.ledger)).into());
    given("--chain-id", config.chain_id.to_string().into());
    given("--key-file", config.key_path().into());
    given("--journal", config.journal.clone().into());
    given("--settle", config.settle_seconds.to_string().into());
    if config.propose {
        arguments.push("--propose".into());
    }
    arguments
}

/// Does not return, unless it fails.
pub fn become_it(config: &Config) -> anyhow::Result<Infallible> {
    let beside = std::env::current_exe()?.with_file_name("ec-observe");
    let error =
        Command::new(&beside).args(arguments(config)).env("EC_OBSERVE_RPC", config.url()?).exec();
    Err(error).with_context(|| format!("cannot become {}", beside.display()))
}
