//! Contracts, an owner and three witnesses on a chain.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use anyhow::Context as _;
use eth_rpc::{Rpc, key::SecretKey};
use serde_json::json;
use tempfile::TempDir;

use crate::archive::{Input, Mapping, Scan};
use crate::derive::{Derivation, Heads};
use crate::ledger::{Account, Call, Deployment, Ledger, LedgerError, Plan, Terms, deploy};
use crate::observation::Observation;

/// Gas of a witness beside what each observation takes.
const GAS_OF_A_WITNESS: u64 = 4_000_000;
/// Gas of proposing an observation and attesting to it.
const GAS_OF_AN_OBSERVATION: u64 = 110_000;

pub(super) struct Setting {
    pub(super) owner: Account,
    pub(super) witnesses: [Account; 3],
    pub(super) ledger: Ledger,
    pub(super) deployment: Deployment,
    dir: TempDir,
}

impl Setting {
    /// Deploys the contracts and gives three new witnesses what they need for so many observations. All three
    /// have to agree.
    pub(super) async fn make(
        rpc: &Rpc,
        owner: SecretKey,
        observations: u64,
    ) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let journals = dir.path().join("journals");
        let open =
            |chain_id, key| Account::open(rpc.clone(), chain_id, key, &journals, Terms::default());
        let owner = open(None, owner).await?;
        let keys = [SecretKey::generate()?, SecretKey::generate()?, SecretKey::generate()?];
        let plan = Plan {
            owner: owner.address(),
            witnesses: keys.iter().map(SecretKey::address).collect(),
            quorum: 3,
            allow_minority: false,
            change_delay: 0,
            max_future_ms: 60_000,
        };
        let deployment =
            deploy(&owner, &plan, &dir.path().join("deployment.json"), |_, _| {}).await?;
        let price: U256 = rpc.request("eth_gasPrice", json!([])).await?;
        // The price may rise, and a rollup's transactions pay for their data too.
        let gas = GAS_OF_A_WITNESS + GAS_OF_AN_OBSERVATION * observations;
        let value = price * U256::from(gas) * U256::from(4);
        let mut witnesses = Vec::new();
        for key in keys {
            let to = TxKind::Call(key.address());
            let what = "funding a witness".to_owned();
            owner.send(Call { to, input: Bytes::new(), value, reserve: 0, what }).await?;
            witnesses.push(open(Some(owner.chain_id()), key).await?);
        }
        let ledger =
            Ledger::open(rpc.clone(), deployment.ledger, Some(deployment.chain_id)).await?;
        let witnesses = witnesses.try_into().ok().context("three witnesses")?;
        Ok(Self { owner, witnesses, ledger, deployment, dir })
    }

    /// A folder that goes with it.
    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Calls a contract as one of them; says how much gas it took.
    pub(super) async fn call<C: SolCall>(
        account: &Account,
        to: Address,
        call: &C,
    ) -> Result<u64, LedgerError> {
        let receipt = account.send(Call::of(to, call, C::SIGNATURE)).await?;
        Ok(receipt.gas_used.to())
    }
}

/// What a witness derives from an archive. Each has another number of threads and another amount of memory: the
/// result must be the same.
pub(super) fn derive(
    files: &[PathBuf],
    mapping: &Mapping,
    witness: usize,
    scratch: &Path,
) -> anyhow::Result<(Vec<Observation>, u64)> {
    let scan = Scan {
        input: Input::new(files.to_vec()),
        mapping: mapping.clone(),
        threads: witness + 1,
        skip_bad: false,
    };
    let derivation = Derivation {
        scan,
        heads: Heads::default(),
        settle: None,
        memory: (witness + 1) << 20,
        scratch: scratch.to_owned(),
    };
    let mut observations = Vec::new();
    let derived = derivation.run(|observation| {
        observations.push(observation);
        Ok(())
    })?;
    if let Some(stop) = derived.stops.named.first() {
        return Err(stop.clone().into());
    }
    Ok((observations, derived.entries))
}
