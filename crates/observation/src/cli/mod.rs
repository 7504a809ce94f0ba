//! The command line: one file a command.

mod anvil;
mod chain;
mod deploy;
mod findings;
mod generate;
mod headers;
mod output;
mod owner;
mod prove;
mod rail;
mod signatures;
mod smoke;
mod source;
mod status;
mod submit;
mod tied;
mod watch;
mod witness;

use std::io::{Write as _, stderr};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use op_util::{error::with_causes, foreign::message};

/// There is no answer.
const ERROR: u8 = 2;

const HELP: &str = "\
Exit codes: 0 done, 1 the answer is no (not included, not agreed, not final), 2 every error.

Example: ec-observe headers archive.jsonl --out headers.jsonl";

const WITNESS_HELP: &str = "\
Example: ec-observe witness add 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --quorum 2 \
--rpc http://127.0.0.1:8545 --ledger deployment.json --key-file owner.key

Where the deployment has a delay for changes, the first run announces the change and the second one, when it \
is due, makes it.";

const RAIL_HELP: &str = "\
Example: ec-observe rail show ch05/14h --publisher 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \
--rpc http://127.0.0.1:8545 --ledger deployment.json

A pointer belongs to whoever stores it. A name, and a manifest, of 64 hex digits is these 32 bytes; any other text is \
hashed with keccak256.";

const SUBMIT_HELP: &str = "\
Example: ec-observe submit headers.jsonl --rpc http://127.0.0.1:8545 --ledger deployment.json \
--key-file proposer.key

Leaves alone what is already proposed, and leaves out what is of the future. An interrupted command continues when you run it again: no \
transaction is sent twice.

Exit codes: 0, 1 if the chain has another final observation than ours or an epoch that ours lack, or if some are \
not proposed, 2 for every error.";

const ATTEST_HELP: &str = "\
Example: ec-observe attest headers.jsonl --rpc http://127.0.0.1:8545 --ledger deployment.json \
--key-file witness.key

Derive the headers from the witness' own archive. What others propose in the same slots is shown, and \
never attested to. A slot that this key signed, here or elsewhere, is not signed again: such observations are \
named and left out. An interrupted command continues when you run it again: no transaction is sent twice.

Exit codes: 0, 1 if the chain has another final observation than ours or an epoch that ours lack, if ours are \
not proposed, or if some are not signed, 2 for every error.";

/// Derives observations from archives, and agrees on them on chain.
#[derive(Parser)]
#[command(name = "ec-observe", version, about, after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Derives observations from an archive's lines of JSON
    Headers(headers::HeadersArgs),
    /// Proves that an entry is part of an observation
    Prove(prove::ProveArgs),
    /// Checks a proof, offline or on chain
    Verify(prove::VerifyArgs),
    /// Deploys the contracts
    Deploy(deploy::DeployArgs),
    /// Changes who the witnesses are, as the registry's owner
    #[command(subcommand, after_help = WITNESS_HELP)]
    Witness(witness::WitnessCommand),
    /// Shows who owns the registry, offers it, or takes it
    #[command(subcommand, after_help = "Example: ec-observe owner show --ledger deployment.json")]
    Owner(owner::OwnerCommand),
    /// Stores pointers to manifests, and links them to what is final
    #[command(subcommand, after_help = RAIL_HELP)]
    Rail(rail::RailCommand),
    /// Proposes observations
    #[command(after_help = SUBMIT_HELP)]
    Submit(submit::SubmitArgs),
    /// Attests to your own observations, as a witness
    #[command(after_help = ATTEST_HELP)]
    Attest(submit::AttestArgs),
    /// Signs your own observations without a chain, as a witness
    Sign(signatures::SignArgs),
    /// Brings what witnesses signed without a chain
    Relay(signatures::RelayArgs),
    /// Shows a ledger, and how many of your observations are proposed and final
    Status(status::StatusArgs),
    /// Derives, proposes and attests whenever an archive grows
    Watch(watch::WatchArgs),
    /// Tries everything on a chain, also what must be refused
    Smoke(smoke::SmokeArgs),
    /// Makes up an archive that is shaped like a broadcast's
    Generate(generate::GenerateArgs),
    /// Becomes a program that ends with its parent
    #[command(hide = true)]
    Tied(tied::TiedArgs),
}

/// Parses the command line, runs it and prints an error once.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    run(cli.command).unwrap_or_else(|error| {
        // Nothing is left to do if the terminal is gone.
        let _ = writeln!(stderr(), "ec-observe: {}", message(&with_causes(error.as_ref())));
        ExitCode::from(ERROR)
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Headers(args) => headers::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Prove(args) => prove::prove(&args),
        Command::Verify(args) => block_on(prove::verify(&args)),
        Command::Deploy(args) => block_on(deploy::run(&args)),
        Command::Witness(command) => block_on(witness::run(&command)),
        Command::Owner(command) => block_on(owner::run(&command)),
        Command::Rail(command) => block_on(rail::run(&command)),
        Command::Submit(args) => block_on(submit::submit(&args)),
        Command::Attest(args) => block_on(submit::attest(&args)),
        Command::Sign(args) => signatures::sign(&args),
        Command::Relay(args) => block_on(signatures::relay(&args)),
        Command::Tied(args) => tied::become_it(&args).map(|()| ExitCode::SUCCESS),
        Command::Status(args) => block_on(status::run(&args)),
        Command::Watch(args) => block_on(watch::run(&args)),
        Command::Smoke(args) => block_on(smoke::run(&args)),
    }
}

fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")?;
    runtime.block_on(future)
}
