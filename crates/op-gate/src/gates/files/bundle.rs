//! The chain's files in use are the ones that were published.

use std::{io, path::Path};

use op_chain::bundle::{BundleError, FileEntry, Manifest};

use crate::finding::{Comparison, Finding};
use crate::read::{Facts, chain::bundle::Bundle};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::Bundle;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(bundle) = &facts.chain.bundle else {
        return vec![Finding::skip(GATE, "no published bundle is configured (chain.bundle)")];
    };
    match &bundle.manifest {
        Ok(manifest) => compare(facts, bundle, manifest),
        Err(error) => vec![unusable(error, &bundle.path)],
    }
}

fn unusable(error: &BundleError, path: &Path) -> Finding {
    let comparison = Comparison::new(
        GATE,
        ("a bundle's manifest", "chain.bundle of the configuration"),
        (error, path.display()),
    );
    match error {
        BundleError::Read(_) => {
            comparison.wait("Put the chain's published bundle there, readable by op-warden.")
        }
        BundleError::Format(_) => comparison.refuse(
            "Fetch the bundle again from where the chain publishes it; it must not be edited by \
             hand.",
        ),
        BundleError::Version(_) => comparison
            .refuse("Use the release of op-warden that the bundle was made with, or a later one."),
    }
}

fn compare(facts: &Facts, bundle: &Bundle, manifest: &Manifest) -> Vec<Finding> {
    let source = bundle.path.display();
    let other_chain = "\
        The bundle is of another chain than the files in use: configure this chain's bundle, or \
        put its files in place.";
    let chain = facts.config.chain.l2_chain_id;
    let mut findings = vec![
        Comparison::new(
            GATE,
            (format!("chain id {}", manifest.l2_chain_id), format!("l2ChainId of {source}")),
            (format!("chain id {chain}"), "l2ChainId of the configuration"),
        )
        .refuse_unless(manifest.l2_chain_id == chain, other_chain),
        Comparison::new(
            GATE,
            (manifest.l2_genesis_hash, format!("l2GenesisHash of {source}")),
            (facts.genesis.hash, "recomputed from genesis.json"),
        )
        .refuse_unless(manifest.l2_genesis_hash == facts.genesis.hash, other_chain),
    ];
    findings.extend(signature(facts, bundle));
    for (name, path, entry) in [
        ("genesis.json", &facts.config.chain.genesis, &bundle.genesis),
        ("rollup.json", &facts.config.chain.rollup, &bundle.rollup),
    ] {
        findings.push(file(name, manifest, &bundle.path, path, entry));
    }
    findings
}

/// A manifest that everybody could have written proves nothing.
fn signature(facts: &Facts, bundle: &Bundle) -> Option<Finding> {
    let (expected, signed_by) = (facts.config.chain.bundle_key?, bundle.signed_by.as_ref()?);
    let source = bundle.path.display();
    let compared = |found: String| {
        let expected = (format!("signed by {expected}"), "chain.bundleKey of the configuration");
        Comparison::new(GATE, expected, (found, &source))
    };
    Some(match signed_by {
        Ok(key) => compared(format!("signed by {key}")).holds(),
        Err(error) if error.is_passing() => compared(error.to_string()).wait(
            "Fetch the bundle: op-warden bundle verify URL --key KEY --into the folder of chain.bundle.",
        ),
        Err(error) => compared(error.to_string()).refuse(
            "Fetch the bundle again from where the chain publishes it. If it stays so, ask its operator, by another \
             way than the bundle, which key is right.",
        ),
    })
}

fn file(
    name: &str,
    manifest: &Manifest,
    bundle: &Path,
    path: &Path,
    entry: &io::Result<FileEntry>,
) -> Finding {
    let text =
        |entry: &FileEntry| format!("{name}: sha256 {:x}, {} bytes", entry.sha256, entry.bytes);
    let compared = |expected: String, found: String| {
        Comparison::new(
            GATE,
            (expected, format!("files of {}", bundle.display())),
            (found, path.display()),
        )
    };
    match (manifest.files.get(name), entry) {
        (None, _) => compared(format!("{name} by its hash"), "no such entry".to_owned())
            .refuse("The bundle is not whole: fetch it again from where the chain publishes it."),
        (Some(published), Ok(used)) => compared(text(published), text(used)).refuse_unless(
            published == used,
            format!(
                "{name} is not the published one: an older or newer copy, or one that was \
                 edited. Put both the bundle and its {name} in place, of one publication."
            ),
        ),
        (Some(published), Err(error)) => {
            compared(text(published), error.to_string()).wait(format!("Make {name} readable."))
        }
    }
}
