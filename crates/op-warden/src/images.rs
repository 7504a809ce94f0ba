//! `op-warden images`.

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::output::{print, print_either};
use op_tools::images::file::{Component, ImagesFile};
use op_tools::images::lock::{self, Finding, Purpose, Standing};
use op_tools::images::{Content, Platforms};

/// Platforms that the project's own programs are built for.
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

#[derive(Subcommand)]
pub(crate) enum ImagesCommand {
    /// Pins every tag of a list to its digest in the registry, and notes when and from where
    #[command(
        after_help = "Example: op-warden images lock nix/stack/images.json --check\n\nExit codes: \
            0 pinned (with --check: every tag is what is pinned), 1 with --check: unpinned, moved \
            or gone, 255 error. Nothing is written unless every image was resolved."
    )]
    Lock(LockArgs),
}

#[derive(Args)]
pub(crate) struct LockArgs {
    /// The list: component -> repository, tag, digest
    #[arg(default_value = "nix/stack/images.json")]
    file: PathBuf,
    /// Write nothing, report what differs
    #[arg(long)]
    check: bool,
    /// Only these components
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// Seconds that one image may take, retries included
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: &ImagesCommand) -> anyhow::Result<ExitCode> {
    match command {
        ImagesCommand::Lock(args) if args.check => check(args).await,
        ImagesCommand::Lock(args) => lock(args).await,
    }
}

async fn lock(args: &LockArgs) -> anyhow::Result<ExitCode> {
    let file = ImagesFile::load(&args.file)?;
    let findings = findings(&file, args, Purpose::Lock).await?;
    fail(&findings, "nothing was written")?;
    let digests: Vec<_> = findings
        .iter()
        .filter_map(|(component, finding)| {
            Some((component, &finding.as_ref().ok()?.resolved()?.digest))
        })
        .collect();
    let written = file.pin(&digests, SystemTime::now())?;
    let document = report(&findings, Some(written));
    print_either(args.json, &document, summary(&args.file, &findings, written))?;
    Ok(ExitCode::SUCCESS)
}

async fn check(args: &LockArgs) -> anyhow::Result<ExitCode> {
    let file = ImagesFile::load(&args.file)?;
    let findings = findings(&file, args, Purpose::Check).await?;
    if args.json {
        print(serde_json::to_string_pretty(&report(&findings, None))?)?;
    } else {
        for (component, standing) in &findings {
            let standing = standing.as_ref().map_or("not known".to_owned(), ToString::to_string);
            print(format_args!("{}: {standing}", component.name))?;
        }
    }
    fail(&findings, "what is pinned was not compared")?;
    let equal = findings.iter().all(|(_, standing)| matches!(standing, Ok(Standing::Equal(_))));
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn findings(
    file: &ImagesFile,
    args: &LockArgs,
    purpose: Purpose,
) -> anyhow::Result<Vec<Finding>> {
    let components = file.select(&args.only)?;
    let patience = Duration::from_secs(args.timeout);
    Ok(lock::resolve(components, purpose, patience, progress).await?)
}

/// One line for each image when it is resolved; errors come together at the end.
fn progress((component, standing): &Finding) {
    let Component { name, tag, .. } = component;
    let result = match standing.as_ref().map(Standing::resolved) {
        Ok(Some(now)) => format!("{tag} is {}, {}", now.digest, platforms(&now.content)),
        Ok(None) => format!("{tag} is no longer there"),
        Err(_) => format!("{tag} was not resolved"),
    };
    // Nothing is lost if the terminal is gone.
    let _ = writeln!(stderr(), "{name}: {result}");
}

fn platforms(content: &Content) -> String {
    match content {
        Content::Single => "one image, not an index: its platform was not checked".to_owned(),
        Content::Index(platforms) => {
            let (has, lacks): (Vec<_>, Vec<_>) =
                PLATFORMS.into_iter().partition(|platform| platforms.has(platform));
            let warning = match &*lacks {
                [] => String::new(),
                lacks => format!(" (warning: no {})", lacks.join(", ")),
            };
            format!("{}{warning}", has.join(", "))
        }
    }
}

/// All that went wrong, as one error.
fn fail(findings: &[Finding], consequence: &str) -> anyhow::Result<()> {
    let failures: Vec<String> = findings
        .iter()
        .filter_map(|(component, standing)| {
            let Component { name, repository, tag, .. } = component;
            Some(format!("\n  {name} ({repository}:{tag}): {}", standing.as_ref().err()?))
        })
        .collect();
    anyhow::ensure!(
        failures.is_empty(),
        "{} of {} images could not be resolved, {consequence}:{}",
        failures.len(),
        findings.len(),
        failures.concat()
    );
    Ok(())
}

fn summary(file: &Path, findings: &[Finding], written: bool) -> String {
    let changes = |(component, standing): &Finding| {
        let change = match standing.as_ref().ok()? {
            Standing::Unpinned(_) => "pinned".to_owned(),
            Standing::Moved(pinned, _) => format!("pinned anew, the tag was {pinned}"),
            Standing::Equal(_) | Standing::Gone(..) => return None,
        };
        Some(format!("{}: {change}\n", component.name))
    };
    let changes: String = findings.iter().filter_map(changes).collect();
    let end = if written { "written" } else { "unchanged, every tag is what is pinned" };
    format!("{changes}{}: {end}", file.display())
}

fn report(findings: &[Finding], written: Option<bool>) -> Value {
    let images: Vec<Value> = findings.iter().map(image).collect();
    match written {
        Some(written) => json!({"written": written, "images": images}),
        None => json!({"images": images}),
    }
}

fn image((component, standing): &Finding) -> Value {
    let known = standing.as_ref().ok();
    let now = known.and_then(Standing::resolved);
    let platforms = now.and_then(|now| match &now.content {
        Content::Index(platforms) => Some(platforms),
        Content::Single => None,
    });
    json!({
        "component": component.name,
        "repository": component.repository.to_string(),
        "tag": component.tag,
        "pinned": component.pinned,
        "digest": now.map(|now| &now.digest),
        "platforms": platforms.map(Platforms::all),
        "status": known.map_or("error", Standing::word),
        "error": standing.as_ref().err().map(ToString::to_string),
    })
}
