//! The chain, the ledger and the account that a command works with.

use std::path::{Path, PathBuf};
use std::{env, time::Duration};

use alloy_primitives::Address;
use anyhow::{Context as _, bail};
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
    #[command(flatten)]
    place: PlaceArgs,
}

/// A ledger and its chain.
#[derive(Args)]
pub(super) struct PlaceArgs {
    /// The file that `ec-observe deploy` wrote, or the ledger's address
    #[arg(long, value_name = "FILE|ADDRESS")]
    ledger: String,
    /// The chain's id. The file has it; beside an address it is needed before anything is signed
    #[arg(long, value_name = "ID")]
    chain_id: Option<u64>,
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
    pub(super) fn rail(&self) -> Option<Address> {
        self.place.rail()
    }

    /// To look at.
    pub(super) async fn open(&self) -> anyhow::Result<Ledger> {
        ledger(&self.rpc.url, self.place.read()?).await
    }

    /// To sign for, with the account that does: both are on the chain that is meant, whatever the node says.
    pub(super) async fn open_with(&self, key: &KeyArgs) -> anyhow::Result<(Ledger, Account)> {
        let (address, chain_id) = self.place.read_whole()?;
        let ledger = ledger(&self.rpc.url, (address, Some(chain_id))).await?;
        let account = key.open(ledger.rpc().clone(), Some(chain_id)).await?;
        Ok((ledger, account))
    }
}

impl PlaceArgs {
    /// The rail beside the ledger, where a file names it.
    fn rail(&self) -> Option<Address> {
        Deployment::read(self.ledger.as_ref()).ok().map(|deployment| deployment.rail)
    }

    /// Address and chain id.
    pub(super) fn read_whole(&self) -> anyhow::Result<(Address, u64)> {
        let (address, chain_id) = self.read()?;
        let chain_id = chain_id.context(
            "--ledger is an address: expected --chain-id beside it, found none, and what a node says is not enough to \
             sign for. Give --chain-id, or as --ledger the file that `ec-observe deploy` wrote",
        )?;
        Ok((address, chain_id))
    }

    fn read(&self) -> anyhow::Result<(Address, Option<u64>)> {
        place(&self.ledger, self.chain_id)
    }
}

/// A node by the URL of `--rpc`.
pub(super) fn rpc(url: &str) -> anyhow::Result<Rpc> {
    Rpc::new(url, PATIENCE).context("cannot use --rpc")
}

/// A ledger's address and, where it is known, its chain's id.
pub(super) fn place(ledger: &str, chain_id: Option<u64>) -> anyhow::Result<(Address, Option<u64>)> {
    if let Ok(address) = ledger.parse::<Address>() {
        return Ok((address, chain_id));
    }
    let deployment = Deployment::read(ledger.as_ref())
        .context("--ledger is neither an address nor a deployment")?;
    if chain_id.is_some_and(|given| given != deployment.chain_id) {
        bail!("--ledger is a deployment on chain {}, not --chain-id", deployment.chain_id);
    }
    Ok((deployment.ledger, Some(deployment.chain_id)))
}

pub(super) async fn ledger(
    url: &str,
    (address, chain_id): (Address, Option<u64>),
) -> anyhow::Result<Ledger> {
    Ok(Ledger::open(rpc(url)?, address, chain_id).await?)
}

impl KeyArgs {
    /// The account, on a certain chain if one is given; a transaction of an interrupted command is finished first.
    pub(super) async fn open(&self, rpc: Rpc, chain_id: Option<u64>) -> anyhow::Result<Account> {
        let raise_after = Duration::from_secs(self.raise_after);
        let terms = Terms { max_fee: self.max_fee, raise_after };
        Ok(Account::open(rpc, chain_id, self.key()?, &self.journals()?, terms).await?)
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
