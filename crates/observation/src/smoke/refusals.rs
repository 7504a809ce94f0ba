//! What must be refused.

use std::{fs, path::PathBuf};

use alloy_primitives::{Address, B256};
use anyhow::Context as _;
use serde_json::json;

use super::report::Case;
use super::setting::{Setting, derive};
use crate::archive::{Input, Mapping, Scan};
use crate::contracts::EveryChannelObservationLedger::{
    attestCall, equivocationCall, finalizeCall, proposeCall,
};
use crate::contracts::EveryChannelWitnessRegistry::numberOfCall;
use crate::ledger::{Account, LedgerError};
use crate::{observation::Observation, proof::Proof};

/// Two of three witnesses agree from here on.
pub(super) async fn refusals(
    setting: &Setting,
    files: &[PathBuf],
    mapping: &Mapping,
    final_ones: &[Observation],
) -> anyhow::Result<Vec<Case>> {
    setting.ledger.set_quorum(&setting.owner, 2).await?;
    let mut cases = vec![
        tampered(setting, files, mapping, final_ones).await?,
        minority(setting).await?,
        stranger(setting).await?,
        future(setting).await?,
        orphan(setting).await?,
        late(setting).await?,
    ];
    cases.extend(lying(setting).await?);
    cases.extend(removed(setting).await?);
    Ok(cases)
}

/// What a witness derives from an archive of one epoch with two entries, of which `chunk` is the second.
fn observe(setting: &Setting, stream: &str, chunk: &str) -> anyhow::Result<Observation> {
    let file = setting.dir().join("case.jsonl");
    let line = |sequence: u64, chunk: &str| {
        let entry = json!({
            "stream": format!("smoke/{stream}"),
            "epoch": "1",
            "seq": sequence,
            "unixMs": 1_767_225_600_000_u64,
            "chunkHash": chunk,
            "locator": format!("moq://smoke/{stream}/{sequence}"),
        });
        entry.to_string()
    };
    fs::write(&file, [line(0, "first"), line(1, chunk)].join("\n"))?;
    let (observations, _) = derive(&[file], &Mapping::default(), 0, setting.dir())?;
    observations.into_iter().next().context("an archive of one epoch has one observation")
}

async fn propose(setting: &Setting, by: &Account, own: &Observation) -> Result<u64, LedgerError> {
    let call = proposeCall { header: own.header.clone() };
    Setting::call(by, setting.deployment.ledger, &call).await
}

async fn attest(setting: &Setting, by: &Account, own: &Observation) -> Result<u64, LedgerError> {
    let call = attestCall { header: own.header.clone() };
    Setting::call(by, setting.deployment.ledger, &call).await
}

/// The slot's final observation, and how many present members have attested to this one.
async fn standing(
    setting: &Setting,
    own: &Observation,
) -> Result<(Option<B256>, u64), LedgerError> {
    let states = setting.ledger.states(std::slice::from_ref(own), None, None).await?;
    Ok(states.first().map_or((None, 0), |state| (state.finalized, state.attestations)))
}

/// The contract's error must be this one.
fn refused(
    name: &'static str,
    expected: &'static str,
    outcome: Result<u64, LedgerError>,
) -> anyhow::Result<Case> {
    let (found, passed) = match outcome {
        Ok(gas) => (format!("taken, for {gas} gas"), false),
        Err(LedgerError::Refused { reason, .. }) => {
            let passed = reason.starts_with(expected);
            (reason, passed)
        }
        Err(other) => return Err(other.into()),
    };
    Ok(Case { name, expected, found, passed })
}

async fn tampered(
    setting: &Setting,
    files: &[PathBuf],
    mapping: &Mapping,
    final_ones: &[Observation],
) -> anyhow::Result<Case> {
    let own = final_ones.last().context("no observations")?;
    let scan = Scan {
        input: Input::new(files.to_vec()),
        mapping: mapping.clone(),
        threads: 1,
        skip_bad: false,
    };
    let proof = Proof::make(&scan, own, own.last_sequence)?;
    let mut other = proof.clone();
    other.entry.chunkHash = B256::repeat_byte(1);
    let offline = (proof.check().is_ok(), other.check().is_ok());
    let ledger = &setting.ledger;
    let on_chain = (ledger.includes(&proof).await?, ledger.includes(&other).await?);
    let said = |is: bool| if is { "included" } else { "not included" };
    Ok(Case {
        name: "an entry, and the same with another chunk",
        expected: "included, not included",
        found: format!(
            "offline {}, {}; on chain {}, {}",
            said(offline.0),
            said(offline.1),
            said(on_chain.0),
            said(on_chain.1)
        ),
        passed: offline == (true, false) && on_chain == (true, false),
    })
}

async fn minority(setting: &Setting) -> anyhow::Result<Case> {
    let outcome = setting.ledger.set_quorum(&setting.owner, 1).await;
    let outcome = outcome.map(|_| 0);
    refused("one of three is to be a quorum", "QuorumOutOfBounds", outcome)
}

async fn stranger(setting: &Setting) -> anyhow::Result<Case> {
    let own = observe(setting, "stranger", "x")?;
    propose(setting, &setting.owner, &own).await?;
    refused(
        "the owner, who is no witness, attests",
        "NotWitness",
        attest(setting, &setting.owner, &own).await,
    )
}

async fn future(setting: &Setting) -> anyhow::Result<Case> {
    let mut own = observe(setting, "future", "x")?;
    own.header.observedUnixMs = u64::MAX;
    let outcome = propose(setting, &setting.owner, &own).await;
    refused("what is not observed yet is proposed", "FromTheFuture", outcome)
}

async fn orphan(setting: &Setting) -> anyhow::Result<Case> {
    let mut own = observe(setting, "orphan", "x")?;
    own.header.sequence = 7;
    own.header.parentObservationHash = B256::repeat_byte(7);
    let [one, two, _] = &setting.witnesses;
    propose(setting, one, &own).await?;
    attest(setting, one, &own).await?;
    attest(setting, two, &own).await?;
    let call = finalizeCall { header: own.header.clone() };
    let outcome = Setting::call(one, setting.deployment.ledger, &call).await;
    refused("a quorum attests to what has no parent", "NotFinalizable", outcome)
}

async fn late(setting: &Setting) -> anyhow::Result<Case> {
    let own = observe(setting, "late", "x")?;
    let [one, two, three] = &setting.witnesses;
    propose(setting, one, &own).await?;
    attest(setting, one, &own).await?;
    attest(setting, two, &own).await?;
    refused(
        "a witness attests when the slot is final",
        "SlotIsFinal",
        attest(setting, three, &own).await,
    )
}

async fn lying(setting: &Setting) -> anyhow::Result<[Case; 3]> {
    let honest = observe(setting, "lying", "x")?;
    let lie = observe(setting, "lying", "y")?;
    let [one, two, liar] = &setting.witnesses;
    propose(setting, liar, &lie).await?;
    attest(setting, liar, &lie).await?;
    propose(setting, one, &honest).await?;
    let rivals = setting.ledger.rivals(std::slice::from_ref(&honest), 0).await?;
    let rivals = rivals.slots.into_values().flat_map(|rival| rival.first);
    let differs: Vec<_> = rivals.map(|(_, differs)| differs.join(" ")).collect();
    attest(setting, one, &honest).await?;
    attest(setting, two, &honest).await?;
    let (finalized, _) = standing(setting, &honest).await?;
    let (_, for_the_lie) = standing(setting, &lie).await?;
    attest(setting, liar, &honest).await?;
    let evidence = evidence(setting, liar.address(), &honest).await?;
    Ok([
        Case {
            name: "a witness derives from a tampered archive",
            expected: "another dataRoot",
            found: format!("it differs in {}", differs.join(", ")),
            passed: differs == ["dataRoot"],
        },
        Case {
            name: "two against the lying one",
            expected: "theirs is final",
            found: format!(
                "theirs is{} final, {for_the_lie} for the lie",
                if finalized == Some(honest.observation_hash) { "" } else { " not" }
            ),
            passed: finalized == Some(honest.observation_hash) && for_the_lie == 1,
        },
        Case {
            name: "the lying one attests to both",
            expected: "evidence on chain",
            found: format!("its second word on chain: {evidence}"),
            passed: evidence == honest.observation_hash,
        },
    ])
}

/// The second observation that a witness attested to in a slot.
async fn evidence(setting: &Setting, witness: Address, own: &Observation) -> anyhow::Result<B256> {
    let ledger = &setting.ledger;
    let number = ledger.read(ledger.registry, &numberOfCall { witness }).await?;
    let call = equivocationCall { slot: own.slot, number };
    Ok(ledger.read(ledger.address, &call).await?)
}

async fn removed(setting: &Setting) -> anyhow::Result<[Case; 3]> {
    let own = observe(setting, "removed", "x")?;
    let [one, two, gone] = &setting.witnesses;
    propose(setting, one, &own).await?;
    attest(setting, gone, &own).await?;
    setting.ledger.remove_witness(&setting.owner, gone.address(), 2).await?;
    attest(setting, one, &own).await?;
    let (early, count) = standing(setting, &own).await?;
    let again = attest(setting, gone, &own).await;
    attest(setting, two, &own).await?;
    let (finalized, _) = standing(setting, &own).await?;
    Ok([
        Case {
            name: "a witness is removed after it attested",
            expected: "it does not count",
            found: format!("{count} of 2{}", if early.is_some() { ", final" } else { "" }),
            passed: early.is_none() && count == 1,
        },
        refused("the removed one attests again", "NotWitness", again)?,
        Case {
            name: "another one attests",
            expected: "final",
            found: if finalized == Some(own.observation_hash) { "final" } else { "not final" }
                .to_owned(),
            passed: finalized == Some(own.observation_hash),
        },
    ])
}
