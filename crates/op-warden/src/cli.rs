//! The command line.

use std::{
    ffi::OsString,
    fmt::Display,
    io::{Write as _, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use op_chain::{
    genesis::{Fallback, GenesisBlock},
    rollup::RollupConfig,
    rpc::Rpc,
};
use serde_json::json;

use crate::{
    config::Config,
    exec::{self, Credential},
    gate::{self, Answer, Judgement},
    prove::heads::{self, Verdict},
};

/// systemd's `ExecCondition=` fails the unit on 255 and skips it on everything from 1 to 254.
const WRONG: u8 = 255;

/// Lets each service of an OP Stack chain start only when its keys, genesis and contracts are right.
#[derive(Parser)]
#[command(
    name = "op-warden",
    version,
    about,
    after_help = "Exit codes: 0 pass, 75 wait, 255 refuse and every usage or configuration error.\n\nExample: op-warden gate batcher --config /etc/op-warden.json"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judges one service's preconditions
    #[command(
        after_help = "Example: op-warden gate batcher --config /etc/op-warden.json\n\nExit codes: 0 pass (start), 75 wait (do not start, try again), 255 refuse (do not start)."
    )]
    Gate(GateArgs),
    /// Judges all services and prints one table
    #[command(
        after_help = "Example: op-warden check --config /etc/op-warden.json\n\nExit code: 0 only if every service passes, else that of the worst answer."
    )]
    Check(CheckArgs),
    /// Puts files into environment variables and becomes the program
    #[command(
        after_help = "Example: op-warden exec --credential OP_BATCHER_PRIVATE_KEY=/run/keys/batcher -- op-batcher --l1-eth-rpc=http://127.0.0.1:8545"
    )]
    Exec(ExecArgs),
    /// The L2 genesis block
    #[command(
        subcommand,
        after_help = "Example: op-warden genesis hash genesis.json --rollup rollup.json"
    )]
    Genesis(GenesisCommand),
    /// Proofs over whole chains
    #[command(
        subcommand,
        after_help = "Example: op-warden prove heads --reference http://127.0.0.1:8545 --follower http://127.0.0.1:8645"
    )]
    Prove(ProveCommand),
}

#[derive(Args)]
struct GateArgs {
    /// The service, as the configuration names it
    service: String,
    #[command(flatten)]
    common: CheckArgs,
}

#[derive(Args)]
struct CheckArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ExecArgs {
    /// Environment variable and the file that holds its value; may be repeated
    #[arg(long = "credential", value_name = "NAME=FILE")]
    credentials: Vec<Credential>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
}

#[derive(Subcommand)]
enum GenesisCommand {
    /// Computes the block hash of a genesis.json
    #[command(after_help = "Example: op-warden genesis hash genesis.json --rollup rollup.json")]
    Hash {
        /// The genesis.json
        file: PathBuf,
        /// Compare with this rollup.json: exit 0 if it names the same hash, else 255
        #[arg(long, value_name = "FILE")]
        rollup: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum ProveCommand {
    /// Compares every block of followers with a reference
    #[command(
        after_help = "Example: op-warden prove heads --reference http://127.0.0.1:8545 --follower http://127.0.0.1:8645\n\nExit codes: 0 equal, 1 diverged, 2 behind, 3 unknown (of several followers: diverged before unknown before behind)."
    )]
    Heads {
        /// JSON-RPC of the engine to compare with
        #[arg(long, value_name = "URL")]
        reference: String,
        /// JSON-RPC of an engine to compare; may be repeated
        #[arg(long = "follower", value_name = "URL", required = true)]
        followers: Vec<String>,
        /// First block
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Last block [default: the reference's head]
        #[arg(long)]
        to: Option<u64>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Parses the command line, runs it and prints an error once.
#[must_use]
pub fn main() -> ExitCode {
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
        let _ = writeln!(stderr(), "op-warden: {}", once(&error));
        ExitCode::from(WRONG)
    })
}

/// The error and its causes, without those that the text before already tells.
fn once(error: &anyhow::Error) -> String {
    error.chain().skip(1).map(ToString::to_string).fold(error.to_string(), |text, cause| {
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

/// Unlike `println!`, no abort when the reader is gone.
fn print(text: impl Display) -> anyhow::Result<()> {
    writeln!(stdout(), "{text}").context("cannot write the report")
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Gate(args) => gate(&args),
        Command::Check(args) => check(&args),
        Command::Exec(args) => match args.command.split_first() {
            Some((program, rest)) => Err(exec::exec(&args.credentials, program, rest).into()),
            None => anyhow::bail!("no program is given"),
        },
        Command::Genesis(GenesisCommand::Hash { file, rollup, json }) => {
            genesis_hash(&file, rollup.as_deref(), json)
        }
        Command::Prove(ProveCommand::Heads { reference, followers, from, to, json }) => {
            block_on(prove_heads(&reference, &followers, from, to, json))?
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")?;
    Ok(runtime.block_on(future))
}

fn gate(args: &GateArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)?;
    let judgements = block_on(gate::run(&config, &[&args.service]))??;
    let judgement = judgements.first().context("the service was not judged")?;
    if args.common.json {
        print(serde_json::to_string_pretty(judgement)?)?;
    } else {
        print(gate::report::service(judgement).trim_end())?;
    }
    Ok(judgement.answer.exit_code())
}

fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    anyhow::ensure!(!names.is_empty(), "the configuration has no services");
    let judgements = block_on(gate::run(&config, &names))??;
    if args.json {
        print(serde_json::to_string_pretty(&judgements)?)?;
    } else {
        print(gate::report::table(&judgements).trim_end())?;
    }
    Ok(worst(&judgements).exit_code())
}

fn worst(judgements: &[Judgement]) -> Answer {
    judgements.iter().map(|judgement| judgement.answer).max().unwrap_or(Answer::Wait)
}

fn genesis_hash(
    file: &std::path::Path,
    rollup: Option<&std::path::Path>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let rollup: Option<RollupConfig> = rollup
        .map(|path| {
            let text =
                std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{} is not a rollup.json", path.display()))
        })
        .transpose()?;
    let fallback = rollup
        .as_ref()
        .map(|rollup| Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() });
    let block = GenesisBlock::from_file(file, fallback.as_ref())
        .with_context(|| format!("{} has no hash", file.display()))?;
    let expected = rollup.map(|rollup| rollup.genesis.l2.hash);
    let equal = expected.is_none_or(|expected| expected == block.hash);
    if json {
        let report = json!({
            "hash": block.hash, "stateRoot": block.header.state_root, "timestamp": block.header.timestamp,
            "chainId": block.chain_id, "rollupHash": expected, "equal": expected.map(|_| equal),
        });
        print(serde_json::to_string_pretty(&report)?)?;
    } else {
        print(block.hash)?;
        if let Some(expected) = expected.filter(|_| !equal) {
            anyhow::bail!(
                "rollup.json names another genesis block: {expected}. The two files are not of one chain, or one was edited."
            );
        }
    }
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

async fn prove_heads(
    reference: &str,
    followers: &[String],
    from: u64,
    to: Option<u64>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let reference = Rpc::new(reference, PATIENCE).context("--reference")?;
    let mut verdicts = Vec::new();
    for url in followers {
        let follower = Rpc::new(url, PATIENCE).context("--follower")?;
        let verdict = heads::compare(&reference, &follower, from, to).await;
        if !json {
            print(format_args!("{}: {verdict}", follower.shown()))?;
        }
        verdicts.push((follower.shown(), verdict));
    }
    if json {
        let report: Vec<_> = verdicts
            .iter()
            .map(|(follower, verdict)| json!({"follower": follower, "result": verdict}))
            .collect();
        let report = json!({"reference": reference.shown(), "followers": report});
        print(serde_json::to_string_pretty(&report)?)?;
    }
    let severity = |verdict: &Verdict| match verdict {
        Verdict::Equal { .. } => 0,
        Verdict::Behind { .. } => 1,
        Verdict::Unknown { .. } => 2,
        Verdict::Diverged { .. } => 3,
    };
    let worst = verdicts.iter().map(|(_, verdict)| verdict).max_by_key(|verdict| severity(verdict));
    Ok(ExitCode::from(worst.map_or(3, Verdict::exit_code)))
}
