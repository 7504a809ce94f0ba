//! What L1 says, in three batches: its heads, the state after the newest block, and what follows from that.
//! The validator of contracts needs a fourth, where there is one, and games of former types or with a
//! program need one.

pub mod agreement;
pub mod beacon;
mod bonds;
pub mod contracts;
pub mod funding;
pub mod games;
mod getters;
pub mod in_play;
pub mod proofs;
pub mod senders;
pub mod validation;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use alloy_primitives::{Address, B256, U64, U256};
use eth_rpc::{AccountProof, Answers, Batch, BlockHead, Limits, Reading, Rpc, Slot, Unread};
use op_chain::contracts::{OptimismPortal, SuperchainConfig, SystemConfig};
use op_chain::rollup::RollupConfig;
use op_util::time::unix_now;

use self::contracts::{
    Beginning, BeginningSlots, ChainContracts, ContractSlots, FeeSlots, Fees, Registry,
    RegistrySlots,
};
use self::games::{Game, GameSlots};
use self::in_play::{InPlay, ListSlots};
use self::validation::{ManagerSlots, Validation};
use self::{
    agreement::Other,
    beacon::BeaconFacts,
    funding::PastBalance,
    proofs::SIGNER_SLOT,
    senders::{Sender, SenderSlots},
};
use crate::config::Service;
use crate::gate::Gate;
use crate::read::{error::FactsError, request::Request, rights::Endpoints};

/// What L1 says.
#[derive(Debug)]
pub struct L1Facts {
    /// The endpoint, without what is secret in its URL.
    pub endpoint: String,
    pub chain_id: Reading<u64>,
    /// An error where it serves a chain that nobody means. Then nothing else that it says is read.
    pub right_chain: Reading<()>,
    /// The canonical block at the L1 origin's number.
    pub origin: Reading<Option<BlockHead>>,
    pub latest: Reading<Option<BlockHead>>,
    pub finalized: Reading<Option<BlockHead>>,
    pub batcher_hash: Reading<B256>,
    pub unsafe_block_signer: Reading<Address>,
    pub dispute_game_factory: Reading<Address>,
    /// `OptimismPortal.respectedGameType()`.
    pub respected_game_type: Reading<u32>,
    pub contracts: ChainContracts,
    /// Where the portal names one.
    pub registry: Option<Registry>,
    /// `SystemConfig` at [`first_block`], where that is known.
    pub beginning: Option<Beginning>,
    /// Where a service is judged by it.
    pub fees: Option<Fees>,
    /// Whether a pause is one of all chains, where there is one.
    pub all_paused: Option<Reading<bool>>,
    /// Where a service is judged by it.
    pub validation: Option<Validation>,
    pub games: BTreeMap<u32, Game>,
    /// Where a service is judged by them.
    pub in_play: Option<InPlay>,
    /// Seconds for which the bond of a game is away at least, by game type, where a service is judged by it.
    pub bond_cycles: BTreeMap<u32, u64>,
    /// Balances of the keys' accounts, in wei.
    pub balances: BTreeMap<Address, Reading<U256>>,
    /// Balances of the accounts in the past, the oldest first, where a service is judged by its funds.
    pub past_balances: BTreeMap<Address, Vec<PastBalance>>,
    /// What the accounts sent, where a service is judged by it.
    pub senders: BTreeMap<Address, Sender>,
    /// What the other endpoints say, in the order of the configuration, where a service is judged by it.
    pub others: Vec<Result<Other, FactsError>>,
    /// Seconds since the Unix epoch, by the host's clock, when the newest block was read.
    pub read_at: u64,
    /// `eth_getProof` of `SystemConfig`, where a service needs proofs.
    pub proof: Option<Reading<AccountProof>>,
    /// Whether there is an answer to the first batch.
    pub answered: Reading<()>,
    /// How often the endpoint said that it was asked too much.
    pub limits: Limits,
    /// The calls that it took in one batch, where it refused more than the configuration allows.
    pub batch_limit: Option<NonZeroUsize>,
    /// What the beacon node says, where there is one and a service is judged by it.
    pub beacon: Option<Result<BeaconFacts, FactsError>>,
}

/// Where L1 stands.
struct HeadSlots {
    chain_id: Slot<U64>,
    origin: Slot<Option<BlockHead>>,
    latest: Slot<Option<BlockHead>>,
    finalized: Slot<Option<BlockHead>>,
}

impl HeadSlots {
    fn ask(batch: &mut Batch, request: &Request<'_>) -> Self {
        Self {
            chain_id: batch.chain_id(),
            origin: batch.block(request.rollup.genesis.l1.number),
            latest: batch.head("latest"),
            finalized: batch.head("finalized"),
        }
    }
}

/// The state after the newest block.
struct StateSlots {
    batcher_hash: Slot<B256>,
    unsafe_block_signer: Slot<Address>,
    dispute_game_factory: Slot<Address>,
    respected_game_type: Slot<u32>,
    contracts: ContractSlots,
    fees: Option<FeeSlots>,
    games: Vec<GameSlots>,
    balances: Vec<(Address, Slot<U256>)>,
    senders: Vec<SenderSlots>,
    proof: Option<Slot<AccountProof>>,
    manager: Option<ManagerSlots>,
}

impl StateSlots {
    fn ask(batch: &mut Batch, request: &Request<'_>) -> Self {
        let Request { config, services, rollup, .. } = request;
        let (system_config, portal) =
            (rollup.l1_system_config_address, rollup.deposit_contract_address);
        let factory = config.chain.dispute_game_factory;
        let plays = |service: &Service| {
            let judged = [Gate::GameType, Gate::Prestate, Gate::ChallengerKey];
            service.gates.iter().any(|gate| judged.contains(gate))
        };
        let former = services.iter().filter(|service| plays(service)).flat_map(|it| it.played());
        let game_types: BTreeSet<u32> =
            services.iter().filter_map(|service| service.game_type).chain(former).collect();
        let accounts: BTreeSet<Address> =
            services.iter().filter_map(|service| request.account(service)).collect();
        let proofs = services.iter().any(|service| proofs::are_needed(service));
        Self {
            batcher_hash: batch.call(system_config, &SystemConfig::batcherHashCall {}),
            unsafe_block_signer: batch.call(system_config, &SystemConfig::unsafeBlockSignerCall {}),
            dispute_game_factory: batch
                .call(system_config, &SystemConfig::disputeGameFactoryCall {}),
            respected_game_type: batch.call(portal, &OptimismPortal::respectedGameTypeCall {}),
            contracts: ContractSlots::ask(batch, system_config, portal, factory),
            fees: request
                .judged_by(Gate::FeeScalars)
                .next()
                .map(|_| FeeSlots::ask(batch, system_config)),
            games: game_types
                .into_iter()
                .map(|game_type| GameSlots::ask(batch, factory, game_type))
                .collect(),
            balances: accounts
                .into_iter()
                .map(|account| (account, batch.balance(account)))
                .collect(),
            senders: senders::accounts(request)
                .into_iter()
                .map(|account| SenderSlots::ask(batch, account))
                .collect(),
            proof: proofs.then(|| batch.proof(system_config, SIGNER_SLOT)),
            manager: validation::ask(batch, request),
        }
    }
}

/// What follows from the chain's contracts.
struct NextSlots {
    registry: Option<RegistrySlots>,
    beginning: Option<BeginningSlots>,
    all_paused: Option<Slot<bool>>,
}

impl NextSlots {
    fn ask(batch: &mut Batch, rollup: &RollupConfig, contracts: &ChainContracts) -> Self {
        let system_config = rollup.l1_system_config_address;
        let paused = matches!(contracts.system_config_paused, Ok(true));
        let superchain = contracts.superchain.as_ref().ok().filter(|_| paused);
        let all = SuperchainConfig::pausedCall { identifier: Address::ZERO };
        Self {
            registry: contracts
                .registry
                .as_ref()
                .ok()
                .map(|&registry| RegistrySlots::ask(batch, registry)),
            beginning: first_block(rollup, contracts).map(|block| {
                batch.earlier(block, |batch| BeginningSlots::ask(batch, system_config))
            }),
            all_paused: superchain.map(|&superchain| batch.call(superchain, &all)),
        }
    }
}

/// The first block in which the chain's contracts and files can agree: the L1 origin, or the block in
/// which `SystemConfig` came to be, if that is later.
#[must_use]
pub fn first_block(rollup: &RollupConfig, contracts: &ChainContracts) -> Option<u64> {
    let started = contracts.start_block.as_ref().ok()?;
    Some(started.saturating_to::<u64>().max(rollup.genesis.l1.number))
}

impl L1Facts {
    /// What is wrong, where the endpoint serves a chain that nobody means.
    #[must_use]
    pub fn other_chain(&self) -> Option<&Unread> {
        self.right_chain.as_ref().err()
    }

    pub(super) async fn read(request: &Request<'_>, endpoints: Endpoints) -> Self {
        let l1 = &request.l1;
        let mut batch = Batch::default();
        let slots = HeadSlots::ask(&mut batch, request);
        let heads = l1.send(batch).await;
        let read_at = unix_now();
        let (answered, chain_id) = (heads.whole(), heads.take(&slots.chain_id).map(|id| id.to()));
        let right_chain = right_chain(&chain_id, request);
        let heads = right_chain.clone().map_or_else(Answers::none, |()| heads);
        let (latest, finalized) = (heads.take(&slots.latest), heads.take(&slots.finalized));

        // Behind one URL there may be nodes that are not equally far: one block for all of it.
        let newest = heads.whole().and_then(|()| newest(&latest, request.rollup.genesis.l1.number));
        let mut batch = pinned(&newest);
        let state_slots = StateSlots::ask(&mut batch, request);
        let last_final =
            finalized.as_ref().ok().and_then(Option::as_ref).map(|block| block.number.to());
        let (state, others, beacon) = tokio::join!(
            send(l1, batch, &newest),
            agreement::ask_all(request, endpoints.others, last_final),
            beacon::read(endpoints.beacon),
        );

        let spenders: BTreeSet<Address> = request
            .judged_by(Gate::Funding)
            .filter_map(|service| request.account(service))
            .collect();
        let mut batch = pinned(&newest);
        let contracts = state_slots.contracts.read(&state);
        let games = games::ask_implementations(&mut batch, state_slots.games, &state);
        let cycles = bonds::ask(&mut batch, request, &games, &contracts);
        let past = funding::ask(&mut batch, &spenders, &latest);
        let sent = senders::ask_past(&mut batch, &state_slots.senders, &latest);
        let next = NextSlots::ask(&mut batch, &request.rollup, &contracts);
        let manager = state_slots.manager.map(|slots| slots.read(&state));
        let validator =
            manager.as_ref().and_then(|manager| validation::ask_manager(&mut batch, manager));
        let list = ListSlots::ask(&mut batch, request, &contracts);
        let third = send(l1, batch, &newest).await;
        let validator = validator.map(|slot| third.take(&slot));
        let validation = async {
            let manager = manager?;
            Some(validation::read(l1, request, pinned(&newest), manager, validator).await)
        };
        let in_play =
            async { Some(in_play::read(l1, request, pinned(&newest), list?, &third).await) };
        let (validation, in_play) = tokio::join!(validation, in_play);

        Self {
            endpoint: l1.shown(),
            chain_id,
            right_chain,
            origin: heads.take(&slots.origin),
            latest,
            finalized,
            batcher_hash: state.take(&state_slots.batcher_hash),
            unsafe_block_signer: state.take(&state_slots.unsafe_block_signer),
            dispute_game_factory: state.take(&state_slots.dispute_game_factory),
            respected_game_type: state.take(&state_slots.respected_game_type),
            contracts,
            fees: state_slots.fees.map(|slots| slots.read(&state)),
            registry: next.registry.map(|slots| slots.read(&third)),
            beginning: next.beginning.map(|slots| slots.read(&third)),
            all_paused: next.all_paused.map(|slot| third.take(&slot)),
            validation,
            games: games::read(games, &third),
            in_play,
            bond_cycles: bonds::read(&cycles, &third),
            balances: state_slots
                .balances
                .into_iter()
                .map(|(account, slot)| (account, state.take(&slot)))
                .collect(),
            past_balances: funding::read(&past, &third),
            senders: senders::read(&state_slots.senders, &state, &sent, &third),
            read_at,
            others,
            proof: state_slots.proof.map(|proof| state.take(&proof)),
            answered,
            limits: l1.limits(),
            batch_limit: l1
                .most_calls()
                .filter(|&most| request.config.l1.max_batch_size != Some(most)),
            beacon,
        }
    }
}

/// Nothing is asked at a block that is not known.
async fn send(l1: &Rpc, batch: Batch, newest: &Reading<B256>) -> Answers {
    match newest {
        Ok(_) => l1.send(batch).await,
        Err(unread) => Answers::none(unread.clone()),
    }
}

fn pinned(newest: &Reading<B256>) -> Batch {
    newest.as_ref().map_or_else(|_| Batch::default(), |&block| Batch::at(block))
}

/// An error where L1 is neither the chain that the operator means nor that of rollup.json: the URL is wrong,
/// and the contracts that are not there are not.
fn right_chain(found: &Reading<u64>, request: &Request<'_>) -> Reading<()> {
    let (config, rollup) = (request.config, &request.rollup);
    match *found {
        Ok(id) if id != config.l1.chain_id && id != rollup.l1_chain_id => {
            let whose =
                if id == rollup.l2_chain_id { ", this chain itself: an engine's URL" } else { "" };
            Err(Unread::OtherChain(format!("the endpoint serves chain {id}{whose}")))
        }
        _ => Ok(()),
    }
}

/// The block that everything else is read at. Before the chain's L1 origin its contracts need not be there.
fn newest(latest: &Reading<Option<BlockHead>>, origin: u64) -> Reading<B256> {
    match latest {
        Ok(Some(block)) if block.number < U64::from(origin) => Err(Unread::Unreachable(format!(
            "its newest block {} is before the chain's L1 origin {origin}: it is still syncing",
            block.number
        ))),
        Ok(Some(block)) => Ok(block.hash),
        Ok(None) => Err(Unread::Unreachable("it has no newest block to be asked about".to_owned())),
        // Whether that is wrong or only late, the gate l1-head says.
        Err(Unread::Malformed(reason) | Unread::Reverted(reason)) => {
            Err(Unread::Unreachable(format!("its newest block cannot be read: {reason}")))
        }
        Err(unread) => Err(unread.clone()),
    }
}
