//! Two batches to L1: heads, roles, accounts, and the games that are in play.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use op_chain::{
    contracts::{DisputeGame, DisputeGameFactory, OptimismPortal, SystemConfig},
    rpc::{Batch, BlockHead, Reading, Rpc, Slot},
};

use crate::health::status::L1Head;

/// The contracts that are asked.
#[derive(Debug, Clone, Copy)]
pub(in crate::health) struct Contracts {
    pub(in crate::health) system_config: Address,
    pub(in crate::health) portal: Address,
    /// `None` where no service makes or watches games.
    pub(in crate::health) factory: Option<Address>,
}

/// What L1 is asked for.
#[derive(Debug)]
pub(in crate::health) struct Questions {
    /// `None` while rollup.json is not there.
    pub(in crate::health) contracts: Option<Contracts>,
    pub(in crate::health) accounts: BTreeSet<Address>,
    /// The index of the first game that is not known yet; `None` for the last few.
    pub(in crate::health) next_game: Option<u64>,
    /// Games that were in play, by index.
    pub(in crate::health) games: BTreeMap<u64, Address>,
}

/// What it answered.
#[derive(Debug)]
pub(in crate::health) struct L1Answers {
    pub(in crate::health) shown: String,
    pub(in crate::health) head: L1Head,
    pub(in crate::health) safe: Option<L1Head>,
    pub(in crate::health) finalized: Option<L1Head>,
    pub(in crate::health) batcher: Option<Reading<Address>>,
    pub(in crate::health) signer: Option<Reading<Address>>,
    pub(in crate::health) accounts: BTreeMap<Address, (Reading<U256>, Reading<u64>)>,
    pub(in crate::health) games: Option<Reading<GameAnswers>>,
    /// How often it said that it is asked too much.
    pub(in crate::health) limited: u32,
}

/// What L1 says of games.
#[derive(Debug)]
pub(in crate::health) struct GameAnswers {
    pub(in crate::health) respected: u32,
    pub(in crate::health) count: u64,
    /// Games that were not known, by index.
    pub(in crate::health) new: BTreeMap<u64, NewGame>,
    /// Games in play, by index.
    pub(in crate::health) states: BTreeMap<u64, GameState>,
}

/// A game that was made.
#[derive(Debug, Clone, Copy)]
pub(in crate::health) struct NewGame {
    pub(in crate::health) kind: u32,
    pub(in crate::health) created: u64,
    pub(in crate::health) proxy: Address,
}

/// How a game stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::health) struct GameState {
    /// 0 in progress, 1 the challenger has won, 2 the defender has won.
    pub(in crate::health) status: u8,
    pub(in crate::health) claims: u64,
    pub(in crate::health) creator: Address,
    /// Seconds that each side has.
    pub(in crate::health) clock: u64,
}

/// Games that are looked at when the chain is first watched.
const FIRST_LOOK: u64 = 64;
/// New games a poll.
const NEW_GAMES: u64 = 64;

/// Asks twice at most.
pub(in crate::health) async fn poll(l1: &Rpc, questions: &Questions) -> Reading<L1Answers> {
    let before = l1.limits().seen;
    let mut batch = Batch::default();
    let heads = ["latest", "safe", "finalized"].map(|tag| batch.head(tag));
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
    let [latest, safe, finalized] = heads.map(|slot| answers.take(&slot));
    let head = latest?
        .map(head)
        .ok_or_else(|| op_chain::rpc::Unread::Malformed("it has no newest block".to_owned()))?;
    let games = match games {
        Some((factory, slots)) => Some(read_games(l1, factory, slots, &answers, questions).await),
        None => None,
    };
    let (batcher, signer) = roles.map_or((None, None), |(batcher, signer)| {
        (Some(answers.take(&batcher).map(address_of)), Some(answers.take(&signer)))
    });
    Ok(L1Answers {
        shown: l1.shown(),
        head,
        safe: safe.ok().flatten().map(self::head),
        finalized: finalized.ok().flatten().map(self::head),
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

/// `batcherHash` is an address, right-aligned.
fn address_of(hash: B256) -> Address {
    Address::from_word(hash)
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

    fn read(&self, answers: &op_chain::rpc::Answers) -> Reading<GameState> {
        Ok(GameState {
            status: answers.take(&self.status)?,
            claims: answers.take(&self.claims)?.saturating_to(),
            creator: answers.take(&self.creator)?,
            clock: answers.take(&self.clock)?,
        })
    }
}

async fn read_games(
    l1: &Rpc,
    factory: Address,
    slots: GameSlots,
    answers: &op_chain::rpc::Answers,
    questions: &Questions,
) -> Reading<GameAnswers> {
    let count: u64 = answers.take(&slots.count)?.saturating_to();
    let first = questions.next_game.unwrap_or_else(|| count.saturating_sub(FIRST_LOOK));
    let last = count.min(first.saturating_add(NEW_GAMES));
    let mut batch = Batch::default();
    let new: Vec<_> = (first..last)
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
    let states = slots
        .states
        .iter()
        .map(|(index, slots)| Ok((*index, slots.read(answers)?)))
        .collect::<Reading<_>>()?;
    Ok(GameAnswers { respected: answers.take(&slots.respected)?, count, new, states })
}
