//! The gates, by what they judge.

mod disputes;
mod files;
mod host;
mod keys;
mod l1;
mod nodes;

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    config::{Config, ConfigError, Service},
    finding::Finding,
    gate::Gate,
    judgement::Judgement,
    read::Facts,
};

/// Judges services by name, within the configuration's deadline.
pub async fn run(config: &Config, names: &[&str]) -> Result<Vec<Judgement>, ConfigError> {
    let services: Vec<&Service> =
        names.iter().map(|name| config.service(name)).collect::<Result<_, _>>()?;
    let deadline = Duration::from_secs(config.deadline_seconds);
    let facts = match timeout(deadline, Facts::gather(config, &services)).await {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => return Ok(unknown(names, &services, &files::chain::unusable(&error))),
        Err(_) => return Ok(unknown(names, &services, &files::chain::too_late(deadline))),
    };
    Ok(names.iter().zip(services).map(|(name, service)| judge(name, service, &facts)).collect())
}

/// Without facts, every service has the same finding, beside what the configuration alone tells.
fn unknown(names: &[&str], services: &[&Service], finding: &Finding) -> Vec<Judgement> {
    let judge = |(name, service): (&&str, &&Service)| {
        let mut findings = vec![finding.clone()];
        if service.gates.contains(&Gate::ImagePinned) {
            findings.extend(host::image_pinned::pinned(service));
        }
        Judgement::of(name, findings)
    };
    names.iter().zip(services).map(judge).collect()
}

/// Judges one service by the facts.
fn judge(name: &str, service: &Service, facts: &Facts) -> Judgement {
    let gates = std::iter::once(&Gate::ChainFiles).chain(&service.gates);
    let findings = gates.flat_map(|&gate| {
        let findings = findings(gate, service, facts);
        if findings.is_empty() { vec![Finding::not_judged(gate)] } else { findings }
    });
    Judgement::of(name, findings.collect())
}

/// Judges the gate for one service.
fn findings(gate: Gate, service: &Service, facts: &Facts) -> Vec<Finding> {
    match gate {
        Gate::ChainFiles => files::chain::files(facts),
        Gate::L1Chain => files::chain::l1_chain(facts),
        Gate::L1Origin => files::chain::l1_origin(facts),
        Gate::L2Chain => files::chain::l2_chain(facts),
        Gate::GenesisHash => files::genesis::hash(facts),
        Gate::GenesisTimestamp => files::genesis::timestamp(facts),
        Gate::GenesisLive => files::genesis::live(service, facts),
        Gate::SequencerKey => keys::role::sequencer(service, facts),
        Gate::BatcherKey => keys::role::batcher(service, facts),
        Gate::ProposerKey => keys::role::proposer(service, facts),
        Gate::ChallengerKey => keys::role::challenger(service, facts),
        Gate::PublishedKey => keys::published_key::key(service, facts),
        Gate::GameType => disputes::game_type::registered_and_respected(service, facts),
        Gate::Prestate => disputes::prestate::absolute(service, facts),
        Gate::Funding => keys::funding::balance(service, facts),
        Gate::ImagePinned => host::image_pinned::pinned(service),
        Gate::KeyFile => keys::key_file::readable(service, facts),
        Gate::ReusedKey => keys::reused_key::own_key(service, facts),
        Gate::Bond => keys::funding::bond(service, facts),
        Gate::BatchCadence => disputes::cadence::batches(service, facts),
        Gate::ProposalCadence => disputes::cadence::proposals(service, facts),
        Gate::RootSource => nodes::node::root_source(service),
        Gate::P2p => nodes::node::p2p(service, facts),
        Gate::P2pPaths => nodes::node::p2p_paths(service, facts),
        Gate::SafeDb => nodes::node::safe_db(service, facts),
        Gate::AdminApi => nodes::node::admin_api(service),
        Gate::StaticPeers => nodes::peers::answer(service, facts),
        Gate::UnsafeSigner => nodes::peers::signer(facts),
        Gate::L1Head => l1::head::moves(facts),
        Gate::Clock => host::clock::right(facts),
        Gate::L1Proofs => l1::proofs::available(service, facts),
        Gate::L1RateLimit => l1::rate_limit::not_reached(facts),
        Gate::Disk => host::disk::room(service, facts),
        Gate::Ports => host::ports::free(service, facts),
        Gate::Jwt => nodes::jwt::shared(service, facts),
        Gate::Release => host::release::able(service, facts),
        Gate::L1Agreement => l1::agreement::holds(facts),
        Gate::L1Beacon => l1::beacon::serves(service, facts),
        Gate::ImageRunning => host::image_running::pinned(service, facts),
        Gate::ForkSchedule => files::fork_schedule::schedule(facts),
        Gate::RollupConfig => files::rollup_config::checked(facts),
        Gate::Predeploys => files::predeploys::serve(facts),
        Gate::FeeParameters => files::fee_parameters::parameters(facts),
        Gate::Contracts => l1::contracts::of_one_chain(facts),
        Gate::EngineData => files::engine_data::initialised(service, facts),
        Gate::Bundle => files::bundle::published(facts),
    }
}
