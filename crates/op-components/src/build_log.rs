//! Runs a build tool to its end, its output going to a log file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use crate::child;

/// Lines of a log that an error shows.
const SHOWN_LINES: usize = 20;

/// Where one build's tools write to.
pub(crate) struct BuildLog {
    path: PathBuf,
    file: File,
}

impl BuildLog {
    pub(crate) fn create(path: PathBuf) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let file =
            File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { path, file })
    }

    /// Runs `command`; dropping the future interrupts it and whatever it started.
    ///
    /// Its standard output goes to the file `output`, if one is named, instead of the log.
    pub(crate) async fn run(
        &self,
        command: &mut Command,
        output: Option<&Path>,
    ) -> anyhow::Result<()> {
        let program = child::name(command);
        let mut tool = command
            .stdin(Stdio::null())
            .stdout(match output {
                Some(path) => File::create(path)
                    .with_context(|| format!("cannot create {}", path.display()))?,
                None => self.file.try_clone()?,
            })
            .stderr(self.file.try_clone()?)
            .process_group(0)
            .spawn()
            .map(InterruptOnDrop)
            .with_context(|| format!("cannot start {program}"))?;
        let status = tool.0.wait().await.with_context(|| format!("cannot wait for {program}"))?;
        if !status.success() {
            bail!(
                "{program} failed ({status}); the end of its output, all of it is in {}:\n{}",
                self.path.display(),
                last_lines(&fs::read(&self.path).unwrap_or_default())
            );
        }
        Ok(())
    }
}

fn last_lines(output: &[u8]) -> String {
    let output = String::from_utf8_lossy(output);
    let lines: Vec<_> = output.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

/// Ends a tool as Ctrl-C would, with the processes that it started.
struct InterruptOnDrop(Child);

impl Drop for InterruptOnDrop {
    fn drop(&mut self) {
        let group = self.0.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        if let Some(group) = group {
            // Fails only if the group has just ended.
            let _ = kill_process_group(group, Signal::INT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failure_shows_the_end_of_the_output_and_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log/op-node.log");
        let log = BuildLog::create(path.clone()).unwrap();
        let script = "seq 1 30; echo 'undefined: x' >&2; exit 3";
        let error =
            log.run(Command::new("sh").args(["-c", script]), None).await.unwrap_err().to_string();
        assert!(error.contains("sh failed (exit status: 3)"), "{error}");
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.ends_with("\n29\n30\nundefined: x"), "{error}");
        assert_eq!(error.lines().count(), 1 + SHOWN_LINES, "{error}");
    }
}
