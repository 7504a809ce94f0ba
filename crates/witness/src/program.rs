//! Whether the unit that signs runs.

use std::time::Duration;

use op_util::foreign::clean;
use tokio::{process::Command, time::timeout};

use crate::config::Serve;

const PATIENCE: Duration = Duration::from_secs(5);

/// systemd's word for the unit's state; `None` where no unit is named.
pub async fn state(serve: &Serve) -> Option<String> {
    let (unit, systemctl) = (serve.unit.as_ref()?, serve.systemctl.as_ref()?);
    let mut command = Command::new(systemctl);
    command.args(["show", "--property=ActiveState", "--value", unit]).kill_on_drop(true);
    Some(match timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) => clean(String::from_utf8_lossy(&output.stdout).trim()),
        Ok(Err(error)) => format!("{} cannot be run: {error}", systemctl.display()),
        Err(_) => "systemd does not answer".to_owned(),
    })
}
