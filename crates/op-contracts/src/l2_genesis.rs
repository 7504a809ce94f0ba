//! The L2 genesis block in geth's format, as the official `L2Genesis.s.sol` makes it.

use std::collections::BTreeMap;

use alloy_genesis::{ChainConfig, Genesis, GenesisAccount};
use alloy_primitives::{Address, B256, Bytes, U256, b256, bytes, uint};
use alloy_sol_types::SolConstructor as _;
use anyhow::{Context as _, Result};
use eth_rpc::{Batch, Rpc};
use op_chain::forks::ForkTimes;
use serde_json::{Value, json};

use crate::artifacts::{Artifact, Package};
use crate::predeploys::{self, Predeploy};
use crate::spec::{ChainSpec, L2_GAS_LIMIT};
use crate::{abi::Proxy, preinstalls, proxies::Proxies, rollup};

type Alloc = BTreeMap<Address, GenesisAccount>;

/// EIP-1967: keccak256("eip1967.proxy.implementation") − 1.
const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
/// EIP-1967: keccak256("eip1967.proxy.admin") − 1.
const ADMIN_SLOT: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");
/// Wei per gas in the genesis block.
const BASE_FEE: u128 = 1_000_000_000;
/// Wei of each funded account: 10,000 ETH.
const FUNDS: U256 = uint!(10_000_000_000_000_000_000_000_U256);

/// Builds the genesis of a chain whose L1 origin has the given timestamp.
///
/// The L1 is asked for runtime code only, it need not have the contracts yet.
pub(crate) async fn build(
    l1: &Rpc,
    package: &Package,
    spec: &ChainSpec,
    proxies: &Proxies,
    timestamp: u64,
) -> Result<Genesis> {
    let forks = spec.forks.times(timestamp);
    let contracts = Contract::read_all(package, predeploys::all(spec, proxies, &forks))?;
    let codes = Codes::construct(l1, package, &contracts).await?;
    let preinstalls = package.source(preinstalls::SOURCE)?;

    let mut alloc = dust();
    alloc.extend(predeploy_proxies(&codes.proxy));
    for (contract, code) in contracts.iter().zip(codes.contracts) {
        contract.install(code, &mut alloc)?;
    }
    alloc.extend(preinstalls::accounts(&preinstalls, spec.l2_chain_id, &forks)?);
    let funded = GenesisAccount::default().with_balance(FUNDS);
    alloc.extend(spec.funded.iter().map(|&account| (account, funded.clone())));
    Ok(genesis(spec.l2_chain_id, &forks, timestamp, alloc))
}

/// A predeploy and its compiled contract.
struct Contract {
    predeploy: Predeploy,
    artifact: Artifact,
}

impl Contract {
    fn read_all(package: &Package, predeploys: Vec<Predeploy>) -> Result<Vec<Self>> {
        predeploys
            .into_iter()
            .map(|predeploy| {
                Ok(Self { artifact: package.artifact(predeploy.contract)?, predeploy })
            })
            .collect()
    }

    fn creation_code(&self) -> Bytes {
        self.artifact.creation_code(&self.predeploy.arguments)
    }

    /// Puts the contract's code and state into place, behind its proxy if it has one.
    fn install(&self, code: Bytes, alloc: &mut Alloc) -> Result<()> {
        let Predeploy { number, contract, ref state, ref proxy_state, .. } = self.predeploy;
        let storage = |variables: &[_]| {
            self.artifact
                .storage(variables)
                .with_context(|| format!("cannot set the state of {contract}"))
        };
        let deployed =
            GenesisAccount::default().with_code(Some(code)).with_storage(Some(storage(state)?));
        if !predeploys::is_proxied(number) {
            alloc.insert(predeploys::predeploy(number), deployed);
            return Ok(());
        }
        let implementation = predeploys::implementation(number);
        alloc.insert(implementation, deployed);
        let proxy =
            alloc.entry(predeploys::predeploy(number)).or_default().storage.get_or_insert_default();
        proxy.extend(storage(&[state.as_slice(), proxy_state].concat())?);
        proxy.insert(IMPLEMENTATION_SLOT, implementation.into_word());
        Ok(())
    }
}

/// Runtime codes.
struct Codes {
    proxy: Bytes,
    /// One for each contract, in their order.
    contracts: Vec<Bytes>,
}

impl Codes {
    /// Has the L1 run the constructors: a call without a recipient returns what would be deployed,
    /// immutables included. Without a sender, the answer does not depend on anybody's nonce.
    async fn construct(l1: &Rpc, package: &Package, contracts: &[Contract]) -> Result<Self> {
        let mut batch = Batch::default();
        let mut construct =
            |code: Bytes| batch.request("eth_call", json!([{ "data": code }, "latest"]));
        let proxy = Proxy::constructorCall { admin: Address::ZERO }.abi_encode();
        let proxy = construct(package.artifact("Proxy")?.creation_code(&proxy));
        let slots: Vec<_> =
            contracts.iter().map(|contract| construct(contract.creation_code())).collect();

        let answers = l1.send(batch).await;
        let take = |slot, contract| {
            answers.take(&slot).with_context(|| format!("L1 cannot construct {contract}"))
        };
        Ok(Self {
            proxy: take(proxy, "Proxy")?,
            contracts: slots
                .into_iter()
                .zip(contracts)
                .map(|(slot, contract)| take(slot, contract.predeploy.contract))
                .collect::<Result<_>>()?,
        })
    }
}

/// One wei for each address that is or may become a precompile, lest a touch deletes it.
fn dust() -> Alloc {
    let account = GenesisAccount::default().with_balance(U256::ONE);
    (0..=u8::MAX).map(|number| (Address::with_last_byte(number), account.clone())).collect()
}

/// A proxy at each reserved address, whether or not there is something behind it yet.
fn predeploy_proxies(code: &Bytes) -> impl Iterator<Item = (Address, GenesisAccount)> {
    let storage = BTreeMap::from([(ADMIN_SLOT, predeploys::PROXY_ADMIN.into_word())]);
    let proxy = GenesisAccount::default().with_code(Some(code.clone())).with_storage(Some(storage));
    (0..predeploys::COUNT)
        .filter(|&number| predeploys::is_proxied(number))
        .map(move |number| (predeploys::predeploy(number), proxy.clone()))
}

fn genesis(chain_id: u64, forks: &ForkTimes, timestamp: u64, alloc: Alloc) -> Genesis {
    let blobs = (forks.ecotone_time == Some(0)).then_some(0);
    Genesis {
        config: chain_config(chain_id, forks),
        timestamp,
        extra_data: extra_data(forks),
        gas_limit: L2_GAS_LIMIT,
        coinbase: predeploys::SEQUENCER_FEE_VAULT,
        alloc,
        base_fee_per_gas: Some(BASE_FEE),
        excess_blob_gas: blobs,
        blob_gas_used: blobs,
        number: Some(0),
        parent_hash: Some(B256::ZERO),
        ..Genesis::default()
    }
}

/// From Holocene on the header carries the fee market: version 0, denominator, elasticity.
const fn extra_data(forks: &ForkTimes) -> Bytes {
    match forks.holocene_time {
        Some(0) => bytes!("00000000fa00000006"),
        _ => Bytes::new(),
    }
}

/// op-geth's chain config. Each OP fork that contains an Ethereum fork activates that one too.
fn chain_config(chain_id: u64, forks: &ForkTimes) -> ChainConfig {
    ChainConfig {
        chain_id,
        homestead_block: Some(0),
        eip150_block: Some(0),
        eip155_block: Some(0),
        eip158_block: Some(0),
        byzantium_block: Some(0),
        constantinople_block: Some(0),
        petersburg_block: Some(0),
        istanbul_block: Some(0),
        muir_glacier_block: Some(0),
        berlin_block: Some(0),
        london_block: Some(0),
        arrow_glacier_block: Some(0),
        gray_glacier_block: Some(0),
        merge_netsplit_block: Some(0),
        terminal_total_difficulty: Some(U256::ZERO),
        shanghai_time: forks.canyon_time,
        cancun_time: forks.ecotone_time,
        prague_time: forks.isthmus_time,
        osaka_time: forks.karst_time,
        extra_fields: optimism_fields(forks).collect(),
        ..ChainConfig::default()
    }
}

/// The fields of op-geth's chain config that Ethereum has not.
fn optimism_fields(forks: &ForkTimes) -> impl Iterator<Item = (&'static str, Value)> {
    let times = [
        ("bedrockBlock", Some(0)),
        ("regolithTime", forks.regolith_time),
        ("canyonTime", forks.canyon_time),
        ("ecotoneTime", forks.ecotone_time),
        ("fjordTime", forks.fjord_time),
        ("graniteTime", forks.granite_time),
        ("holoceneTime", forks.holocene_time),
        ("isthmusTime", forks.isthmus_time),
        ("jovianTime", forks.jovian_time),
        ("karstTime", forks.karst_time),
    ];
    times
        .into_iter()
        .filter_map(|(name, time)| Some((name, json!(time?))))
        .chain([("optimism", rollup::fee_market())])
}
