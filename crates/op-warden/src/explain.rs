//! `op-warden explain`.

use std::io::{BufReader, IsTerminal as _, Read, stdin};
use std::path::{Path, PathBuf};
use std::{fs::File, process::ExitCode};

use anyhow::Context;
use clap::Args;

use crate::output::print;
use op_tools::explain::killed::{Limit, killed};
use op_tools::explain::{dictionary::Dictionary, explain, last::last_error, report};

/// Logs are large and read once.
const BUFFER: usize = 256 * 1024;

#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The log; without it, or with `-`, standard input
    file: Option<PathBuf>,
    /// List all known errors instead
    #[arg(long, conflicts_with_all = ["file", "id"])]
    list: bool,
    /// Show this known error instead
    #[arg(long, conflicts_with = "file")]
    id: Option<String>,
    /// Show only the last line that is an error, as it may be shown to anybody
    #[arg(long, conflicts_with_all = ["list", "id", "json"])]
    last: bool,
    /// Of a kernel's log: why it killed a process of this systemd unit last
    #[arg(long, value_name = "UNIT", conflicts_with_all = ["list", "id", "json", "last"])]
    killed: Option<String>,
    /// The unit's memory limit, as podman takes it
    #[arg(long, requires = "killed")]
    memory: Option<String>,
    /// The option that sets it
    #[arg(long, requires = "killed", default_value = "resources.memory")]
    option: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let name = args.file.as_deref().filter(|file| *file != Path::new("-"));
    if args.last {
        let mut log = BufReader::with_capacity(BUFFER, open(name)?);
        print(last_error(&mut log).context("cannot read the log")?.unwrap_or_default())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unit) = &args.killed {
        let limit = Limit { memory: args.memory.as_deref(), option: &args.option };
        let mut log = BufReader::with_capacity(BUFFER, open(name)?);
        print(killed(&mut log, unit, limit).context("cannot read the log")?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let dictionary = Dictionary::load()?;
    let text = if args.list {
        render(args.json, dictionary.entries(), report::list)?
    } else if let Some(id) = &args.id {
        let entry = dictionary.entry(id).with_context(|| {
            format!("the dictionary has no {id}; `op-warden explain --list` shows what it has")
        })?;
        render(args.json, entry, report::entry)?
    } else {
        let mut log = BufReader::with_capacity(BUFFER, open(name)?);
        let name = name.map_or("standard input".to_owned(), |file| file.display().to_string());
        let report =
            explain(&dictionary, &mut log).with_context(|| format!("cannot read {name}"))?;
        render(args.json, &report, report::text)?
    };
    print(text)?;
    Ok(ExitCode::SUCCESS)
}

fn open(file: Option<&Path>) -> anyhow::Result<Box<dyn Read>> {
    if let Some(file) = file {
        let log = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        return Ok(Box::new(log));
    }
    anyhow::ensure!(!stdin().is_terminal(), "name a log file, or pipe a log in");
    Ok(Box::new(stdin().lock()))
}

fn render<T: serde::Serialize + ?Sized>(
    json: bool,
    what: &T,
    text: impl FnOnce(&T) -> String,
) -> anyhow::Result<String> {
    if json { Ok(serde_json::to_string_pretty(what)?) } else { Ok(text(what)) }
}
