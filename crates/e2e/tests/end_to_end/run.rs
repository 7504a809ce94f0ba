//! A folder in which a devnet runs, or does not, and what is known of its chain.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::{
    devnet::{self, Result, ensure},
    random::Random,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use test_kit::{Run, http, process::Process, program::op_devnet};

/// For a chain to come up, or to go on.
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) struct Folder {
    dir: PathBuf,
    up: Option<Process>,
    /// What must not change while there is a chain.
    known: Option<Known>,
}

struct Known {
    l1: Value,
    l2: Value,
    /// Service, number and hash of blocks that were final.
    finals: Vec<(&'static str, u64, Value)>,
}

impl Folder {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), up: None, known: None }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) const fn runs(&self) -> bool {
        self.up.is_some()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.up.as_ref().map_or(0, |up| up.id())
    }

    /// Nothing of the chain counts any more.
    pub(crate) fn forget(&mut self) {
        self.known = None;
    }

    pub(crate) fn command(&self, args: &[&str]) -> Run {
        let (command, rest) = args.split_first().unwrap_or((&"status", &[]));
        Run::of(Command::new(op_devnet()).args([command, "--dir"]).arg(&self.dir).args(rest))
    }

    /// Starts the supervisor.
    pub(crate) fn begin(&mut self) -> Result<()> {
        let said = fs::File::create(self.said())?;
        let mut command = Command::new(op_devnet());
        command.args(["up", "--dir"]).arg(&self.dir);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        self.up = Some(Process::spawn(&mut command)?);
        Ok(())
    }

    /// Beside the folder, as nothing foreign may lie in it.
    fn said(&self) -> PathBuf {
        self.dir.with_extension("said")
    }

    /// Brings it up.
    pub(crate) fn up(&mut self) -> Result<()> {
        self.begin()?;
        self.wait_up()
    }

    /// Waits until all services run.
    pub(crate) fn wait_up(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.status().is_ok_and(|status| devnet::all_running(&status)) {
            let ended = match &mut self.up {
                Some(up) => up.try_wait()?.is_some(),
                None => true,
            };
            if ended || Instant::now() > deadline {
                let said = fs::read_to_string(self.said()).unwrap_or_default();
                let status = self.command(&["status"]);
                return Err(
                    format!("it does not come up (ended: {ended}): {said}\n{status}").into()
                );
            }
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Brings it up, or hears that its chain is lost, with the way out, and takes that. Returns the word.
    pub(crate) fn up_or_word(&mut self) -> Result<String> {
        let Err(error) = self.up() else { return Ok("the same chain goes on".to_owned()) };
        let ended = self.up.as_mut().is_some_and(|up| up.try_wait().is_ok_and(|it| it.is_some()));
        let said = fs::read_to_string(self.said())?;
        ensure(ended && said.contains("op-devnet reset"), || error.to_string())?;
        self.up = None;
        self.ended_by(&["reset", "--yes"])?;
        self.forget();
        self.up()?;
        Ok(said.lines().last().unwrap_or_default().to_owned())
    }

    /// Sends the supervisor a signal, and waits for its end.
    pub(crate) fn signal(&mut self, signal: Signal) -> Result<()> {
        let Some(mut up) = self.up.take() else { return Ok(()) };
        let pid = Pid::from_raw(up.id().cast_signed()).ok_or("no pid")?;
        kill_process(pid, signal)?;
        let deadline = Instant::now() + PATIENCE;
        while up.try_wait()?.is_none() {
            ensure(Instant::now() < deadline, || format!("it does not end after {signal:?}"))?;
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Ends it by a command.
    pub(crate) fn ended_by(&mut self, command: &[&str]) -> Result<()> {
        let run = self.command(command);
        ensure(run.code == Some(0), || run.to_string())?;
        if let Some(mut up) = self.up.take() {
            up.wait()?;
        }
        Ok(())
    }

    /// Kills one of its processes; the chain must go on.
    pub(crate) fn kill_one(&mut self, random: &mut Random) -> Result<()> {
        let processes = devnet::processes_of(&self.dir);
        ensure(!processes.is_empty(), || "no process runs".to_owned())?;
        let pid = *random.pick(&processes);
        let name = devnet::command_line(pid);
        println!("    kills {}", name.split(' ').next().unwrap_or_default());
        // It may have ended meanwhile.
        let _ = devnet::kill(pid);
        self.wait_up()?;
        self.goes_on().map_err(|error| format!("after {name} was killed: {error}").into())
    }

    /// Batches come, so blocks do.
    fn goes_on(&self) -> Result<()> {
        let safe = |status: &Value| status["heads"]["sequencer-node"]["safe_l2"]["number"].as_u64();
        let deadline = Instant::now() + PATIENCE;
        let before = safe(&self.status()?);
        while safe(&self.status()?) <= before {
            ensure(Instant::now() < deadline, || format!("the safe head stays at {before:?}"))?;
            sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// The chain is the one that it was, and nothing runs where nothing should.
    pub(crate) fn check(&mut self) -> Result<()> {
        if !self.runs() {
            let deadline = Instant::now() + PATIENCE;
            while devnet::no_process_left(&self.dir).is_err() && Instant::now() < deadline {
                sleep(Duration::from_millis(50));
            }
            devnet::no_process_left(&self.dir)?;
        }
        let complete = self.dir.join("chain/chain.json").exists();
        let Some(known) = self.known.take() else {
            if complete {
                let (l1, l2) = self.genesis()?;
                self.known = Some(Known { l1, l2, finals: Vec::new() });
            }
            return self.check_running();
        };
        ensure(complete, || "the chain is gone".to_owned())?;
        let (l1, l2) = self.genesis()?;
        ensure(l1 == known.l1 && l2 == known.l2, || "it is another chain".to_owned())?;
        self.known = Some(known);
        self.check_running()
    }

    fn check_running(&mut self) -> Result<()> {
        if !self.runs() {
            return Ok(());
        }
        let Some(known) = &self.known else { return Ok(()) };
        for (service, hash) in [("l1", &known.l1), ("sequencer-engine", &known.l2)] {
            let found = self.block(service, "0x0")?["hash"].clone();
            ensure(found == *hash, || format!("block 0 of {service} is {found}, not {hash}"))?;
        }
        for (service, number, hash) in &known.finals {
            let found = self.wait_block(service, *number)?;
            ensure(found == *hash, || {
                format!("block {number} of {service} was final as {hash}, and is {found}")
            })?;
        }
        let mut finals = Vec::new();
        for service in ["l1", "sequencer-engine"] {
            let block = self.block(service, "finalized")?;
            let Some(number) = block["number"].as_str() else { continue };
            let number = u64::from_str_radix(number.trim_start_matches("0x"), 16)?;
            finals.push((service, number, block["hash"].clone()));
        }
        if let Some(known) = &mut self.known {
            known.finals = finals;
        }
        Ok(())
    }

    /// Hashes of block 0 of the L1 and of the L2.
    fn genesis(&self) -> Result<(Value, Value)> {
        let rollup: Value = serde_json::from_slice(&fs::read(self.dir.join("chain/rollup.json"))?)?;
        let genesis = &rollup["genesis"];
        Ok((genesis["l1"]["hash"].clone(), genesis["l2"]["hash"].clone()))
    }

    /// The hash of a block; an engine that was just started may have to derive it again.
    fn wait_block(&self, service: &str, number: u64) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let block = self.block(service, &format!("{number:#x}"))?;
            if !block.is_null() {
                return Ok(block["hash"].clone());
            }
            ensure(Instant::now() < deadline, || format!("{service} lost block {number}"))?;
            sleep(Duration::from_millis(200));
        }
    }

    fn block(&self, service: &str, block: &str) -> Result<Value> {
        let status = self.status()?;
        let url = status["board"]["endpoints"][service].as_str().ok_or("no endpoint")?;
        Ok(http::call(url, "eth_getBlockByNumber", &json!([block, false]))?)
    }

    fn status(&self) -> Result<Value> {
        let run = self.command(&["status", "--json"]);
        serde_json::from_str(&run.stdout).map_err(|_| run.to_string().into())
    }

    /// Stops it, however it was left.
    pub(crate) fn end(mut self) -> Result<()> {
        self.ended_by(&["down"])?;
        devnet::no_process_left(&self.dir)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.up = None;
        for pid in devnet::processes_of(&self.dir) {
            let _ = devnet::kill(pid);
        }
        let _ = fs::remove_file(self.said());
    }
}
