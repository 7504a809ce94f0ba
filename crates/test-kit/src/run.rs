//! A finished run of a program.

use std::{
    fmt,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// What a run left.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said beside that.
    pub stderr: String,
}

impl Run {
    /// Runs a command to its end, without input.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output();
        output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}")).into()
    }

    /// An error that shows the run, where it did not end with that exit code.
    pub fn exits(&self, code: i32) -> Result<(), String> {
        if self.code == Some(code) { Ok(()) } else { Err(format!("not {code}: {self}")) }
    }

    /// What it printed, as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl From<Output> for Run {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "exit code {:?}\n{}\n{}", self.code, self.stdout, self.stderr)
    }
}
