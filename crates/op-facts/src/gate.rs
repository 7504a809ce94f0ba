//! The gates: the one table of their names, what each proves, why it is there and what it needs.
//!
//! Which function judges a gate stands in `gates/mod.rs`, since that needs all that is read. The table in
//! this crate's README is made from [`Gate::entry`].

use serde::{Deserialize, Serialize};

/// A precondition by name. What each proves: [`Gate::entry`].
#[allow(missing_docs, reason = "its entry says what each is")]
#[rustfmt::skip]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(strum::Display, strum::EnumIter, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Gate {
    // Files
    ChainFiles, GenesisHash, GenesisTimestamp, GenesisLive, GenesisPeers, EngineData, L2Chain, ForkSchedule,
    RollupConfig, Predeploys, Premine, FeeParameters, Bundle,
    // L1
    L1Chain, L1Origin, L1Head, L1Agreement, L1RateLimit, L1Proofs, L1Beacon, Contracts,
    FeeScalars, StandardValidator,
    // Keys
    KeyFile, SequencerKey, BatcherKey, ProposerKey, ChallengerKey, ReusedKey, PublishedKey, Alone, Funding,
    // Disputes
    GameType, Prestate, Bond, BondClaimants, ProposalCadence, BatchCadence, RootSource,
    // Nodes
    P2p, P2pPaths, StaticPeers, UnsafeSigner, SafeDb, EngineDurability, ProofWindow, EnginePeers,
    AdminApi, Jwt,
    // Host
    Clock, Disk, GivenFiles, Flags, Ports, ImagePinned, Release,
}

/// What a gate is about: the folder of its file below `gates/`, and a heading of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumIter)]
#[strum(serialize_all = "lowercase")]
pub enum Subject {
    /// genesis.json, rollup.json, the bundle and the engine's data.
    Files,
    /// The L1 that the chain settles on, and its contracts there.
    L1,
    /// Whose they are, who may read them, what they can pay.
    Keys,
    /// Proposals and disputes.
    Disputes,
    /// op-node and its engine.
    Nodes,
    /// The host and the release that runs on it.
    Host,
}

impl Subject {
    /// The heading of its gates in the table.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Files => "The chain's files",
            Self::L1 => "L1",
            Self::Keys => "Keys",
            Self::Disputes => "Disputes and proposals",
            Self::Nodes => "Nodes",
            Self::Host => "Host and release",
        }
    }
}

/// A field of a service that a gate cannot judge without, by its name in the configuration.
#[allow(missing_docs, reason = "the fields of `config::Service` say what they are")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "camelCase")]
pub enum Need {
    Command,
    DataDir,
    EngineRpc,
    Files,
    GameType,
    Image,
    Key,
    LastRun,
    MinBalance,
    MinFreeBytes,
    Prestate,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What the gate is about.
    pub subject: Subject,
    /// The fields of the service that it needs.
    pub needs: &'static [Need],
    /// What a pass proves.
    pub proves: &'static str,
    /// What happened to somebody without it.
    pub story: &'static str,
}

impl Gate {
    /// The gate's row.
    #[must_use]
    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "one table")]
    pub const fn entry(self) -> Entry {
        use Need::{
            Command, DataDir, EngineRpc, Files, GameType, Image, Key, LastRun, MinBalance,
            MinFreeBytes, Prestate,
        };
        use Subject::{Disputes, Host, Keys, L1, Nodes};
        match self {
            Self::ChainFiles => entry(Subject::Files, &[],
                "genesis.json and rollup.json can be read (judged first, for every service)",
                "an engine without its genesis.json begins Ethereum's mainnet"),
            Self::GenesisHash => entry(Subject::Files, &[],
                "genesis.json, recomputed, is `genesis.l2.hash` of rollup.json",
                "three genesis hashes on one chain; op-node skips its own check in execution-layer sync"),
            Self::GenesisTimestamp => entry(Subject::Files, &[],
                "genesis.json, rollup.json and the L1 origin agree to the second",
                "a genesis 4.3 hours before its L1 origin: the sequencer stalled for a night"),
            Self::GenesisLive => entry(Subject::Files, &[EngineRpc],
                "block 0 and chain id of the running engine are those (all but engines)",
                "an engine kept the data folder of an earlier attempt"),
            Self::GenesisPeers => entry(Subject::Files, &[Command],
                "block 0 and chain id of the sequencer that a follower's engine is given, and of `chain.peers`, are \
                 those",
                "a chain that was deployed again: a follower began from last month's pair of files, without an error"),
            Self::EngineData => entry(Subject::Files, &[Command, DataDir],
                "the engine's data folder was initialised from this genesis.json (engines)",
                "the same, seen before the engine starts"),
            Self::L2Chain => entry(Subject::Files, &[],
                "operator, rollup.json and genesis.json mean one chain",
                "files of two chains in one folder"),
            Self::ForkSchedule => entry(Subject::Files, &[],
                "both files schedule the same forks, in an order that op-node accepts",
                "Isthmus and Jovian at one instant: op-node exits at that instant, hours after a good start"),
            Self::RollupConfig => entry(Subject::Files, &[],
                "rollup.json has what op-node checks at its start",
                "op-node reports the first fault only"),
            Self::Predeploys => entry(Subject::Files, &[],
                "the predeploys in genesis.json serve the forks active at genesis",
                "an `L1Block` without the fork's setter: every L1-info transaction fails while all heads look \
                 healthy"),
            Self::Premine => entry(Subject::Files, &[],
                "genesis.json gives no balances away; on a public L1 none whose key everybody has",
                "`fundDevAccounts` on a public chain: anybody could withdraw what others deposited"),
            Self::FeeParameters => entry(Subject::Files, &[],
                "extraData, `eip1559Params`, `minBaseFee` and their like can be used and agree",
                "zero EIP-1559 parameters: no block can be built"),
            Self::Bundle => entry(Subject::Files, &[],
                "the files in use are the published ones, where a bundle is configured",
                "a follower with last month's rollup.json leaves the chain at the next fork"),
            Self::L1Chain => entry(L1, &[],
                "operator, rollup.json and the endpoint mean one L1",
                "`incorrect L1 RPC chain id 1, expected 11155111`"),
            Self::L1Origin => entry(L1, &[],
                "the L1 origin is a canonical, finalized block of it",
                "a chain made from a block that was reorganised away; a provider that had pruned it"),
            Self::L1Head => entry(L1, &[],
                "the newest block is new, blocks become final",
                "an endpoint out of sync looks like a quiet chain"),
            Self::L1Agreement => entry(L1, &[],
                "other endpoints, where configured, serve the same chain",
                "a provider on the wrong side of a fork"),
            Self::L1RateLimit => entry(L1, &[],
                "the endpoint did not answer 429",
                "derivation hours behind at a free plan's limit"),
            Self::L1Proofs => entry(L1, &[Command],
                "`eth_getProof` works, unless `--l1.trustrpc` is set (nodes)",
                "`failed to fetch unsafe block signing address`: the provider has no proofs"),
            Self::L1Beacon => entry(L1, &[Command],
                "the beacon node is of this L1, in sync, and keeps blobs long enough (nodes)",
                "blobs older than 18 days are gone, and with them the way to sync"),
            Self::Contracts => entry(L1, &[],
                "SystemConfig, portal, registry and factory are there, belong to each other, and have what rollup.json \
                 has",
                "an address of another deployment in one of three files"),
            Self::FeeScalars => entry(L1, &[Command],
                "users pay for the kind of data that the batcher writes, and a least fee",
                "calldata on scalars made for blobs: a 550th of what batches cost came back"),
            Self::StandardValidator => entry(L1, &[],
                "the validator of the chain's own contracts release finds nothing (contracts v7 and later)",
                "owners sign upgrades off by its answer, which operators never saw"),
            Self::KeyFile => entry(Keys, &[Key],
                "the key is there, is a key, and its owner alone may read it",
                "keys readable by every user of the host"),
            Self::SequencerKey => entry(Keys, &[Key],
                "the P2P key is `SystemConfig.unsafeBlockSigner()`",
                "no `--p2p.sequencer.key`, or another: followers reject every block"),
            Self::BatcherKey => entry(Keys, &[Key],
                "the key is `SystemConfig.batcherHash()`, and rollup.json agrees",
                "the official tutorial and the best third-party recipe both shipped another key: the safe head never \
                 moves"),
            Self::ProposerKey => entry(Keys, &[Key, GameType],
                "the key is the one that the permissioned game lets propose",
                "`BadAuth`"),
            Self::ChallengerKey => entry(Keys, &[Key, GameType],
                "the key is the one that the permissioned game lets challenge",
                "`BadAuth`"),
            Self::ReusedKey => entry(Keys, &[Command, Key],
                "no two roles have one key; batcher and proposer never",
                "they take each other's nonces, and batches get stuck"),
            Self::PublishedKey => entry(Keys, &[Key],
                "the key is none that everybody knows (on a public L1), and none on the operator's list of burned \
                 keys",
                "robots empty Foundry's test accounts on every public chain within seconds"),
            Self::Alone => entry(Keys, &[Command, Key, LastRun],
                "while the service is down, nobody signs with its key: no new block on the other nodes \
                 (sequencer), no transaction on L1",
                "a second host with the same sequencer key: height 94 had two hashes, and both were ready"),
            Self::Funding => entry(Keys, &[Key, MinBalance],
                "the account can pay, and for how many hours at the recent rate",
                "a batcher without funds for a weekend: after the sequencing window, a reorganisation of 12 hours"),
            Self::GameType => entry(Disputes, &[GameType],
                "the factory is the chain's, the type is registered for this chain and respected, games can begin; the \
                 challenger plays every game that is not resolved yet",
                "the tutorial's type 0 on a chain that has only type 1: an unexplained revert; a change from type 1 to \
                 8: nobody defended the games before it"),
            Self::Prestate => entry(Disputes, &[GameType, Prestate],
                "the prestate's hash, recomputed, is the absolute prestate on L1, of the VM that runs there, and can \
                 contain this chain; those of games in play are there too",
                "op-deployer's stale cannon32 default; an official prestate, which holds the registry's chains only"),
            Self::Bond => entry(Disputes, &[Key, GameType],
                "the proposer can pay the bond and gas",
                "a proposer that starves after one game"),
            Self::BondClaimants => entry(Disputes, &[Command],
                "the challenger also claims what the proposer put down: this configuration's, or whom L1 names",
                "bonds do not return by themselves: 0.08 ETH a game, 1.92 ETH a day, stayed in DelayedWETH"),
            Self::ProposalCadence => entry(Disputes, &[Command],
                "proposals are not asked for more often than batches come",
                "withdrawals five hours late on a quiet chain"),
            Self::BatchCadence => entry(Disputes, &[Command],
                "batches come well within the sequencing window, of a kind that the active forks know",
                "`max-channel-duration` 0: the safe head stands still on a quiet chain"),
            Self::RootSource => entry(Disputes, &[Command, GameType],
                "the command names the source of roots that its game type claims",
                "super-root games with `--rollup-rpc`"),
            Self::P2p => entry(Nodes, &[Command],
                "P2P is on where followers are configured, and all nodes take blocks of the same age",
                "the official compose file starts the sequencer with `--p2p.disable`"),
            Self::P2pPaths => entry(Nodes, &[Command],
                "each node has an identity and databases of its own",
                "two nodes with one identity"),
            Self::StaticPeers => entry(Nodes, &[Command],
                "static peers are addresses that op-node can dial, and somebody listens there; on this host, the \
                 node with this id",
                "a follower that never hears of a block"),
            Self::UnsafeSigner => entry(Nodes, &[],
                "L1 names a signer (followers)",
                "a rotation left half done"),
            Self::SafeDb => entry(Nodes, &[Command],
                "the SafeDB is on where challenger or dispute-mon ask",
                "it is never filled in afterwards"),
            Self::EngineDurability => entry(Nodes, &[Command],
                "the sequencer's op-reth has every block on disk (engines)",
                "since v2.8.0 the last 50 blocks are in memory only: killed, a chain loses 100 s that it had \
                 confirmed"),
            Self::ProofWindow => entry(Nodes, &[Command],
                "the engine proves blocks as old as the roots that withdrawals and disputes rest on, and a running one with a \
                 history of proofs has them (engines)",
                "12 hours of proofs at a block time of 1 s, and a root every 12 hours: no withdrawal could be proven"),
            Self::EnginePeers => entry(Nodes, &[Command],
                "a follower's engine has the sequencer's as its peer, on this host by the right id, and the \
                 sequencer's has room for all (engines)",
                "op-nodes ask each other for nothing since v1.19.1: one lost block, and a follower stood until the \
                 next batch"),
            Self::AdminApi => entry(Nodes, &[Command],
                "the admin API listens on loopback only",
                "it has no password, and container ports bypass host firewalls"),
            Self::Jwt => entry(Nodes, &[Command],
                "node and engine share a secret, and the running engine takes it",
                "`401 Unauthorized: signature is invalid`"),
            Self::Clock => entry(Host, &[],
                "the host's clock agrees with L1's",
                "blocks with times that nobody accepts"),
            Self::Disk => entry(Host, &[DataDir, MinFreeBytes],
                "there is room for the data",
                "a database that broke when the disk was full"),
            Self::GivenFiles => entry(Host, &[Files],
                "every other file that the program is given is there: identity, L1's beacon URL and chain configuration",
                "\"skipped, unmet condition\": nobody saw which file was missing"),
            Self::Flags => entry(Host, &[Command],
                "the program knows its flags, and none of them beats the chain's files",
                "`--override.karst` on op-node alone: the engine does not have it, and the chain splits"),
            Self::Ports => entry(Host, &[Command],
                "the ports are free, or this very service has them",
                "four of the official programs default to 7300 and 8545"),
            Self::ImagePinned => entry(Host, &[Image],
                "the image has a digest (on NixOS)",
                "a tag that moved"),
            Self::Release => entry(Host, &[Image, Command],
                "the image's release can follow L1's current fork and the chain's own",
                "op-node before v1.19.5 stopped at Glamsterdam: `failed to verify block hash`"),
        }
    }
}

const fn entry(
    subject: Subject,
    needs: &'static [Need],
    proves: &'static str,
    story: &'static str,
) -> Entry {
    Entry { subject, needs, proves, story }
}
