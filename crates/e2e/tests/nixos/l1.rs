//! An L1 with the contracts of a chain.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Pid;
use serde_json::Value;

use crate::{
    host::Host,
    support::{Result, ensure, run},
};

/// An account without a role, as the services send with theirs.
pub(crate) const NOBODY: &str = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";

const PATIENCE: Duration = Duration::from_mins(5);

/// The devnet's L1 with its contracts; ended with its value.
pub(crate) struct L1 {
    process: Child,
    folder: PathBuf,
    /// op-warden's configuration of that devnet.
    pub(crate) config: Value,
    /// Its contracts and roles.
    pub(crate) chain: Value,
}

impl L1 {
    /// Brings it up, in the host's network if there is one, with its files in `folder`.
    pub(crate) fn start(host: Option<&Host>, folder: &Path) -> Result<Self> {
        let op_devnet = test_kit::program::op_devnet();
        let mut command = match host {
            Some(host) => {
                let mut nsenter = Command::new("nsenter");
                nsenter.args(["--net", "--target", host.pid()]).arg(op_devnet);
                nsenter
            }
            None => Command::new(op_devnet),
        };
        let log = tempfile::NamedTempFile::new()?;
        let process = command
            .args(["up", "--l1-only", "--dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stderr(log.reopen()?)
            .spawn()?;
        let mut l1 =
            Self { process, folder: folder.to_owned(), config: Value::Null, chain: Value::Null };
        l1.wait(log.path())?;
        l1.config = l1.read("op-warden.json")?;
        l1.chain = l1.read("chain/chain.json")?;
        Ok(l1)
    }

    fn wait(&mut self, log: &Path) -> Result<()> {
        let begin = Instant::now();
        loop {
            let said = fs::read_to_string(log)?;
            if said.contains("the L1 is up") {
                return Ok(());
            }
            let ended = self.process.try_wait()?;
            ensure(ended.is_none() && begin.elapsed() < PATIENCE, || said)?;
            sleep(Duration::from_millis(50));
        }
    }

    fn read(&self, file: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&fs::read(self.folder.join(file))?)?)
    }

    /// The folder with the chain's files.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.join("chain")
    }

    /// The key file of a role, or of a node's P2P identity.
    pub(crate) fn key_file(&self, name: &str) -> PathBuf {
        self.folder.join("keys").join(name).with_extension("key")
    }

    /// A key in hex.
    pub(crate) fn key(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.key_file(name))?.trim().to_owned())
    }

    /// Sends a transaction of one of anvil's accounts, in the words of `cast send`.
    pub(crate) fn send(&self, host: &Host, words: &[&str]) -> Result<String> {
        cast(host, &[&["send", "--rpc-url", self.rpc(), "--unlocked"], words].concat())
    }

    /// anvil's process.
    pub(crate) fn pid(&self) -> Result<Pid> {
        let status = self.read("status.json")?;
        let pid = status["services"]["l1"]["pid"].as_i64();
        pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?))
            .ok_or_else(|| format!("no pid of the L1: {status}").into())
    }

    /// JSON-RPC.
    pub(crate) fn rpc(&self) -> &str {
        self.config["l1"]["rpc"].as_str().unwrap_or_default()
    }
}

impl Drop for L1 {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        // It ends anvil along with itself.
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.process.wait();
        }
    }
}

/// Runs cast in the host's network.
pub(crate) fn cast(host: &Host, words: &[&str]) -> Result<String> {
    let cast = "node_modules/@foundry-rs/cast-linux-amd64/bin/cast";
    run(Command::new("nsenter")
        .args(["--net", "--target", host.pid()])
        .arg(test_kit::components().join(cast))
        .args(words))
}
