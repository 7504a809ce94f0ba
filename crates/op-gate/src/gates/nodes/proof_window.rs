//! An engine proves the blocks that withdrawals and disputes ask for.

use eth_rpc::{is_loopback, port_of_url};
use op_chain::game_args::is_permissioned;
use op_util::text::span;

use crate::command::{Command, duration};
use crate::finding::{Comparison, Finding};
use crate::gates::disputes::batch_cadence::channel;
use crate::read::Facts;
use crate::read::nodes::histories::{self, History};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::ProofWindow;
/// Seconds between Ethereum's blocks.
const SLOT: u64 = 12;
/// Seconds for which a game that everybody may play asks for the state of its block (op-challenger's
/// `game-window`).
const DISPUTES: u64 = 28 * 24 * 3_600;
/// The largest `--rpc.eth-proof-window` (reth `rpc-server-types/src/constants.rs`).
const MOST: u64 = 1_209_600;
/// Blocks that op-reth's proofs history has without a number (`--proofs-history.window`).
const HISTORY: u64 = 1_296_000;
/// Blocks whose state op-geth has where it is no archive (`core/state/statedb.go`, `TriesInMemory`).
const NO_ARCHIVE: u64 = 128;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let Some((seconds, why, source)) = needed(command, facts) else {
        return vec![Finding::skip(
            GATE,
            "neither a proposer nor a challenger of this configuration says how old a root gets",
        )];
    };
    let block_time = facts.rollup.block_time.max(1);
    let blocks = seconds.div_ceil(block_time);
    let compare = |found: String, flag: &str| {
        let expected = format!("proofs of the last {}, {blocks} blocks: {why}", span(seconds));
        let found_source = format!("--{flag} of {}, block_time of rollup.json", command.component);
        Comparison::new(GATE, (expected, source), (found, found_source))
    };
    let (flag, window) = window(command);
    let window = match window {
        Window::Everything => return vec![compare("all blocks".to_owned(), flag).holds()],
        Window::Unknown(given) => {
            return vec![compare(format!("{given:?}"), flag).refuse("Write a number of blocks.")];
        }
        Window::Blocks(window) => window,
    };
    let found = format!("{window} blocks, {}", span(window.saturating_mul(block_time)));
    let mut findings =
        vec![compare(found, flag).warn_unless(window >= blocks, mend(command, blocks))];
    findings.extend(kept(command, blocks, facts));
    findings
}

/// Blocks by which a history is behind that is well: it is written every five, or ten seconds.
const LAG: u64 = 64;

/// What the running engine has of its history: one that was switched on is filled before the start.
fn kept(command: &Command, blocks: u64, facts: &Facts) -> Option<Finding> {
    let url = histories::url(command)?;
    let source = format!("debug_proofsSyncStatus of the engine at {url}");
    Some(match facts.nodes.histories.get(&url)? {
        Ok(history) => of_history(*history, blocks, &source),
        // Before its start there is nobody to ask.
        Err(reason) => Finding::skip(GATE, format!("{source}: {reason}")),
    })
}

fn of_history(history: History, blocks: u64, source: &str) -> Finding {
    const FILL: &str = "Without its state an honest claim is lost. Restart the engine: its history is filled before \
                        each start (op-reth proofs backfill), here and on NixOS.";
    const BEHIND: &str = "It follows by itself after a time without it. Where it stands still, see trie::engine in \
                          the engine's log: stop it, move its folder historical-proofs aside, and start it, which \
                          fills it again.";
    let first = history.head.saturating_sub(blocks);
    let compare = |found: String| {
        let expected = format!("state of the blocks {first} to {}", history.head);
        Comparison::new(GATE, (expected, "its newest block"), (found, source))
    };
    let Some((earliest, latest)) = history.blocks else {
        return compare("none".to_owned()).warn(FILL);
    };
    let found = compare(format!("blocks {earliest} to {latest}"));
    if latest.saturating_add(LAG) < history.head {
        return found.warn(BEHIND);
    }
    found.warn_unless(earliest <= first, FILL)
}

enum Window {
    Everything,
    Blocks(u64),
    /// What stands in the place of a number.
    Unknown(String),
}

/// How far back the engine proves, and the flag that says so.
fn window(engine: &Command) -> (&'static str, Window) {
    let blocks = |flag: &'static str, default: u64| {
        let given = engine.value(flag);
        let number = given.map_or(Some(default), |given| given.parse().ok());
        let unknown = || Window::Unknown(given.unwrap_or_default().to_owned());
        (flag, number.map_or_else(unknown, Window::Blocks))
    };
    if engine.component == "op-geth" {
        let archive = engine.setting("gcmode") == Some("archive");
        let window = if archive { Window::Everything } else { Window::Blocks(NO_ARCHIVE) };
        return ("gcmode", window);
    }
    if engine.is_on("proofs-history") {
        return blocks("proofs-history.window", HISTORY);
    }
    blocks("rpc.eth-proof-window", 0)
}

/// Seconds, why, and by what.
fn needed(engine: &Command, facts: &Facts) -> Option<(u64, String, &'static str)> {
    if is_asked_by_open_games(engine, facts) {
        let why = "a game that everybody may play is disputed for as long".to_owned();
        return Some((DISPUTES, why, "gameType of the challenger that asks this engine"));
    }
    let proposers = facts.config.commands("op-proposer");
    // What is no time is told by the gate of their cadence.
    let intervals = proposers.map(|it| it.value("proposal-interval").and_then(duration));
    let interval = intervals.map(Option::unwrap_or_default).max()?;
    let channels = facts.config.commands("op-batcher").filter_map(|it| channel(it).ok());
    let channel = channels.max().unwrap_or_default();
    let seconds = channel.saturating_mul(SLOT).saturating_add(2 * interval.as_secs());
    let why = format!(
        "the newest root is as old as two games and a channel (a game every {}, channels of {channel} L1 blocks)",
        span(interval.as_secs())
    );
    Some((
        seconds,
        why,
        "--proposal-interval of the proposer, --max-channel-duration of the batcher",
    ))
}

fn is_asked_by_open_games(engine: &Command, facts: &Facts) -> bool {
    let own = engine.value("http.port").unwrap_or("8545").parse::<u16>().ok();
    facts.config.services.values().any(|service| {
        let open = service.played().into_iter().any(|game_type| !is_permissioned(game_type));
        let asker = service.command.as_ref().filter(|command| command.component == "op-challenger");
        let url = asker.and_then(|asker| asker.value("l2-eth-rpc")).filter(|url| is_loopback(url));
        open && url.and_then(port_of_url).is_some_and(|port| Some(port) == own)
    })
}

fn mend(engine: &Command, blocks: u64) -> String {
    let set = if engine.component == "op-geth" {
        "keep the state of all blocks (--gcmode=archive, from the first start on)".to_owned()
    } else if engine.is_on("proofs-history") {
        format!("set --proofs-history.window={blocks} (on NixOS proofsHistory)")
    } else if blocks > MOST {
        format!(
            "--rpc.eth-proof-window ends at {MOST}, so keep a history (on NixOS proofsHistory = {blocks}). By hand: \
             stop the engine, `op-reth proofs init` with its --chain and --datadir, then start it with \
             --proofs-history as well, and give both --proofs-history.storage-version=v2 (v1, the default, \
             cannot be filled backwards) and \
             --proofs-history.window={blocks}"
        )
    } else {
        format!("set --rpc.eth-proof-window={blocks} (on NixOS proofWindow)")
    };
    format!(
        "A withdrawal is proven, and a root defended, with eth_getProof at the root's own block; of an older one \
         this engine has none, and users wait for the next root: {set}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Answer;

    #[test]
    fn a_running_engine_has_the_state_that_disputes_ask_for() {
        for (blocks, head, answer, mend) in [
            (Some((0, 640)), 646, Answer::Pass, ""),
            (Some((5, 3_005)), 3_005, Answer::Pass, ""),
            (Some((6, 3_005)), 3_005, Answer::Warn, "filled before"),
            // As it is written every few blocks; and after a time without it.
            (Some((0, 636)), 700, Answer::Pass, ""),
            (Some((0, 635)), 700, Answer::Warn, "follows by itself"),
            (None, 646, Answer::Warn, "filled before"),
        ] {
            let finding = of_history(History { blocks, head }, 3_000, "the engine");
            assert_eq!(finding.answer, answer, "{blocks:?} {head}");
            assert!(finding.mend.contains(mend), "{blocks:?} {head}: {}", finding.mend);
        }
    }
}
