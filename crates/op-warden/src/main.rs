//! op-warden: lets each service of an OP Stack chain start only when its keys, genesis and contracts
//! are proven right against L1. One file a command; the work is done by the crates below.

mod accept;
mod bonds;
mod bootstrap;
mod bundle;
mod deposit;
mod exec;
mod explain;
mod gate;
mod genesis;
mod hold;
mod images;
mod keys;
mod maintenance;
mod output;
mod prestate;
mod prove;
mod purge;
mod runbook;
mod serve;
mod upgrade;

use std::io::{Write as _, stderr};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use op_util::{error::with_causes, foreign::message};

use self::output::WRONG;

/// Where the NixOS module puts the configuration.
const CONFIG: &str = "/etc/op-stack/op-warden.json";

/// Lets each service of an OP Stack chain start only when its keys, genesis and contracts are right.
#[derive(Parser)]
#[command(
    name = "op-warden",
    version,
    about,
    after_help = "Exit codes: 0 pass, 75 wait, 255 refuse and every usage or configuration \
        error.\n\nExample: op-warden gate batcher --config /etc/op-warden.json"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judges one service's preconditions
    #[command(
        after_help = "Example: op-warden gate batcher --config /etc/op-warden.json\n\nExit codes: \
            0 pass (start), 75 wait (do not start, try again), 255 refuse (do not start)."
    )]
    Gate(gate::GateArgs),
    /// Judges all services and prints one table
    #[command(
        after_help = "Example: op-warden check --config /etc/op-warden.json\n\nExit code: 0 only \
            if every service passes, else that of the worst answer."
    )]
    Check(gate::CheckArgs),
    /// Says whether services that their gates turned away are worth another start
    #[command(after_help = "Example: op-warden retry batcher proposer --config \
            /etc/op-stack/op-warden.json --told /run/op-stack/told\n\nAll are judged at once. Exit \
            codes: 0 if one of them passes now or has something new to tell, 75 if none does, 255 \
            for every error.")]
    Retry(gate::RetryArgs),
    /// Watches the running chain and serves its health: a page, /readyz, /status.json, /metrics
    #[command(
        after_help = "Example: op-warden serve --config /etc/op-stack/op-warden.json\n\nThe \
            configuration's \"serve\" holds \"listen\" (address and port), \"intervalSeconds\" \
            (between two judgements of all gates) and, if another process judges, \"judgements\": \
            the file that `op-warden check --output` writes. Also \"pollSeconds\", \
            \"l1PollSeconds\", \"state\" (the file that survives a restart), \"maintenance\", \
            \"followers\" on other hosts, \"verifyHeaders\", \"limits\".\n\nPaths: / (page), \
            /livez, /readyz, /readyz/SERVICE, /status.json, /metrics, /runbooks/ALERT."
    )]
    Serve(serve::ServeArgs),
    /// Puts files into environment variables and becomes the program
    #[command(after_help = "Example: op-warden exec --credential \
            OP_BATCHER_PRIVATE_KEY=/run/keys/batcher -- op-batcher \
            --l1-eth-rpc=http://127.0.0.1:8545")]
    Exec(exec::ExecArgs),
    /// A chain of your own, from an empty folder on
    #[command(
        subcommand,
        after_help = "Example: op-warden bootstrap lint .deployer/intent.toml --chain 20260619"
    )]
    Bootstrap(bootstrap::BootstrapCommand),
    /// What the chain publishes for those who follow it: made, proven
    #[command(
        subcommand,
        after_help = "Example: op-warden bundle verify https://chain.example/bundle/ --key 'ssh-ed25519 AAAA…'"
    )]
    Bundle(Box<bundle::BundleCommand>),
    /// The L2 genesis block
    #[command(
        subcommand,
        after_help = "Example: op-warden genesis hash genesis.json --rollup rollup.json"
    )]
    Genesis(genesis::GenesisCommand),
    /// Makes keys of roles and nodes, and prints their addresses
    #[command(
        subcommand,
        after_help = "Example: op-warden keys generate --sops --out secrets/batcher.ecp-forge\n\n\
            Exit codes: 0, or 255 for every error."
    )]
    Keys(keys::KeysCommand),
    /// Container images, pinned to their digests
    #[command(subcommand, after_help = "Example: op-warden images lock --check")]
    Images(images::ImagesCommand),
    /// The fault proof program
    #[command(subcommand, after_help = "Example: op-warden prestate hash prestate.bin.gz")]
    Prestate(prestate::PrestateCommand),
    /// Proofs over whole chains
    #[command(
        subcommand,
        after_help = "Example: op-warden prove heads --reference http://127.0.0.1:8545 --follower \
            http://127.0.0.1:8645"
    )]
    Prove(prove::ProveCommand),
    /// Known error lines in a log: their causes and what mends them
    #[command(
        after_help = "Examples:\n  journalctl -u podman-op-stack-batcher | op-warden explain\n  \
            op-warden explain op-node.log\n  op-warden explain --id p2p-signer-missing\n  \
            journalctl -k | op-warden explain --killed podman-op-stack-batcher.service\n\nReads \
            the logs of the official programs in all their formats, also behind the prefix of \
            journald or of a container runtime. Nothing of a URL but scheme, host and port is \
            shown, and no key.\n\nExit codes: 0 if the log was read, whatever was found; 255 if it \
            could not be read, and for every other error."
    )]
    Explain(explain::ExplainArgs),
    /// Lists what a disabled stack left on this machine, and with --yes removes it
    #[command(
        after_help = "Example: op-warden purge\n\nWithout --yes nothing is removed. Run it after \
            the NixOS module was disabled and the system switched. With --yes the chain data is \
            gone for good.\n\nExit codes: 0, or 255 if anything could not be looked at or removed, \
            and for every other error."
    )]
    Purge(purge::PurgeArgs),
    /// Where the bonds of dispute games lie, and with --claim their way back
    #[command(
        after_help = "Example: op-warden bonds --config /etc/op-stack/op-warden.json\n  op-warden \
            bonds --config F --claim --key keys/anybody\n\nAll games of the factory are looked at, \
            also those that are too old for op-challenger. A bond goes to whoever put it down, \
            whoever claims it. It is in play until its game is resolved, then locked until the game \
            is final, then unlockable or held back for the delay of DelayedWETH, then claimable.\n\n\
            Exit codes: 0, 1 where a claim failed on L1, 255 for every other error."
    )]
    Bonds(bonds::BondsArgs),
    /// What an upgrade of the programs asks for
    #[command(
        subcommand,
        after_help = "Example: op-warden upgrade plan --config /etc/op-stack/op-warden.json"
    )]
    Upgrade(upgrade::UpgradeCommand),
    /// Announces maintenance to the health service, ends it, or shows what is announced
    #[command(
        after_help = "Example: op-warden maintenance --config /etc/op-stack/op-warden.json --for \
            30m\n\nWhile maintenance is announced, only dangerous alerts are raised. It is written \
            to the file that \"maintenance\" of the configuration's \"serve\" names.\n\nExit \
            codes: 0, or 255 for every error."
    )]
    Maintenance(maintenance::MaintenanceArgs),
    /// Keeps a service stopped, whatever would start it, or lists what is kept
    #[command(
        after_help = "Example: op-warden hold batcher --why \"key leaked\"\n\nThe service is \
            stopped, and stays stopped over switches and reboots, until `op-warden release` or the \
            time of --until. Its alerts are silent meanwhile.\n\nExit codes: 0, or 255 for every \
            error."
    )]
    Hold(hold::HoldArgs),
    /// Lets a service go that is kept stopped, and starts it
    #[command(
        after_help = "Example: op-warden release batcher\n\nExit codes: 0, or 255 for every error."
    )]
    Release(hold::ReleaseArgs),
    /// Accepts what was found of a condition that lasts, takes it back, or lists what is accepted
    #[command(
        after_help = "Example: op-warden accept game-disputed --why \"the program was wrong, see \
            the ticket\"\n\nWhat was found until now counts no more, and what is found later does. \
            The page shows it, with who said why. Only what lasts although nothing is done any more \
            can be accepted; all else ends when it is mended.\n\nExit codes: 0, or 255 for every \
            error."
    )]
    Accept(accept::AcceptArgs),
    /// Prints what to do about an alert, or lists the alerts
    #[command(
        after_help = "Example: op-warden runbook OpStackSafeHeadStalled\n\nExit codes: 0, or 255 \
            for an unknown alert and every other error."
    )]
    Runbook(runbook::RunbookArgs),
}

/// Parses the command line, runs it and prints an error once.
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing is left to do if the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(WRONG) } else { ExitCode::SUCCESS };
        }
    };
    run(cli.command).unwrap_or_else(|error| {
        // Nothing is left to do if the terminal is gone.
        let _ = writeln!(stderr(), "op-warden: {}", message(&with_causes(error.as_ref())));
        ExitCode::from(WRONG)
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Gate(args) => block_on(gate::gate(&args))?,
        Command::Check(args) => block_on(gate::check(&args))?,
        Command::Retry(args) => block_on(gate::retry(&args))?,
        Command::Serve(args) => block_on(serve::run(&args))?,
        Command::Exec(args) => Err(exec::exec(&args)),
        Command::Bootstrap(command) => block_on(bootstrap::run(&command))?,
        Command::Bundle(command) => block_on(bundle::run(&command))?,
        Command::Genesis(command) => genesis::run(&command),
        Command::Keys(command) => keys::run(&command),
        Command::Images(command) => block_on(images::run(&command))?,
        Command::Prestate(command) => prestate::run(&command),
        Command::Prove(command) => block_on(prove::run(&command))?,
        Command::Explain(args) => explain::run(&args),
        Command::Purge(args) => purge::run(&args),
        Command::Bonds(args) => block_on(bonds::run(&args))?,
        Command::Upgrade(command) => block_on(upgrade::run(&command))?,
        Command::Maintenance(args) => maintenance::run(&args),
        Command::Accept(args) => accept::run(&args),
        Command::Hold(args) => hold::hold(&args),
        Command::Release(args) => hold::release(&args),
        Command::Runbook(args) => runbook::run(&args),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")?;
    Ok(runtime.block_on(future))
}
