//! `op-warden accept`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, ensure};
use clap::Args;
use humantime::format_rfc3339_seconds;
use std::time::{Duration, SystemTime};

use crate::CONFIG;
use crate::output::print;
use op_gate::config::Config;
use op_health::accept;
use op_status::condition::{Acceptance, LASTING, Name};
use op_util::time::unix_now;

#[derive(Args)]
pub(crate) struct AcceptArgs {
    /// The condition, as the page names it; without one, what is accepted is listed
    #[arg(value_parser = lasting)]
    condition: Option<Name>,
    /// Why, for whoever looks next
    #[arg(long, value_name = "TEXT", requires = "condition", conflicts_with = "revoke")]
    why: Option<String>,
    /// Take it back: what was found counts again
    #[arg(long, requires = "condition")]
    revoke: bool,
    /// The configuration file; its "serve" names the folder
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
}

pub(crate) fn run(args: &AcceptArgs) -> anyhow::Result<ExitCode> {
    let serve = Config::load(&args.config)?.serve;
    let folder = serve.and_then(|serve| serve.accepted).context(
        "the configuration's \"serve\" has no \"accepted\": name the folder for what is accepted",
    )?;
    let Some(name) = args.condition else {
        for (name, acceptance) in accept::all(&folder) {
            print(format_args!("{name}: {}", said(&acceptance)))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let failed = || format!("cannot write to {}", folder.display());
    if args.revoke {
        let was = accept::revoke(&folder, name).with_context(failed)?;
        ensure!(was, "nothing is accepted of {name}");
        print(format_args!("{name}: what was found counts again"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let why = args.why.as_deref().unwrap_or_default().trim().to_owned();
    ensure!(!why.contains(char::is_control), "--why is one line of text");
    let acceptance = Acceptance { at: unix_now(), why };
    accept::accept(&folder, name, &acceptance).with_context(failed)?;
    print(format_args!("{name}: {}; what is found later counts", said(&acceptance)))?;
    Ok(ExitCode::SUCCESS)
}

fn said(Acceptance { at, why }: &Acceptance) -> String {
    let why = if why.is_empty() { "nobody said why" } else { why };
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(*at));
    let time = time.map(|time| format_rfc3339_seconds(time).to_string());
    format!("what was found until {} is accepted: {why}", time.unwrap_or_default())
}

fn lasting(text: &str) -> Result<Name, String> {
    let found = LASTING.iter().find(|name| name.text() == text);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = LASTING.iter().map(|name| name.text()).collect();
        let names = names.join(", ");
        format!("only what lasts is accepted ({names}); all else ends when it is mended")
    })
}
