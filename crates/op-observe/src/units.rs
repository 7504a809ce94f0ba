//! What systemd reports of the units that the services run in.
//!
//! Reading it needs no rights beyond a connection to the system bus, which a sandboxed unit has with
//! `AF_UNIX`. The bus must be able to look the user up: of a unit with `DynamicUser=`, by nss-systemd,
//! which NixOS has and a bare Debian has not ("Transport endpoint is not connected").

use std::{collections::BTreeMap, io, process::Stdio, time::Duration};

use op_util::foreign::said;
use tokio::{process::Command, time::timeout};

/// A unit as systemd sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitState {
    /// How often systemd itself has started it again (`NRestarts`); a start by hand or by a timer sets
    /// it to 0.
    pub restarts: u64,
    /// `active`, `activating`, `deactivating`, `inactive`, `failed`, `reloading`.
    pub active: String,
    /// `running`, `dead`, `auto-restart`, …
    pub sub: String,
    /// How it ended last: `success`, `exit-code`, `exec-condition` (its gate), `oom-kill`, …
    pub result: String,
}

/// Unit -> its state, of those that systemd knows; or why that is not known.
pub type Units = Result<BTreeMap<String, UnitState>, String>;

/// Asks systemd for units by their full names. Waits for `patience` at most.
pub async fn read(units: &[&str], patience: Duration) -> Units {
    if units.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Whoever gives up waiting ends it.
    let mut command = Command::new("systemctl");
    command
        .args(["show", "--property=Id,LoadState,NRestarts,ActiveState,SubState,Result", "--"])
        .args(units)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(patience, command.output())
        .await
        .map_err(|_| format!("systemctl did not answer within {patience:?}"))?
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "there is no systemctl".to_owned(),
            _ => format!("systemctl: {error}"),
        })?;
    if !output.status.success() {
        return Err(format!("systemctl, {}: {}", output.status, said(&output.stderr)));
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

/// Blocks of `NAME=value`, an empty line between two units. A unit that is not loaded has a block too.
fn parse(text: &str) -> BTreeMap<String, UnitState> {
    text.split("\n\n").filter_map(unit).collect()
}

fn unit(block: &str) -> Option<(String, UnitState)> {
    let values: BTreeMap<&str, &str> =
        block.lines().filter_map(|line| line.split_once('=')).collect();
    let text = |name| values.get(name).map(|value| (*value).to_owned());
    if values.get("LoadState") != Some(&"loaded") {
        return None;
    }
    let state = UnitState {
        // A unit that cannot be restarted has none.
        restarts: values.get("NRestarts").and_then(|count| count.parse().ok()).unwrap_or_default(),
        active: text("ActiveState")?,
        sub: text("SubState")?,
        result: text("Result").unwrap_or_default(),
    };
    Some((text("Id")?, state))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As systemd 257 says it, in its own order; a target has neither result nor restarts.
    const SAID: &str = "\
Result=exit-code
NRestarts=23
Id=podman-op-stack-batcher.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart

Result=exec-condition
NRestarts=0
Id=podman-op-stack-challenger.service
LoadState=loaded
ActiveState=inactive
SubState=dead

Result=success
NRestarts=0
Id=no-such.service
LoadState=not-found
ActiveState=inactive
SubState=dead

Id=op-stack.target
LoadState=loaded
ActiveState=active
SubState=active
";

    fn state(restarts: u64, active: &str, sub: &str, result: &str) -> UnitState {
        let [active, sub, result] = [active, sub, result].map(str::to_owned);
        UnitState { restarts, active, sub, result }
    }

    #[test]
    fn each_unit_that_systemd_knows_has_its_state() {
        let expected = [
            (
                "podman-op-stack-batcher.service",
                state(23, "activating", "auto-restart", "exit-code"),
            ),
            ("podman-op-stack-challenger.service", state(0, "inactive", "dead", "exec-condition")),
            ("op-stack.target", state(0, "active", "active", "")),
        ];
        let expected = expected.map(|(name, state)| (name.to_owned(), state));
        assert_eq!(parse(SAID), BTreeMap::from(expected));
    }

    #[test]
    fn what_is_no_unit_is_none() {
        for text in ["", "\n\n\n", "Id=a.service", "LoadState=loaded\nActiveState=active", "=\n=="]
        {
            assert_eq!(parse(text), BTreeMap::new(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn nothing_is_asked_for_no_units() {
        assert_eq!(read(&[], Duration::ZERO).await, Ok(BTreeMap::new()));
    }
}
