//! The dispute games: those in play at L1's newest block, and new ones.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{Answers, Batch, Reading, Rpc, Slot, Unread};
use op_chain::contracts::{DisputeGame, DisputeGameFactory, OptimismPortal};

use crate::l1::Contracts;

/// Games that are looked at when the chain is first watched: more than are in play where one is made each
/// hour and each side has three and a half days.
const FIRST_LOOK: u64 = 256;
/// New games a poll: all of the first look, or the newest of them would come last.
const NEW_GAMES: u64 = FIRST_LOOK;

/// What is asked about games.
#[derive(Debug, Default)]
pub struct Questions {
    /// The index of the first game that is not known yet; `None` for the last few.
    pub next: Option<u64>,
    /// Games that were in play, by index.
    pub open: BTreeMap<u64, Asked>,
    /// Games whose addresses are read again: a reorganisation of L1 may have given them others.
    pub again: BTreeSet<u64>,
}

/// A game in play.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub proxy: Address,
    /// Whether what never changes of it is still to be read.
    pub is_new: bool,
}

#[derive(Debug)]
pub struct GameAnswers {
    pub respected: u32,
    pub count: u64,
    /// Games that were not known, and those that were read again, by index.
    pub new: BTreeMap<u64, NewGame>,
    /// Games in play, by index.
    pub states: BTreeMap<u64, Reading<GameState>>,
}

#[derive(Debug, Clone, Copy)]
pub struct NewGame {
    pub kind: u32,
    pub created: u64,
    pub proxy: Address,
}

#[derive(Debug, Clone)]
pub struct GameState {
    /// 0 in progress, 1 the challenger has won, 2 the defender has won.
    pub status: u8,
    /// Of a game that is played move by move.
    pub claims: Option<u64>,
    /// What never changes, where it was asked for.
    pub constants: Option<Constants>,
}

/// What never changes of a game.
#[derive(Debug, Clone)]
pub struct Constants {
    pub creator: Address,
    /// Seconds that each side has, of a game that is played move by move.
    pub clock: Option<u64>,
    /// The output root that it is about, and of which L2 block it claims to be.
    pub claim: Reading<(B256, u64)>,
}

/// Where the answers will be.
pub(crate) struct Slots {
    factory: Address,
    respected: Slot<u32>,
    count: Slot<U256>,
    states: Vec<(u64, StateSlots)>,
}

impl Slots {
    pub(crate) fn ask(batch: &mut Batch, contracts: &Contracts, asked: &Questions) -> Option<Self> {
        let factory = contracts.factory?;
        let states = asked.open.iter();
        Some(Self {
            factory,
            respected: batch.call(contracts.portal, &OptimismPortal::respectedGameTypeCall {}),
            count: batch.call(factory, &DisputeGameFactory::gameCountCall {}),
            states: states.map(|(&index, game)| (index, StateSlots::ask(batch, *game))).collect(),
        })
    }

    /// Asks `batch` for new games, and reads all.
    pub(crate) async fn read(
        &self,
        l1: &Rpc,
        mut batch: Batch,
        answers: &Answers,
        asked: &Questions,
    ) -> Reading<GameAnswers> {
        let count: u64 = answers.take(&self.count)?.saturating_to();
        let first = asked.next.unwrap_or_else(|| count.saturating_sub(FIRST_LOOK));
        let last = count.min(first.saturating_add(NEW_GAMES));
        let again = asked.again.iter().copied().filter(|index| *index < first.min(count));
        let new: Vec<_> = again
            .chain(first..last)
            .map(|index| {
                let call = DisputeGameFactory::gameAtIndexCall { index: U256::from(index) };
                (index, batch.call(self.factory, &call))
            })
            .collect();
        let second = l1.send(batch).await;
        let new = new
            .into_iter()
            .map(|(index, slot)| {
                let game = second.take(&slot)?;
                let (kind, created) = (game.gameType, game.timestamp);
                Ok((index, NewGame { kind, created, proxy: game.proxy }))
            })
            .collect::<Reading<_>>()?;
        let states = self.states.iter().map(|(index, slots)| (*index, slots.read(answers)));
        let respected = answers.take(&self.respected)?;
        Ok(GameAnswers { respected, count, new, states: states.collect() })
    }
}

struct StateSlots {
    status: Slot<u8>,
    claims: Slot<U256>,
    constants: Option<ConstantSlots>,
}

struct ConstantSlots {
    creator: Slot<Address>,
    clock: Slot<u64>,
    root: Slot<B256>,
    /// By the getter of fault proofs of one chain, and by that of others.
    block: [Slot<U256>; 2],
}

impl StateSlots {
    fn ask(batch: &mut Batch, Asked { proxy, is_new }: Asked) -> Self {
        Self {
            status: batch.call(proxy, &DisputeGame::statusCall {}),
            claims: batch.call(proxy, &DisputeGame::claimDataLenCall {}),
            constants: is_new.then(|| ConstantSlots {
                creator: batch.call(proxy, &DisputeGame::gameCreatorCall {}),
                clock: batch.call(proxy, &DisputeGame::maxClockDurationCall {}),
                root: batch.call(proxy, &DisputeGame::rootClaimCall {}),
                block: [
                    batch.call(proxy, &DisputeGame::l2BlockNumberCall {}),
                    batch.call(proxy, &DisputeGame::l2SequenceNumberCall {}),
                ],
            }),
        }
    }

    fn read(&self, answers: &Answers) -> Reading<GameState> {
        let claims = if_any(answers.take(&self.claims))?.map(|claims| claims.saturating_to());
        let constants = self.constants.as_ref().map(|slots| slots.read(answers)).transpose()?;
        Ok(GameState { status: answers.take(&self.status)?, claims, constants })
    }
}

impl ConstantSlots {
    fn read(&self, answers: &Answers) -> Reading<Constants> {
        let [block, sequence] = self.block.each_ref().map(|slot| answers.take(slot));
        let claim = answers.take(&self.root).and_then(|root| {
            let block = block.or(sequence)?;
            Ok((root, block.saturating_to()))
        });
        let clock = if_any(answers.take(&self.clock))?;
        Ok(Constants { creator: answers.take(&self.creator)?, clock, claim })
    }
}

/// A game that is proven at once has no moves.
fn if_any<T>(reading: Reading<T>) -> Reading<Option<T>> {
    match reading {
        Ok(value) => Ok(Some(value)),
        Err(Unread::Reverted(_)) => Ok(None),
        Err(unread) => Err(unread),
    }
}
