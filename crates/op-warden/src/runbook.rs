//! `op-warden runbook`.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::output::print;
use op_status::runbook::{self, Runbook};

#[derive(Args)]
pub(crate) struct RunbookArgs {
    /// The alert; without it, all are listed
    alert: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &RunbookArgs) -> anyhow::Result<ExitCode> {
    let text = match &args.alert {
        Some(name) => {
            let runbook = runbook::find(name).with_context(|| unknown(name))?;
            if args.json {
                let text = json!({
                    "name": runbook.name, "meaning": runbook.meaning(), "text": runbook.text,
                });
                serde_json::to_string_pretty(&text)?
            } else {
                runbook.text.trim_end().to_owned()
            }
        }
        None if args.json => {
            serde_json::to_string_pretty(&runbook::ALL.iter().map(brief).collect::<Vec<_>>())?
        }
        None => list(),
    };
    print(text)?;
    Ok(ExitCode::SUCCESS)
}

fn brief(runbook: &Runbook) -> Value {
    json!({"name": runbook.name, "meaning": runbook.meaning()})
}

fn list() -> String {
    let width = runbook::ALL.iter().map(|runbook| runbook.name.len()).max().unwrap_or_default();
    let lines: Vec<String> = runbook::ALL
        .iter()
        .map(|runbook| format!("{:width$}  {}", runbook.name, runbook.meaning()))
        .collect();
    lines.join("\n")
}

fn unknown(name: &str) -> String {
    let nearest = runbook::nearest(name).join(", ");
    format!(
        "there is no runbook {name:?}. Did you mean one of {nearest}? `op-warden runbook` lists \
            all."
    )
}
