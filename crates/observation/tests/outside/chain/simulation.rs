//! Witnesses whose archives, machines, nodes and chain do what they like: never two signatures for a slot, and
//! whatever can be final becomes final.
//!
//! `EC_OBSERVE_SEQUENCES` says how many sequences, `EC_OBSERVE_SEED` where the random numbers begin.

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fmt::Write as _, fs, thread::sleep, time::Duration};

use alloy_primitives::{Address, B256, TxKind, hex};
use alloy_sol_types::SolCall as _;
use eth_rpc::transaction::Draft;
use observation::contracts::EveryChannelObservationLedger::{
    Attested, Equivocated, Finalized, attestBatchCall,
};
use observation::observation::Observation;
use serde_json::{Value, json};
use test_kit::Run;

use super::support::{Proxy, Result, Running, World, ensure};

const STREAMS: u64 = 2;
const EPOCHS: u64 = 5;
const ENTRIES: u64 = 3;
const STEPS: usize = 24;
/// The same in each run of the test command: a fault that one run has, the next one has too.
const SEED: u64 = 201;
/// Rounds in which everything that can become final has to.
const ROUNDS: usize = 8;

pub(crate) fn run(world: &World) -> Result<()> {
    let number = |name| env::var(name).ok().and_then(|text: String| text.parse::<u64>().ok());
    let sequences = number("EC_OBSERVE_SEQUENCES").unwrap_or(2);
    let seed = number("EC_OBSERVE_SEED").unwrap_or(SEED);
    let mut total = Count::default();
    for sequence in seed..seed + sequences {
        let mut count = Count::default();
        let ended = Simulation::new(world, sequence, &mut count).and_then(|mut simulation| {
            simulation.play(&mut count)?;
            simulation.end(&mut count)
        });
        // Whatever it changed is as it was for the next one.
        world.automine(true)?;
        ended.map_err(|error| {
            format!("EC_OBSERVE_SEED={sequence} EC_OBSERVE_SEQUENCES=1: {error}")
        })?;
        if sequences > 2 {
            println!("{sequence}: {count:?}");
        }
        total.add(&count);
    }
    println!("{sequences} sequences from seed {seed}: {total:?}");
    Ok(())
}

/// What happened.
#[derive(Debug, Default)]
struct Count {
    steps: usize,
    killed: usize,
    reorganised: usize,
    dropped: usize,
    together: usize,
    signatures: usize,
    refused: usize,
    /// Runs in which the hostile stream stopped.
    stopped: usize,
    finals: usize,
    /// Slots in which witnesses signed different things, so that none can be final.
    divided: usize,
}

impl Count {
    fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.killed += other.killed;
        self.reorganised += other.reorganised;
        self.dropped += other.dropped;
        self.together += other.together;
        self.signatures += other.signatures;
        self.refused += other.refused;
        self.stopped += other.stopped;
        self.finals += other.finals;
        self.divided += other.divided;
    }
}

/// A machine of a witness: an archive in two files, a journal, a way to the node.
struct Machine {
    name: String,
    witness: String,
    /// Lines that are still to come, the next one last.
    coming: Vec<String>,
    proxy: Proxy,
    settle: u64,
}

struct Simulation<'a> {
    world: &'a World,
    random: fastrand::Rng,
    machines: Vec<Machine>,
    /// All lines, in order.
    lines: Vec<String>,
    quorum: u32,
    tag: String,
}

impl<'a> Simulation<'a> {
    fn new(world: &'a World, seed: u64, _: &mut Count) -> Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let tag = format!("s{seed}");
        let witnesses: Vec<String> = (0..3).map(|number| format!("{tag}-w{number}")).collect();
        let names: Vec<&str> = witnesses.iter().map(String::as_str).collect();
        let quorum = random.u32(2..=3);
        world.deploy_by(&format!("{tag}-owner"), &names, quorum)?;
        // No reorganisation goes as far back.
        world.ask::<Value>("anvil_mine", &json!([10]))?;
        let lines = lines();
        let mut machines = Vec::new();
        // The first witness has two machines.
        for (number, witness) in [0, 0, 1, 2].map(|it| &witnesses[it]).into_iter().enumerate() {
            let name = format!("{tag}-m{number}");
            for part in ["a", "b"] {
                world.write(&format!("{name}-{part}.jsonl"), "")?;
            }
            machines.push(Machine {
                coming: as_they_come(&lines, &mut random),
                proxy: Proxy::transparent(&world.url)?,
                witness: witness.clone(),
                settle: random.u64(0..6),
                name,
            });
        }
        Ok(Self { world, random, machines, lines, quorum, tag })
    }

    fn play(&mut self, count: &mut Count) -> Result<()> {
        for _ in 0..STEPS {
            count.steps += 1;
            let machine = self.random.usize(..self.machines.len());
            self.deliver(machine)?;
            match self.random.u32(..10) {
                0 => {
                    let mut watch = self.spawn(machine)?;
                    sleep(Duration::from_millis(self.random.u64(..120)));
                    watch.kill()?;
                    count.killed += 1;
                }
                1 => self.reorganise(count)?,
                2 => self.drop_transactions(machine, count)?,
                3 | 4 => {
                    let other = self.random.usize(..self.machines.len());
                    self.deliver(other)?;
                    let mut both = [self.spawn(machine)?, self.spawn(other)?];
                    both[0].code()?;
                    both[1].code()?;
                    count.together += 1;
                }
                _ => {
                    self.watch(machine, count)?;
                }
            }
            self.check()?;
        }
        Ok(())
    }

    /// Gives a machine its next lines, some of them twice, in one of two files.
    fn deliver(&mut self, machine: usize) -> Result<()> {
        let many = self.random.usize(1..8);
        for _ in 0..many {
            let Some(line) = self.machines[machine].coming.pop() else { return Ok(()) };
            let twice = self.random.u32(..8) == 0;
            self.append(machine, &line)?;
            if twice {
                self.append(machine, &line)?;
            }
        }
        for _ in 0..self.random.usize(..4) {
            let line = self.hostile();
            self.append(machine, &line)?;
        }
        Ok(())
    }

    /// A line of a stream that means harm: sooner or later there is another one at its place, or it is no entry.
    fn hostile(&mut self) -> String {
        let (epoch, entry) = (self.random.u64(..EPOCHS), self.random.u64(..ENTRIES));
        let mut line = json!({
            "stream": "hostile", "epoch": epoch, "seq": entry,
            "unixMs": 1_767_225_600_000 + (epoch * ENTRIES + entry) * 1000,
            "chunkHash": self.random.u32(..3), "locator": "moq://hostile",
        });
        if self.random.u32(..12) == 0 {
            let member = self.random.choice(["epoch", "seq", "unixMs", "locator"]).unwrap();
            line[member] = json!(-1);
        }
        line.to_string()
    }

    fn append(&mut self, machine: usize, line: &str) -> Result<()> {
        let part = if self.random.bool() { "a" } else { "b" };
        let name = format!("{}-{part}.jsonl", self.machines[machine].name);
        let mut text = self.world.read(&name)?;
        writeln!(text, "{line}")?;
        self.world.write(&name, &text)
    }

    fn args(&mut self, machine: usize) -> Vec<String> {
        let Machine { name, settle, .. } = &self.machines[machine];
        let (a, b) = (format!("{name}-a.jsonl"), format!("{name}-b.jsonl"));
        let (settle, journal) = (settle.to_string(), format!("{name}-journal"));
        let args = ["watch", &a, &b, "--once", "--settle", &settle, "--journal", &journal];
        let mut args = args.map(str::to_owned).to_vec();
        if self.random.u32(..3) > 0 {
            args.push("--propose".to_owned());
        }
        args
    }

    fn spawn(&mut self, machine: usize) -> Result<Running> {
        let args = self.args(machine);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let Machine { proxy, witness, .. } = &self.machines[machine];
        self.world.spawn_at(&proxy.url, &args, witness)
    }

    fn watch(&mut self, machine: usize, count: &mut Count) -> Result<Run> {
        let args = self.args(machine);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let Machine { proxy, witness, .. } = &self.machines[machine];
        let run = self.world.run_with(&proxy.url, &args, witness)?;
        count.refused += run.stderr.matches("not signed: this key signed").count();
        count.stopped += usize::from(run.stderr.contains(r#"stream "hostile""#));
        ensure(run.code != Some(2) || run.stderr.contains("who else sends from it"), || {
            run.to_string()
        })?;
        Ok(run)
    }

    /// The newest blocks are others, without their transactions.
    fn reorganise(&mut self, count: &mut Count) -> Result<()> {
        let depth = self.random.u64(1..5);
        self.world.ask::<Value>("anvil_reorg", &json!([depth, []]))?;
        count.reorganised += 1;
        Ok(())
    }

    /// The node forgets what it was given, once.
    fn drop_transactions(&mut self, machine: usize, count: &mut Count) -> Result<()> {
        self.world.automine(false)?;
        let mut watch = self.spawn(machine)?;
        sleep(Duration::from_millis(self.random.u64(50..200)));
        self.world.ask::<Value>("anvil_dropAllTransactions", &json!([]))?;
        watch.kill()?;
        self.world.automine(true)?;
        self.world.mine()?;
        count.dropped += 1;
        Ok(())
    }

    /// No machine ever signed two observations of a slot, and no key did on the chain.
    fn check(&self) -> Result<usize> {
        let mut signatures = 0;
        for machine in &self.machines {
            let mut signed = BTreeMap::<B256, B256>::new();
            for (slot, hash) in sent(&machine.proxy)? {
                let first = *signed.entry(slot).or_insert(hash);
                ensure(first == hash, || {
                    format!("{} signed {first} and {hash} for {slot}", machine.name)
                })?;
            }
            signatures += signed.len();
        }
        let twice = self.world.logged::<Equivocated>()?;
        ensure(twice.is_empty(), || format!("{twice:?}"))?;
        let mut words = BTreeMap::<(B256, Address), B256>::new();
        for Attested { slot, witness, observationHash: hash } in self.world.logged::<Attested>()? {
            let first = *words.entry((slot, witness)).or_insert(hash);
            ensure(first == hash, || {
                format!("{witness} attested to {first} and {hash} for {slot}")
            })?;
        }
        Ok(signatures)
    }

    /// Everything arrives, and every machine looks again and again.
    fn end(&mut self, count: &mut Count) -> Result<()> {
        for machine in 0..self.machines.len() {
            while !self.machines[machine].coming.is_empty() {
                self.deliver(machine)?;
            }
            // All of them agree on what is over.
            self.machines[machine].settle = 0;
        }
        let mut said = Vec::new();
        for _ in 0..ROUNDS {
            said.clear();
            for machine in 0..self.machines.len() {
                said.push(self.watch(machine, count)?.to_string());
            }
            // A chain makes blocks by itself; this one makes none for what is in its pool already.
            self.world.mine()?;
        }
        count.signatures = self.check()?;
        self.everything_is_final(count)
            .map_err(|error| format!("{error}\n{}", said.join("\n")).into())
    }

    /// Of each stream what is final is the whole, or so many witnesses signed another next one that there is no quorum
    /// for this one.
    fn everything_is_final(&self, count: &mut Count) -> Result<()> {
        let (archive, headers) = (format!("{}.jsonl", self.tag), format!("{}.headers", self.tag));
        self.world.write(&archive, &self.lines.join("\n"))?;
        let derive = ["headers", &archive, "--closed-only", "--settle", "0", "--out", &headers];
        self.world.run(&derive).exits(0)?;
        let text = self.world.read(&headers)?;
        let own: Vec<Observation> =
            text.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
        ensure(own.len() as u64 == STREAMS * (EPOCHS - 1), || text.clone())?;
        let logs = self.world.logged::<Finalized>()?;
        let finals: BTreeMap<B256, B256> =
            logs.iter().map(|log| (log.slot, log.observationHash)).collect();
        count.finals += finals.len();
        for stream in own.chunk_by(|one, other| one.stream == other.stream) {
            let is_final =
                |own: &&Observation| finals.get(&own.slot) == Some(&own.observation_hash);
            let Some(next) = stream.iter().find(|own| !is_final(own)) else { continue };
            count.divided += 1;
            let passed = |log: &&Finalized| {
                log.streamHash == next.header.streamHash && log.sequence >= next.header.sequence
            };
            if logs.iter().any(|log| passed(&log)) {
                // What a quorum had then is final: without a line, or without an epoch, that came after it.
                continue;
            }
            let free = self.free(next)?;
            ensure(free.len() < self.quorum as usize, || {
                format!("{} {} is not final, though {free:?} may sign it", next.stream, next.epoch)
            })?;
        }
        Ok(())
    }

    /// The witnesses that have not signed another observation of the slot.
    fn free(&self, own: &Observation) -> Result<BTreeSet<&str>> {
        let mut words = BTreeMap::new();
        for Attested { slot, witness, observationHash: hash } in self.world.logged::<Attested>()? {
            words.insert((slot, witness), hash);
        }
        let mut free = BTreeSet::new();
        for machine in &self.machines {
            let address = self.world.key(&machine.witness)?.address();
            let on_chain =
                words.get(&(own.slot, address)).is_none_or(|hash| *hash == own.observation_hash);
            let folder = self.world.path(&format!("{}-journal", machine.name));
            let mut known = true;
            for file in fs::read_dir(folder).into_iter().flatten().flatten() {
                let is_signed = file.file_name().to_string_lossy().starts_with("signed-");
                for line in fs::read_to_string(file.path())?.lines().filter(|_| is_signed) {
                    let line: Value = serde_json::from_str(line)?;
                    let is_slot = line["slot"] == json!(own.slot);
                    known &= !is_slot || line["observationHash"] == json!(own.observation_hash);
                }
            }
            if on_chain && known {
                free.insert(machine.witness.as_str());
            }
        }
        Ok(free)
    }
}

/// What was signed in the transactions that went through a proxy.
fn sent(proxy: &Proxy) -> Result<Vec<(B256, B256)>> {
    let mut signed = Vec::new();
    for request in proxy.sent() {
        let text = String::from_utf8_lossy(&request).into_owned();
        let (_, raw) = text.split_once("\"params\":[\"0x").ok_or("no transaction")?;
        let raw = hex::decode(raw.split('"').next().unwrap_or_default())?;
        let draft = Draft::of(&raw).ok_or("no transaction of ours")?;
        ensure(matches!(draft.to, TxKind::Call(_)), || "a contract".to_owned())?;
        if let Ok(call) = attestBatchCall::abi_decode(&draft.input) {
            signed.extend(call.headers.iter().map(|own| (own.slot(), own.observation_hash())));
        }
    }
    Ok(signed)
}

/// All lines of all streams, a second apart.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for entry in 0..EPOCHS * ENTRIES {
        for stream in 0..STREAMS {
            lines.push(
                json!({
                    "stream": format!("stream {stream}"), "epoch": entry / ENTRIES, "seq": entry % ENTRIES,
                    "unixMs": 1_767_225_600_000 + entry * 1000,
                    "chunkHash": format!("{stream} {entry}"), "locator": format!("moq://{stream}/{entry}"),
                })
                .to_string(),
            );
        }
    }
    lines
}

/// In the order in which one machine gets them: most in time, some late. The next one is the last.
fn as_they_come(lines: &[String], random: &mut fastrand::Rng) -> Vec<String> {
    let mut timed: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let late = if random.u32(..6) == 0 { random.usize(..16) } else { 0 };
            (at + late, random.u32(..), line.clone())
        })
        .collect();
    timed.sort();
    timed.into_iter().rev().map(|(_, _, line)| line).collect()
}
