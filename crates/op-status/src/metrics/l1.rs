//! L1: heads, the sequencing window, dispute games.

use crate::metrics::exposition::{Page, one, plain};
use crate::status::Status;
use op_util::number::float;

pub(super) fn l1(page: &mut Page, status: &Status) {
    let l1 = &status.l1;
    let heads = || {
        let heads = [("latest", l1.head), ("safe", l1.safe), ("finalized", l1.finalized)];
        heads.into_iter().filter_map(|(name, head)| Some((vec![("head", name)], head?)))
    };
    page.gauge(
        "l1_up",
        "Whether L1 was read at the last poll.",
        one(l1.error.is_none() && l1.head.is_some()),
    );
    page.gauge(
        "l1_head_number",
        "Number of L1's head.",
        heads().map(|(labels, head)| (labels, float(head.number))),
    );
    page.gauge(
        "l1_head_timestamp_seconds",
        "Time of L1's head.",
        heads().map(|(labels, head)| (labels, float(head.timestamp))),
    );
    let window = status.sequencing_window;
    page.gauge(
        "sequencing_window_blocks",
        "L1 blocks in which a batch counts.",
        window.map(|window| plain(float(window.size))),
    );
    page.gauge(
        "sequencing_window_left_blocks",
        "L1 blocks until unsafe blocks would be reorganised away.",
        window.map(|window| plain(float(window.left))),
    );
    page.gauge(
        "sequencing_window_left_seconds",
        "Seconds until unsafe blocks would be reorganised away, at L1's measured block time.",
        window.and_then(|window| window.left_seconds).map(plain),
    );
}

pub(super) fn games(page: &mut Page, status: &Status) {
    let Some(games) = &status.games else { return };
    page.gauge("games", "Dispute games that were made.", one(float(games.count)));
    page.gauge(
        "newest_game_timestamp_seconds",
        "When the newest dispute game was made.",
        games.newest_at.map(|at| plain(float(at))),
    );
    page.gauge("games_open", "Dispute games that are not resolved.", one(float(games.open)));
    page.gauge(
        "games_overdue",
        "Dispute games that are not resolved although the time for it has passed.",
        one(float(games.overdue)),
    );
    page.gauge("games_disputed", "Our games that somebody disputes.", one(float(games.disputed)));
    page.gauge(
        "games_unread",
        "Dispute games in play that could not be read.",
        one(float(games.unread)),
    );
    page.gauge(
        "games_lost",
        "Our games that were lost in the last 28 days.",
        one(float(games.lost)),
    );
}

/// As long as it answers itself, whatever L1 says of games.
pub(super) fn dispute_mon(page: &mut Page, status: &Status) {
    page.gauge(
        "dispute_mon_disagreements",
        "Games that op-dispute-mon disagrees with.",
        status.dispute_mon_disagreements.map(|count| plain(float(count))),
    );
}
