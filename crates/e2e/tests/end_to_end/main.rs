//! The devnet for real: the official programs on every source of contracts, every fault, and the
//! supervisor's promises. What a machine cannot run is reported as ignored, with the reason.

mod adopt;
mod alone;
mod artifacts;
mod bonds;
mod definitions;
mod fees;
mod flags;
mod folder;
mod follow;
mod gap;
mod kills;
mod life;
mod observations;
mod refusal;
mod run;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use e2e::devnet::{self, Devnet, ensure};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;
use test_kit::{Run, data, program::op_devnet};

/// What a trial comes to.
type Outcome = Result<Completion, Failed>;

/// Every fault of `op-devnet up --break`.
const FAULTS: [&str; 18] = [
    "batcher-key",
    "sequencer-key-missing",
    "signer-key",
    "genesis-timestamp",
    "genesis-hash",
    "l1-origin",
    "wrong-l1",
    "empty-batcher",
    "proposer-game-type",
    "prestate-mismatch",
    "prestate-missing",
    "reused-key",
    "burned-key",
    "clock-skew",
    "l1-rate-limited",
    "l1-pruned",
    "engine-from-other-genesis",
    "fork-schedule",
];

fn main() -> ExitCode {
    if let Some(disk) = life::disk() {
        return life::outcome(life::on_disk(&disk));
    }
    let mut arguments = Arguments::from_args();
    // A devnet is a dozen processes.
    arguments.test_threads.get_or_insert(2);
    let mut trials = vec![
        Trial::ignorable_test("the_devnets_definitions_are_fresh", definitions::fresh),
        Trial::ignorable_test(
            "production_has_ports_of_its_own_on_loopback",
            definitions::production,
        ),
        Trial::ignorable_test(
            "published_accounts_are_those_of_the_mnemonic",
            definitions::published,
        ),
        Trial::ignorable_test("the_known_flags_are_those_of_the_programs", flags::known),
        devnet("full_proof_on_the_npm_contracts", || proof(&["--prove=full"])),
        devnet("proof_with_blobs_and_two_followers", || {
            proof(&["--prove", "--blobs", "--followers", "2"])
        }),
        on_op_reth("proof_on_op_reth_with_karst", || proof(&["--prove", "--engine", "reth"])),
        on_op_reth("proof_on_op_reth_with_a_follower_on_op_geth", || {
            proof(&["--prove", "--engine", "reth", "--follower-engine", "geth"])
        }),
        devnet("somebody_elses_chain_is_followed_by_its_bundle", follow::by_the_bundle),
        Trial::ignorable_test(
            "a_deployment_is_adopted_verified_and_locked",
            on_deployment(adopt::a_deployment),
        ),
        devnet("a_killed_service_shows_in_status_and_comes_back", killed_service),
        devnet("a_killed_supervisor_takes_its_services_along", folder::killed_supervisor),
        devnet("ten_restarts_keep_the_l1_and_the_chain", folder::ten_restarts),
        devnet("a_lost_terminal_ends_it_in_order", folder::lost_terminal),
        devnet("the_first_transaction_that_is_shown_succeeds", folder::first_transaction),
        devnet("an_interrupted_proof_leaves_a_chain_that_goes_on", folder::interrupted_proof),
        devnet("status_shows_this_run", folder::status_of_this_run),
        devnet("reset_keeps_keys_that_were_brought", folder::reset_keeps_brought_keys),
        devnet("down_ends_what_was_left", folder::down_ends_what_is_left),
        devnet("down_names_what_it_waits_for", folder::down_names_what_it_waits_for),
        devnet("a_gate_that_does_not_pass_is_in_the_proof", folder::a_proof_of_what_does_not_hold),
        devnet("a_service_that_ends_ends_the_proof", folder::a_proof_that_loses_a_service),
        devnet("a_random_life_keeps_the_chain", life::random),
        devnet("a_full_disk_keeps_the_chain", life::full_disk),
        devnet("builds_do_not_inherit_the_shell", folder::builds_do_not_inherit_the_shell),
        devnet("what_was_safe_outlives_its_engine", kills::of_the_sequencers_engine),
        devnet("two_supervisors_do_not_share_a_folder", two_supervisors),
        devnet("a_folder_with_other_files_is_left_alone", foreign_folder),
        devnet("witnesses_agree_on_the_devnets_l2", observations::agree),
        devnet("a_second_host_with_the_keys_is_refused", alone::second_host_is_refused),
        devnet("a_bond_comes_back_by_hand", bonds::come_back),
        devnet("a_refusal_ends_the_proof_at_once", refusal::ends_the_proof),
        devnet("a_channel_is_paid_for_once", fees::once),
        devnet("a_mad_tip_costs_nothing", fees::tip),
        devnet("a_follower_gets_the_blocks_that_it_missed_before_any_batch", gap::closes),
    ];
    trials.push(Trial::ignorable_test(
        "proof_on_an_op_deployer_deployment",
        on_deployment(|dir| proof(&["--prove", "--deployment", &dir.display().to_string()])),
    ));
    trials.push(Trial::ignorable_test(
        "full_proof_on_artifacts_of_op_contracts",
        artifacts::proven_and_cached,
    ));
    for fault in FAULTS {
        trials.push(devnet(&format!("fault_{}", fault.replace('-', "_")), move || {
            broken(fault, &[])
        }));
        trials.push(Trial::ignorable_test(
            format!("fault_{}_on_an_op_deployer_deployment", fault.replace('-', "_")),
            on_deployment(move |dir| broken(fault, &["--deployment", &dir.display().to_string()])),
        ));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that needs the official programs, or the tools to build them.
fn devnet(name: &str, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || match devnet::missing_tools() {
        Some(missing) => Ok(Completion::ignored_with(missing)),
        None => test(),
    })
}

/// A test that also needs op-reth.
fn on_op_reth(name: &str, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    devnet(name, || match devnet::missing_op_reth() {
        Some(missing) => Ok(Completion::ignored_with(missing)),
        None => test(),
    })
}

/// A test that also needs an op-deployer work directory.
fn on_deployment(
    test: impl FnOnce(&Path) -> Outcome + Send + 'static,
) -> impl FnOnce() -> Outcome + Send + 'static {
    move || match (devnet::missing_tools(), deployment()) {
        (Some(missing), _) => Ok(Completion::ignored_with(missing)),
        (None, None) => Ok(Completion::ignored_with(
            "no op-deployer work directory: OP_STACK_TEST_DATA names the folder that holds op-deployer/",
        )),
        (None, Some(dir)) => test(&dir),
    }
}

fn deployment() -> Option<PathBuf> {
    Some(data().join("op-deployer")).filter(|dir| dir.is_dir())
}

/// A proof must hold in every step and leave no process behind.
fn proof(args: &[&str]) -> Outcome {
    let dir = tempfile::tempdir()?;
    let run = Run::of(
        Command::new(op_devnet()).args(["up", "--json", "--dir"]).arg(dir.path()).args(args),
    );
    let proof: Value =
        serde_json::from_str(&run.stdout).map_err(|error| format!("{error}\n{run}"))?;
    let steps = proof["steps"].as_array().ok_or("the proof has no steps")?;
    ensure(steps.len() > 5, || format!("the proof has few steps: {proof:#}"))?;
    ensure(steps.iter().all(|step| step["passed"] == true), || format!("{proof:#}"))?;
    ensure(proof["passed"] == true && run.code == Some(0), || format!("{run}"))?;
    for step in steps {
        println!(
            "{:>6.1} s  {}: {}",
            step["seconds"].as_f64().unwrap_or_default(),
            step["name"],
            step["detail"]
        );
    }
    devnet::no_process_left(dir.path())?;
    Ok(Completion::Completed)
}

/// A fault must end in the right answer, and the refused program must not have been started.
fn broken(fault: &str, args: &[&str]) -> Outcome {
    let dir = tempfile::tempdir()?;
    let run = Run::of(
        Command::new(op_devnet())
            .args(["up", "--json", "--break", fault, "--dir"])
            .arg(dir.path())
            .args(args),
    );
    let outcome: Value =
        serde_json::from_str(&run.stdout).map_err(|error| format!("{error}\n{run}"))?;
    ensure(run.code == Some(0), || format!("{run}"))?;
    ensure(outcome["started"] == false, || format!("the program was started: {outcome:#}"))?;
    let expected = match fault {
        "sequencer-key-missing"
        | "empty-batcher"
        | "prestate-missing"
        | "l1-rate-limited"
        | "l1-pruned" => "wait",
        _ => "refuse",
    };
    ensure(outcome["judgement"]["answer"] == expected, || {
        format!("{expected} was expected: {outcome:#}")
    })?;
    let findings = outcome["judgement"]["findings"].as_array().ok_or("no findings")?;
    let bad: Vec<&Value> =
        findings.iter().filter(|finding| finding["answer"] == expected).collect();
    ensure(!bad.is_empty(), || format!("no finding says {expected}: {outcome:#}"))?;
    for field in ["expected", "found", "source", "mend"] {
        let filled =
            bad.iter().all(|finding| finding[field].as_str().is_some_and(|text| !text.is_empty()));
        ensure(filled, || format!("a finding has no {field}: {outcome:#}"))?;
    }
    let service = outcome["service"].as_str().ok_or("no service")?;
    ensure(!dir.path().join("logs").join(format!("{service}.log")).exists(), || {
        format!("{service} has a log, so it was started")
    })?;
    devnet::no_process_left(dir.path())?;
    Ok(Completion::Completed)
}

fn killed_service() -> Outcome {
    let devnet = Devnet::up()?;
    let before = devnet.status()?;
    let batcher = &before["board"]["services"]["batcher"];
    let pid = batcher["pid"].as_u64().ok_or("the batcher has no pid")?;
    ensure(devnet::command_line(pid).contains("op-batcher"), || {
        format!("pid {pid} is not the official program: {}", devnet::command_line(pid))
    })?;
    devnet::kill(pid)?;
    devnet.wait("the batcher's end in status", |status| {
        status["board"]["services"]["batcher"]["restarts"].as_u64() >= Some(1)
    })?;
    let status = devnet.wait("the batcher's return", |status| {
        status["board"]["services"]["batcher"]["phase"] == "running"
    })?;
    let batcher = &status["board"]["services"]["batcher"];
    ensure(batcher["lastExit"].as_str().is_some_and(|exit| exit.contains('9')), || {
        format!("{batcher:#}")
    })?;
    ensure(batcher["pid"].as_u64() != Some(pid), || format!("{batcher:#}"))?;
    let log =
        Run::of(Command::new(op_devnet()).args(["logs", "batcher", "--dir"]).arg(devnet.dir()));
    ensure(log.stdout.contains("Batch"), || log.to_string())?;
    devnet.down()?;
    Ok(Completion::Completed)
}

fn two_supervisors() -> Outcome {
    let devnet = Devnet::up()?;
    let second = Run::of(Command::new(op_devnet()).args(["up", "--dir"]).arg(devnet.dir()));
    let pid = devnet.pid().to_string();
    ensure(second.code == Some(1) && second.stderr.contains(&pid), || {
        format!("the pid {pid} is not named: {second}")
    })?;
    devnet.down()?;
    let status = Run::of(Command::new(op_devnet()).args(["status", "--dir"]).arg(devnet.dir()));
    ensure(status.code == Some(1) && status.stdout.contains("no devnet runs"), || {
        status.to_string()
    })?;
    let reset =
        Run::of(Command::new(op_devnet()).args(["reset", "--yes", "--dir"]).arg(devnet.dir()));
    ensure(reset.code == Some(0) && !devnet.dir().join("chain").exists(), || reset.to_string())?;
    Ok(Completion::Completed)
}

fn foreign_folder() -> Outcome {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("thesis.txt");
    fs::write(&file, "years of work")?;
    for command in ["up", "reset"] {
        let run = Run::of(Command::new(op_devnet()).args([command, "--dir"]).arg(dir.path()));
        ensure(run.code == Some(1) && run.stderr.contains("thesis.txt"), || run.to_string())?;
    }
    ensure(file.exists(), || "the file is gone".to_owned())?;
    Ok(Completion::Completed)
}
