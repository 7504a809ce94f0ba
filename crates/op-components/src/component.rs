//! What a devnet is made of, and where each part comes from.

/// A part of the devnet that somebody else makes: a program, the contract artifacts or the
/// fault proof's prestate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    OpNode,
    OpGeth,
    /// Built by nobody here: its sources are in no registry.
    OpReth,
    OpBatcher,
    OpProposer,
    OpChallenger,
    OpDisputeMon,
    OpDeployer,
    Cannon,
    /// The fault proof program's client, compiled for Cannon's virtual machine.
    OpProgramClient,
    Anvil,
    Cast,
    Forge,
    /// The npm package with the official contract artifacts.
    ContractsPackage,
    /// Cannon's state before the first instruction of [`Component::OpProgramClient`].
    Prestate,
}

/// Of the official programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// Today's.
    Today,
    /// The last that builds as its module is served. Its op-deployer takes the contracts of v7, and it still has the
    /// fault proof program.
    Earlier,
}

/// How a component is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A Go package built for the machine op-devnet runs on.
    Go(Release, &'static str),
    /// A Go package built for Cannon's virtual machine (MIPS64).
    GoForCannon(&'static str),
    /// A path inside `node_modules`.
    Npm(&'static str),
    /// Given in `OP_DEVNET_BIN_DIR`, or not there.
    Given,
    /// Loaded by [`Component::Cannon`] from [`Component::OpProgramClient`].
    Cannon,
}

impl Component {
    /// The file name under which the component is found in `OP_DEVNET_BIN_DIR` (a prestate with
    /// its `witness.json` beside it).
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.definition().0
    }

    pub(crate) const fn source(self) -> Source {
        self.definition().1
    }

    const fn definition(self) -> (&'static str, Source) {
        use Release::{Earlier, Today};
        use Source::{Cannon, Given, Go, GoForCannon, Npm};
        match self {
            Self::OpNode => {
                ("op-node", Go(Today, "github.com/ethereum-optimism/optimism/op-node/cmd"))
            }
            Self::OpGeth => ("op-geth", Go(Today, "github.com/ethereum/go-ethereum/cmd/geth")),
            Self::OpReth => ("op-reth", Given),
            Self::OpBatcher => {
                ("op-batcher", Go(Today, "github.com/ethereum-optimism/optimism/op-batcher/cmd"))
            }
            Self::OpProposer => {
                ("op-proposer", Go(Today, "github.com/ethereum-optimism/optimism/op-proposer/cmd"))
            }
            Self::OpChallenger => (
                "op-challenger",
                Go(Today, "github.com/ethereum-optimism/optimism/op-challenger/cmd"),
            ),
            Self::OpDisputeMon => (
                "op-dispute-mon",
                Go(Today, "github.com/ethereum-optimism/optimism/op-dispute-mon/cmd"),
            ),
            Self::OpDeployer => (
                "op-deployer",
                Go(Earlier, "github.com/ethereum-optimism/optimism/op-deployer/cmd/op-deployer"),
            ),
            Self::Cannon => ("cannon", Go(Today, "github.com/ethereum-optimism/optimism/cannon")),
            Self::OpProgramClient => (
                "op-program-client64.elf",
                GoForCannon("github.com/ethereum-optimism/optimism/op-program/client/cmd"),
            ),
            Self::Anvil => ("anvil", Npm("@foundry-rs/anvil-linux-amd64/bin/anvil")),
            Self::Cast => ("cast", Npm("@foundry-rs/cast-linux-amd64/bin/cast")),
            Self::Forge => ("forge", Npm("@foundry-rs/forge-linux-amd64/bin/forge")),
            Self::ContractsPackage => ("contracts-bedrock", Npm("@eth-optimism/contracts-bedrock")),
            Self::Prestate => ("prestate.bin.gz", Cannon),
        }
    }
}
