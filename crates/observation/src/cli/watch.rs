//! `ec-observe watch`.

use std::time::{Duration, SystemTime};
use std::{fs, path::PathBuf, process::ExitCode, thread};

use anyhow::Context as _;
use clap::Args;
use op_util::{error::with_causes, foreign::message};
use tokio::signal::unix::{SignalKind, signal};
use tokio::{select, sync::oneshot, time::sleep};

use super::chain::{KeyArgs, LedgerArgs, say_done};
use super::findings::Findings;
use super::output::{NO, say};
use super::source::{DeriveArgs, SETTLE};
use crate::derive::{Derivation, Derived};
use crate::ledger::{Account, Ledger, Progress};
use crate::observation::Observation;

const HELP: &str = "\
Example: ec-observe watch archive.jsonl --propose --rpc http://127.0.0.1:9545 \
--ledger deployment.json --key-file witness.key

Derives again whenever the archive changed, proposes (with --propose) what is not proposed, and attests \
to what is proposed and equals its own. An epoch is taken for closed when its stream has gone on for \
--settle seconds after it. Whatever lines come later, a slot that this key signed is not signed again: such \
observations are named and left out. What stops a stream (see `ec-observe headers --help`) is named, and the \
other streams go on. SIGINT and SIGTERM end it; started again, it finishes the \
transaction that was on its way. It notices a change by a file's size or time.

Exit codes: 0, 1 with --once if the chain has another final observation than ours, an epoch that the \
archive lacks, if something of ours is not signed or not proposed, or if a stream stops, 2 for every error.";

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
    /// An epoch is closed when its stream has gone on for so long after it
    #[arg(long, value_name = "SECONDS", default_value_t = SETTLE, conflicts_with = "open_epochs")]
    settle: u64,
    /// Attest to epochs that may not be over yet, too. A line that comes later cannot be attested to any more
    #[arg(long)]
    open_epochs: bool,
    /// Time between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Look once and end
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(args: &WatchArgs) -> anyhow::Result<ExitCode> {
    let (ledger, account) = args.ledger.open_with(&args.key).await?;
    if !ledger.is_witness(account.address()).await? {
        say(format_args!("{} is no witness now: it only looks", account.address()));
    }
    let settle = (!args.open_epochs).then(|| Duration::from_secs(args.settle));
    let derivation = args.derive.derivation(None, settle)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut watch = Watch { ledger, account, propose: args.propose, derived: None, said: None };
    let mut failed = None;
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
        let failure = agreed.err().map(|error| message(&with_causes(error.as_ref())));
        if failure != failed
            && let Some(failure) = &failure
        {
            say(failure);
        }
        failed = failure;
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
    derived: Option<(Marks, Vec<Observation>, Derived)>,
    /// What was said last, which is not repeated.
    said: Option<(String, Findings)>,
}

impl Watch {
    /// Whether nothing stands in the way of our observations.
    async fn round(&mut self, derivation: &Derivation) -> anyhow::Result<bool> {
        self.account.resume().await?;
        let marks = marks(derivation.scan.input.paths())?;
        if self.derived.as_ref().is_none_or(|(known, ..)| *known != marks) {
            let (observations, derived) = derive(derivation).await?;
            self.derived = Some((marks, observations, derived));
        }
        let Some((_, observations, derived)) = &self.derived else { return Ok(true) };
        let mut open = Vec::new();
        let mut findings = Findings { stops: derived.stops.clone(), ..Findings::default() };
        for stream in observations.chunk_by(|one, other| one.stream == other.stream) {
            match self.ledger.progress(stream).await? {
                Progress::Open(rest) => open.extend_from_slice(rest),
                Progress::Differs(found) => findings.differ.extend(found),
                Progress::Lacks(own) => findings.lacks.push(own.clone()),
            }
        }
        self.act(&open, &mut findings).await?;
        let (all, rest, bad) = (observations.len(), open.len(), derived.bad);
        let bad = if bad == 0 { String::new() } else { format!(", {bad} lines passed over") };
        let line = format!("{all} observations, {rest} not final{bad}");
        let is_well = findings.is_empty();
        let news = Some((line, findings));
        if self.said != news
            && let Some((line, findings)) = &news
        {
            say(line);
            findings.say(self.ledger.address);
        }
        self.said = news;
        Ok(is_well)
    }

    async fn act(&self, open: &[Observation], findings: &mut Findings) -> anyhow::Result<()> {
        if open.is_empty() {
            return Ok(());
        }
        let is_witness = self.ledger.is_witness(self.account.address()).await?;
        if self.propose {
            // What the witness will not sign it does not pay for either.
            let chosen = if is_witness {
                &self.ledger.unsigned(&self.account, open).await?.open
            } else {
                open
            };
            let done = self.ledger.propose(&self.account, chosen, say_done("proposed")).await?;
            findings.add(&done);
        }
        if is_witness {
            let done = self.ledger.attest(&self.account, open, say_done("attested to")).await?;
            findings.add(&done);
        }
        Ok(())
    }
}

/// On a thread of its own: signals are heard meanwhile, and the process ends without waiting for it.
async fn derive(derivation: &Derivation) -> anyhow::Result<(Vec<Observation>, Derived)> {
    let (send, receive) = oneshot::channel();
    let derivation = derivation.clone();
    thread::spawn(move || {
        let mut observations = Vec::new();
        let derived = derivation.run(|own| {
            observations.push(own);
            Ok(())
        });
        // Nobody waits for it when the command ends.
        let _ = send.send(derived.map(|derived| (observations, derived)));
    });
    Ok(receive.await.context("the derivation ended without a result")??)
}

fn marks(paths: &[PathBuf]) -> anyhow::Result<Marks> {
    let mark = |path: &PathBuf| {
        let file = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((file.len(), file.modified()?))
    };
    paths.iter().map(mark).collect()
}
