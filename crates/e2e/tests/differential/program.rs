//! What the official program does with a case.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    sync::atomic::Ordering,
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::devnet::Result;
use op_exec::secret;
use test_kit::process::Process;

use crate::{case::Case, component::Component, nodes::Nodes};

/// How long a program is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// That has connected, and then neither ends nor works.
    settled: Duration,
    /// That does nothing at all.
    idle: Duration,
}

impl Patience {
    pub(crate) const SHORT: Self =
        Self { settled: Duration::from_secs(4), idle: Duration::from_secs(20) };
    pub(crate) const LONG: Self =
        Self { settled: Duration::from_secs(20), idle: Duration::from_mins(1) };
}

const LOOK: Duration = Duration::from_millis(2);

/// Its answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Did {
    /// It works; op-geth's `init` has written the block of that hash, as far as it shows it.
    Start(Option<String>),
    /// It has ended, or hangs, with its last words.
    Refuse(String),
}

/// Starts it, and ends it again.
pub(crate) fn ask(
    case: &Case,
    dir: &Path,
    bin: &Path,
    nodes: &Nodes,
    patience: Patience,
) -> Result<Did> {
    let log = dir.join("log");
    let output = File::create(&log)?;
    let mut environment = case.variables(dir, bin, nodes);
    if let Some(variable) = case.component.key() {
        // As op-exec hands it over.
        match secret::line(&dir.join("service.key")) {
            Ok(key) => drop(environment.insert(variable.to_owned(), key)),
            Err(error) => return Ok(Did::Refuse(format!("op-exec: {error}"))),
        }
    }
    let mut command = Command::new(bin.join(case.component.name()));
    command
        .args(case.arguments(dir, bin, nodes))
        .env_clear()
        .envs(environment)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    nodes.seen.forget();
    let mut process = Process::spawn(&mut command)?;
    let begin = Instant::now();
    let mut connected = None;
    loop {
        if let Some(status) = process.try_wait()? {
            let log = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
            let started = case.component == Component::Engine && status.success();
            return Ok(if started {
                Did::Start(written(&log))
            } else {
                Did::Refuse(format!("{status}: {}", last_words(&log)))
            });
        }
        if connected.is_none() && nodes.seen.connected.load(Ordering::SeqCst) {
            connected = Some(Instant::now());
        }
        let settled = connected.is_some_and(|since: Instant| since.elapsed() > patience.settled);
        if nodes.seen.works.load(Ordering::SeqCst) || settled {
            return Ok(Did::Start(None));
        }
        if begin.elapsed() > patience.idle {
            let said = last_words(&String::from_utf8_lossy(&fs::read(&log)?));
            return Ok(Did::Refuse(format!("it neither ends nor asks anybody: {said}")));
        }
        sleep(LOOK);
    }
}

/// "6d6e7f..dced0a": the hash of block 0 that op-geth says it wrote.
fn written(log: &str) -> Option<String> {
    let line = log.lines().find(|line| line.contains("Successfully wrote genesis state"))?;
    Some(line.split("hash=").nth(1)?.split_whitespace().next()?.to_owned())
}

fn last_words(log: &str) -> String {
    let words = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words = log
        .lines()
        .find(|line| {
            line.contains("Application failed")
                || line.contains("Fatal:")
                || line.contains("panic:")
        })
        .unwrap_or(words);
    words.chars().take(400).collect()
}
