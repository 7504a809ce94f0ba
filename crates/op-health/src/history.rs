//! The last hours for the charts: a point a minute.

use crate::figures::{accounts, l1};
use crate::memory::{POINTS, push};
use crate::watch::Watch;
use op_status::status::Point;
use op_util::number::{float, whole};

/// Seconds between two points.
const PAUSE: f64 = 60.0;

pub(crate) fn draw(watch: &mut Watch) {
    let now = whole(watch.seen.now);
    let last = watch.memory.history.back().map_or(0, |point| point.at);
    // A clock that was set back must not stop the charts.
    if now >= last && float(now - last) < PAUSE {
        return;
    }
    let point = point(watch, now);
    push(&mut watch.memory.history, point, POINTS);
}

pub(crate) fn point(watch: &Watch, now: u64) -> Point {
    let Watch { setup, seen, memory, conditions } = watch;
    let sequencer = setup.plan.sequencer().and_then(|node| memory.nodes.get(&node.name));
    let unsafe_head = sequencer.and_then(|node| node.unsafe_head).map(|head| head.block);
    let safe_head = sequencer.and_then(|node| node.safe_head).map(|head| head.block);
    let batcher = setup.service_of("op-batcher").and_then(|name| seen.accounts.get(name));
    let balance = batcher.and_then(|&account| accounts::balance(seen, account).ok());
    let behind = seen.comparisons.values().filter_map(|last| last.unsafe_head.blocks_behind());
    let failed = conditions.iter().filter(|condition| !condition.state.is_ready()).count();
    Point {
        at: now,
        unsafe_head: unsafe_head.map(|block| block.number),
        safe_head: safe_head.map(|block| block.number),
        unsafe_age: unsafe_head.map(|block| now.saturating_sub(block.timestamp)),
        safe_lag: unsafe_head
            .zip(safe_head)
            .map(|(head, safe)| head.timestamp.saturating_sub(safe.timestamp)),
        window_left: l1::sequencing_window(watch).map(|window| window.left),
        batcher_balance: balance.map(|wei| f64::from(wei) / 1e18),
        follower_lag: behind.max(),
        failed: u32::try_from(failed).unwrap_or(u32::MAX),
    }
}
