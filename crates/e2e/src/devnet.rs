//! A devnet as a child process, and what it may leave behind.

use std::{
    env, fs,
    os::unix::ffi::OsStrExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use test_kit::{Run, program::op_devnet};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// For a chain to come up, or to change as expected.
const PATIENCE: Duration = Duration::from_mins(2);

/// What this machine lacks, when the programs are neither given nor to be built.
pub(crate) fn missing_tools() -> Option<String> {
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

pub(crate) fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// A devnet that is stopped when it is dropped, however the test ends.
pub(crate) struct Devnet {
    dir: TempDir,
    /// What `op-devnet up` is told beside the folder.
    args: &'static [&'static str],
    supervisor: Child,
}

impl Devnet {
    /// Brings one up and waits until all services run.
    pub(crate) fn up() -> Result<Self> {
        Self::up_with(&[])
    }

    /// Brings one up that is told more.
    pub(crate) fn up_with(args: &'static [&'static str]) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let supervisor = spawn(dir.path(), args)?;
        let devnet = Self { dir, args, supervisor };
        devnet.wait("all services", all_running)?;
        Ok(devnet)
    }

    /// Starts the supervisor again.
    pub(crate) fn start(&mut self) -> Result<()> {
        self.supervisor = spawn(self.dir.path(), self.args)?;
        self.wait("all services", all_running)?;
        Ok(())
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.supervisor.id()
    }

    /// `op-devnet status --json`.
    pub(crate) fn status(&self) -> Result<Value> {
        let run =
            Run::of(Command::new(op_devnet()).args(["status", "--json", "--dir"]).arg(self.dir()));
        serde_json::from_str(&run.stdout).map_err(|_| run.to_string().into())
    }

    /// Waits until the status is as expected.
    pub(crate) fn wait(&self, what: &str, expected: impl Fn(&Value) -> bool) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.status();
            match status {
                Ok(status) if expected(&status) => return Ok(status),
                _ if Instant::now() > deadline => {
                    let table = Run::of(
                        Command::new(op_devnet()).args(["status", "--dir"]).arg(self.dir()),
                    );
                    return Err(format!("waited in vain for {what}: {table}").into());
                }
                _ => sleep(Duration::from_millis(200)),
            }
        }
    }

    /// The hash of a block of the sequencer, read with op-warden's peer: plain JSON-RPC.
    pub(crate) fn block_hash(&self, number: u64) -> Result<String> {
        let status = self.status()?;
        let url = status["board"]["endpoints"]["sequencer-engine"].as_str().ok_or("no endpoint")?;
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["{number:#x}",false]}}"#
        );
        let answer = post(url, &body)?;
        let answer: Value = serde_json::from_str(&answer)?;
        Ok(answer["result"]["hash"]
            .as_str()
            .ok_or_else(|| format!("no block {number}: {answer}"))?
            .to_owned())
    }

    pub(crate) fn kill_supervisor(&mut self) -> Result<()> {
        self.supervisor.kill()?;
        self.supervisor.wait()?;
        Ok(())
    }

    /// Stops it with `op-devnet down` and looks for leftovers.
    pub(crate) fn down(&self) -> Result<()> {
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

fn spawn(dir: &Path, args: &[&str]) -> Result<Child> {
    let log = fs::File::create(dir.with_extension("log"))?;
    Ok(Command::new(op_devnet())
        .args(["up", "--dir"])
        .arg(dir)
        .args(args)
        .stdin(Stdio::null())
        .stderr(log)
        .spawn()?)
}

pub(crate) fn all_running(status: &Value) -> bool {
    let services = status["board"]["services"].as_object();
    // The L1 alone is on the board first.
    services.is_some_and(|services| {
        services.len() > 8 && services.values().all(|service| service["phase"] == "running")
    })
}

/// The sequencer's unsafe head.
pub(crate) fn unsafe_head(status: &Value) -> Option<u64> {
    status["heads"]["sequencer-node"]["unsafe_l2"]["number"].as_u64()
}

pub(crate) fn kill(pid: u64) -> Result<()> {
    let status =
        Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status()?;
    ensure(status.success(), || format!("cannot kill {pid}"))
}

pub(crate) fn command_line(pid: u64) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// The processes that a devnet in `dir` started.
pub(crate) fn processes_of(dir: &Path) -> Vec<u64> {
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

pub(crate) fn no_process_left(dir: &Path) -> Result<()> {
    let left = processes_of(dir);
    ensure(left.is_empty(), || {
        format!("left running: {:?}", left.iter().map(|&pid| command_line(pid)).collect::<Vec<_>>())
    })
}

/// One HTTP request to a node on loopback.
fn post(url: &str, body: &str) -> Result<String> {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "POST / HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").ok_or("no HTTP answer")?.1.to_owned())
}
