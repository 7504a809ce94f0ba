//! The command line.

use std::{path::Path, path::PathBuf, process::ExitCode, time::Duration};

use alloy_primitives::{Address, B256, U256};
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use op_components::child;
use op_util::file;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use crate::devnet::{self, Options};
use crate::engine::{Asked, Engine};
use crate::fault::{self, Fault};
use crate::home::{Home, Lock};
use crate::prove::{self, Depth};
use crate::session::interrupted;
use crate::{
    clock::Clock, faucet, follow, keys, logs, out, reset, status, supervisor::leftovers, up,
};

const UP_HELP: &str = "\
Examples:
  op-devnet up                       run until Ctrl-C
  op-devnet up --prove               bring up a fresh chain, prove that it works, stop
  op-devnet up --break batcher-key   plant a fault and show what the gate says";

const FOLLOW_HELP: &str = "\
Examples:
  op-devnet follow https://chain.example/bundle/ --key 'ssh-ed25519 AAAA…' --l1 URL --beacon URL
  op-devnet follow ./bundle --key bundle.pub --prove

The bundle is proven and kept; an older one, and one of another genesis, is not taken. An engine and an op-node then run
behind their gates until Ctrl-C, and are compared with what the chain publishes. Exit codes with --prove: 0 if the heads
are equal by gossip and by derivation from L1, else 1.";

/// A whole OP Stack chain on this machine, from the official programs, behind op-warden's gates.
#[derive(Parser)]
#[command(name = "op-devnet", version, about, after_help = "Example: op-devnet up --prove")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the chain up, or continues it, until Ctrl-C
    #[command(after_help = UP_HELP)]
    Up(UpArgs),
    /// Follows somebody else's chain, from the bundle that its operator publishes
    #[command(after_help = FOLLOW_HELP)]
    Follow(Box<FollowArgs>),
    /// Builds what `up` needs and is not there yet: the official programs, the prestate, op-warden
    #[command(after_help = "Example: op-devnet build")]
    Build,
    /// Stops a devnet that runs elsewhere
    #[command(after_help = "Example: op-devnet down")]
    Down(DirArgs),
    /// Lists what goes with the chain, and stops the devnet and removes it once you say yes
    #[command(after_help = "Example: op-devnet reset --yes")]
    Reset {
        #[command(flatten)]
        dir: DirArgs,
        /// Remove it without a question; where nobody can be asked it is only listed without this
        #[arg(long)]
        yes: bool,
    },
    /// Shows the services and heads
    #[command(after_help = "Example: op-devnet status --json")]
    Status {
        #[command(flatten)]
        dir: DirArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Gives an account ETH on L2, by a deposit
    #[command(
        after_help = "Example: op-devnet faucet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --eth 5"
    )]
    Faucet {
        /// Who gets it
        address: Address,
        /// How much
        #[arg(long, value_name = "ETH", default_value = "1", value_parser = faucet::parse)]
        eth: U256,
        #[command(flatten)]
        dir: DirArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Shows what a service printed
    #[command(after_help = "Example: op-devnet logs batcher --follow")]
    Logs {
        /// The service, as `status` names it
        service: String,
        #[command(flatten)]
        dir: DirArgs,
        /// Keep printing
        #[arg(long, short)]
        follow: bool,
    },
}

#[derive(Args)]
struct DirArgs {
    /// Folder of the devnet
    #[arg(long, value_name = "DIR", default_value = ".devnet")]
    dir: PathBuf,
}

#[derive(Args)]
struct FollowArgs {
    /// The bundle: the URL that it is published under, or its folder
    bundle: String,
    /// The public key that its operator has told you, or a file with it
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    key: String,
    /// JSON-RPC of the L1 [default: what the bundle names]
    #[arg(long, value_name = "URL")]
    l1: Option<String>,
    /// Beacon node of the L1, for blobs [default: what the bundle names]
    #[arg(long, value_name = "URL")]
    beacon: Option<String>,
    /// JSON-RPC of the L2 to compare with [default: what the bundle names]
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// Execution engine [default: reth where it is found, else geth]
    #[arg(long, value_name = "ENGINE")]
    engine: Option<Engine>,
    /// Folder of the follower
    #[arg(long, value_name = "DIR", default_value = ".follow")]
    dir: PathBuf,
    /// Take another genesis than was kept: the hash of its block
    #[arg(long, value_name = "HASH")]
    accept_genesis: Option<B256>,
    /// End once the heads are equal, or after so many seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "300")]
    prove: Option<u64>,
    /// Print JSON
    #[arg(long, requires = "prove")]
    json: bool,
}

#[derive(Args)]
struct UpArgs {
    /// Folder of the devnet [default: .devnet; with --prove or --break a temporary one]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How many followers run beside the sequencer
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=8))]
    followers: u8,
    /// Execution engine [default: the chain's; for a new one reth where it is found, else geth]
    #[arg(long, value_name = "ENGINE")]
    engine: Option<Engine>,
    /// Execution engine of the followers [default: the sequencer's]
    #[arg(long, value_name = "ENGINE")]
    follower_engine: Option<Engine>,
    /// Take the contracts from an op-deployer work directory made with `--deployment-target genesis`
    #[arg(long, value_name = "DIR")]
    deployment: Option<PathBuf>,
    /// Have op-deployer make the chain of these artifacts of op-contracts: a forge-artifacts folder, or the
    /// archive that a release publishes (.tar.gz, .tzst)
    #[arg(long, value_name = "PATH", conflicts_with = "deployment")]
    artifacts: Option<PathBuf>,
    /// Post batches as blobs where they are cheaper, as production does, and make the chain's fees for that
    /// [default: calldata, which takes less of the machine]
    #[arg(long)]
    blobs: bool,
    /// Prove that the chain works, print the proof and stop; `full` adds a withdrawal and a dispute
    #[arg(
        long,
        value_name = "DEPTH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "basic",
        conflicts_with = "fault"
    )]
    prove: Option<Depth>,
    /// Bring up only the L1 with the contracts, and write the chain's files for services that run
    /// elsewhere
    #[arg(long, conflicts_with_all = ["prove", "fault"])]
    l1_only: bool,
    /// Plant a fault, show what the gate says, and stop
    #[arg(long = "break", value_name = "FAULT")]
    fault: Option<Fault>,
    /// Print the proof or the gate's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Parses the command line, runs it and prints an error once.
pub(crate) fn main() -> ExitCode {
    if let Some(result) = child::main(std::env::args_os().skip(1)) {
        return result.map_or_else(failed, |()| ExitCode::SUCCESS);
    }
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime
        .context("cannot start the asynchronous runtime")
        .and_then(|runtime| runtime.block_on(run(cli.command)));
    result.unwrap_or_else(failed)
}

#[expect(clippy::needless_pass_by_value, reason = "the end of an error")]
fn failed(error: anyhow::Error) -> ExitCode {
    out::error(&error);
    ExitCode::FAILURE
}

async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Up(args) => up(args).await,
        Command::Follow(args) => follow(*args).await,
        Command::Build => build().await,
        Command::Down(args) => down(&Home::open(&args.dir)?).await,
        Command::Reset { dir, yes } => reset(&Home::open(&dir.dir)?, yes).await,
        Command::Status { dir, json } => status::show(&Home::open(&dir.dir)?, json).await,
        Command::Faucet { address, eth, dir, json } => {
            faucet::give(&Home::open(&dir.dir)?, address, eth, json).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Logs { service, dir, follow } => {
            logs::show(&Home::open(&dir.dir)?, &service, follow).await
        }
    }
}

async fn up(args: UpArgs) -> Result<ExitCode> {
    ensure!(
        !args.json || args.prove.is_some() || args.fault.is_some(),
        "--json goes with --prove or --break"
    );
    let clock = Clock::start();
    // A proof is about a fresh chain, and leaves nothing behind.
    let temporary = match &args.dir {
        None if args.prove.is_some() || args.fault.is_some() => Some(
            tempfile::Builder::new()
                .prefix("op-devnet-")
                .tempdir()
                .context("no temporary folder")?,
        ),
        _ => None,
    };
    let dir = match (&args.dir, &temporary) {
        (Some(dir), _) => dir.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => PathBuf::from(".devnet"),
    };
    let options = Options {
        dir,
        followers: args.followers.into(),
        deployment: args.deployment,
        artifacts: args.artifacts,
        l1_only: args.l1_only,
        blobs: args.blobs,
        engines: Asked { sequencer: args.engine, followers: args.follower_engine },
        needs: args.fault.map_or(&[], Fault::needs),
    };
    let passed = match (args.prove, args.fault) {
        (Some(depth), _) => prove::run(&options, depth, args.json, &clock).await,
        (None, Some(fault)) => fault::run(&options, fault, args.json, &clock).await,
        (None, None) if args.l1_only => up::l1_only(&options, &clock).await.map(|()| true),
        (None, None) => up::run(&options, &clock).await.map(|()| true),
    };
    if let Some(temporary) = temporary
        && !matches!(passed, Ok(true))
    {
        clock.say(format!("the logs are kept in {}", temporary.keep().display()));
    }
    Ok(if passed? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn follow(args: FollowArgs) -> Result<ExitCode> {
    let clock = Clock::start();
    let text = if Path::new(&args.key).is_file() {
        String::from_utf8(file::read(Path::new(&args.key), 16 << 10)?).unwrap_or_default()
    } else {
        args.key
    };
    let options = follow::Options {
        dir: args.dir,
        place: args.bundle,
        key: text.parse().context("--key")?,
        l1: args.l1,
        beacon: args.beacon,
        rpc: args.rpc,
        engine: args.engine,
        accept_genesis: args.accept_genesis,
        prove: args.prove.map(Duration::from_secs),
        json: args.json,
    };
    let equal = follow::run(&options, &clock).await?;
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Dropping the build ends its tools, which Ctrl-C alone does not reach.
async fn build() -> Result<ExitCode> {
    tokio::select! {
        built = devnet::build() => built.map(|()| ExitCode::SUCCESS),
        () = interrupted()? => bail!("interrupted; what is built stays, the rest is built next time"),
    }
}

async fn down(home: &Home) -> Result<ExitCode> {
    let pid = end_supervisor(home).await?;
    // Another run may have begun meanwhile: it has seen to what this one left.
    match home.lock() {
        Ok(lock) => end_leftovers(home, &lock).await,
        Err(_) if home.supervisor()? != pid => {}
        Err(error) => return Err(error),
    }
    Ok(ExitCode::SUCCESS)
}

async fn reset(home: &Home, yes: bool) -> Result<ExitCode> {
    home.check_ours()?;
    out::result(reset::list(home)?)?;
    if !reset::is_agreed(yes)? {
        out::line(format_args!(
            "Nothing was stopped or removed. `op-devnet reset --yes --dir {}` does it; the chain is then gone for good",
            home.dir().display()
        ));
        return Ok(ExitCode::FAILURE);
    }
    end_supervisor(home).await?;
    let lock = home.lock()?;
    end_leftovers(home, &lock).await;
    home.clear(&lock)?;
    for name in keys::brought(&home.keys())? {
        out::line(format_args!("kept {}, which you brought", home.keys().join(name).display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends the supervisor that runs now, and says which one that was.
async fn end_supervisor(home: &Home) -> Result<Option<Pid>> {
    /// Longer than the stop timeouts of what ends one after the other: batcher, a follower's op-node and
    /// engine, the sequencer's, L1.
    const PATIENCE: Duration = Duration::from_mins(15);
    /// An engine closes its database within seconds.
    const LONG: Duration = Duration::from_secs(20);
    let Some(pid) = home.supervisor()? else { return Ok(None) };
    kill_process(pid, Signal::TERM)
        .with_context(|| format!("cannot stop the supervisor (pid {pid})"))?;
    let begin = Instant::now();
    let mut next = LONG;
    while home.supervisor()? == Some(pid) {
        let waited = begin.elapsed();
        if waited > next {
            out::line(format_args!("waits for {}", leftovers::names(home)));
            next += LONG;
        }
        ensure!(
            waited < PATIENCE,
            "the supervisor (pid {pid}) does not end, and {} run: kill -9 {pid}, then op-devnet down again",
            leftovers::names(home)
        );
        sleep(Duration::from_millis(50)).await;
    }
    Ok(Some(pid))
}

async fn end_leftovers(home: &Home, lock: &Lock) {
    let left = leftovers::end(home, lock).await;
    if left > 0 {
        out::line(format_args!("ended {left} processes that an earlier run had left"));
    }
}
