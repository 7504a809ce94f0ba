//! The output roots of games, recomputed from the headers of our own nodes.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;

use crate::memory::{Game, Games, roots::Root};
use crate::watch::Watch;
use op_chain::forks::Fork;
use op_observe::games::Constants;

/// Blocks that are asked for in one poll.
const A_POLL: usize = 8;
/// Roots that are remembered.
const MOST: usize = 1_000;

/// A game's root is to be known, if withdrawals can be proven against the game.
pub(crate) fn meet(games: &mut Games, index: u64, game: &Game, constants: &Constants, at: f64) {
    let Ok((claim, block)) = constants.claim else { return };
    if games.roots.len() < MOST {
        let proxy = game.proxy;
        let root = Root { proxy, claim, block, status: 0, at, own: None, nodes_differ: false };
        games.roots.insert(index, root);
    }
}

/// How the game stands. One that the challenger has won proves no withdrawal.
pub(crate) fn stands(games: &mut Games, index: u64, status: u8, now: f64) {
    let Some(root) = games.roots.get_mut(&index) else { return };
    if status == 1 {
        games.roots.remove(&index);
    } else if root.status != status {
        (root.status, root.at) = (status, now);
    }
}

/// The blocks that our nodes are asked for: those that are safe somewhere.
pub(crate) fn to_ask(watch: &Watch) -> BTreeSet<u64> {
    let heads = watch.memory.nodes.values().filter_map(|node| node.safe_head);
    let safe = heads.map(|head| head.block.number).max().unwrap_or_default();
    let roots = watch.memory.games.roots.values();
    roots.map(|root| root.block).filter(|block| *block <= safe).take(A_POLL).collect()
}

/// Whether a block's header has what its output root is made of: what is older is not looked up.
fn is_in_header(watch: &Watch, block: u64) -> bool {
    watch.seen.chain.as_ref().is_none_or(|chain| {
        let time = chain.genesis.l2_time
            + block.saturating_sub(chain.genesis.l2.number) * chain.block_time;
        chain.forks.is_active(Fork::Isthmus, time)
    })
}

/// Takes what the nodes have at blocks that are safe for them.
pub(crate) fn take(watch: &mut Watch, found: &BTreeMap<u64, BTreeSet<B256>>) {
    let now = watch.seen.now;
    let too_old: BTreeSet<u64> =
        to_ask(watch).into_iter().filter(|block| !is_in_header(watch, *block)).collect();
    watch.memory.games.roots.retain(|_, root| {
        if too_old.contains(&root.block) {
            return false;
        }
        let Some(found) = found.get(&root.block) else { return true };
        let [own] = found.iter().collect::<Vec<_>>()[..] else {
            root.nodes_differ = true;
            return true;
        };
        root.nodes_differ = false;
        if *own == root.claim {
            return false;
        }
        if root.own.replace(*own).is_none() {
            root.at = now;
        }
        true
    });
}
