//! Nothing is touched while a service runs.

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::{io, path::Path};

use op_util::foreign::said;

#[derive(Debug, thiserror::Error)]
pub enum UnitsError {
    #[error("still active: {0}. Disable the module and switch first. Nothing was removed.")]
    Active(String),
    #[error(
        "cannot find out whether a unit is active: systemctl is-active: {0}. Nothing was removed."
    )]
    Unknown(String),
}

/// Fails if a unit is active, starts, stops or waits for its restart. Without systemd none is.
pub fn none_active(units: &BTreeSet<String>) -> Result<(), UnitsError> {
    if units.is_empty() {
        return Ok(());
    }
    let output = match Command::new("systemctl").args(["is-active", "--"]).args(units).output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(UnitsError::Unknown(error.to_string())),
    };
    judge(units, &output, Path::new("/run/systemd/system").is_dir())
}

fn judge(units: &BTreeSet<String>, output: &Output, booted: bool) -> Result<(), UnitsError> {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let states: Vec<&str> = stdout.lines().map(str::trim).collect();
    if states.len() != units.len() {
        let unknown = || Err(UnitsError::Unknown(said(&output.stderr)));
        return if booted { unknown() } else { Ok(()) };
    }
    let idle = |state: &str| matches!(state, "inactive" | "failed" | "unknown");
    let active: Vec<String> = units
        .iter()
        .zip(states)
        .filter(|(_, state)| !idle(state))
        .map(
            |(unit, state)| {
                if state == "active" { unit.clone() } else { format!("{unit} ({state})") }
            },
        )
        .collect();
    if active.is_empty() { Ok(()) } else { Err(UnitsError::Active(active.join(", "))) }
}
