//! The judgement of services: what is read once for all, and each gate of each.

use std::time::Duration;

use futures_core::future::BoxFuture;
use tokio::time::timeout;

use crate::config::{Config, ConfigError, Service};
use crate::gates::{chain_files, image_pinned, judge_of};
use crate::{finding::Finding, gate::Gate, judgement::Judgement, read::Facts};

/// Judges services by name, within the configuration's deadline.
// Boxed: what reads the facts is compiled here, and not in each crate that awaits it.
#[must_use]
pub fn run<'a>(
    config: &'a Config,
    names: &'a [&'a str],
) -> BoxFuture<'a, Result<Vec<Judgement>, ConfigError>> {
    Box::pin(judge_all(config, names))
}

async fn judge_all(config: &Config, names: &[&str]) -> Result<Vec<Judgement>, ConfigError> {
    let services: Vec<&Service> =
        names.iter().map(|name| config.service(name)).collect::<Result<_, _>>()?;
    let deadline = Duration::from_secs(config.deadline_seconds);
    let facts = match timeout(deadline, Facts::gather(config, &services)).await {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => return Ok(unknown(names, &services, &chain_files::unusable(&error))),
        Err(_) => return Ok(unknown(names, &services, &chain_files::too_late(deadline))),
    };
    Ok(names.iter().zip(services).map(|(name, service)| judge(name, service, &facts)).collect())
}

/// Without facts, every service has the same finding, beside what its configuration alone shows.
fn unknown(names: &[&str], services: &[&Service], finding: &Finding) -> Vec<Judgement> {
    let judge = |(name, service): (&&str, &&Service)| {
        let mut findings = vec![finding.clone()];
        if service.gates.contains(&Gate::ImagePinned) {
            findings.extend(image_pinned::pinned(service));
        }
        Judgement::of(name, findings)
    };
    names.iter().zip(services).map(judge).collect()
}

fn judge(name: &str, service: &Service, facts: &Facts) -> Judgement {
    let gates = std::iter::once(&Gate::ChainFiles).chain(&service.gates);
    let findings = gates.flat_map(|&gate| {
        let findings = judge_of(gate)(service, facts);
        if findings.is_empty() { vec![Finding::not_judged(gate)] } else { findings }
    });
    let account = facts.key(service).and_then(|(_, key)| key.as_ref().ok().copied());
    Judgement { account, ..Judgement::of(name, findings.collect()) }
}
