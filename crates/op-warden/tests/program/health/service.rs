//! The service under test, with its configuration and its doubles.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use test_kit::{
    http,
    node::Node,
    process::{Process, free_address},
};

use super::world::{BATCHER, CHALLENGER, PROPOSER, SIGNER, Who, World};

pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// The program whose metrics are served, by service.
const PROGRAMS: [(&str, &str); 6] = [
    ("sequencer-node", "op-node"),
    ("follower-node", "op-node"),
    ("batcher", "op-batcher"),
    ("proposer", "op-proposer"),
    ("challenger", "op-challenger"),
    ("dispute-mon", "op-dispute-mon"),
];

/// `op-warden serve` before a world, ended with the test.
pub(crate) struct Service {
    pub(crate) world: Arc<World>,
    pub(crate) folder: TempDir,
    process: Process,
    address: SocketAddr,
    _nodes: Vec<Node>,
}

impl Service {
    /// Started before the right world, after `prepare`.
    pub(crate) fn start(prepare: impl FnOnce(&World, &mut Value)) -> Self {
        Self::start_in(World::new(1), prepare)
    }

    pub(crate) fn start_in(world: Arc<World>, prepare: impl FnOnce(&World, &mut Value)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let mut nodes = Vec::new();
        let mut start = |who| {
            nodes.push(world.start(who));
            nodes.last().unwrap().url()
        };
        let l1 = start(Who::L1);
        let engines = [start(Who::SequencerEngine), start(Who::FollowerEngine)];
        let rollups = [start(Who::SequencerNode), start(Who::FollowerNode)];
        let mut services = json!({});
        for (name, component) in PROGRAMS {
            let metrics = listen("metrics", &start(Who::Metrics(name)));
            let mut args = metrics;
            args.push("--metrics.enabled".to_owned());
            services[name] = json!({"gates": ["l1-chain"], "command": {"component": component}});
            if let Some(position) =
                ["sequencer-node", "follower-node"].iter().position(|node| *node == name)
            {
                args.extend(listen("rpc", &rollups[position]));
                services[name]["engineRpc"] = json!(engines[position]);
            }
            services[name]["command"]["args"] = json!(args);
        }
        services["sequencer-node"]["command"]["args"]
            .as_array_mut()
            .unwrap()
            .push(json!("--sequencer.enabled"));
        for (position, name) in ["sequencer-engine", "follower-engine"].into_iter().enumerate() {
            let mut args = listen("http", &engines[position]);
            args.push("--http".to_owned());
            services[name] = json!({
                "gates": ["l1-chain"], "command": {"component": "op-geth", "args": args},
                "dataDir": folder.path(), "minFreeBytes": 1,
            });
        }
        for (name, gate) in [("sequencer-node", "sequencer-key"), ("batcher", "batcher-key")] {
            services[name]["gates"].as_array_mut().unwrap().push(json!(gate));
            services[name]["key"] = json!("/no/such/key");
        }
        services["proposer"]["gameType"] = json!(1);
        for name in ["batcher", "proposer", "challenger"] {
            services[name]["minBalance"] = json!("1000000000000000");
        }
        let mut config = json!({
            "chain": {
                "genesis": folder.path().join("genesis.json"), "rollup": folder.path().join("rollup.json"),
                "l2ChainId": 901, "disputeGameFactory": "0x0000000000000000000000000000000000000a03",
            },
            "l1": {"rpc": l1, "chainId": 900},
            "serve": {
                "listen": address, "intervalSeconds": 600, "judgements": folder.path().join("judgements.json"),
                "pollSeconds": 1, "l1PollSeconds": 1, "state": folder.path().join("state.json"),
                "maintenance": folder.path().join("maintenance"),
                "limits": {
                    "unsafeStall": 3, "safeStall": 4, "finalizedStall": 6, "safeLag": 20, "gameAge": 10,
                    "followerLag": 3, "l1Age": 4,
                },
            },
            "services": services,
        });
        prepare(&world, &mut config);
        fs::write(folder.path().join("rollup.json"), world.rollup().to_string()).unwrap();
        fs::write(folder.path().join("op-warden.json"), config.to_string()).unwrap();
        let process = spawn(&folder);
        let service = Self { world, folder, process, address, _nodes: nodes };
        service.judge("batcher", "pass");
        service
    }

    /// Leaves judgements as `op-warden check --output` does: all pass but one.
    pub(crate) fn judge(&self, service: &str, answer: &str) {
        self.judged_ago(service, answer, 0);
    }

    /// The same, so many seconds ago.
    pub(crate) fn judged_ago(&self, service: &str, answer: &str, ago: u64) {
        let finding = |answer: &str| json!({"gate": "l1-chain", "answer": answer, "expected": "a", "found": "b", "source": "c", "mend": "d"});
        let config: Value =
            serde_json::from_slice(&fs::read(self.folder.path().join("op-warden.json")).unwrap())
                .unwrap();
        let judged: Vec<Value> = config["services"]
            .as_object()
            .unwrap()
            .keys()
            .map(|name| {
                let answer = if name == service { answer } else { "pass" };
                json!({"service": name, "answer": answer, "findings": [finding(answer)]})
            })
            .collect();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let record = json!({
            "version": 1, "judgedAt": now - ago, "services": judged,
            "accounts": {
                "batcher": BATCHER, "proposer": PROPOSER, "challenger": CHALLENGER, "sequencer-node": SIGNER,
            },
        });
        let beside = self.folder.path().join("judgements.new");
        fs::write(&beside, record.to_string()).unwrap();
        fs::rename(beside, self.folder.path().join("judgements.json")).unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.process.terminate().unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills it, and starts it again.
    pub(crate) fn kill_and_start(&mut self) {
        self.kill_and_start_with(|_| {});
    }

    /// Changes its folder while it is down.
    pub(crate) fn kill_and_start_with(&mut self, change: impl FnOnce(&Path)) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        change(self.folder.path());
        self.process = spawn(&self.folder);
    }

    pub(crate) fn get(&self, path: &str) -> Option<(u16, String)> {
        http::get(&format!("http://{}", self.address), path).ok()
    }

    pub(crate) fn status(&self) -> Option<Value> {
        let (code, body) = self.get("/status.json")?;
        (code == 200).then(|| serde_json::from_str(&body).unwrap())
    }

    /// The state of a condition, and what was found.
    pub(crate) fn condition(&self, name: &str, subject: &str) -> Option<(String, String)> {
        let status = self.status()?;
        let conditions = status["conditions"].as_array()?;
        let found = conditions
            .iter()
            .find(|condition| condition["name"] == name && condition["subject"] == subject)?;
        Some((found["state"].as_str()?.to_owned(), found["found"].as_str()?.to_owned()))
    }

    /// Waits for readiness, and says what is in its way otherwise.
    pub(crate) fn until_ready(&self, what: &str) {
        let begin = Instant::now();
        while self.get("/readyz").is_none_or(|(code, _)| code != 200) {
            assert!(begin.elapsed() < PATIENCE, "{what}: {:?}", self.get("/readyz"));
            sleep(Duration::from_millis(20));
        }
    }
}

fn spawn(folder: &TempDir) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_op-warden"));
    command.args(["serve", "--config"]).arg(folder.path().join("op-warden.json"));
    let log = File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    Process::spawn(command.stdin(Stdio::null()).stderr(log)).unwrap()
}

/// The flags that make a program listen where a double does.
fn listen(kind: &str, url: &str) -> Vec<String> {
    let (host, port) = url.strip_prefix("http://").unwrap().split_once(':').unwrap();
    vec![format!("--{kind}.addr={host}"), format!("--{kind}.port={port}")]
}
