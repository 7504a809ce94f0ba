//! Three batches to L1: its heads; roles, accounts and the games in play at its newest block; new games.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use eth_rpc::{Batch, BlockHead, Reading, Rpc, Slot, Unread};
use op_chain::contracts::{
    DisputeGame, DisputeGameFactory, OptimismPortal, SystemConfig, batcher_of,
};

use op_status::status::L1Head;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Contracts {
    pub(crate) system_config: Address,
    pub(crate) portal: Address,
    /// `None` where no service makes or watches games.
    pub(crate) factory: Option<Address>,
}

#[derive(Debug)]
pub(crate) struct Questions {
    /// `None` while rollup.json is not there.
    pub(crate) contracts: Option<Contracts>,
    pub(crate) accounts: BTreeSet<Address>,
    /// The index of the first game that is not known yet; `None` for the last few.
    pub(crate) next_game: Option<u64>,
    /// Games that were in play, by index.
    pub(crate) games: BTreeMap<u64, Address>,
    /// Games whose addresses are read again: a reorganisation of L1 may have given them others.
    pub(crate) again: BTreeSet<u64>,
}

#[derive(Debug)]
pub(crate) struct L1Answers {
    /// Scheme, host and port.
    pub(crate) endpoint: String,
    pub(crate) head: L1Head,
    pub(crate) safe: Option<L1Head>,
    pub(crate) finalized: Option<L1Head>,
    pub(crate) batcher: Option<Reading<Address>>,
    pub(crate) signer: Option<Reading<Address>>,
    pub(crate) accounts: BTreeMap<Address, (Reading<U256>, Reading<u64>)>,
    pub(crate) games: Option<Reading<GameAnswers>>,
    /// How often it said that it limits requests.
    pub(crate) limited: u32,
}

#[derive(Debug)]
pub(crate) struct GameAnswers {
    pub(crate) respected: u32,
    pub(crate) count: u64,
    /// Games that were not known, and those that were read again, by index.
    pub(crate) new: BTreeMap<u64, NewGame>,
    /// Games in play, by index.
    pub(crate) states: BTreeMap<u64, Reading<GameState>>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct NewGame {
    pub(crate) kind: u32,
    pub(crate) created: u64,
    pub(crate) proxy: Address,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct GameState {
    /// 0 in progress, 1 the challenger has won, 2 the defender has won.
    pub(crate) status: u8,
    pub(crate) creator: Address,
    /// Of a game that is played move by move.
    pub(crate) moves: Option<Moves>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Moves {
    pub(crate) claims: u64,
    /// Seconds that each side has.
    pub(crate) clock: u64,
}

/// Games that are looked at when the chain is first watched.
const FIRST_LOOK: u64 = 64;
/// New games a poll.
const NEW_GAMES: u64 = 64;

/// Asks three times at most, all but the heads at one block: behind one URL there may be nodes that are
/// not equally far.
pub(crate) async fn poll(l1: &Rpc, questions: &Questions) -> Reading<L1Answers> {
    let before = l1.limits().seen;
    let mut batch = Batch::default();
    let heads = ["latest", "safe", "finalized"].map(|tag| batch.head(tag));
    let answers = l1.send(batch).await;
    let [latest, safe, finalized] = heads.map(|slot| answers.take(&slot));
    let latest = latest?.ok_or_else(|| Unread::Malformed("it has no newest block".to_owned()))?;

    let mut batch = Batch::at(latest.hash);
    let roles = questions.contracts.map(|contracts| {
        (
            batch.call(contracts.system_config, &SystemConfig::batcherHashCall {}),
            batch.call(contracts.system_config, &SystemConfig::unsafeBlockSignerCall {}),
        )
    });
    let games = questions.contracts.and_then(|contracts| {
        let factory = contracts.factory?;
        let slots = GameSlots {
            respected: batch.call(contracts.portal, &OptimismPortal::respectedGameTypeCall {}),
            count: batch.call(factory, &DisputeGameFactory::gameCountCall {}),
            states: questions
                .games
                .iter()
                .map(|(&index, &game)| (index, StateSlots::ask(&mut batch, game)))
                .collect(),
        };
        Some((factory, slots))
    });
    let accounts: Vec<_> = questions
        .accounts
        .iter()
        .map(|&account| (account, batch.balance(account), batch.nonce(account)))
        .collect();
    let answers = l1.send(batch).await;
    answers.whole()?;
    let games = match games {
        Some((factory, slots)) => {
            let batch = Batch::at(latest.hash);
            Some(read_games(l1, batch, factory, slots, &answers, questions).await)
        }
        None => None,
    };
    let (batcher, signer) = roles.map_or((None, None), |(batcher, signer)| {
        (Some(answers.take(&batcher).and_then(batcher_of)), Some(answers.take(&signer)))
    });
    Ok(L1Answers {
        endpoint: l1.shown(),
        head: head(latest),
        safe: safe.ok().flatten().map(head),
        finalized: finalized.ok().flatten().map(head),
        batcher,
        signer,
        accounts: accounts
            .into_iter()
            .map(|(account, balance, nonce)| {
                (account, (answers.take(&balance), answers.take(&nonce).map(|nonce| nonce.to())))
            })
            .collect(),
        games,
        limited: l1.limits().seen.saturating_sub(before),
    })
}

fn head(block: BlockHead) -> L1Head {
    L1Head { number: block.number.to(), timestamp: block.timestamp.to() }
}

struct GameSlots {
    respected: Slot<u32>,
    count: Slot<U256>,
    states: Vec<(u64, StateSlots)>,
}

struct StateSlots {
    status: Slot<u8>,
    claims: Slot<U256>,
    creator: Slot<Address>,
    clock: Slot<u64>,
}

impl StateSlots {
    fn ask(batch: &mut Batch, game: Address) -> Self {
        Self {
            status: batch.call(game, &DisputeGame::statusCall {}),
            claims: batch.call(game, &DisputeGame::claimDataLenCall {}),
            creator: batch.call(game, &DisputeGame::gameCreatorCall {}),
            clock: batch.call(game, &DisputeGame::maxClockDurationCall {}),
        }
    }

    fn read(&self, answers: &eth_rpc::Answers) -> Reading<GameState> {
        let moves = match (answers.take(&self.claims), answers.take(&self.clock)) {
            (Ok(claims), Ok(clock)) => Some(Moves { claims: claims.saturating_to(), clock }),
            // A game that is proven at once has none.
            (Err(Unread::Reverted(_)), _) | (_, Err(Unread::Reverted(_))) => None,
            (Err(unread), _) | (_, Err(unread)) => return Err(unread),
        };
        let (status, creator) = (answers.take(&self.status)?, answers.take(&self.creator)?);
        Ok(GameState { status, creator, moves })
    }
}

async fn read_games(
    l1: &Rpc,
    mut batch: Batch,
    factory: Address,
    slots: GameSlots,
    answers: &eth_rpc::Answers,
    questions: &Questions,
) -> Reading<GameAnswers> {
    let count: u64 = answers.take(&slots.count)?.saturating_to();
    let first = questions.next_game.unwrap_or_else(|| count.saturating_sub(FIRST_LOOK));
    let last = count.min(first.saturating_add(NEW_GAMES));
    let again = questions.again.iter().copied().filter(|index| *index < first.min(count));
    let new: Vec<_> = again
        .chain(first..last)
        .map(|index| {
            let call = DisputeGameFactory::gameAtIndexCall { index: U256::from(index) };
            (index, batch.call(factory, &call))
        })
        .collect();
    let second = l1.send(batch).await;
    let new = new
        .into_iter()
        .map(|(index, slot)| {
            let game = second.take(&slot)?;
            let game = NewGame { kind: game.gameType, created: game.timestamp, proxy: game.proxy };
            Ok((index, game))
        })
        .collect::<Reading<_>>()?;
    let states = slots.states.iter().map(|(index, slots)| (*index, slots.read(answers))).collect();
    Ok(GameAnswers { respected: answers.take(&slots.respected)?, count, new, states })
}
