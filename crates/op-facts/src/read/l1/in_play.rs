//! Games that are not resolved yet, and that a challenger has to be able to play.
//!
//! A game keeps the type and the program that it was made with, whatever the chain does afterwards.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{Answers, Batch, Reading, Rpc, Slot, Unread};
use op_chain::contracts::{DisputeGame, DisputeGameFactory};
use op_chain::game_args::loads_prestate;

use super::contracts::ChainContracts;
use crate::gate::Gate;
use crate::read::request::Request;

/// The newest games, which are looked at: four days of hourly ones, which is longer than a game takes that nobody
/// disputes, and 48 days of those that come every 12 hours. Gates are judged every minute, so each costs.
pub const NEWEST: u64 = 96;

/// The newest games of the factory, as far as somebody who is judged plays them.
#[derive(Debug)]
pub struct InPlay {
    /// How many the factory has.
    pub count: u64,
    /// Those that are not resolved, and that withdrawals may rest on. Without those of permissioned types
    /// that all who are judged play: nothing about them can be wrong.
    pub games: Reading<Vec<GameInPlay>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameInPlay {
    pub game_type: u32,
    pub address: Address,
    /// Where op-challenger loads the program of such games.
    pub prestate: Option<B256>,
}

pub(super) struct ListSlots {
    count: u64,
    games: Vec<Slot<DisputeGameFactory::gameAtIndexReturn>>,
}

impl ListSlots {
    /// Asks for the newest games where a service is judged by them.
    pub(super) fn ask(
        batch: &mut Batch,
        request: &Request<'_>,
        contracts: &ChainContracts,
    ) -> Option<Reading<Self>> {
        players(request).next()?;
        let factory = request.config.chain.dispute_game_factory;
        Some(contracts.games.clone().map(|count| {
            let count: u64 = count.saturating_to();
            let game = |index| DisputeGameFactory::gameAtIndexCall { index: U256::from(index) };
            let newest = count.saturating_sub(NEWEST)..count;
            Self { count, games: newest.map(|index| batch.call(factory, &game(index))).collect() }
        }))
    }
}

/// The services that a game can be too much for.
fn players<'a>(request: &Request<'a>) -> impl Iterator<Item = &'a crate::config::Service> {
    request.services.iter().copied().filter(|service| {
        let gates = &service.gates;
        let challenges =
            service.command.as_ref().is_some_and(|command| command.component == "op-challenger");
        gates.contains(&Gate::Prestate) || gates.contains(&Gate::GameType) && challenges
    })
}

struct StateSlots {
    game_type: u32,
    address: Address,
    status: Slot<u8>,
    respected: Slot<bool>,
    prestate: Slot<B256>,
}

impl StateSlots {
    fn ask(batch: &mut Batch, game_type: u32, address: Address) -> Self {
        Self {
            game_type,
            address,
            status: batch.call(address, &DisputeGame::statusCall {}),
            respected: batch.call(address, &DisputeGame::wasRespectedGameTypeWhenCreatedCall {}),
            prestate: batch.call(address, &DisputeGame::absolutePrestateCall {}),
        }
    }

    /// `None` for a game that nobody needs to play.
    fn read(&self, answers: &Answers) -> Reading<Option<GameInPlay>> {
        let respected = match answers.take(&self.respected) {
            // Older contracts do not remember.
            Err(Unread::Reverted(_)) => true,
            respected => respected?,
        };
        if answers.take(&self.status)? != 0 || !respected {
            return Ok(None);
        }
        let loads = loads_prestate(self.game_type);
        let prestate = loads.then(|| answers.take(&self.prestate)).transpose()?;
        Ok(Some(GameInPlay { game_type: self.game_type, address: self.address, prestate }))
    }
}

/// Reads the state of those that something can be wrong about; a batch of its own, which most chains do
/// not need.
pub(super) async fn read(
    l1: &Rpc,
    request: &Request<'_>,
    mut batch: Batch,
    list: Reading<ListSlots>,
    answers: &Answers,
) -> InPlay {
    let list = match list {
        Ok(list) => list,
        Err(unread) => return InPlay { count: 0, games: Err(unread) },
    };
    // What one of the judged does not play is looked at.
    let played: Option<BTreeSet<u32>> =
        players(request).map(crate::config::Service::played).reduce(|all, own| &all & &own);
    let is_plain = |game_type| {
        !loads_prestate(game_type) && played.as_ref().is_some_and(|all| all.contains(&game_type))
    };
    let listed: Reading<Vec<_>> = list.games.iter().map(|slot| answers.take(slot)).collect();
    let games = match listed {
        Ok(listed) => {
            let open = listed.iter().filter(|game| !is_plain(game.gameType));
            let slots: Vec<_> =
                open.map(|game| StateSlots::ask(&mut batch, game.gameType, game.proxy)).collect();
            if slots.is_empty() {
                Ok(Vec::new())
            } else {
                let answers = l1.send(batch).await;
                let games = slots.iter().filter_map(|slots| slots.read(&answers).transpose());
                games.collect()
            }
        }
        Err(unread) => Err(unread),
    };
    InPlay { count: list.count, games }
}
