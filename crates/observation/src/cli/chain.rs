//! The chain, the ledger and the account that a command works with.

use std::path::{Path, PathBuf};
use std::{env, time::Duration};

use alloy_primitives::Address;
use anyhow::Context as _;
use clap::Args;
use eth_rpc::{Rpc, fees::parse_gwei, key::SecretKey};

use super::output::say;
use crate::ledger::{Account, Deployment, Done, Ledger, Terms};

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
    /// Folder for the transaction that is on its way, so that an interrupted command continues, and for what the
    /// key has signed, so that it signs no slot twice [default: $XDG_STATE_HOME/ec-observe, else
    /// ~/.local/state/ec-observe]
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// The gas price that is paid at most: where the chain asks for more, nothing is sent
    #[arg(long, value_name = "GWEI", default_value = "500", value_parser = parse_gwei)]
    max_fee: u128,
    /// Raise the fees of a transaction that is in no block after so long
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    raise_after: u64,
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
    let (address, chain) = if let Ok(address) = address_or_file.parse::<Address>() {
        (address, None)
    } else {
        let deployment = Deployment::read(address_or_file.as_ref())
            .context("--ledger is neither an address nor a deployment")?;
        (deployment.ledger, Some(deployment.chain_id))
    };
    Ok(Ledger::open(rpc(url)?, address, chain).await?)
}

impl KeyArgs {
    /// The account; a transaction of an interrupted command is finished first.
    pub(super) async fn open(&self, rpc: Rpc) -> anyhow::Result<Account> {
        let raise_after = Duration::from_secs(self.raise_after);
        let terms = Terms { max_fee: self.max_fee, raise_after };
        Ok(Account::open(rpc, self.key()?, &self.journals()?, terms).await?)
    }

    pub(super) fn key(&self) -> anyhow::Result<SecretKey> {
        key(&self.key_file)
    }

    pub(super) fn journals(&self) -> anyhow::Result<PathBuf> {
        let given = self.journal.clone().or_else(state_folder);
        given.context("neither XDG_STATE_HOME nor HOME is set: give --journal")
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
pub(super) fn say_done(verb: &'static str) -> impl Fn(&Done) {
    move |done| say(format_args!("{} {verb}, {} gas", done.observations, done.gas))
}
