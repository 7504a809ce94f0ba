//! The arguments that a dispute game is registered with, as `DisputeGameFactory.gameArgs` packs them
//! (contracts-bedrock `LibGameArgs.sol`), and what the game types are.

use alloy_primitives::{Address, B256, U256};

/// What a game of the type is told when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GameArgs {
    /// The hash of the VM's state that every game begins at, or the program of a validity proof.
    pub prestate: B256,
    /// The fault proof VM, or the verifier of a validity proof.
    pub vm: Address,
    /// Says which games count.
    pub registry: Address,
    /// Keeps the bonds.
    pub weth: Address,
    /// The chain that games are about; 0 for super roots, which are about several.
    pub chain_id: U256,
    /// Who may play, where it is not everybody.
    pub roles: Option<GameRoles>,
    /// Whether claims are disputed move by move in a VM.
    pub is_fault_proof: bool,
}

/// The roles of a permissioned game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GameRoles {
    /// Who may propose.
    pub proposer: Address,
    /// Who may challenge.
    pub challenger: Address,
}

/// Why arguments cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("gameArgs has {0} bytes; 124, 164 and 172 are known")]
pub struct UnknownLength(pub usize);

impl GameArgs {
    /// Reads packed arguments.
    pub fn read(args: &[u8]) -> Result<Self, UnknownLength> {
        let address = |at: usize| Address::from_slice(&args[at..at + 20]);
        let word = |at: usize| B256::from_slice(&args[at..at + 32]);
        // Where registry, WETH and chain id begin: after the VM, or after terms of the proof as well.
        let (shared, is_fault_proof) = match args.len() {
            124 | 164 => (52, true),
            172 => (100, false),
            length => return Err(UnknownLength(length)),
        };
        let roles =
            GameRoles { proposer: address(args.len() - 40), challenger: address(args.len() - 20) };
        Ok(Self {
            prestate: word(0),
            vm: address(32),
            registry: address(shared),
            weth: address(shared + 20),
            chain_id: word(shared + 40).into(),
            roles: (args.len() == 164).then_some(roles),
            is_fault_proof,
        })
    }
}

/// Whether a type's claims are super roots: of all chains of a cluster at a time, not of one block.
#[must_use]
pub const fn is_super(game_type: u32) -> bool {
    matches!(game_type, 4 | 5 | 7 | 9)
}

/// Whether only the two accounts that the contracts name play games of the type.
#[must_use]
pub const fn is_permissioned(game_type: u32) -> bool {
    matches!(game_type, 1 | 5)
}

/// Whether op-challenger loads a fault proof program for games of the type.
#[must_use]
pub const fn loads_prestate(game_type: u32) -> bool {
    matches!(game_type, 0 | 4 | 8 | 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_read_from_its_place() {
        let bytes: Vec<u8> = (0..172).collect();
        let address = |at: u8| Address::from_slice(&(at..at + 20).collect::<Vec<u8>>());
        let chain_id = |at: usize| U256::from_be_slice(&bytes[at..at + 32]);
        let fault_proof = GameArgs {
            prestate: B256::from_slice(&bytes[..32]),
            vm: address(32),
            registry: address(52),
            weth: address(72),
            chain_id: chain_id(92),
            roles: None,
            is_fault_proof: true,
        };
        let roles = Some(GameRoles { proposer: address(124), challenger: address(144) });
        let validity = GameArgs {
            registry: address(100),
            weth: address(120),
            chain_id: chain_id(140),
            is_fault_proof: false,
            ..fault_proof
        };
        assert_eq!(GameArgs::read(&bytes[..124]), Ok(fault_proof));
        assert_eq!(GameArgs::read(&bytes[..164]), Ok(GameArgs { roles, ..fault_proof }));
        assert_eq!(GameArgs::read(&bytes), Ok(validity));
        for length in [0, 1, 20, 123, 125, 163, 165, 171] {
            assert_eq!(GameArgs::read(&bytes[..length]), Err(UnknownLength(length)));
        }
    }
}
