//! `op-warden prove`.

use std::io::{self, BufWriter, IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Args, Subcommand};
use eth_rpc::Rpc;

use crate::{deposit, output::print};
use op_util::{file, foreign::clean};

use op_prove::heads::{self, Options};
use op_prove::{compare::Verdict, proof::Proof};

/// For one request, all retries included.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest proof that is read: some hundred thousand headers.
const MOST_BYTES: u64 = 256 << 20;

#[derive(Subcommand)]
pub(crate) enum ProveCommand {
    /// Compares every block of followers with a reference
    #[command(
        after_help = "Example: op-warden prove heads --reference http://127.0.0.1:8545 --follower \
            http://127.0.0.1:8645\n  op-warden prove heads --reference URL --follower URL \
            --follower URL --verify-headers --proof proof.json\n  op-warden prove check \
            proof.json\n\nThe unsafe head (latest) and the safe head are judged each for itself. A \
            node that knows no safe block is fine: its safe head is unknown and says so.\n\nExit \
            codes: 0 equal, 1 diverged, 2 behind, 3 unknown (of several followers: diverged before \
            unknown before behind). The unsafe head decides; of the safe head only diverged \
            counts. 255 for usage errors and where the proof cannot be written."
    )]
    Heads(HeadsArgs),
    /// Checks a proof without any node
    #[command(
        after_help = "Example: op-warden prove check proof.json\n\nRecomputes all hashes from the \
            headers, the links between them, what each follower has committed to, and the \
            verdicts.\n\nExit codes: 0 it holds, 255 it does not or cannot be read."
    )]
    Check {
        /// What `prove heads --proof` has written
        file: PathBuf,
    },
    /// Sends a deposit on L1 and shows that it arrived on every node of L2
    #[command(
        after_help = "Example: op-warden prove deposit --config op-warden.json --key keys/user \
            --amount 0.01\n  op-warden prove deposit --config op-warden.json --transaction 0x…\n\n\
            The portal is that of rollup.json; before anything is sent, L1 has to be the \
            configuration's and the portal the chain's. The transaction that has to appear on L2 \
            is computed from the log on L1. Interrupted, or not everywhere within --wait: \
            --transaction goes on, without sending again.\n\nExit codes: 0 in the same block on \
            every node, 1 in different blocks or failed, 2 not on every node within --wait, 3 a \
            node or L1 does not answer, 255 where nothing could be sent or followed."
    )]
    Deposit(deposit::DepositArgs),
}

#[derive(Args)]
pub(crate) struct HeadsArgs {
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
    /// Recompute every hash from its header: a made-up hash is unknown, never equal
    #[arg(long)]
    verify_headers: bool,
    /// Write a proof that others can check with `prove check`; verifies headers
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// Print the proof as JSON, without its headers
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: &ProveCommand) -> anyhow::Result<ExitCode> {
    match command {
        ProveCommand::Heads(args) => compare(args).await,
        ProveCommand::Check { file } => check(file),
        ProveCommand::Deposit(args) => deposit::run(args).await,
    }
}

async fn compare(args: &HeadsArgs) -> anyhow::Result<ExitCode> {
    let reference = Rpc::new(&args.reference, PATIENCE).context("--reference")?;
    let followers: Result<Vec<_>, _> =
        args.followers.iter().map(|url| Rpc::new(url, PATIENCE)).collect();
    let options = Options {
        from: args.from,
        to: args.to,
        verify: args.verify_headers,
        keep: args.proof.is_some(),
    };
    let followers = followers.context("--follower")?;
    let mut proof = heads::prove(&reference, &followers, options, progress()).await;
    if let Some(path) = &args.proof {
        write(path, &proof).with_context(|| format!("cannot write {}", path.display()))?;
    }
    proof.headers.clear();
    if args.json {
        print(serde_json::to_string_pretty(&proof)?)?;
    } else {
        show(&proof)?;
    }
    Ok(ExitCode::from(exit_code(&proof)))
}

/// A line for each follower. The proof may be somebody else's.
fn show(proof: &Proof) -> anyhow::Result<()> {
    proof.followers.iter().try_for_each(|follower| {
        let [name, result, safe] =
            [&follower.follower, &follower.result.to_string(), &follower.safe.to_string()]
                .map(|text| clean(text));
        print(format_args!("{name}: {result}; safe head {safe}"))
    })
}

/// Shows progress on a terminal.
fn progress() -> impl Fn(u64, u64) {
    let shown = stderr().is_terminal();
    move |done, all| {
        if shown {
            let end = if done == all { "\n" } else { "" };
            // Nothing is left to do if the terminal is gone.
            let _ = write!(stderr(), "\r{done} of {all} blocks{end}");
        }
    }
}

fn write(path: &Path, proof: &Proof) -> io::Result<()> {
    file::replace_with(path, None, |file| {
        let mut file = BufWriter::new(file);
        serde_json::to_writer(&mut file, proof)?;
        file.flush()
    })
}

/// Of the worst verdict: diverged, unknown, behind, equal.
fn exit_code(proof: &Proof) -> u8 {
    let severity = |verdict: &Verdict| match verdict {
        Verdict::Equal { .. } => 0,
        Verdict::Behind { .. } => 1,
        Verdict::Unknown { .. } => 2,
        Verdict::Diverged { .. } => 3,
    };
    let safe = proof.followers.iter().map(|follower| &follower.safe);
    let safe = safe.filter(|verdict| matches!(verdict, Verdict::Diverged { .. }));
    let results = proof.followers.iter().map(|follower| &follower.result).chain(safe);
    results.max_by_key(|verdict| severity(verdict)).map_or(3, Verdict::exit_code)
}

fn check(path: &Path) -> anyhow::Result<ExitCode> {
    let context = || format!("cannot read {}", path.display());
    let text = file::read(path, MOST_BYTES).with_context(context)?;
    let proof: Proof = serde_json::from_slice(&text).with_context(context)?;
    proof.check().with_context(|| format!("{} does not hold", path.display()))?;
    print(format_args!(
        "{} holds: {} headers from block {} on, each a child of the one before.",
        path.display(),
        proof.headers.len(),
        proof.from
    ))?;
    show(&proof)?;
    print(
        "Proven: the hashes are those of the headers, and the verdicts follow from what is written here. \
         Unknown is no claim.\nNot proven: that the nodes really answered so, and that the blocks are valid.",
    )?;
    Ok(ExitCode::SUCCESS)
}
