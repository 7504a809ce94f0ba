//! Every argument list of a production host is accepted by the official program that it is for: the
//! program gets as far as the connections that it cannot make here.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::devnet::brought;
use libtest_mimic::{Completion, Trial};
use serde_json::{Map, Value, json};
use test_kit::{nix, process::Process, workspace};

use crate::{
    bench::image_environment,
    l1::L1,
    support::{Result, ensure, run},
};

/// A peer id: the secp256k1 vector of the libp2p specification.
const PEER: &str = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";
/// Its enode id.
const ENODE: &str = "7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99\
                     1b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1";
/// An L1 that does not answer.
const NOBODY: &str = "http://127.0.0.1:1/nobody";
/// A cold program on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("programs_accept_their_arguments", || match nix::is_there() {
        Ok(()) => Ok(accepted().map(|()| Completion::Completed)?),
        Err(missing) => Ok(Completion::ignored_with(missing)),
    })]
}

fn accepted() -> Result<()> {
    let work = tempfile::tempdir()?;
    run(Command::new(test_kit::program::op_devnet()).arg("build"))?;
    let l1 = L1::start(None, work.path())?;
    let ports = ports()?;
    let urls = json!({"rpc": NOBODY, "beacon": null});
    let by_option = production(work.path(), &l1, &ports, &urls, &json!({}))?;
    ensure(by_option.len() == 8, || format!("{} services", by_option.len()))?;
    for (name, service) in &by_option {
        accept(name, service).map_err(|error| format!("{name}: {error}"))?;
    }
    let url = work.path().join("l1-url");
    fs::write(&url, NOBODY)?;
    let files = json!({"rpc": null, "rpcFile": url, "beacon": null, "beaconFile": url});
    let by_file = production(work.path(), &l1, &ports, &files, &json!({}))?;
    for (name, service) in by_file.iter().filter(|(name, service)| by_option[*name] != **service) {
        accept(name, service).map_err(|error| format!("{name}, L1 by files: {error}"))?;
    }
    let folder = work.path().join("prestates");
    let former = json!({"gameType": 8, "gameTypes": [1, 8], "prestate": null, "prestates": folder});
    let mut services = production(work.path(), &l1, &ports, &urls, &former)?;
    let challenger = services.get_mut("challenger").ok_or("no challenger")?;
    // op-challenger before v1.9.4 wants one for permissioned games, and reads none.
    challenger["args"].as_array_mut().ok_or("no args")?.push(json!("--cannon-prestate=none"));
    accept("challenger", challenger).map_err(|error| format!("former games: {error}"))?;
    let Some(op_reth) = brought("op-reth") else {
        println!("  no op-reth in OP_DEVNET_BIN_DIR: what fills its history was not run");
        return Ok(());
    };
    let open = json!({"engine": "reth", "gameType": 8});
    let services = production(work.path(), &l1, &ports, &urls, &open)?;
    // Each time before a start: what is done is not done again, and is no failure.
    let engine = &services["follower-one-engine"];
    ensure(engine["init"].as_array().is_some_and(|all| all.len() == 5), || engine.to_string())?;
    for _ in 0..2 {
        initialise(&op_reth, engine)?;
    }
    println!("  follower-one-engine: op-reth accepts what fills its history");
    Ok(())
}

/// Runs what a service's data need before a start, as its runners do.
fn initialise(program: &Path, service: &Value) -> Result<()> {
    let Some(folder) = service["dataDir"].as_str().map(Path::new) else { return Ok(()) };
    fs::create_dir_all(folder)?;
    let path = |value: &Value| value.as_str().map(|path| folder.join(path));
    for command in service["init"].as_array().into_iter().flatten() {
        if path(&command["done"]).is_some_and(|done| done.exists()) {
            continue;
        }
        run(Command::new(program).args(texts(&command["args"])))?;
        if let Some(place) = path(&command["makes"]) {
            let made = folder.join(".initialising").join(place.strip_prefix(folder)?);
            fs::create_dir_all(place.parent().ok_or("no folder")?)?;
            fs::rename(made, place)?;
        }
    }
    Ok(())
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The services of nix/stack for a host with a follower, whose files are in `folder`, and whose L1
/// does not answer.
fn production(
    folder: &Path,
    l1: &L1,
    ports: &Value,
    endpoints: &Value,
    more: &Value,
) -> Result<Map<String, Value>> {
    let chain = folder.join("chain");
    let parameters = json!({
        "l1": {
            "beaconFallbacks": ["http://127.0.0.1:2"],
            "rateLimit": 10, "maxBatchSize": 10, "chainId": l1.config["l1"]["chainId"],
            "chainConfig": chain.join("l1-chain-config.json"),
        },
        "chain": {
            "genesis": chain.join("genesis.json"), "rollup": chain.join("rollup.json"),
            "l2ChainId": l1.config["chain"]["l2ChainId"],
        },
        "disputeGameFactory": l1.config["chain"]["disputeGameFactory"],
        "proposer": l1.chain["proposer"],
        "honestActors": [l1.chain["proposer"], l1.chain["challenger"]],
        // op-challenger before v1.9.4 wants one, and reads none for permissioned games.
        "prestate": "none",
        "p2p": {
            "advertiseIp": "127.0.0.1", "bootnodes": [],
            "staticPeers": [], "sequencer": format!("/ip4/127.0.0.1/tcp/9222/p2p/{}", PEER),
            "sequencerEngine": format!("enode://{ENODE}@127.0.0.1:30303"),
            "engineIdentity": folder.join("keys/p2p-sequencer-node.key"),
        },
        "followers": ["one"],
        "engine": "geth",
        "stateDir": folder.join("state"),
        "ports": ports,
    });
    let file = workspace().join("nix/stack/production.nix").canonicalize()?;
    let expression = format!(
        "let given = builtins.fromJSON ''{parameters}'' // builtins.fromJSON ''{more}''; in import {} (given // {{
  key = name: \"{keys}/${{name}}.key\";
  identity = name: \"{keys}/p2p-sequencer-node.key\";
  p2p = given.p2p // {{ listenIp = _name: \"127.0.0.1\"; }};
  jwt = _engine: \"{keys}/sequencer-engine.jwt\";
  l1 = given.l1 // builtins.fromJSON ''{endpoints}'';
  ports = given.ports // {{ follower = _name: given.ports.follower; }};
}})",
        file.display(),
        keys = folder.join("keys").display(),
    );
    let evaluated = nix::expression(&expression, &[])?;
    Ok(evaluated["services"].as_object().ok_or("no services")?.clone())
}

/// Free ports in the place of the fixed ones.
fn ports() -> Result<Value> {
    let mut kept = Vec::new();
    let mut service = |names: &[&str]| -> Result<Value> {
        let mut ports = BTreeMap::new();
        for name in names {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            ports.insert(*name, listener.local_addr()?.port());
            kept.push(listener);
        }
        Ok(json!(ports))
    };
    let mut pair = || -> Result<Value> {
        Ok(json!({
            "engine": service(&["http", "authrpc", "metrics", "p2p"])?,
            "node": service(&["rpc", "metrics", "p2p"])?,
        }))
    };
    Ok(json!({
        "sequencer": pair()?,
        "follower": pair()?,
        "batcher": service(&["rpc", "metrics"])?,
        "proposer": service(&["rpc", "metrics"])?,
        "challenger": service(&["metrics"])?,
        "dispute-mon": service(&["metrics"])?,
    }))
}

/// Starts a service's program, after its initialisation, until it says how far it came.
fn accept(name: &str, service: &Value) -> Result<()> {
    let component = service["component"].as_str().ok_or("no component")?;
    let program = test_kit::components().join("bin").join(component);
    for (path, text) in service["files"].as_object().into_iter().flatten() {
        fs::write(path, text.as_str().unwrap_or_default())?;
    }
    initialise(&program, service)?;
    let mut command = Command::new(&program);
    command.args(texts(&service["args"]));
    command.envs(image_environment(
        component,
        &test_kit::components().join("bin").display().to_string(),
    ));
    for (variable, file) in service["credentials"].as_object().into_iter().flatten() {
        let key = fs::read_to_string(file.as_str().ok_or("no key file")?)?;
        command.env(variable, key.trim());
    }
    // op-geth connects to nobody; the others say either, by what of L1 and L2 they ask first.
    let far: &[&str] = match component {
        "op-geth" => &["HTTP server started"],
        _ => &["connection refused", "failed to dial"],
    };
    let said = Running::start(command)?.until(far)?;
    for complaint in ["Incorrect Usage", "flag provided but not defined", "invalid value"] {
        ensure(!said.contains(complaint), || said.clone())?;
    }
    // By flag or by variable, it is the L1 that was meant.
    ensure(component == "op-geth" || said.contains(NOBODY), || said)?;
    println!("  {name}: {component} accepts its arguments");
    Ok(())
}

/// A program that is ended with its value.
struct Running {
    process: Process,
    log: tempfile::NamedTempFile,
}

impl Running {
    fn start(mut command: Command) -> Result<Self> {
        let log = tempfile::NamedTempFile::new()?;
        let to_log = || fs::OpenOptions::new().append(true).open(log.path());
        command.stdin(Stdio::null()).stdout(to_log()?).stderr(to_log()?);
        let process = Process::spawn(&mut command)?;
        Ok(Self { process, log })
    }

    /// Everything it said, once that contains one of the texts.
    fn until(mut self, texts: &[&str]) -> Result<String> {
        let begin = Instant::now();
        loop {
            let ended = self.process.try_wait()?;
            let said = fs::read_to_string(self.log.path())?;
            if texts.iter().any(|text| said.contains(text)) {
                return Ok(said);
            }
            ensure(ended.is_none(), || format!("it ended with {ended:?}:\n{said}"))?;
            ensure(begin.elapsed() < PATIENCE, || format!("it does not come as far: {said}"))?;
            sleep(Duration::from_millis(50));
        }
    }
}
