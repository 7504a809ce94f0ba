//! Dispute game types as L1 knows them.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes};
use op_chain::{
    contracts::{DisputeGameFactory, FaultDisputeGame, PermissionedDisputeGame},
    rpc::{Answers, Batch, Reading, Rpc, Slot, Unread},
};

/// A dispute game type as the factory knows it.
#[derive(Debug)]
pub struct Game {
    /// The implementation, zero when the type is not registered.
    pub implementation: Reading<Address>,
    /// Who may propose and challenge.
    pub roles: Reading<GameRoles>,
    /// The hash of the VM's state that every game begins at.
    pub prestate: Reading<B256>,
}

/// The roles of a permissioned game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GameRoles {
    /// Who may propose.
    pub proposer: Address,
    /// Who may challenge.
    pub challenger: Address,
}

/// The first round of questions about a game type.
pub(super) struct GameSlots {
    game_type: u32,
    implementation: Slot<Address>,
    args: Slot<Bytes>,
}

impl GameSlots {
    pub(super) fn ask(batch: &mut Batch, factory: Address, game_type: u32) -> Self {
        Self {
            game_type,
            implementation: batch
                .call(factory, &DisputeGameFactory::gameImplsCall { gameType: game_type }),
            args: batch.call(factory, &DisputeGameFactory::gameArgsCall { gameType: game_type }),
        }
    }
}

/// Reads the parameters of each game: from `gameArgs` where the factory has them (contracts v7 and
/// later), else from the implementation.
pub(super) async fn read(
    l1: &Rpc,
    slots: Vec<GameSlots>,
    answers: &Answers,
) -> BTreeMap<u32, Game> {
    let mut games = BTreeMap::new();
    for slot in slots {
        let implementation = answers.take(&slot.implementation);
        let (roles, prestate) = match (answers.take(&slot.args), implementation.clone()) {
            (Ok(args), _) if !args.is_empty() => (roles_of_args(&args), prestate_of_args(&args)),
            // Empty from factories of 1.3 to 1.5, a revert from older ones. A clone's bare
            // implementation answers zeros, which match no key and no program.
            (Ok(_) | Err(Unread::Reverted(_)), Ok(implementation)) => {
                of_implementation(l1, implementation).await
            }
            (Ok(_) | Err(Unread::Reverted(_)), Err(unread)) | (Err(unread), _) => {
                (Err(unread.clone()), Err(unread))
            }
        };
        games.insert(slot.game_type, Game { implementation, roles, prestate });
    }
    games
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

fn prestate_of_args(args: &[u8]) -> Reading<B256> {
    match args.first_chunk() {
        Some(&prestate) if matches!(args.len(), OPEN | PERMISSIONED) => Ok(B256::new(prestate)),
        _ => Err(Unread::Malformed(format!(
            "gameArgs has {} bytes, a fault proof game has {OPEN} or {PERMISSIONED}",
            args.len()
        ))),
    }
}

async fn of_implementation(
    l1: &Rpc,
    implementation: Address,
) -> (Reading<GameRoles>, Reading<B256>) {
    let mut batch = Batch::default();
    let proposer = batch.call(implementation, &PermissionedDisputeGame::proposerCall {});
    let challenger = batch.call(implementation, &PermissionedDisputeGame::challengerCall {});
    let prestate = batch.call(implementation, &FaultDisputeGame::absolutePrestateCall {});
    let answers = l1.send(batch).await;
    let roles = answers
        .take(&proposer)
        .and_then(|proposer| Ok(GameRoles { proposer, challenger: answers.take(&challenger)? }));
    (roles, answers.take(&prestate))
}
