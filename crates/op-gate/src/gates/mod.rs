//! Which function judges each gate, and the gates' files by their subjects.
//!
//! A file has the name of its gate, without the prefix that its folder says. Each is a pure function of a
//! service and the facts; no finding at all is a finding too: that nobody judged.

mod files {
    pub(crate) mod bundle;
    pub(crate) mod chain_files;
    pub(crate) mod engine_data;
    pub(crate) mod fee_parameters;
    pub(crate) mod fork_schedule;
    pub(crate) mod genesis_hash;
    pub(crate) mod genesis_live;
    pub(crate) mod genesis_peers;
    pub(crate) mod genesis_timestamp;
    pub(crate) mod l2_chain;
    pub(crate) mod predeploys;
    pub(crate) mod premine;
    pub(crate) mod rollup_config;
}

mod l1 {
    pub(crate) mod agreement;
    pub(crate) mod beacon;
    mod beginning;
    pub(crate) mod chain;
    pub(crate) mod contracts;
    pub(crate) mod fee_scalars;
    pub(crate) mod getter;
    pub(crate) mod head;
    pub(crate) mod origin;
    pub(crate) mod proofs;
    pub(crate) mod public_networks;
    pub(crate) mod rate_limit;
    pub(crate) mod standard_validator;
}

mod keys {
    pub(crate) mod alone;
    pub(crate) mod batcher_key;
    pub(crate) mod challenger_key;
    pub(crate) mod funding;
    pub(crate) mod key_file;
    pub(crate) mod no_key;
    pub(crate) mod proposer_key;
    pub(crate) mod published_key;
    pub(crate) mod reused_key;
    pub(crate) mod role;
    pub(crate) mod sequencer_key;
}

mod disputes {
    pub(crate) mod batch_cadence;
    mod batch_forks;
    pub(crate) mod bond;
    pub(crate) mod bond_claimants;
    mod former;
    mod game_args;
    pub(crate) mod game_type;
    mod in_play;
    pub(crate) mod prestate;
    pub(crate) mod proposal_cadence;
    pub(crate) mod root_source;
}

mod nodes {
    pub(crate) mod admin_api;
    pub(crate) mod engine_durability;
    pub(crate) mod engine_peers;
    pub(crate) mod jwt;
    pub(crate) mod p2p;
    pub(crate) mod p2p_paths;
    pub(crate) mod proof_window;
    pub(crate) mod safe_db;
    pub(crate) mod static_peers;
    pub(crate) mod unsafe_signer;
}

mod host {
    pub(crate) mod clock;
    pub(crate) mod disk;
    pub(crate) mod flags;
    pub(crate) mod given_files;
    pub(crate) mod image_pinned;
    pub(crate) mod ports;
    pub(crate) mod release;
}

pub(crate) use self::{files::chain_files, host::image_pinned};
use crate::{config::Service, finding::Finding, gate::Gate, read::Facts};

/// What a gate finds for a service.
pub(crate) type Judge = fn(&Service, &Facts) -> Vec<Finding>;

/// The function that judges a gate.
pub(crate) const fn judge_of(gate: Gate) -> Judge {
    match gate {
        Gate::ChainFiles => files::chain_files::judge,
        Gate::GenesisHash => files::genesis_hash::judge,
        Gate::GenesisTimestamp => files::genesis_timestamp::judge,
        Gate::GenesisLive => files::genesis_live::judge,
        Gate::GenesisPeers => files::genesis_peers::judge,
        Gate::EngineData => files::engine_data::judge,
        Gate::L2Chain => files::l2_chain::judge,
        Gate::ForkSchedule => files::fork_schedule::judge,
        Gate::RollupConfig => files::rollup_config::judge,
        Gate::Predeploys => files::predeploys::judge,
        Gate::Premine => files::premine::judge,
        Gate::FeeParameters => files::fee_parameters::judge,
        Gate::Bundle => files::bundle::judge,
        Gate::L1Chain => l1::chain::judge,
        Gate::L1Origin => l1::origin::judge,
        Gate::L1Head => l1::head::judge,
        Gate::L1Agreement => l1::agreement::judge,
        Gate::L1RateLimit => l1::rate_limit::judge,
        Gate::L1Proofs => l1::proofs::judge,
        Gate::L1Beacon => l1::beacon::judge,
        Gate::Contracts => l1::contracts::judge,
        Gate::FeeScalars => l1::fee_scalars::judge,
        Gate::StandardValidator => l1::standard_validator::judge,
        Gate::KeyFile => keys::key_file::judge,
        Gate::SequencerKey => keys::sequencer_key::judge,
        Gate::BatcherKey => keys::batcher_key::judge,
        Gate::ProposerKey => keys::proposer_key::judge,
        Gate::ChallengerKey => keys::challenger_key::judge,
        Gate::ReusedKey => keys::reused_key::judge,
        Gate::PublishedKey => keys::published_key::judge,
        Gate::Alone => keys::alone::judge,
        Gate::Funding => keys::funding::judge,
        Gate::GameType => disputes::game_type::judge,
        Gate::Prestate => disputes::prestate::judge,
        Gate::Bond => disputes::bond::judge,
        Gate::BondClaimants => disputes::bond_claimants::judge,
        Gate::ProposalCadence => disputes::proposal_cadence::judge,
        Gate::BatchCadence => disputes::batch_cadence::judge,
        Gate::RootSource => disputes::root_source::judge,
        Gate::P2p => nodes::p2p::judge,
        Gate::P2pPaths => nodes::p2p_paths::judge,
        Gate::StaticPeers => nodes::static_peers::judge,
        Gate::UnsafeSigner => nodes::unsafe_signer::judge,
        Gate::SafeDb => nodes::safe_db::judge,
        Gate::EngineDurability => nodes::engine_durability::judge,
        Gate::ProofWindow => nodes::proof_window::judge,
        Gate::EnginePeers => nodes::engine_peers::judge,
        Gate::AdminApi => nodes::admin_api::judge,
        Gate::Jwt => nodes::jwt::judge,
        Gate::Clock => host::clock::judge,
        Gate::Disk => host::disk::judge,
        Gate::GivenFiles => host::given_files::judge,
        Gate::Flags => host::flags::judge,
        Gate::Ports => host::ports::judge,
        Gate::ImagePinned => host::image_pinned::judge,
        Gate::Release => host::release::judge,
    }
}
