//! `op-warden bundle verify`.

use std::path::PathBuf;
use std::process::ExitCode;

use alloy_primitives::B256;
use anyhow::ensure;
use clap::Args;
use op_bundle::keep::{Change, Kept};
use op_bundle::source::Source;
use op_bundle::verify::{Verified, VerifyError, verify as prove};
use op_gate::Answer;
use op_util::{error::with_causes, foreign::clean};
use serde_json::json;

use super::public;
use crate::output::{print, print_either};

#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// The bundle: its folder, or the URL that it is published under
    place: String,
    /// The public key that its operator has told you, or a file with it
    // A private key in its place must not be repeated in the usage error of an unknown option.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    key: String,
    /// Keep the files in this folder, where the next bundle must be a later one of the same genesis
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Take another genesis than was kept: the hash of its block
    #[arg(long, value_name = "HASH", requires = "into")]
    accept_genesis: Option<B256>,
    /// Fail unless it is of the chain with this id
    #[arg(long, value_name = "ID")]
    chain: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let given = public(&args.key)?;
    let source = Source::parse(&args.place)?;
    let kept = args.into.as_deref().map(Kept::open).transpose()?;
    let trusted = kept.as_ref().map_or(given, |kept| kept.trusted(given));
    let bundle = match prove(&source, trusted).await {
        Ok(bundle) => bundle,
        Err(error) => return failed(args, &error),
    };
    let chain = bundle.head.manifest.l2_chain_id;
    if let Some(expected) = args.chain {
        ensure!(
            chain == expected,
            "expected: the chain {expected}; found: a bundle of the chain {chain}"
        );
    }
    let change = match &kept {
        None => None,
        Some(kept) => {
            let change = kept.judge(&bundle, args.accept_genesis)?;
            if change != Change::Same {
                kept.take(given, &bundle)?;
            }
            Some(change)
        }
    };
    show(args, &bundle, change)?;
    Ok(ExitCode::SUCCESS)
}

fn failed(args: &VerifyArgs, error: &VerifyError) -> anyhow::Result<ExitCode> {
    let answer = if error.is_passing() { Answer::Wait } else { Answer::Refuse };
    let text = clean(&with_causes(error));
    let document = json!({"answer": answer, "error": text});
    print_either(args.json, &document, format_args!("{}: {text}", answer.name()))?;
    Ok(answer.exit_code())
}

fn show(args: &VerifyArgs, bundle: &Verified, change: Option<Change>) -> anyhow::Result<()> {
    let manifest = &bundle.head.manifest;
    let kept = change.map(|change| match change {
        Change::First => "kept, the first one here".to_owned(),
        Change::Same => "the same as is kept".to_owned(),
        Change::Newer(last) => format!("kept, after serial {last}"),
    });
    if args.json {
        let document = json!({
            "answer": Answer::Pass, "chainId": manifest.l2_chain_id, "genesisHash": manifest.l2_genesis_hash,
            "serial": manifest.serial, "createdAt": manifest.created_at, "signedBy": bundle.head.signed_by,
            "about": bundle.about, "kept": kept,
        });
        return print(serde_json::to_string_pretty(&document)?);
    }
    let files = manifest.files.len();
    print(format_args!(
        "pass: {} ({}), serial {}, {files} files\n  genesis    {}\n  signed by  {}{}{}",
        bundle.about.name,
        manifest.l2_chain_id,
        manifest.serial,
        manifest.l2_genesis_hash,
        bundle.head.signed_by,
        if bundle.head.signed_by == bundle.trusted {
            String::new()
        } else {
            format!(", to whom {} has handed over", bundle.trusted)
        },
        kept.map(|kept| format!("\n  {kept}")).unwrap_or_default()
    ))
}
