//! A real Alertmanager.

use std::{
    fs,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use test_kit::process::{Process, free_address};

use crate::support::{Result, run};

/// For it to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// It ends with this, and its storage with it.
pub(crate) struct Alertmanager {
    _process: Process,
    url: String,
    _dir: TempDir,
}

impl Alertmanager {
    /// On loopback, with a configuration that amtool takes.
    pub(crate) fn start(configuration: &Value) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("alertmanager.yml");
        // JSON is YAML.
        fs::write(&file, configuration.to_string())?;
        run(Command::new("amtool").arg("check-config").arg(&file))?;
        let address = free_address();
        let mut command = Command::new("prometheus-alertmanager");
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", dir.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Process::spawn(&mut command)?;
        let alertmanager = Self { _process: process, url: format!("http://{address}"), _dir: dir };
        let begin = Instant::now();
        loop {
            match alertmanager.amtool(&["alert", "query"]) {
                Ok(_) => return Ok(alertmanager),
                Err(error) if begin.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(Duration::from_millis(200)),
            }
        }
    }

    /// What amtool says of it.
    pub(crate) fn amtool(&self, args: &[&str]) -> Result<String> {
        let url = format!("--alertmanager.url={}", self.url);
        run(Command::new("amtool").arg(url).args(args))
    }
}
