//! The dispute games: the factory, the anchor states, the bonds and one implementation per type.

use alloy_primitives::{Address, B256, U256, b256, uint};
use alloy_sol_types::SolConstructor as _;
use anyhow::Result;

use crate::abi::{
    AlphabetVM, AnchorStateRegistry, DelayedWETH, DisputeGameFactory, FaultDisputeGame, MIPS,
    PermissionedDisputeGame, PreimageOracle,
};
use crate::plan::{NO_ARGUMENTS, Plan};
use crate::{proxies::Proxies, spec::ChainSpec};

// Game types: src/dispute/lib/Types.sol, `GameTypes`.
/// Anybody proposes; settled by cannon.
pub(crate) const CANNON: u32 = 0;
/// Only the proposer proposes, only the challenger disputes; settled by cannon.
pub(crate) const PERMISSIONED_CANNON: u32 = 1;
/// Anybody proposes; settled by a toy machine that walks through the alphabet.
pub(crate) const ALPHABET: u32 = 255;

/// Wei that whoever opens a game puts down.
const INIT_BOND: U256 = uint!(80_000_000_000_000_000_U256);
/// Seconds for which a bond is held back after its game.
pub(crate) const BOND_DELAY: U256 = uint!(10_U256);
/// Smallest preimage in bytes that may be proposed in parts.
const MIN_PROPOSAL_SIZE: U256 = uint!(126_000_U256);
/// Seconds in which a preimage that was proposed in parts can be challenged.
pub(crate) const CHALLENGE_PERIOD: U256 = uint!(10_U256);
/// Seconds that a clock is given at least when it passes to the other side.
pub(crate) const CLOCK_EXTENSION_SECONDS: u64 = 5;
/// Absolute prestate of alphabet games: the hash of the machine before its first letter. The first
/// byte, 3, says "unfinished" (op-challenger `trace/alphabet`).
const ALPHABET_PRESTATE: B256 =
    b256!("03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98");

/// Plans the games. Each type's first game starts from `anchor_root`, the output root of the L2
/// genesis block; with a zero root the registry refuses to open a game.
pub(crate) fn create(
    plan: &mut Plan,
    spec: &ChainSpec,
    proxies: &Proxies,
    anchor_root: B256,
) -> Result<()> {
    factory(plan, spec, proxies)?;
    anchor_states(plan, proxies, anchor_root)?;
    for (game_type, implementation) in implementations(plan, spec, proxies)? {
        let factory = proxies.dispute_game_factory;
        let subject = format!("game type {game_type}");
        let bond = DisputeGameFactory::setInitBondCall { gameType: game_type, bond: INIT_BOND };
        plan.call(&subject, factory, &bond);
        let register =
            DisputeGameFactory::setImplementationCall { gameType: game_type, implementation };
        plan.call(&subject, factory, &register);
    }
    Ok(())
}

fn factory(plan: &mut Plan, spec: &ChainSpec, proxies: &Proxies) -> Result<()> {
    let owner = spec.roles.owner;
    plan.implement(
        "DisputeGameFactory",
        NO_ARGUMENTS,
        proxies.admin,
        proxies.dispute_game_factory,
        &DisputeGameFactory::initializeCall { owner },
    )?;
    plan.implement(
        "DelayedWETH",
        &DelayedWETH::constructorCall { delay: BOND_DELAY }.abi_encode(),
        proxies.admin,
        proxies.delayed_weth,
        &DelayedWETH::initializeCall { owner, superchainConfig: proxies.superchain_config },
    )
}

fn anchor_states(plan: &mut Plan, proxies: &Proxies, root: B256) -> Result<()> {
    let start = |game_type| AnchorStateRegistry::StartingAnchorRoot {
        gameType: game_type,
        outputRoot: AnchorStateRegistry::OutputRoot { root, l2BlockNumber: U256::ZERO },
    };
    let constructor =
        AnchorStateRegistry::constructorCall { disputeGameFactory: proxies.dispute_game_factory };
    plan.implement(
        "AnchorStateRegistry",
        &constructor.abi_encode(),
        proxies.admin,
        proxies.anchor_state_registry,
        &AnchorStateRegistry::initializeCall {
            roots: [CANNON, PERMISSIONED_CANNON, ALPHABET].map(start).into(),
        },
    )
}

/// Plans the games' implementations and the machines that settle them.
fn implementations(
    plan: &mut Plan,
    spec: &ChainSpec,
    proxies: &Proxies,
) -> Result<[(u32, Address); 3]> {
    let oracle = PreimageOracle::constructorCall {
        minProposalSize: MIN_PROPOSAL_SIZE,
        challengePeriod: CHALLENGE_PERIOD,
    };
    let oracle = plan.create("PreimageOracle", "PreimageOracle", &oracle.abi_encode())?;
    let mips = plan.create("MIPS", "MIPS", &MIPS::constructorCall { oracle }.abi_encode())?;
    let alphabet_vm = AlphabetVM::constructorCall { absolutePrestate: ALPHABET_PRESTATE, oracle };
    let alphabet_vm = plan.create("AlphabetVM", "AlphabetVM", &alphabet_vm.abi_encode())?;

    let cannon = FaultDisputeGame::constructorCall {
        gameType: CANNON,
        absolutePrestate: spec.prestate,
        maxGameDepth: uint!(73_U256),
        splitDepth: uint!(30_U256),
        clockExtension: CLOCK_EXTENSION_SECONDS,
        maxClockDuration: spec.game_clock_seconds,
        vm: mips,
        weth: proxies.delayed_weth,
        anchorStateRegistry: proxies.anchor_state_registry,
        l2ChainId: U256::from(spec.l2_chain_id),
    };
    let permissioned = permissioned(&cannon, spec);
    let alphabet = FaultDisputeGame::constructorCall {
        gameType: ALPHABET,
        absolutePrestate: ALPHABET_PRESTATE,
        maxGameDepth: uint!(8_U256),
        splitDepth: uint!(4_U256),
        vm: alphabet_vm,
        ..cannon.clone()
    };
    Ok([
        (CANNON, plan.create("FaultDisputeGameImpl", "FaultDisputeGame", &cannon.abi_encode())?),
        (
            PERMISSIONED_CANNON,
            plan.create(
                "PermissionedDisputeGameImpl",
                "PermissionedDisputeGame",
                &permissioned.abi_encode(),
            )?,
        ),
        (
            ALPHABET,
            plan.create("AlphabetDisputeGameImpl", "FaultDisputeGame", &alphabet.abi_encode())?,
        ),
    ])
}

/// The cannon game, restricted to the chain's own proposer and challenger.
fn permissioned(
    cannon: &FaultDisputeGame::constructorCall,
    spec: &ChainSpec,
) -> PermissionedDisputeGame::constructorCall {
    PermissionedDisputeGame::constructorCall {
        gameType: PERMISSIONED_CANNON,
        absolutePrestate: cannon.absolutePrestate,
        maxGameDepth: cannon.maxGameDepth,
        splitDepth: cannon.splitDepth,
        clockExtension: cannon.clockExtension,
        maxClockDuration: cannon.maxClockDuration,
        vm: cannon.vm,
        weth: cannon.weth,
        anchorStateRegistry: cannon.anchorStateRegistry,
        l2ChainId: cannon.l2ChainId,
        proposer: spec.roles.proposer,
        challenger: spec.roles.challenger,
    }
}
