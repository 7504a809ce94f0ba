//! What a right world is made of: gates, keys, contracts, files.

use op_gate::Gate;
use strum::IntoEnumIterator as _;

/// The gates by their names in the configuration; each is a service of its own here.
pub(crate) fn gates() -> impl Iterator<Item = &'static str> {
    Gate::iter().map(Into::into)
}

/// Role, secret key and address: accounts 0 to 3 of Foundry's published test mnemonic.
pub(crate) const ROLES: [(&str, &str, &str); 4] = [
    (
        "sequencer",
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
    ),
    (
        "batcher",
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "70997970c51812dc3a010c7d01b50e0d17dc79c8",
    ),
    (
        "proposer",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
    ),
    (
        "challenger",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "90f79bf6eb2c4f870365e785982e1f101e93b906",
    ),
];

/// Account 4, which has no role.
pub(crate) const STRANGER: &str =
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a";

/// A key that nobody publishes.
pub(crate) const OWN: &str = "7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e";

/// Another one, of a service that sends to L1.
pub(crate) const SENDER: &str = "5e4de25e4de25e4de25e4de25e4de25e4de25e4de25e4de25e4de25e4de25e4d";

/// A state of the fault proof VM, and its hash as the official cannon computes it; see op-chain's tests.
pub(crate) const PRESTATE: &[u8] = include_bytes!("../../../op-chain/tests/data/prestate.bin.gz");

pub(crate) const PRESTATE_HASH: &str =
    "03bac9e35aa6f26334ba7bab101f381aa0cefb1e4cf284c10f122d468994a127";

/// Well-formed, of no image.
pub(crate) const DIGEST: &str =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A secret of op-node and its engine.
pub(crate) const JWT: &str = "5ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7";

/// Where `SystemConfig` keeps the unsafe block signer.
pub(crate) const SIGNER_SLOT: &str =
    "0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08";

/// A genesis with Jovian, and as much of the predeploys as gates look at.
pub(crate) const SMALL: &str = include_str!("../data/genesis.json");

/// What op-geth v1.101701.0 wrote for block 0 at `init`.
pub(crate) const L2_HASH: &str =
    "0x6d6e7fbbda2558b88425ecc87eb023a1530455ce556fe87327a9f43961dced0a";

pub(crate) const TIME: u64 = 0x6a36_0a34;

pub(crate) const MIN_BALANCE: u64 = 1_000_000_000_000_000_000;

/// What a game costs; with the gas for it, no more than the batcher has.
pub(crate) const BOND: u64 = 80_000_000_000_000_000;

pub(crate) const SYSTEM_CONFIG: &str = "0x00000000000000000000000000000000000000c1";

pub(super) const PORTAL: &str = "0x00000000000000000000000000000000000000c2";

pub(super) const FACTORY: &str = "0x00000000000000000000000000000000000000c3";

pub(super) const IMPLEMENTATION: &str = "00000000000000000000000000000000000000c4";

/// As [`game_args`] names it.
pub(crate) const VM: &str = "abababababababababababababababababababab";

pub(crate) const REGISTRY: &str = "00000000000000000000000000000000000000c5";

pub(crate) const WETH: &str = "00000000000000000000000000000000000000c6";

/// A game, where there is one.
pub(crate) const GAME: &str = "00000000000000000000000000000000000000d1";

const SUPERCHAIN: &str = "00000000000000000000000000000000000000c7";

/// The contracts manager.
const MANAGER: &str = "00000000000000000000000000000000000000c8";

const VALIDATOR: &str = "00000000000000000000000000000000000000ca";

/// Answers of the contracts that nothing else here says: the other contracts, a fresh chain's registry
/// and validator, and what rollup.json has a copy of.
pub(super) const WORDS: [(&str, &str); 24] = [
    ("portalFactory", FACTORY),
    ("batchInbox", PORTAL),
    ("startBlock", "7"),
    ("delayedWETH", WETH),
    ("superchainConfig", SUPERCHAIN),
    ("allPaused", "0"),
    ("anchorStateRegistry", REGISTRY),
    ("registrySystemConfig", SYSTEM_CONFIG),
    ("registryFactory", FACTORY),
    ("registryRespected", "1"),
    ("retirement", "0"),
    ("lastUsedOPCM", MANAGER),
    ("proxyAdminOwner", SUPERCHAIN),
    ("opcmStandardValidator", VALIDATOR),
    ("gasLimit", "3938700"),
    ("eip1559Denominator", "0"),
    ("eip1559Elasticity", "0"),
    ("operatorFeeScalar", "0"),
    ("operatorFeeConstant", "0"),
    ("minBaseFee", "186a0"),
    ("daFootprintGasScalar", "0"),
    // Three and a half days each.
    ("maxClockDuration", "49d40"),
    ("finalityDelay", "49d40"),
    ("delay", "49d40"),
];

/// The contracts' answers that are texts: versions of v7, and the complaints about a fresh chain.
pub(super) const TEXTS: [(&str, &str); 4] = [
    ("systemVersion", "3.14.2"),
    ("portalVersion", "5.6.1"),
    ("factoryVersion", "1.6.1"),
    ("validate", "OVERRIDES-L1PAOMULTISIG,PDDG-40,PDDG-130,PDDG-140,PLDG-10,CKDG-10,CKDG-NOSHAPE"),
];

/// Contract, selector and name of every getter that the gates may read.
pub(super) const GETTERS: [(&str, &str, &str); 51] = [
    (SYSTEM_CONFIG, "e81b2c6d", "batcherHash"),
    (SYSTEM_CONFIG, "1fd19ee1", "unsafeBlockSigner"),
    (SYSTEM_CONFIG, "f2b4e617", "disputeGameFactory"),
    (PORTAL, "3c9f397c", "respectedGameType"),
    (FACTORY, "1b685b9e", "gameImpls"),
    (FACTORY, "74cc86ac", "gameArgs"),
    (FACTORY, "6593dc6e", "initBonds"),
    (IMPLEMENTATION, "a8e4fb90", "proposer"),
    (IMPLEMENTATION, "534db0e2", "challenger"),
    (IMPLEMENTATION, "8d450a95", "absolutePrestate"),
    (SYSTEM_CONFIG, "0a49cb03", "optimismPortal"),
    (SYSTEM_CONFIG, "d6ae3cd5", "l2ChainId"),
    (SYSTEM_CONFIG, "5c975abb", "systemConfigPaused"),
    (PORTAL, "33d7e2bd", "portalSystemConfig"),
    (PORTAL, "5c975abb", "portalPaused"),
    (FACTORY, "4d1975b4", "gameCount"),
    (VM, "1219a4e4", "stateVersion"),
    (SYSTEM_CONFIG, "54fd4d50", "systemVersion"),
    (PORTAL, "54fd4d50", "portalVersion"),
    (FACTORY, "54fd4d50", "factoryVersion"),
    (PORTAL, "f2b4e617", "portalFactory"),
    (SYSTEM_CONFIG, "dac6e63a", "batchInbox"),
    (SYSTEM_CONFIG, "48cd4cb1", "startBlock"),
    (SYSTEM_CONFIG, "215b7a1c", "delayedWETH"),
    (SYSTEM_CONFIG, "35e80ab3", "superchainConfig"),
    (SUPERCHAIN, "2e48152c", "allPaused"),
    (PORTAL, "5c0cba33", "anchorStateRegistry"),
    (REGISTRY, "33d7e2bd", "registrySystemConfig"),
    (REGISTRY, "f2b4e617", "registryFactory"),
    (REGISTRY, "3c9f397c", "registryRespected"),
    (REGISTRY, ANCHOR, "anchorRoot"),
    (REGISTRY, "4086d183", "retirement"),
    (SYSTEM_CONFIG, "8ed95502", "lastUsedOPCM"),
    (SYSTEM_CONFIG, "dad544e0", "proxyAdminOwner"),
    (MANAGER, "ba7903db", "opcmStandardValidator"),
    (VALIDATOR, "8970ac44", "validate"),
    (SYSTEM_CONFIG, "f68016b7", "gasLimit"),
    (SYSTEM_CONFIG, "f45e65d8", "scalar"),
    (SYSTEM_CONFIG, "d220a9e0", "eip1559Denominator"),
    (SYSTEM_CONFIG, "c9ff2d16", "eip1559Elasticity"),
    (SYSTEM_CONFIG, "4d5d9a2a", "operatorFeeScalar"),
    (SYSTEM_CONFIG, "16d3bc7f", "operatorFeeConstant"),
    (SYSTEM_CONFIG, "a62611a2", "minBaseFee"),
    (SYSTEM_CONFIG, "fe3d5710", "daFootprintGasScalar"),
    (IMPLEMENTATION, "dabd396d", "maxClockDuration"),
    (PORTAL, "952b2797", "finalityDelay"),
    (WETH, "6a42b8f8", "delay"),
    (FACTORY, "bb8aa1fc", "gameAtIndex"),
    (GAME, "200d2ed2", "status"),
    (GAME, "250e69bd", "wasRespected"),
    (GAME, "8d450a95", "prestateOfGame"),
];

/// The getter that is asked where the portal's answer sends one.
pub(super) const ANCHOR: &str = "d83ef267";

/// The packed fee scalars, in rollup.json and in the contract.
pub(crate) const SCALAR: &str =
    "0x010000000000000000000000000000000000000000000000000c3c9d00000558";

/// The enode id of the libp2p vector's key.
pub(crate) const ENODE_ID: &str = concat!(
    "7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99",
    "1b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1",
);
/// That key (libp2p specification, `peer-ids/peer-ids.md`).
pub(crate) const VECTOR: &str = "53dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb";

/// The peer id of account 0's key.
pub(crate) const PEER_ID: &str = "16Uiu2HAmMUjGmiUhJeiZgu6ZZnLRkE2VViR2JgjqtW9aTZnHQqgg";
