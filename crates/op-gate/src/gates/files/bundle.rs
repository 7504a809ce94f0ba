//! The chain's files in use are the ones that were published.

use std::path::Path;

use op_chain::bundle::{BundleError, FileEntry, Manifest};

use crate::{
    Answer, Finding, Gate,
    read::{Bundle, Facts},
};

const GATE: Gate = Gate::Bundle;

pub(crate) fn published(facts: &Facts) -> Vec<Finding> {
    let Some(bundle) = &facts.bundle else {
        return vec![Finding::skip(GATE, "no published bundle is configured (chain.bundle)")];
    };
    match &bundle.manifest {
        Ok(manifest) => compare(facts, bundle, manifest),
        Err(error) => vec![unusable(error, &bundle.path)],
    }
}

fn unusable(error: &BundleError, path: &Path) -> Finding {
    let (answer, mend) = match error {
        BundleError::Read(_) => {
            (Answer::Wait, "Put the chain's published bundle there, readable by op-warden.")
        }
        BundleError::Format(_) => (
            Answer::Refuse,
            "Fetch the bundle again from where the chain publishes it; it must not be edited by hand.",
        ),
        BundleError::Version(_) => (
            Answer::Refuse,
            "Use the release of op-warden that the bundle was made with, or a later one.",
        ),
    };
    Finding::compare(
        GATE,
        ("a bundle's manifest", "chain.bundle of the configuration"),
        (error, path.display()),
    )
    .answered(answer, mend)
}

fn compare(facts: &Facts, bundle: &Bundle, manifest: &Manifest) -> Vec<Finding> {
    let source = bundle.path.display();
    let other_chain = "The bundle is of another chain than the files in use: configure this chain's bundle, or put its files in place.";
    let chain = facts.config.chain.l2_chain_id;
    let mut findings = vec![
        Finding::compare(
            GATE,
            (format!("chain id {}", manifest.l2_chain_id), format!("l2ChainId of {source}")),
            (format!("chain id {chain}"), "l2ChainId of the configuration"),
        )
        .refuse_unless(manifest.l2_chain_id == chain, other_chain),
        Finding::compare(
            GATE,
            (manifest.l2_genesis_hash, format!("l2GenesisHash of {source}")),
            (facts.genesis.hash, "recomputed from genesis.json"),
        )
        .refuse_unless(manifest.l2_genesis_hash == facts.genesis.hash, other_chain),
    ];
    for (name, path, entry) in [
        ("genesis.json", &facts.config.chain.genesis, &bundle.genesis),
        ("rollup.json", &facts.config.chain.rollup, &bundle.rollup),
    ] {
        findings.push(file(name, manifest, &bundle.path, path, entry));
    }
    findings
}

fn file(
    name: &str,
    manifest: &Manifest,
    bundle: &Path,
    path: &Path,
    entry: &std::io::Result<FileEntry>,
) -> Finding {
    let text =
        |entry: &FileEntry| format!("{name}: sha256 {:x}, {} bytes", entry.sha256, entry.bytes);
    let finding = |expected: String, found: String| {
        Finding::compare(
            GATE,
            (expected, format!("files of {}", bundle.display())),
            (found, path.display()),
        )
    };
    match (manifest.files.get(name), entry) {
        (None, _) => finding(format!("{name} by its hash"), "no such entry".to_owned()).refuse_unless(
            false,
            "The bundle is not whole: fetch it again from where the chain publishes it.",
        ),
        (Some(published), Ok(used)) => finding(text(published), text(used)).refuse_unless(
            published == used,
            format!("{name} is not the published one: an older or newer copy, or one that was edited. Put both the bundle and its {name} in place, of one publication."),
        ),
        (Some(published), Err(error)) => finding(text(published), error.to_string())
            .wait_unless(false, format!("Make {name} readable.")),
    }
}
