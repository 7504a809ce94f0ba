//! op-warden killed at any moment: nothing is lost, nothing is made up.

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use op_status::condition::Name;
use serde_json::{Value, json};
use tempfile::TempDir;

use e2e::{
    devnet::{Devnet, Result, ensure},
    random::Random,
};

use crate::{
    warden::{LOOK, Warden},
    world::World,
};

/// How often it is killed.
const KILLS: u32 = 100;
/// Between two saves of the state.
const SAVE: Duration = Duration::from_secs(10);
/// For the service to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A health service of its own beside that of the devnet.
struct Service {
    program: PathBuf,
    dir: TempDir,
    warden: Warden,
}

/// It ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kills it a hundred times, then breaks its state.
pub(crate) fn run() -> Result<()> {
    let mut random = Random::from_environment("HEALTH_SEED")?;
    let world = World::new(Devnet::up()?)?;
    world.warden.wait_ready(&[], |_| {})?;
    let service = Service::new(&world)?;
    let running = service.start()?;
    service.wait_answer()?;
    service.warden.wait_ready(&[], |_| {})?;
    world.wait("the state holds polls", |_| Ok(polls(&service.state()?) > 0))?;
    drop(running);
    let mut state = service.state()?;
    let before = polls(&state);
    for kill in 0..KILLS {
        let running = service.start()?;
        match kill % 10 {
            // When it watches again all that it watched before.
            0 => {
                service.wait_answer()?;
                sleep(Duration::from_millis(random.below(3_000)));
            }
            // Around the second write, which holds what was seen since the start.
            1 if kill % 20 == 1 => sleep(SAVE + Duration::from_millis(random.below(500))),
            // While it reads and first writes its state.
            1..=3 => sleep(Duration::from_millis(random.below(60))),
            _ => sleep(Duration::from_millis(random.below(1_000))),
        }
        drop(running);
        let after = service.state()?;
        goes_on(&state, &after).map_err(|error| format!("kill {kill}: {error}"))?;
        state = after;
    }
    ensure(polls(&state) > before, || "no poll was saved in between".to_owned())?;
    let files = service.files()?;
    // What the last one was writing goes with the next write.
    let known = |file: &str| {
        ["log", "op-warden.json", "state.json"].contains(&file) || file.starts_with(".state.json.")
    };
    ensure(files.len() <= 4 && files.iter().all(|file| known(file)), || {
        format!("left: {files:?}")
    })?;
    let running = service.start()?;
    service.is_right(&world)?;
    drop(running);
    println!(
        "    killed {KILLS} times; its state counts {} starts, {} polls, {} bytes",
        state["counters"]["starts"],
        polls(&state),
        state.to_string().len()
    );
    broken(&service, &world)?;
    world.devnet.down()
}

/// A state that cannot be used is set aside, reported, and begun anew.
fn broken(service: &Service, world: &World) -> Result<()> {
    let whole = fs::read(service.path("state.json"))?;
    for broken in [b"".as_slice(), b"\xff\0{", b"{}", &whole[..whole.len() / 2]] {
        fs::write(service.path("state.json"), broken)?;
        fs::write(service.path("log"), "")?;
        let _running = service.start()?;
        service.is_right(world)?;
        let aside = fs::read(service.path("state.unusable.json"))?;
        ensure(aside == broken, || "another file was set aside".to_owned())?;
        let log = fs::read_to_string(service.path("log"))?;
        ensure(log.contains("cannot be used") && log.contains("state.unusable.json"), || log)?;
    }
    Ok(())
}

impl Service {
    /// With the devnet's configuration.
    fn new(world: &World) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let config = fs::read(world.file("op-warden.json"))?;
        let mut config: Value = serde_json::from_slice(&config)?;
        config["serve"]["listen"] = json!(address);
        config["serve"]["state"] = json!(dir.path().join("state.json"));
        fs::write(dir.path().join("op-warden.json"), config.to_string())?;
        let program = fs::read_link(format!("/proc/{}/exe", world.pid("op-warden")?))?;
        Ok(Self { program, dir, warden: Warden { url: format!("http://{address}") } })
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn start(&self) -> Result<Running> {
        let log = fs::File::options().create(true).append(true).open(self.path("log"))?;
        let process = Command::new(&self.program)
            .args(["serve", "--config"])
            .arg(self.path("op-warden.json"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Running(process))
    }

    fn wait_answer(&self) -> Result<()> {
        let begin = Instant::now();
        while self.warden.status().is_err() {
            ensure(begin.elapsed() < PATIENCE, || "op-warden does not answer".to_owned())?;
            sleep(LOOK);
        }
        Ok(())
    }

    /// It says of the chain what is right, and of the past nothing that did not happen: nothing that the
    /// devnet's own op-warden, which was never killed, has not seen.
    fn is_right(&self, world: &World) -> Result<()> {
        self.wait_answer()?;
        self.warden.wait_ready(&[], |_| {})?;
        let status = self.warden.status()?;
        let follower = status.nodes.get("follower-1-node").ok_or("no follower")?;
        for verdict in [&follower.unsafe_verdict, &follower.safe_verdict] {
            let name = verdict.as_ref().map(op_prove::compare::Verdict::name);
            ensure(matches!(name, Some("equal" | "behind")), || format!("{verdict:?}"))?;
        }
        let happened: BTreeSet<(Name, String)> = world
            .warden
            .status()?
            .events
            .into_iter()
            .map(|event| (event.condition, event.subject))
            .collect();
        for event in &status.events {
            let known = happened.contains(&(event.condition, event.subject.clone()));
            ensure(known, || format!("this did not happen: {event:?}"))?;
        }
        Ok(())
    }

    /// The state file, which is whole at any time.
    fn state(&self) -> Result<Value> {
        let text = fs::read(self.path("state.json"))?;
        Ok(serde_json::from_slice(&text).map_err(|error| format!("the state: {error}"))?)
    }

    fn files(&self) -> Result<BTreeSet<String>> {
        let names = fs::read_dir(self.dir.path())?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect()
    }
}

fn polls(state: &Value) -> u64 {
    state["counters"]["polls"].as_u64().unwrap_or_default()
}

/// What was counted stays counted, and what happened has happened.
fn goes_on(before: &Value, after: &Value) -> Result<()> {
    let counters = before["counters"].as_object().ok_or("no counters")?;
    for (name, value) in counters {
        let now = &after["counters"][name];
        ensure(now.as_u64() >= value.as_u64(), || format!("{name} fell from {value} to {now}"))?;
    }
    for list in ["history", "events"] {
        let [old, new] = [before, after].map(|state| state[list].as_array());
        let (old, new) = (old.ok_or("no list")?, new.ok_or("no list")?);
        ensure(new.starts_with(old), || format!("{list}: {old:#?} became {new:#?}"))?;
    }
    // The first state of all is saved before rollup.json is read.
    let genesis = &before["genesis"];
    ensure(genesis.is_null() || *genesis == after["genesis"], || "another chain".to_owned())
}
