//! One running program: started in a process group of its own, so that Ctrl-C reaches the
//! supervisor alone, and marked, so that a later run finds it whatever happens to this one.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::{collections::BTreeMap, ffi::OsString, fs::File, time::Duration};

use anyhow::{Context, Result};
use op_components::child;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Environment variable that names the devnet's folder in each of its processes.
pub(super) const MARK: &str = "OP_DEVNET_HOME";

#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) home: PathBuf,
    pub(crate) log: PathBuf,
    /// What it gets when the supervisor has died: op-node may wait for ever for an engine that is gone, so
    /// only what would lose blocks that are not on its disk yet is asked.
    pub(crate) at_end: Signal,
}

impl Spec {
    /// The command with a clean environment: the official programs read `OP_NODE_*` and the like.
    fn command(&self) -> Result<Command> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .with_context(|| format!("cannot write {}", self.log.display()))?;
        let mut command = child::command(&self.program, self.at_end);
        command
            .args(&self.args)
            .env_clear()
            .envs(
                ["HOME", "PATH", "TMPDIR"]
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .envs(&self.environment)
            .env(MARK, &self.home)
            .current_dir(&self.home)
            .stdin(Stdio::null())
            .stderr(log.try_clone()?)
            .stdout(log)
            .process_group(0);
        Ok(command)
    }

    pub(crate) async fn run(&self) -> Result<()> {
        let status = self
            .command()?
            .kill_on_drop(true)
            .status()
            .await
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        anyhow::ensure!(
            status.success(),
            "{} ended with {status}; the last lines of {}:\n{}",
            self.program.display(),
            self.log.display(),
            tail(&self.log, 5)
        );
        Ok(())
    }

    pub(crate) fn start(&self) -> Result<Process> {
        let child = self
            .command()?
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let pid = child
            .id()
            .and_then(|pid| Pid::from_raw(pid.cast_signed()))
            .context("the program has no pid")?;
        Ok(Process { child, pid })
    }
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path, lines: usize) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A running program. Its whole process group is killed if it is dropped while running.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
}

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().await?;
        // Whatever it started and left behind (op-challenger's cannon) goes with it.
        let _ = kill_process_group(self.pid, Signal::KILL);
        Ok(status)
    }

    /// Asks it to end, waits, and kills it after `patience`.
    pub(crate) async fn stop(&mut self, patience: Duration) -> Result<ExitStatus> {
        let _ = kill_process(self.pid, Signal::TERM);
        if let Ok(status) = timeout(patience, self.wait()).await {
            return status;
        }
        let _ = kill_process_group(self.pid, Signal::KILL);
        self.wait().await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
    }
}
