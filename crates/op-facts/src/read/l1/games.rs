//! Dispute game types as L1 knows them.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use eth_rpc::{Answers, Batch, Reading, Slot, Unread};
use op_chain::contracts::{DisputeGameFactory, FaultDisputeGame, Mips, PermissionedDisputeGame};
use op_chain::game_args::{GameArgs, GameRoles};

/// A dispute game type as the factory knows it.
#[derive(Debug)]
pub struct Game {
    /// The implementation, zero when the type is not registered.
    pub implementation: Reading<Address>,
    pub roles: Reading<GameRoles>,
    /// `gameArgs`; `None` where they are empty.
    pub args: Option<Reading<GameArgs>>,
    /// The hash of the VM's state that every game begins at.
    pub prestate: Reading<B256>,
    /// The version of states that the VM executes, where `gameArgs` names the VM. Older contracts
    /// hold it where a third round of questions would be needed.
    pub state_version: Option<Reading<u8>>,
    /// What `create` demands, in wei.
    pub bond: Reading<U256>,
}

impl Game {
    /// Whether games of the type can be made. Where L1 does not say, they may be.
    #[must_use]
    pub fn may_be_made(&self) -> bool {
        self.implementation.as_ref().map_or(true, |implementation| !implementation.is_zero())
    }
}

/// The first round of questions about a game type.
pub(super) struct GameSlots {
    game_type: u32,
    implementation: Slot<Address>,
    args: Slot<Bytes>,
    bond: Slot<U256>,
}

impl GameSlots {
    pub(super) fn ask(batch: &mut Batch, factory: Address, game_type: u32) -> Self {
        Self {
            game_type,
            implementation: batch
                .call(factory, &DisputeGameFactory::gameImplsCall { gameType: game_type }),
            args: batch.call(factory, &DisputeGameFactory::gameArgsCall { gameType: game_type }),
            bond: batch.call(factory, &DisputeGameFactory::initBondsCall { gameType: game_type }),
        }
    }
}

/// What is known of a game type after the first round, and where the rest is.
pub(super) struct HalfKnown {
    pub(super) game_type: u32,
    pub(super) implementation: Reading<Address>,
    bond: Reading<U256>,
    args: Option<Reading<GameArgs>>,
    rest: Rest,
}

impl HalfKnown {
    /// Where its bonds are, if its arguments say so.
    pub(super) fn weth(&self) -> Option<Address> {
        self.args.as_ref()?.as_ref().ok().map(|args| args.weth)
    }
}

enum Rest {
    Unread(Unread),
    OfArgs { args: GameArgs, version: Option<Slot<u8>> },
    Asked { proposer: Slot<Address>, challenger: Slot<Address>, prestate: Slot<B256> },
}

/// Reads the parameters of each game from `gameArgs` where the factory has them (contracts v7 and
/// later), and asks the implementation where it has not.
pub(super) fn ask_implementations(
    batch: &mut Batch,
    slots: Vec<GameSlots>,
    answers: &Answers,
) -> Vec<HalfKnown> {
    let half_known = |slots: GameSlots| {
        let implementation = answers.take(&slots.implementation);
        let args = read_args(answers.take(&slots.args));
        let rest = match (&args, &implementation) {
            (Some(Ok(args)), _) => Rest::of_args(batch, *args),
            // Empty from factories of 1.3 to 1.5, a revert from older ones. A clone's bare
            // implementation answers zeros, which match no key and no program.
            (None | Some(Err(Unread::Reverted(_))), Ok(implementation)) => {
                Rest::ask(batch, *implementation)
            }
            (None | Some(Err(Unread::Reverted(_))), Err(unread)) | (Some(Err(unread)), _) => {
                Rest::Unread(unread.clone())
            }
        };
        let bond = answers.take(&slots.bond);
        HalfKnown { game_type: slots.game_type, implementation, bond, args, rest }
    };
    slots.into_iter().map(half_known).collect()
}

fn read_args(args: Reading<Bytes>) -> Option<Reading<GameArgs>> {
    let read = |args: Bytes| {
        GameArgs::read(&args).map_err(|unknown| Unread::Malformed(unknown.to_string()))
    };
    match args {
        Ok(args) if args.is_empty() => None,
        args => Some(args.and_then(read)),
    }
}

impl Rest {
    fn of_args(batch: &mut Batch, args: GameArgs) -> Self {
        let version = args.is_fault_proof.then(|| batch.call(args.vm, &Mips::stateVersionCall {}));
        Self::OfArgs { args, version }
    }

    fn ask(batch: &mut Batch, implementation: Address) -> Self {
        Self::Asked {
            proposer: batch.call(implementation, &PermissionedDisputeGame::proposerCall {}),
            challenger: batch.call(implementation, &PermissionedDisputeGame::challengerCall {}),
            prestate: batch.call(implementation, &FaultDisputeGame::absolutePrestateCall {}),
        }
    }

    fn read(self, answers: &Answers) -> (Reading<GameRoles>, Reading<B256>, Option<Reading<u8>>) {
        match self {
            Self::Unread(unread) => (Err(unread.clone()), Err(unread), None),
            Self::OfArgs { args, version } => {
                let none = || Unread::Malformed("gameArgs names no roles".to_owned());
                let version = version.map(|version| answers.take(&version));
                (args.roles.ok_or_else(none), Ok(args.prestate), version)
            }
            Self::Asked { proposer, challenger, prestate } => {
                let roles = answers.take(&proposer).and_then(|proposer| {
                    Ok(GameRoles { proposer, challenger: answers.take(&challenger)? })
                });
                (roles, answers.take(&prestate), None)
            }
        }
    }
}

/// The games, once the second round is answered.
pub(super) fn read(games: Vec<HalfKnown>, answers: &Answers) -> BTreeMap<u32, Game> {
    let game = |half: HalfKnown| {
        let HalfKnown { game_type, implementation, bond, args, rest } = half;
        let (roles, prestate, state_version) = rest.read(answers);
        (game_type, Game { implementation, roles, args, prestate, state_version, bond })
    };
    games.into_iter().map(game).collect()
}
