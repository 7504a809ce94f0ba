//! What op-warden costs, measured on the proven chain beside what the official program needs.

use std::{fmt, fs, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, ensure};
use op_util::text::bytes;
use serde::Serialize;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::devnet::Devnet;

/// Runs of which the fastest counts: the machine has other work.
const RUNS: usize = 5;

/// Durations are those of whole processes, in milliseconds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Figures {
    /// All gates of all services before their start, added up.
    gates: f64,
    /// The slowest of them.
    slowest_gate: f64,
    /// `op-warden check`: all gates of all services in one run.
    check: f64,
    /// Its peak resident memory in KiB; it holds genesis.json.
    check_peak_memory: u64,
    /// Size of genesis.json in bytes.
    genesis_size: u64,
    /// `op-warden genesis hash`.
    genesis_hash: f64,
    /// `op-geth init` on the same file; `None` when this run continued a chain.
    geth_init: Option<f64>,
}

impl Figures {
    pub(super) async fn measure(devnet: &Devnet, op_warden: &Path) -> Result<Self> {
        let genesis = devnet.home.chain().join("genesis.json");
        let config = devnet.home.warden_config();
        let check =
            fastest(op_warden, &["check", "--config", &config.display().to_string()]).await?;
        let hash = fastest(op_warden, &["genesis", "hash", &genesis.display().to_string()]).await?;
        let board = devnet.supervisor.board();
        let board = board.borrow();
        let gates =
            board.services.values().filter_map(|status| Some(status.gate.as_ref()?.milliseconds));
        Ok(Self {
            gates: gates.clone().sum(),
            slowest_gate: gates.fold(0.0, f64::max),
            check: check.milliseconds,
            check_peak_memory: check.peak_memory,
            genesis_size: fs::metadata(&genesis).context("there is no genesis.json")?.len(),
            genesis_hash: hash.milliseconds,
            geth_init: board
                .services
                .get("sequencer-engine")
                .and_then(|engine| engine.init_milliseconds),
        })
    }
}

struct Run {
    milliseconds: f64,
    /// KiB.
    peak_memory: u64,
}

async fn fastest(program: &Path, args: &[&str]) -> Result<Run> {
    let mut fastest = run(program, args).await?;
    for _ in 1..RUNS {
        let next = run(program, args).await?;
        fastest.milliseconds = fastest.milliseconds.min(next.milliseconds);
        fastest.peak_memory = fastest.peak_memory.max(next.peak_memory);
    }
    Ok(fastest)
}

async fn run(program: &Path, args: &[&str]) -> Result<Run> {
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let pid = child.id().context("op-warden has no pid")?;
    let mut peak_memory = 0;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            () = sleep(Duration::from_millis(1)) => peak_memory = peak_memory.max(high_water_mark(pid)),
        }
    };
    let milliseconds = began.elapsed().as_secs_f64() * 1_000.0;
    ensure!(status.success(), "op-warden {} ended with {status}", args.join(" "));
    Ok(Run { milliseconds, peak_memory })
}

/// The most memory that a process has held until now, in KiB (`VmHWM` of proc(5)).
fn high_water_mark(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let init = self
            .geth_init
            .map(|init| format!("; op-geth init on it {init:.0} ms"))
            .unwrap_or_default();
        writeln!(
            formatter,
            "gates before the start: {:.0} ms in all, the slowest {:.0} ms",
            self.gates, self.slowest_gate
        )?;
        writeln!(
            formatter,
            "op-warden check: {:.0} ms, {} at its peak",
            self.check,
            bytes(self.check_peak_memory.saturating_mul(1_024))
        )?;
        write!(
            formatter,
            "genesis.json of {} to its hash: {:.0} ms{init}",
            bytes(self.genesis_size),
            self.genesis_hash
        )
    }
}
