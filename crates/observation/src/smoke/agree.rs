//! Three witnesses derive the same observations from an archive and make all of them final.

use std::path::PathBuf;

use anyhow::ensure;
use tokio::time::Instant;

use super::report::{Case, Report};
use super::setting::{Setting, derive};
use crate::{archive::Mapping, observation::Observation};

/// Derives, proposes, attests; `progress` is called with how far it is.
pub(super) async fn agree(
    setting: &Setting,
    files: &[PathBuf],
    mapping: &Mapping,
    progress: &impl Fn(&str),
) -> anyhow::Result<(Report, Vec<Observation>)> {
    let mut derived = Vec::new();
    for witness in 0..setting.witnesses.len() {
        derived.push(derive(files, mapping, witness, setting.dir())?);
    }
    let (own, entries) = derived.swap_remove(0);
    ensure!(!own.is_empty(), "the archive has no entries");
    let same = derived.iter().all(|(observations, _)| *observations == own);
    progress(&format!("{entries} entries, {} observations", own.len()));

    let start = Instant::now();
    let [first, ..] = &setting.witnesses;
    let proposed = setting
        .ledger
        .propose(first, &own, |done| progress(&format!("{} proposed", done.observations)))
        .await?;
    let mut transactions = proposed.transactions;
    let mut attest_gas = [0; 3];
    for ((number, witness), gas) in (1..).zip(&setting.witnesses).zip(&mut attest_gas) {
        let done = setting
            .ledger
            .attest(witness, &own, |done| {
                progress(&format!("witness {number}: {} attested to", done.observations));
            })
            .await?;
        transactions += done.transactions;
        *gas = done.gas;
    }
    let seconds = start.elapsed().as_secs_f64();
    let states = setting.ledger.states(&own, None, None).await?;
    let finals = own
        .iter()
        .zip(&states)
        .filter(|(own, state)| state.finalized == Some(own.observation_hash))
        .count();
    let cases = vec![
        Case {
            name: "three witnesses derive on their own",
            expected: "the same observations",
            found: format!(
                "{} observations, {}",
                own.len(),
                if same { "the same" } else { "different ones" }
            ),
            passed: same,
        },
        Case {
            name: "all three attest",
            expected: "every slot is final",
            found: format!("{finals} of {} are final", own.len()),
            passed: finals == own.len(),
        },
    ];
    let report = Report {
        entries,
        observations: own.len(),
        seconds,
        transactions,
        propose_gas: proposed.gas,
        attest_gas,
        cases,
    };
    Ok((report, own))
}
