//! One service kept running as systemd would: gate, start, watch, start again.

use std::path::{Path, PathBuf};
use std::{collections::BTreeSet, ffi::OsString, fs, future::pending, io::ErrorKind};
use std::{process::ExitStatus, time::Duration};

use anyhow::{Context, Result};
use eth_rpc::Rpc;
use op_gate::{Answer, Judgement, read::last_run};
use op_util::error::with_causes;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use tokio::{process::Command, sync::watch};

use super::board::{Board, GateRun, Phase, Status};
use super::process::{Process, Spec};
use crate::{blocks, out, saved::Saved, stack::Ready};

/// Between two requests to a service that does not answer yet.
const POLL: Duration = Duration::from_millis(50);
/// Before a gate that answered wait or refuse is asked again: the first and the longest pause.
const GATE_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// Before a service that died is started again: the first and the longest pause.
const RESTART_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// For a service to end that is stopped since another one ended.
const HASTE: Duration = Duration::from_secs(5);
/// A service that ran this long starts with the first pause again.
const STABLE: Duration = Duration::from_mins(1);

#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) name: String,
    /// Services that must run before this one starts.
    pub(crate) after: BTreeSet<String>,
    /// `None` for the L1, which is outside of the stack.
    pub(crate) gate: Option<Gate>,
    /// Where it is written until when the service ran.
    pub(crate) last_run: Option<PathBuf>,
    /// In their order.
    pub(crate) init: Vec<Init>,
    pub(crate) spec: Spec,
    pub(crate) ready: Option<Ready>,
    pub(crate) stop_timeout: Duration,
    pub(crate) l1: Option<L1>,
    /// A service with whose end this one is stopped, to be started again after it.
    pub(crate) ends_with: Option<String>,
}

/// What the supervisor does for an L1: it makes its blocks and keeps its states.
#[derive(Debug, Clone)]
pub(crate) struct L1 {
    pub(crate) url: String,
    pub(crate) saved: Saved,
}

#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) op_warden: PathBuf,
    pub(crate) config: PathBuf,
}

/// What has to succeed before a start; the paths are in the data folder.
#[derive(Debug, Clone)]
pub(crate) struct Init {
    pub(crate) spec: Spec,
    pub(crate) data: PathBuf,
    /// There once it need not run again; `None` for each time.
    pub(crate) done: Option<PathBuf>,
    /// What it makes in [`BESIDE`], to be moved to its place.
    pub(crate) makes: Option<PathBuf>,
}

/// As `nix/stack/lib.nix` has it in the arguments.
const BESIDE: &str = ".initialising";

impl Init {
    fn is_done(&self) -> bool {
        self.done.as_ref().is_some_and(|done| self.data.join(done).exists())
    }

    /// Runs it; what one that was broken off has left is removed, since it is in no place yet.
    pub(crate) async fn run(&self) -> Result<()> {
        let beside = self.data.join(BESIDE);
        if self.makes.is_some() {
            remove(&beside)?;
        }
        self.spec.run().await.context("initialisation failed")?;
        let Some(makes) = &self.makes else { return Ok(()) };
        let place = self.data.join(makes);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
        }
        fs::rename(beside.join(makes), &place)
            .with_context(|| format!("cannot make {}", place.display()))?;
        remove(&beside)
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

impl Unit {
    /// A service outside of the stack, which waits for nothing.
    pub(crate) fn outside(name: &str, spec: Spec, stop_timeout: Duration) -> Self {
        Self {
            name: name.to_owned(),
            after: BTreeSet::new(),
            gate: None,
            last_run: None,
            init: Vec::new(),
            spec,
            ready: None,
            stop_timeout,
            l1: None,
            ends_with: None,
        }
    }

    /// Keeps the service running until `stop` becomes true.
    pub(super) async fn keep_running(
        self,
        board: watch::Sender<Board>,
        mut stop: watch::Receiver<bool>,
    ) {
        let report = Report { service: &self.name, board: &board };
        let mut pause = RESTART_PAUSE.0;
        loop {
            let started = tokio::select! {
                () = stopped(&mut stop) => break,
                started = self.start(&report) => started,
            };
            let began = Instant::now();
            let exit = match started {
                Ok(mut process) => {
                    report.update(|status| {
                        status.enter(Phase::Starting);
                        status.pid = Some(process.pid());
                    });
                    let exit = tokio::select! {
                        () = stopped(&mut stop) => None,
                        exit = self.watch(&mut process, &report) => Some(describe(exit)),
                        name = self.end_of_another(&board) => {
                            let _ = process.stop(HASTE).await;
                            Some(format!("stopped, since {name} ended"))
                        }
                    };
                    let Some(exit) = exit else {
                        let _ = process.stop(self.stop_timeout).await;
                        self.has_stopped().await;
                        break;
                    };
                    self.has_stopped().await;
                    exit
                }
                Err(error) => with_causes(error.as_ref()),
            };
            report.update(|status| {
                status.enter(Phase::Restarting);
                status.pid = None;
                status.restarts += 1;
                status.last_exit = Some(exit.clone());
            });
            if began.elapsed() > STABLE {
                pause = RESTART_PAUSE.0;
            }
            tokio::select! {
                () = stopped(&mut stop) => break,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(RESTART_PAUSE.1);
        }
        report.update(|status| {
            status.enter(Phase::Stopped);
            status.pid = None;
        });
    }

    /// Everything up to the start of the process.
    async fn start(&self, report: &Report<'_>) -> Result<Process> {
        let ready = |board: &Board| self.after.iter().all(|name| board.is_running(name));
        report.board.subscribe().wait_for(ready).await.context("the supervisor is gone")?;
        self.pass_gate(report).await?;
        for init in self.init.iter().filter(|init| !init.is_done()) {
            let began = Instant::now();
            init.run().await?;
            // The others look whether there is anything to do.
            if init.makes.is_some() {
                report.update(|status| status.init_milliseconds = Some(milliseconds(began)));
            }
        }
        if let Some(path) = &self.last_run {
            last_run::write_running(path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        let mut spec = self.spec.clone();
        if let Some(L1 { saved, .. }) = &self.l1 {
            spec.args.extend(saved.args()?.into_iter().map(OsString::from));
        }
        spec.start()
    }

    /// Keeps what it left. A service that may have run until now without its file saying so is taken to
    /// have run until now.
    async fn has_stopped(&self) {
        if let Some(path) = &self.last_run
            && let Err(error) = last_run::write_stopped(path)
        {
            out::line(format_args!("op-devnet: cannot write {}: {error}", path.display()));
        }
        if let Some(L1 { saved, .. }) = &self.l1
            && let Err(error) = saved.adopt().await
        {
            out::error(&error);
        }
    }

    /// Waits until the service that this one ends with does not run, and names it.
    async fn end_of_another(&self, board: &watch::Sender<Board>) -> &str {
        let Some(name) = &self.ends_with else { return pending().await };
        // The sender is this unit's own.
        let _ = board.subscribe().wait_for(|board| !board.is_running(name)).await;
        name
    }

    /// Asks the gate until it passes.
    async fn pass_gate(&self, report: &Report<'_>) -> Result<()> {
        let Some(gate) = &self.gate else { return Ok(()) };
        let mut pause = GATE_PAUSE.0;
        loop {
            let run = gate.ask(&self.name).await?;
            let answer = run.judgement.answer;
            report.update(|status| {
                status.gate = Some(run.clone());
                match answer {
                    Answer::Wait => status.enter(Phase::GateWaits),
                    Answer::Refuse => status.enter(Phase::Refused),
                    Answer::Skip | Answer::Pass | Answer::Warn => {}
                }
            });
            if answer.starts() {
                return Ok(());
            }
            sleep(pause).await;
            pause = (pause * 2).min(GATE_PAUSE.1);
        }
    }

    /// Reports when the service answers; ends with the process.
    async fn watch(&self, process: &mut Process, report: &Report<'_>) -> Result<ExitStatus> {
        tokio::select! {
            exit = process.wait() => return exit,
            ready = self.wait_ready() => ready?,
        }
        report.update(|status| status.enter(Phase::Running));
        let Some(L1 { url, saved }) = &self.l1 else { return process.wait().await };
        tokio::select! {
            exit = process.wait() => exit,
            () = blocks::make(url, saved) => pending().await,
        }
    }

    async fn wait_ready(&self) -> Result<()> {
        let Some(ready) = &self.ready else { return Ok(()) };
        let rpc = Rpc::new(&ready.url, Duration::from_secs(2))?;
        while rpc.request::<Value>(ready.method.clone(), json!([])).await.is_err() {
            sleep(POLL).await;
        }
        Ok(())
    }
}

/// Enters what happens to one service on the board.
struct Report<'a> {
    service: &'a str,
    board: &'a watch::Sender<Board>,
}

impl Report<'_> {
    fn update(&self, change: impl FnOnce(&mut Status)) {
        self.board.send_modify(|board| {
            change(board.services.entry(self.service.to_owned()).or_default());
        });
    }
}

impl Gate {
    async fn ask(&self, service: &str) -> Result<GateRun> {
        let began = Instant::now();
        let output = Command::new(&self.op_warden)
            .args(["gate", service, "--json", "--config"])
            .arg(&self.config)
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("cannot run {}", self.op_warden.display()))?;
        let milliseconds = milliseconds(began);
        let judgement: Judgement = serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "op-warden could not judge {service}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            )
        })?;
        // The exit code is what systemd goes by, so it must say the same.
        anyhow::ensure!(
            output.status.success() == judgement.answer.starts(),
            "op-warden's report and its exit code ({}) disagree on {service}",
            output.status
        );
        Ok(GateRun { judgement, milliseconds })
    }
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1_000.0
}

fn describe(exit: Result<ExitStatus>) -> String {
    exit.map_or_else(|error| with_causes(error.as_ref()), |status| status.to_string())
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender lives as long as the supervisor; if it is gone, so is the reason to run.
    let _ = stop.wait_for(|stop| *stop).await;
}
