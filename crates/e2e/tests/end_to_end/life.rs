//! The life of a devnet as a state machine: random steps, and after each of them either the same chain goes
//! on or a word says what is lost and what to do.
//!
//! `LIFE_SEED`, `LIFE_SEQUENCES` and `LIFE_STEPS` choose other lives, and more of them.

use std::{
    env, fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::{
    devnet::{Result, ensure},
    random::Random,
};
use libtest_mimic::Completion;
use rustix::process::Signal;
use test_kit::Run;

use crate::{Outcome, run::Folder};

/// Set in the process that has a small disk of its own: the folder of that disk.
const DISK: &str = "LIFE_DISK";
/// Holds a chain and leaves what op-warden wants to be free.
const DISK_SIZE: &str = "size=700m";
/// Longer than the L1 makes blocks that are not saved.
const FULL: Duration = Duration::from_secs(20);

/// For the status to be written again.
const FREED: Duration = Duration::from_secs(5);

/// What somebody may do, or what may happen.
const STEPS: [Step; 9] = [
    Step::Up,
    Step::Interrupted,
    Step::Interrupted,
    Step::Down,
    Step::KilledSupervisor,
    Step::KilledService,
    Step::KilledService,
    Step::Reset,
    Step::Proof,
];

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Brought up; refused where it runs.
    Up,
    /// Brought up, and ended at any moment.
    Interrupted,
    Down,
    KilledSupervisor,
    /// Any process of it.
    KilledService,
    Reset,
    /// Refused where there is a chain.
    Proof,
}

/// The same in each run of the test command: a fault that one run has, the next one has too.
const SEED: u64 = 1_795_973_162;

pub(crate) fn random() -> Outcome {
    let number = |name: &str, default: u64| env::var(name).map_or(Ok(default), |text| text.parse());
    let seed = number("LIFE_SEED", SEED)?;
    println!("LIFE_SEED={seed}");
    let mut random = Random::of(seed);
    let (sequences, steps) = (number("LIFE_SEQUENCES", 10)?, number("LIFE_STEPS", 3)?);
    for sequence in 0..sequences {
        let dir = tempfile::tempdir()?;
        let mut folder = Folder::new(dir.path());
        let mut done = Vec::new();
        for _ in 0..steps {
            let step = *random.pick(&STEPS);
            done.push(step);
            let begun = Instant::now();
            take(step, &mut folder, &mut random)
                .and_then(|()| folder.check())
                .map_err(|error| format!("sequence {sequence}, {done:?}: {error}"))?;
            println!("    {sequence} {step:?} {:.1} s", begun.elapsed().as_secs_f64());
        }
        folder.end()?;
    }
    Ok(Completion::Completed)
}

fn take(step: Step, folder: &mut Folder, random: &mut Random) -> Result<()> {
    match step {
        Step::Up if folder.runs() => {
            let refused = folder.command(&["up"]);
            let pid = format!("(pid {})", folder.pid());
            ensure(refused.code == Some(1) && refused.stderr.contains(&pid), || refused.to_string())
        }
        Step::Up => folder.up(),
        Step::Interrupted => {
            if !folder.runs() {
                folder.begin()?;
            }
            sleep(Duration::from_millis(random.below(8_000)));
            let signals = [Signal::INT, Signal::TERM, Signal::HUP, Signal::KILL];
            folder.signal(*random.pick(&signals))
        }
        Step::Down => folder.ended_by(&["down"]),
        Step::KilledSupervisor => folder.signal(Signal::KILL),
        Step::KilledService => {
            if !folder.runs() {
                return folder.up();
            }
            folder.kill_one(random)
        }
        Step::Reset => {
            folder.ended_by(&["reset", "--yes"])?;
            folder.forget();
            let left = folder.dir().join("chain").exists();
            ensure(!left, || "the chain is still there".to_owned())
        }
        Step::Proof => {
            let allowed = !folder.runs() && !folder.dir().join("chain/chain.json").exists();
            let proof = folder.command(&["up", "--prove"]);
            let told = ["holds a chain", "a devnet is running"];
            let refused = proof.code == Some(1)
                && proof.stdout.is_empty()
                && told.iter().any(|words| proof.stderr.contains(words));
            ensure(if allowed { proof.code == Some(0) } else { refused }, || proof.to_string())
        }
    }
}

/// The disk becomes full under a running chain.
pub(crate) fn full_disk() -> Outcome {
    if !rustix::process::getuid().is_root() {
        return Ok(Completion::ignored_with("a disk of its own needs root"));
    }
    let dir = tempfile::tempdir()?;
    let script =
        format!("mount -t tmpfs -o {DISK_SIZE} tmpfs \"${DISK}\" && exec \"$0\" --nocapture");
    let run = Run::of(
        Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", &script])
            .arg(env::current_exe()?)
            .env(DISK, dir.path()),
    );
    if run.stderr.contains("mount:") || run.stderr.contains("unshare:") {
        return Ok(Completion::ignored_with(format!("no disk of its own: {}", run.stderr.trim())));
    }
    run.exits(0)?;
    println!("{}", run.stdout);
    Ok(Completion::Completed)
}

/// In the process that has a small disk.
pub(crate) fn disk() -> Option<PathBuf> {
    env::var_os(DISK).map(PathBuf::from)
}

/// In each way of going on, the chain that was there goes on, or it is said that it cannot.
pub(crate) fn on_disk(disk: &Path) -> Result<()> {
    let beside = fs::metadata(disk)?.dev() != fs::metadata(disk.join(".."))?.dev();
    ensure(beside, || "it is not a disk of its own".to_owned())?;
    let dir = disk.join("devnet");
    fs::create_dir(&dir)?;
    let mut folder = Folder::new(&dir);
    folder.up()?;
    folder.check()?;
    for way in ["it is freed", "the supervisor is killed", "it is stopped"] {
        let ballast = disk.join("ballast");
        let filled = std::io::copy(&mut std::io::repeat(1), &mut fs::File::create(&ballast)?);
        ensure(filled.is_err(), || "the disk has no end".to_owned())?;
        sleep(FULL);
        match way {
            "the supervisor is killed" => folder.signal(Signal::KILL)?,
            "it is stopped" => folder.ended_by(&["down"])?,
            _ => {}
        }
        fs::remove_file(&ballast)?;
        // What it says of its services is written again.
        sleep(FREED);
        let told = if folder.runs() {
            folder.wait_up()?;
            "the same chain goes on".to_owned()
        } else {
            folder.up_or_word()?
        };
        folder.check().map_err(|error| format!("{way}: {error}"))?;
        println!("    full, then {way}: {told}");
    }
    folder.end()
}

/// An exit code for the process that has a small disk.
pub(crate) fn outcome(result: Result<()>) -> std::process::ExitCode {
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
