//! The faults, and what each must end in.

use clap::ValueEnum;
use op_components::Component;
use op_gate::{Answer, Gate};
use serde::Serialize;

/// A failure that a team really had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// The batcher signs with a key that is not the one in `SystemConfig`
    BatcherKey,
    /// The sequencer has no key to sign blocks with (no --p2p.sequencer.key)
    SequencerKeyMissing,
    /// The sequencer signs with a key that is not the unsafe block signer
    SignerKey,
    /// The L2 begins 4.3 hours before its L1 origin, as in June 2026 (0x6a35cd34 for 0x6a360a34)
    GenesisTimestamp,
    /// genesis.json is not the one that rollup.json names
    GenesisHash,
    /// The L1 origin is not a block of this L1
    L1Origin,
    /// The L1 endpoint serves another chain
    WrongL1,
    /// The batcher's account is empty
    EmptyBatcher,
    /// The proposer is set to a game type that is not the respected one
    ProposerGameType,
    /// The challenger's prestate is not the one that the contracts name
    PrestateMismatch,
    /// The prestate that the challenger is given is not there
    PrestateMissing,
    /// Batcher and proposer have one key
    ReusedKey,
    /// The batcher's key is on the operator's list of burned keys
    BurnedKey,
    /// The host's clock is an hour behind L1
    ClockSkew,
    /// The L1 endpoint answers 429 to every request
    L1RateLimited,
    /// The L1 endpoint has pruned the block of the L1 origin
    L1Pruned,
    /// The engine's data folder was initialised from another genesis.json
    EngineFromOtherGenesis,
    /// rollup.json activates Jovian at another time than genesis.json
    ForkSchedule,
}

/// What a fault must end in.
pub(super) struct Expected {
    pub(super) service: &'static str,
    pub(super) gate: Gate,
    pub(super) answer: Answer,
}

impl Fault {
    pub(super) const fn expected(self) -> Expected {
        let (service, gate, answer) = match self {
            Self::BatcherKey => ("batcher", Gate::BatcherKey, Answer::Refuse),
            Self::SequencerKeyMissing => ("sequencer-node", Gate::SequencerKey, Answer::Wait),
            Self::SignerKey => ("sequencer-node", Gate::SequencerKey, Answer::Refuse),
            Self::GenesisTimestamp => ("sequencer-engine", Gate::GenesisTimestamp, Answer::Refuse),
            Self::GenesisHash => ("sequencer-engine", Gate::GenesisHash, Answer::Refuse),
            Self::L1Origin => ("sequencer-engine", Gate::L1Origin, Answer::Refuse),
            Self::WrongL1 => ("sequencer-engine", Gate::L1Chain, Answer::Refuse),
            Self::EmptyBatcher => ("batcher", Gate::Funding, Answer::Wait),
            Self::ProposerGameType => ("proposer", Gate::GameType, Answer::Refuse),
            Self::PrestateMismatch => ("challenger", Gate::Prestate, Answer::Refuse),
            Self::PrestateMissing => ("challenger", Gate::Prestate, Answer::Wait),
            Self::ReusedKey => ("batcher", Gate::ReusedKey, Answer::Refuse),
            Self::BurnedKey => ("batcher", Gate::PublishedKey, Answer::Refuse),
            Self::ClockSkew => ("sequencer-node", Gate::Clock, Answer::Refuse),
            Self::L1RateLimited => ("sequencer-engine", Gate::L1Chain, Answer::Wait),
            Self::L1Pruned => ("sequencer-engine", Gate::L1Origin, Answer::Wait),
            Self::EngineFromOtherGenesis => ("sequencer-engine", Gate::EngineData, Answer::Refuse),
            Self::ForkSchedule => ("sequencer-engine", Gate::ForkSchedule, Answer::Refuse),
        };
        Expected { service, gate, answer }
    }

    /// What it needs beside the programs that run the chain.
    pub(crate) const fn needs(self) -> &'static [Component] {
        match self {
            Self::PrestateMismatch => &[Component::Prestate],
            _ => &[],
        }
    }

    /// The line of `--help`.
    pub(super) fn description(self) -> String {
        let value = self.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }
}
