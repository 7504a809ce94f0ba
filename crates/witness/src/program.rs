//! Whether the unit that signs runs.

use std::{path::Path, time::Duration};

use op_util::foreign::clean;
use tokio::{process::Command, time::timeout};

use crate::config::Serve;

const PATIENCE: Duration = Duration::from_secs(5);

/// systemd's word for the unit's state; `None` where no unit is named. The error is that nobody can tell.
pub async fn state(serve: &Serve, systemctl: &Path) -> Option<Result<String, String>> {
    let unit = serve.unit.as_ref()?;
    let mut command = Command::new(systemctl);
    command.args(["show", "--property=ActiveState", "--value", unit]).kill_on_drop(true);
    Some(match timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) if output.status.success() => {
            Ok(clean(String::from_utf8_lossy(&output.stdout).trim()))
        }
        Ok(Ok(output)) => Err(format!("{}: {}", systemctl.display(), output.status)),
        Ok(Err(error)) => Err(format!("{} cannot be run: {error}", systemctl.display())),
        Err(_) => Err("systemd does not answer".to_owned()),
    })
}
