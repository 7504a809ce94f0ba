//! An anvil, accounts, `ec-observe` as a child process, and a proxy that loses things.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use alloy_primitives::{Address, U64, U256};
use alloy_sol_types::SolEvent;
use eth_rpc::{Rpc, key::SecretKey, transaction::Log};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{
    Run,
    process::{Process, free_address},
};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const EC_OBSERVE: &str = env!("CARGO_BIN_EXE_ec-observe");
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// A line of an archive.
pub(crate) fn line(stream: &str, epoch: u64, sequence: u64) -> String {
    json!({
        "stream": stream, "epoch": epoch, "seq": sequence, "unixMs": 1_767_225_600_000 + epoch,
        "chunkHash": format!("chunk {epoch} {sequence}"), "locator": format!("moq://{epoch}"),
    })
    .to_string()
}

/// anvil, or why there is none.
pub(crate) fn anvil() -> std::result::Result<PathBuf, String> {
    let bin = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
    let anvil = test_kit::components().join(bin);
    let there = anvil.is_file();
    there.then(|| anvil.clone()).ok_or(format!("no {}: run `cargo devnet build`", anvil.display()))
}

/// A folder, a chain, and accounts by name.
pub(crate) struct World {
    dir: TempDir,
    _anvil: Process,
    pub(crate) url: String,
    rpc: Rpc,
}

impl World {
    pub(crate) fn new(anvil: &Path) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let address = free_address();
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let mut command = Command::new(anvil);
        command.args(["--host", &host, "--port", &port]);
        let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let anvil = Process::spawn(silent)?;
        let url = format!("http://{address}");
        let rpc = Rpc::new(&url, Duration::from_secs(10))?;
        let world = Self { dir, _anvil: anvil, url, rpc };
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = world.ask::<IgnoredAny>("eth_chainId", &json!([])) {
            ensure(Instant::now() < deadline, || error.to_string())?;
            sleep(Duration::from_millis(50));
        }
        Ok(world)
    }

    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(self.rpc.request(method, params))?)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.path(name), text)?)
    }

    pub(crate) fn read(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.path(name))?)
    }

    pub(crate) fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// The key of an account, made when it is first asked for.
    pub(crate) fn key(&self, account: &str) -> Result<SecretKey> {
        let path = self.path(&format!("{account}.key"));
        if !path.exists() {
            fs::write(&path, SecretKey::generate()?.to_hex().as_bytes())?;
        }
        Ok(SecretKey::from_file(&path)?)
    }

    pub(crate) fn address(&self, account: &str) -> Result<String> {
        Ok(self.key(account)?.address().to_string())
    }

    pub(crate) fn fund(&self, account: &str) -> Result<()> {
        let address: Address = self.key(account)?.address();
        self.ask::<IgnoredAny>("anvil_setBalance", &json!([address, U256::from(10_u128.pow(20))]))?;
        Ok(())
    }

    pub(crate) fn nonce(&self, account: &str) -> Result<u64> {
        let address = self.key(account)?.address();
        Ok(self.ask::<U64>("eth_getTransactionCount", &json!([address, "latest"]))?.to())
    }

    /// Whether each transaction gets a block of its own at once.
    pub(crate) fn automine(&self, on: bool) -> Result<()> {
        self.ask::<IgnoredAny>("evm_setAutomine", &json!([on]))?;
        Ok(())
    }

    pub(crate) fn mine(&self) -> Result<()> {
        self.ask::<IgnoredAny>("evm_mine", &json!([]))?;
        Ok(())
    }

    /// The transactions that wait.
    pub(crate) fn pool(&self) -> Result<Vec<Value>> {
        let content: Value = self.ask("txpool_content", &json!([]))?;
        let by_account = content["pending"].as_object().into_iter().flatten();
        let by_nonce = by_account.filter_map(|(_, all)| all.as_object()).flatten();
        Ok(by_nonce.map(|(_, transaction)| transaction.clone()).collect())
    }

    /// Events of a kind that the ledger logged.
    pub(crate) fn logged<E: SolEvent>(&self) -> Result<Vec<E>> {
        let deployment: Value = serde_json::from_str(&self.read("deployment.json")?)?;
        let filter = json!([{"address": deployment["ledger"], "fromBlock": "0x0", "topics": [E::SIGNATURE_HASH]}]);
        let logs: Vec<Log> = self.ask("eth_getLogs", &filter)?;
        let read = logs.iter().map(|log| E::decode_raw_log(log.topics.iter().copied(), &log.data));
        Ok(read.collect::<std::result::Result<_, _>>()?)
    }

    /// Waits until something is so.
    pub(crate) fn until(what: &str, mut is: impl FnMut() -> Result<bool>) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !is()? {
            ensure(Instant::now() < deadline, || format!("{what}: not after {PATIENCE:?}"))?;
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Deploys by an account named owner, for these witnesses, who get what they need.
    pub(crate) fn deploy(&self, witnesses: &[&str], quorum: u32) -> Result<()> {
        self.deploy_by("owner", witnesses, quorum)
    }

    pub(crate) fn deploy_by(&self, owner: &str, witnesses: &[&str], quorum: u32) -> Result<()> {
        self.fund(owner)?;
        self.remove("deployment.json");
        let quorum = quorum.to_string();
        let mut args =
            ["deploy", "--change-delay", "0", "--quorum", &quorum].map(str::to_owned).to_vec();
        for witness in witnesses {
            self.fund(witness)?;
            args.extend(["--witness".to_owned(), self.address(witness)?]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.run_at(&self.url, &args, owner)?.exits(0)?;
        Ok(())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(EC_OBSERVE);
        command.args(args).current_dir(&self.dir).env("XDG_STATE_HOME", self.path("state"));
        command.stdin(Stdio::null()).env_remove("EC_OBSERVE_RPC");
        command
    }

    fn at(&self, url: &str, args: &[&str], account: &str) -> Result<Command> {
        self.key(account)?;
        let mut command = self.command(args);
        command.args(["--key-file", &format!("{account}.key")]).env("EC_OBSERVE_RPC", url);
        Ok(command)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// As an account, at a URL.
    pub(crate) fn run_at(&self, url: &str, args: &[&str], account: &str) -> Result<Run> {
        Ok(Run::of(&mut self.at(url, args, account)?))
    }

    /// As an account, at a URL, with the ledger.
    pub(crate) fn run_with(&self, url: &str, args: &[&str], account: &str) -> Result<Run> {
        Ok(Run::of(self.at(url, args, account)?.args(["--ledger", "deployment.json"])))
    }

    pub(crate) fn on_chain(&self, args: &[&str], account: &str) -> Result<Run> {
        self.run_with(&self.url, args, account)
    }

    pub(crate) fn status(&self, args: &[&str]) -> Result<Value> {
        let args = [&["status", "--json", "--rpc", &self.url, "--ledger", "deployment.json"], args]
            .concat();
        let run = self.run(&args);
        run.exits(0)?;
        Ok(run.json())
    }

    /// A command that only reads.
    pub(crate) fn show(&self, args: &[&str]) -> Run {
        self.run(&[args, &["--rpc", &self.url, "--ledger", "deployment.json"]].concat())
    }

    /// Without an account.
    pub(crate) fn spawn_alone(&self, args: &[&str]) -> Result<Running> {
        Running::of(&mut self.command(args))
    }

    pub(crate) fn spawn(&self, args: &[&str], account: &str) -> Result<Running> {
        let mut command = self.at(&self.url, args, account)?;
        Running::of(command.args(["--ledger", "deployment.json"]))
    }

    /// With what it says in a file.
    pub(crate) fn spawn_saying(&self, args: &[&str], account: &str, file: &str) -> Result<Running> {
        let mut command = self.at(&self.url, args, account)?;
        command.args(["--ledger", "deployment.json"]).stdout(Stdio::null());
        Ok(Running(Process::spawn(command.stderr(fs::File::create(self.path(file))?))?))
    }

    /// At another URL; whatever takes a ledger gets it.
    pub(crate) fn spawn_at(&self, url: &str, args: &[&str], account: &str) -> Result<Running> {
        let mut command = self.at(url, args, account)?;
        if args[0] != "deploy" {
            command.args(["--ledger", "deployment.json"]);
        }
        Running::of(&mut command)
    }
}

/// A run that has not ended; ended when it is dropped.
pub(crate) struct Running(Process);

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its exit code.
    pub(crate) fn code(&mut self) -> Result<Option<i32>> {
        Ok(self.0.wait()?.code())
    }

    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    fn of(command: &mut Command) -> Result<Self> {
        Ok(Self(Process::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))?))
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// The exit code after SIGTERM.
    pub(crate) fn terminate(&mut self) -> Result<Option<i32>> {
        Command::new("kill").arg(self.0.id().to_string()).status()?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status.code());
            }
            ensure(Instant::now() < deadline, || "it does not end".to_owned())?;
            sleep(Duration::from_millis(20));
        }
    }
}

/// What becomes of one transaction on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The node never gets it, nobody answers.
    Lose,
    /// The node gets it, nobody answers.
    Silence,
    /// The node gets it, the connection breaks.
    Cut,
    /// The node never gets it, and says so: this one and the next one.
    Refuse,
    /// Nothing. Logs of more than three blocks are not given at once.
    Ranges,
}

/// Between `ec-observe` and the node.
pub(crate) struct Proxy {
    pub(crate) url: String,
    seen: Arc<AtomicU64>,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
    at: u64,
}

impl Proxy {
    /// Passes everything on.
    pub(crate) fn transparent(node: &str) -> Result<Self> {
        Self::start(node, Mode::Ranges, u64::MAX)
    }

    /// The requests with transactions, as they came.
    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.lock().unwrap().clone()
    }

    /// Does that to the transaction of that number, from one on, and passes everything else on.
    pub(crate) fn start(node: &str, mode: Mode, at: u64) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let node = node.trim_start_matches("http://").to_owned();
        let seen = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&seen);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&sent);
        // Ends with the process; it holds nothing.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (node, count, record) = (node.clone(), Arc::clone(&count), Arc::clone(&record));
                thread::spawn(move || serve(client, &node, mode, at, &count, &record));
            }
        });
        Ok(Self { url, seen, sent, at })
    }

    /// Waits for that transaction.
    pub(crate) fn wait(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.seen.load(Ordering::SeqCst) < self.at {
            ensure(Instant::now() < deadline, || "no transaction came".to_owned())?;
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

fn serve(
    mut client: TcpStream,
    node: &str,
    mode: Mode,
    at: u64,
    count: &AtomicU64,
    record: &Mutex<Vec<Vec<u8>>>,
) {
    let Some(request) = request(&mut client) else { return };
    if mode == Mode::Ranges && asks_too_far(&request) {
        refuse(&mut client, "at most 3 blocks");
        return;
    }
    let sends = request.windows(22).any(|window| window == b"eth_sendRawTransaction");
    if sends {
        record.lock().unwrap().push(request.clone());
    }
    let number = if sends { count.load(Ordering::SeqCst) + 1 } else { 0 };
    if sends && mode == Mode::Refuse && (at..at + 2).contains(&number) {
        count.fetch_add(1, Ordering::SeqCst);
        refuse(&mut client, "no room");
        return;
    }
    if !sends || number != at {
        if let Some(answer) = ask(node, &request) {
            let _ = client.write_all(&answer);
        }
        count.fetch_add(sends.into(), Ordering::SeqCst);
        return;
    }
    if mode != Mode::Lose {
        let _ = ask(node, &request);
    }
    count.fetch_add(1, Ordering::SeqCst);
    if mode != Mode::Cut {
        // Until the client is gone.
        let _ = client.read(&mut [0]);
    }
}

fn refuse(client: &mut TcpStream, message: &str) {
    let error = json!([{"jsonrpc": "2.0", "id": 0, "error": {"code": -32000, "message": message}}]);
    let body = error.to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = client.write_all(format!("{head}{body}").as_bytes());
}

/// Whether it asks for the logs of more than three blocks.
fn asks_too_far(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let calls: Value = serde_json::from_str(body).unwrap_or_default();
    calls.as_array().into_iter().flatten().filter(|call| call["method"] == "eth_getLogs").any(
        |call| {
            let block = |name: &str| {
                serde_json::from_value::<U64>(call["params"][0][name].clone()).unwrap()
            };
            block("toBlock").saturating_sub(block("fromBlock")) > U64::from(2)
        },
    )
}

fn request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 1 << 12];
    loop {
        let count = client.read(&mut buffer).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_ascii_lowercase();
        let length = length.split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
        if body.len() >= length {
            return Some(request);
        }
    }
}

fn ask(node: &str, request: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(node).ok()?;
    // So that the answer has an end.
    let request = String::from_utf8_lossy(request).replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(answer)
}
