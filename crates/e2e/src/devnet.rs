//! A devnet as a child process, and what it may leave behind.

use std::{
    env, fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};
use test_kit::{Run, http, program::op_devnet};

/// Any error ends a test.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// For a chain to come up, or to change as expected.
const PATIENCE: Duration = Duration::from_mins(5);

/// What this machine lacks, when the programs are neither given nor to be built.
#[must_use]
pub fn missing_tools() -> Option<String> {
    if env::var_os("OP_DEVNET_BIN_DIR").is_some() {
        return None;
    }
    let runs = |tool: &&str| {
        Command::new(tool)
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    let missing: Vec<&str> = ["go", "npm"].into_iter().filter(|tool| !runs(tool)).collect();
    (!missing.is_empty())
        .then(|| format!("no {} to build the official programs with", missing.join(" and no ")))
}

/// A program that the operator brings along.
#[must_use]
pub fn brought(program: &str) -> Option<PathBuf> {
    let folder = env::var_os("OP_DEVNET_BIN_DIR").map(PathBuf::from)?;
    Some(folder.join(program)).filter(|path| path.is_file())
}

/// Why there is no op-reth: nothing that a registry carries builds it.
#[must_use]
pub fn missing_op_reth() -> Option<String> {
    brought("op-reth").is_none().then(|| {
        "no op-reth: OP_DEVNET_BIN_DIR names the folder of one, as `podman cp` takes it from the official image"
            .to_owned()
    })
}

/// An error with this message, unless it holds.
pub fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// A devnet that is stopped when it is dropped, however the test ends.
pub struct Devnet {
    dir: TempDir,
    /// The arguments of `op-devnet up` beside the folder.
    args: &'static [&'static str],
    supervisor: Child,
    /// What the supervisor says.
    log: NamedTempFile,
}

impl Devnet {
    /// Brings one up and waits until all services run.
    pub fn up() -> Result<Self> {
        Self::up_with(&[])
    }

    /// Brings one up with more arguments.
    pub fn up_with(args: &'static [&'static str]) -> Result<Self> {
        Self::in_folder_with(tempfile::tempdir()?, args)
    }

    /// Brings the one in a folder up.
    pub fn in_folder(dir: TempDir) -> Result<Self> {
        Self::in_folder_with(dir, &[])
    }

    /// The same with more arguments.
    pub fn in_folder_with(dir: TempDir, args: &'static [&'static str]) -> Result<Self> {
        let log = NamedTempFile::new()?;
        let supervisor = spawn(dir.path(), args, log.path())?;
        let devnet = Self { dir, args, supervisor, log };
        devnet.wait("all services", |status| devnet.is_up(status))?;
        Ok(devnet)
    }

    fn is_up(&self, status: &Value) -> bool {
        if self.args.contains(&"--l1-only") {
            self.dir().join("chain/chain.json").exists()
        } else {
            all_running(status)
        }
    }

    /// Starts the supervisor again.
    pub fn start(&mut self) -> Result<()> {
        self.supervisor.wait()?;
        self.supervisor = spawn(self.dir.path(), self.args, self.log.path())?;
        self.wait("all services", all_running)?;
        Ok(())
    }

    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Of the supervisor.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.supervisor.id()
    }

    /// `op-devnet status --json`.
    pub fn status(&self) -> Result<Value> {
        let run =
            Run::of(Command::new(op_devnet()).args(["status", "--json", "--dir"]).arg(self.dir()));
        serde_json::from_str(&run.stdout).map_err(|_| run.to_string().into())
    }

    /// Waits until the status is as expected.
    pub fn wait(&self, what: &str, expected: impl Fn(&Value) -> bool) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.status();
            match status {
                Ok(status) if expected(&status) => return Ok(status),
                _ if Instant::now() > deadline => {
                    let table = Run::of(
                        Command::new(op_devnet()).args(["status", "--dir"]).arg(self.dir()),
                    );
                    let said = fs::read_to_string(self.log.path()).unwrap_or_default();
                    return Err(format!("waited in vain for {what}: {table}\n{said}").into());
                }
                _ => sleep(Duration::from_millis(200)),
            }
        }
    }

    /// The hash of a block of the sequencer, by plain JSON-RPC.
    pub fn block_hash(&self, number: u64) -> Result<String> {
        self.hash_on("sequencer-engine", number)
    }

    /// The hash of a block of the L1.
    pub fn l1_block_hash(&self, number: u64) -> Result<String> {
        self.hash_on("l1", number)
    }

    /// The hash of a block of a service.
    pub fn hash_on(&self, service: &str, number: u64) -> Result<String> {
        let status = self.status()?;
        let url = status["board"]["endpoints"][service].as_str().ok_or("no endpoint")?;
        let block =
            http::call(url, "eth_getBlockByNumber", &json!([format!("{number:#x}"), false]))?;
        let hash = block["hash"].as_str().ok_or_else(|| format!("no block {number}: {block}"))?;
        Ok(hash.to_owned())
    }

    /// Kills the supervisor alone.
    pub fn kill_supervisor(&mut self) -> Result<()> {
        self.supervisor.kill()?;
        self.supervisor.wait()?;
        Ok(())
    }

    /// Stops it with `op-devnet down` and looks for leftovers.
    pub fn down(&self) -> Result<()> {
        let run = Run::of(Command::new(op_devnet()).args(["down", "--dir"]).arg(self.dir()));
        ensure(run.code == Some(0), || run.to_string())?;
        no_process_left(self.dir())
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
        for pid in processes_of(self.dir.path()) {
            let _ = kill(pid);
        }
    }
}

fn spawn(dir: &Path, args: &[&str], log: &Path) -> Result<Child> {
    let log = fs::OpenOptions::new().append(true).open(log)?;
    Ok(Command::new(op_devnet())
        .args(["up", "--dir"])
        .arg(dir)
        .args(args)
        .stdin(Stdio::null())
        .stderr(log)
        .spawn()?)
}

/// Whether the status shows all services, and all as running.
#[must_use]
pub fn all_running(status: &Value) -> bool {
    let services = status["board"]["services"].as_object();
    services.is_some_and(|services| {
        services.len() > 8 && services.values().all(|service| service["phase"] == "running")
    })
}

/// The sequencer's unsafe head.
#[must_use]
pub fn unsafe_head(status: &Value) -> Option<u64> {
    status["heads"]["sequencer-node"]["unsafe_l2"]["number"].as_u64()
}

/// Kills a process.
pub fn kill(pid: u64) -> Result<()> {
    let status =
        Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status()?;
    ensure(status.success(), || format!("cannot kill {pid}"))
}

/// What a process was started with.
#[must_use]
pub fn command_line(pid: u64) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// The processes that a devnet in `dir` started.
#[must_use]
pub fn processes_of(dir: &Path) -> Vec<u64> {
    let Ok(dir) = dir.canonicalize() else { return Vec::new() };
    let mark = [b"OP_DEVNET_HOME=", dir.as_os_str().as_bytes()].concat();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid: &u64| {
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
                environment.split(|&byte| byte == 0).any(|variable| variable == mark)
            })
        })
        .collect()
}

/// An error that names the processes that a devnet in `dir` left behind.
pub fn no_process_left(dir: &Path) -> Result<()> {
    let left = processes_of(dir);
    ensure(left.is_empty(), || {
        format!("left running: {:?}", left.iter().map(|&pid| command_line(pid)).collect::<Vec<_>>())
    })
}
