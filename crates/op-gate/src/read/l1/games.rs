//! Dispute game types as L1 knows them.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use eth_rpc::{Answers, Batch, Reading, Slot, Unread};
use op_chain::contracts::{DisputeGameFactory, FaultDisputeGame, Mips, PermissionedDisputeGame};

/// A dispute game type as the factory knows it.
#[derive(Debug)]
pub struct Game {
    /// The implementation, zero when the type is not registered.
    pub implementation: Reading<Address>,
    pub roles: Reading<GameRoles>,
    /// The hash of the VM's state that every game begins at.
    pub prestate: Reading<B256>,
    /// The version of states that the VM executes, where `gameArgs` names the VM. Older contracts
    /// hold it where a third round of questions would be needed.
    pub state_version: Option<Reading<u8>>,
    /// What `create` demands, in wei.
    pub bond: Reading<U256>,
}

/// The roles of a permissioned game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GameRoles {
    pub proposer: Address,
    pub challenger: Address,
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
    game_type: u32,
    implementation: Reading<Address>,
    bond: Reading<U256>,
    parameters: Parameters,
}

enum Parameters {
    Known(Reading<GameRoles>, Reading<B256>),
    OfArgs { roles: Reading<GameRoles>, prestate: Reading<B256>, version: Option<Slot<u8>> },
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
        let parameters = match (answers.take(&slots.args), &implementation) {
            (Ok(args), _) if !args.is_empty() => {
                let version =
                    vm_of_args(&args).map(|vm| batch.call(vm, &Mips::stateVersionCall {}));
                Parameters::OfArgs {
                    roles: roles_of_args(&args),
                    prestate: prestate_of_args(&args),
                    version,
                }
            }
            // Empty from factories of 1.3 to 1.5, a revert from older ones. A clone's bare
            // implementation answers zeros, which match no key and no program.
            (Ok(_) | Err(Unread::Reverted(_)), Ok(implementation)) => {
                Parameters::ask(batch, *implementation)
            }
            (Ok(_) | Err(Unread::Reverted(_)), Err(unread)) => {
                Parameters::Known(Err(unread.clone()), Err(unread.clone()))
            }
            (Err(unread), _) => Parameters::Known(Err(unread.clone()), Err(unread)),
        };
        let bond = answers.take(&slots.bond);
        HalfKnown { game_type: slots.game_type, implementation, bond, parameters }
    };
    slots.into_iter().map(half_known).collect()
}

impl Parameters {
    fn ask(batch: &mut Batch, implementation: Address) -> Self {
        Self::Asked {
            proposer: batch.call(implementation, &PermissionedDisputeGame::proposerCall {}),
            challenger: batch.call(implementation, &PermissionedDisputeGame::challengerCall {}),
            prestate: batch.call(implementation, &FaultDisputeGame::absolutePrestateCall {}),
        }
    }

    fn read(self, answers: &Answers) -> (Reading<GameRoles>, Reading<B256>, Option<Reading<u8>>) {
        match self {
            Self::Known(roles, prestate) => (roles, prestate, None),
            Self::OfArgs { roles, prestate, version } => {
                (roles, prestate, version.map(|version| answers.take(&version)))
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
        let (roles, prestate, state_version) = half.parameters.read(answers);
        let game = Game {
            implementation: half.implementation,
            roles,
            prestate,
            state_version,
            bond: half.bond,
        };
        (half.game_type, game)
    };
    games.into_iter().map(game).collect()
}

/// Packed arguments of a game: prestate 32, vm 20, registry 20, weth 20, chain id 32 bytes.
const OPEN: usize = 124;
/// A permissioned game's go on: proposer 20, challenger 20 bytes.
const PERMISSIONED: usize = 164;

fn roles_of_args(args: &[u8]) -> Reading<GameRoles> {
    match args.get(OPEN..PERMISSIONED) {
        Some(roles) if args.len() == PERMISSIONED => Ok(GameRoles {
            proposer: Address::from_slice(&roles[..20]),
            challenger: Address::from_slice(&roles[20..]),
        }),
        _ => Err(Unread::Malformed(format!(
            "gameArgs has {} bytes, a permissioned game has {PERMISSIONED}",
            args.len()
        ))),
    }
}

/// Where the prestate ends and the registry begins.
fn vm_of_args(args: &[u8]) -> Option<Address> {
    let vm = args.get(32..52).filter(|_| matches!(args.len(), OPEN | PERMISSIONED))?;
    Some(Address::from_slice(vm))
}

fn prestate_of_args(args: &[u8]) -> Reading<B256> {
    match args.first_chunk() {
        Some(&prestate) if matches!(args.len(), OPEN | PERMISSIONED) => Ok(B256::new(prestate)),
        _ => Err(Unread::Malformed(format!(
            "gameArgs has {} bytes, a fault proof game has {OPEN} or {PERMISSIONED}",
            args.len()
        ))),
    }
}
