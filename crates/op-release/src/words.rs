//! Values that the official programs take.

/// L1s that op-node knows (op-service `eth/config.go`): mainnet, Sepolia, Holesky, Hoodi.
pub const KNOWN_L1S: &[u64] = &[1, 11_155_111, 17_000, 560_048];

/// Where op-batcher can put batches (`flags/types.go`).
pub const DATA_AVAILABILITY: &[&str] = &["calldata", "blobs", "auto"];

/// Game types as op-challenger names them (`game/types/game_type.go`).
const GAME_TYPES: &[(u32, &str)] = &[
    (0, "cannon"),
    (1, "permissioned"),
    (4, "super-cannon"),
    (5, "super-permissioned"),
    (8, "cannon-kona"),
    (9, "super-cannon-kona"),
    (10, "optimistic-zk"),
    (254, "fast"),
    (255, "alphabet"),
];

/// op-challenger's name of a game type.
#[must_use]
pub fn game_type(number: u32) -> Option<&'static str> {
    GAME_TYPES.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// The game type that op-challenger knows by a name; 10 has been `zk` since June 2026.
#[must_use]
pub fn game_type_of(name: &str) -> Option<u32> {
    let name = if name == "zk" { "optimistic-zk" } else { name };
    GAME_TYPES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}
