//! The chain, the ledger and the account that a command works with.

use std::path::{Path, PathBuf};
use std::{env, time::Duration};

use alloy_primitives::Address;
use anyhow::Context as _;
use clap::Args;
use eth_rpc::{Rpc, key::SecretKey};

use super::output::say;
use crate::ledger::{Account, Deployment, Done, Ledger};

/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Args)]
pub(super) struct RpcArgs {
    /// URL of a node of the chain. Where it holds a secret, give it in the environment instead
    #[arg(long = "rpc", value_name = "URL", env = "EC_OBSERVE_RPC", hide_env_values = true)]
    url: String,
}

#[derive(Args)]
pub(super) struct LedgerArgs {
    #[command(flatten)]
    rpc: RpcArgs,
    /// The ledger's address, or the file that `ec-observe deploy` wrote
    #[arg(long, value_name = "ADDRESS|FILE")]
    ledger: String,
}

#[derive(Args)]
pub(super) struct KeyArgs {
    /// File with the account's key: 64 hex digits
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// Folder for the transaction that is on its way, so that an interrupted command continues
    /// [default: $XDG_STATE_HOME/ec-observe, else ~/.local/state/ec-observe]
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
}

impl RpcArgs {
    pub(super) fn open(&self) -> anyhow::Result<Rpc> {
        rpc(&self.url)
    }
}

impl LedgerArgs {
    pub(super) async fn open(&self) -> anyhow::Result<Ledger> {
        ledger(&self.rpc.url, &self.ledger).await
    }
}

/// A node by the URL of `--rpc`.
pub(super) fn rpc(url: &str) -> anyhow::Result<Rpc> {
    Rpc::new(url, PATIENCE).context("cannot use --rpc")
}

/// A ledger by its address or deployment.
pub(super) async fn ledger(url: &str, address_or_file: &str) -> anyhow::Result<Ledger> {
    let address = match address_or_file.parse::<Address>() {
        Ok(address) => address,
        Err(_) => {
            Deployment::read(address_or_file.as_ref())
                .context("--ledger is neither an address nor a deployment")?
                .ledger
        }
    };
    Ok(Ledger::open(rpc(url)?, address).await?)
}

impl KeyArgs {
    /// The account; a transaction of an interrupted command is finished first.
    pub(super) async fn open(&self, rpc: Rpc) -> anyhow::Result<Account> {
        let journal = match &self.journal {
            Some(folder) => folder.clone(),
            None => {
                state_folder().context("neither XDG_STATE_HOME nor HOME is set: give --journal")?
            }
        };
        Ok(Account::open(rpc, key(&self.key_file)?, &journal).await?)
    }
}

pub(super) fn key(file: &Path) -> anyhow::Result<SecretKey> {
    SecretKey::from_file(file)
        .with_context(|| format!("cannot use the key file {}", file.display()))
}

fn state_folder() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    state
        .filter(|folder| folder.is_absolute())
        .or_else(home)
        .map(|folder| folder.join("ec-observe"))
}

/// Prints a line for each transaction.
pub(super) fn say_done(verb: &'static str) -> impl Fn(Done) {
    move |done| say(format_args!("{} {verb}, {} gas", done.observations, done.gas))
}
