//! `ec-observe watch`.

use std::time::{Duration, SystemTime};
use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use op_util::{error::with_causes, foreign::message};
use tokio::signal::unix::{SignalKind, signal};
use tokio::{select, time::sleep};

use super::chain::{KeyArgs, LedgerArgs, say_done};
use super::output::{NO, say};
use super::{source::DeriveArgs, submit::say_disagreements};
use crate::ledger::{Account, Ledger, Progress};
use crate::{derive::Derivation, observation::Observation};

const HELP: &str = "\
Example: ec-observe watch archive.jsonl --closed-only --propose --rpc http://127.0.0.1:9545 \
--ledger deployment.json --key-file witness.key

Derives again whenever the archive changed, proposes (with --propose) what is not proposed, and attests \
to what is proposed and equals its own. SIGINT and SIGTERM end it; started again, it finishes the \
transaction that was on its way. It notices a change by a file's size or time.

Exit codes: 0, 1 with --once if the chain has another final observation than ours, 2 for every error.";

#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct WatchArgs {
    #[command(flatten)]
    derive: DeriveArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Propose what nobody has proposed
    #[arg(long)]
    propose: bool,
    /// Time between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Look once and end
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(args: &WatchArgs) -> anyhow::Result<ExitCode> {
    let ledger = args.ledger.open().await?;
    let account = args.key.open(ledger.rpc().clone()).await?;
    if !ledger.is_witness(account.address()).await? {
        say(format_args!("{} is no witness now: it only looks", account.address()));
    }
    let derivation = args.derive.derivation(None)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut watch =
        Watch { ledger, account, propose: args.propose, derived: None, said: String::new() };
    loop {
        // A transaction that is on its way then is in the journal.
        let agreed = select! {
            agreed = watch.round(&derivation) => agreed,
            _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
        };
        if args.once {
            return Ok(if agreed? { ExitCode::SUCCESS } else { ExitCode::from(NO) });
        }
        // A file that is being written and a node that does not answer may be there next time.
        if let Err(error) = agreed {
            say(message(&with_causes(error.as_ref())));
        }
        select! {
            _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
            () = sleep(Duration::from_secs(args.every)) => {}
        }
    }
}

/// A file's size and time of change.
type Marks = Vec<(u64, SystemTime)>;

struct Watch {
    ledger: Ledger,
    account: Account,
    propose: bool,
    /// What was derived, and from which state of the files.
    derived: Option<(Marks, Vec<Observation>)>,
    /// The last line, which is not repeated.
    said: String,
}

impl Watch {
    /// Whether the chain has no other final observation than ours.
    async fn round(&mut self, derivation: &Derivation) -> anyhow::Result<bool> {
        self.account.resume().await?;
        let marks = marks(derivation.scan.input.paths())?;
        if self.derived.as_ref().is_none_or(|(known, _)| *known != marks) {
            let mut observations = Vec::new();
            derivation.run(|own| {
                observations.push(own);
                Ok(())
            })?;
            self.derived = Some((marks, observations));
        }
        let observations = self.derived.as_ref().map_or(&[][..], |(_, derived)| derived);
        let streams = observations.chunk_by(|one, other| one.stream == other.stream);
        let (mut open, mut differ) = (Vec::new(), Vec::new());
        for stream in streams {
            match self.ledger.progress(stream).await? {
                Progress::Open(rest) => open.extend_from_slice(rest),
                Progress::Differs(found) => differ.extend(found),
            }
        }
        self.act(&open).await?;
        let count = observations.len();
        let line =
            format!("{count} observations, {} not final, {} differ", open.len(), differ.len());
        if self.said != line {
            say(&line);
            say_disagreements(&differ);
            self.said = line;
        }
        Ok(differ.is_empty())
    }

    async fn act(&self, open: &[Observation]) -> anyhow::Result<()> {
        if open.is_empty() {
            return Ok(());
        }
        if self.propose {
            self.ledger.propose(&self.account, open, say_done("proposed")).await?;
        }
        if self.ledger.is_witness(self.account.address()).await? {
            self.ledger.attest(&self.account, open, say_done("attested to")).await?;
        }
        Ok(())
    }
}

fn marks(paths: &[PathBuf]) -> anyhow::Result<Marks> {
    let mark = |path: &PathBuf| {
        let file = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((file.len(), file.modified()?))
    };
    paths.iter().map(mark).collect()
}
