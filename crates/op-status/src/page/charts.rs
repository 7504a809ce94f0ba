//! The last hours as small charts.

use maud::{Markup, html};

use crate::page::chart::{self, Series, Unit};
use crate::page::parts::{nothing, part};
use crate::status::{Point, Status};
use op_util::number::float;

/// What a chart takes from a minute.
type Value = fn(&Point) -> Option<f64>;

pub(super) fn section(status: &Status, now: u64) -> Markup {
    let Status { history, limits, .. } = status;
    let charts: [(&str, &str, Unit, Value, Option<f64>); 6] = [
        (
            "unsafe-age",
            "Age of the unsafe head",
            Unit::Seconds,
            |at| at.unsafe_age.map(float),
            Some(float(limits.unsafe_stall)),
        ),
        (
            "safe-lag",
            "Safe head behind",
            Unit::Seconds,
            |at| at.safe_lag.map(float),
            Some(float(limits.safe_lag)),
        ),
        (
            "follower-lag",
            "Slowest follower behind",
            Unit::Blocks,
            |at| at.follower_lag.map(float),
            None,
        ),
        ("window-left", "Sequencing window", Unit::L1Blocks, |at| at.window_left.map(float), None),
        ("batcher-balance", "Batcher's balance", Unit::Eth, |at| at.batcher_balance, None),
        (
            "failed",
            "Conditions that do not hold",
            Unit::Count,
            |at| Some(f64::from(at.failed)),
            None,
        ),
    ];
    let content = html! {
        @if history.is_empty() { (nothing("No minute has passed yet.")) }
        @else {
            div.charts {
                @for (id, title, unit, value, bound) in charts {
                    (chart::figure(&Series {
                        id,
                        title,
                        unit,
                        bound,
                        points: history.iter().map(|at| (at.at, value(at))).collect(),
                    }, now))
                }
            }
        }
    };
    part("charts", "The last hours", &content)
}
