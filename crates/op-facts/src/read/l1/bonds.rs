//! For how long the contracts keep the bond of a game.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use eth_rpc::{Answers, Batch, Slot};
use op_chain::contracts::{DelayedWETH, DisputeGame, OptimismPortal};

use super::contracts::ChainContracts;
use super::games::HalfKnown;
use crate::gate::Gate;
use crate::read::request::Request;

pub(super) struct CycleSlots {
    game_type: u32,
    clock: Slot<u64>,
    finality: Slot<U256>,
    delay: Slot<U256>,
}

/// Asks for the delays of the game types whose bonds somebody is judged by, where all of them can be found.
pub(super) fn ask(
    batch: &mut Batch,
    request: &Request<'_>,
    games: &[HalfKnown],
    contracts: &ChainContracts,
) -> Vec<CycleSlots> {
    let portal = request.rollup.deposit_contract_address;
    let judged: Vec<u32> =
        request.judged_by(Gate::Bond).filter_map(|service| service.game_type).collect();
    let ask = |game: &HalfKnown| {
        let implementation = *game.implementation.as_ref().ok()?;
        let weth = game.weth().or(contracts.delayed_weth.as_ref().ok().copied())?;
        Some(CycleSlots {
            game_type: game.game_type,
            clock: batch.call(implementation, &DisputeGame::maxClockDurationCall {}),
            finality: batch.call(portal, &OptimismPortal::disputeGameFinalityDelaySecondsCall {}),
            delay: batch.call(weth, &DelayedWETH::delayCall {}),
        })
    };
    games.iter().filter(|game| judged.contains(&game.game_type)).filter_map(ask).collect()
}

/// Seconds from a game's creation until its bond can be back at the earliest, by game type.
pub(super) fn read(slots: &[CycleSlots], answers: &Answers) -> BTreeMap<u32, u64> {
    let cycle = |slots: &CycleSlots| {
        let clock = answers.take(&slots.clock).ok()?;
        let finality: u64 = answers.take(&slots.finality).ok()?.saturating_to();
        let delay: u64 = answers.take(&slots.delay).ok()?.saturating_to();
        Some((slots.game_type, clock.saturating_add(finality).saturating_add(delay)))
    };
    slots.iter().filter_map(cycle).collect()
}
