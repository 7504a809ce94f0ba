//! Numbers that a program does not start with, and flags without which it does not.

/// Bounds of a flag's number, in seconds where it is a time.
#[derive(Debug)]
pub struct Bound {
    pub flag: &'static str,
    pub least: f64,
    pub most: f64,
    /// The switch without which the program does not look at it.
    pub switch: Option<&'static str>,
}

const fn bound(flag: &'static str, least: f64, most: f64) -> Bound {
    Bound { flag, least, most, switch: None }
}

const fn port(flag: &'static str, switch: &'static str) -> Bound {
    Bound { switch: Some(switch), ..bound(flag, 0.0, 65_535.0) }
}

/// As good as more than nothing.
const NANOSECOND: f64 = 1e-9;
const ANY: f64 = f64::INFINITY;

/// Of each program that has the flag (`op-service` `rpc`, `metrics`, `oppprof`, `txmgr`).
const OF_ALL: &[Bound] = &[
    bound("rpc.port", 0.0, 65_535.0),
    port("metrics.port", "metrics.enabled"),
    port("pprof.port", "pprof.enabled"),
    bound("num-confirmations", 1.0, ANY),
    bound("network-timeout", NANOSECOND, ANY),
    bound("fee-limit-multiplier", 1.0, ANY),
    bound("resubmission-timeout", NANOSECOND, ANY),
    bound("txmgr.receipt-query-interval", NANOSECOND, ANY),
    bound("txmgr.not-in-mempool-timeout", NANOSECOND, ANY),
    bound("safe-abort-nonce-too-low-count", 1.0, ANY),
    bound("poll-interval", NANOSECOND, ANY),
    // More is no room for: the program panics.
    bound("max-concurrency", 1.0, 1_000_000.0),
];

const OF_PROGRAMS: &[(&str, Bound)] = &[
    // A frame has 23 bytes beside its data, and a transaction one before it.
    ("op-batcher", bound("max-l1-tx-size-bytes", 25.0, ANY)),
    ("op-batcher", bound("target-num-frames", 1.0, ANY)),
    ("op-batcher", bound("batch-type", 0.0, 1.0)),
    // op-node `config/l1_el_rpc.go`.
    ("op-node", bound("l1.rpc-max-batch-size", 1.0, 500.0)),
    ("op-node", bound("l1.rpc-rate-limit", 0.0, ANY)),
    ("op-node", bound("l1.max-concurrency", 1.0, ANY)),
    ("op-node", bound("l1.cache-size", 0.0, 1_000_000.0)),
    ("op-batcher", bound("check-recent-txs-depth", 0.0, 128.0)),
    ("op-proposer", bound("proposal-interval", NANOSECOND, ANY)),
    ("op-dispute-mon", bound("monitor-interval", NANOSECOND, ANY)),
];

/// Flags of which one of each group must be given.
const REQUIRED: &[(&str, &[&[&str]])] = &[
    ("op-node", &[&["l1"], &["l2"], &["l2.jwt-secret"], &["rollup.config", "network"]]),
    ("op-batcher", &[&["l1-eth-rpc"], &["l2-eth-rpc"], &["rollup-rpc"]]),
    ("op-proposer", &[&["l1-eth-rpc"], &["game-factory-address"], &["proposal-interval"]]),
    (
        "op-challenger",
        &[
            &["l1-eth-rpc"],
            &["l1-beacon"],
            &["l2-eth-rpc"],
            &["datadir"],
            &["game-factory-address", "network"],
        ],
    ),
    ("op-dispute-mon", &[&["l1-eth-rpc"], &["game-factory-address", "network"]]),
];

/// The bounds of a program's flag.
#[must_use]
pub fn of(component: &str, flag: &str) -> Option<&'static Bound> {
    let own = OF_PROGRAMS.iter().filter(|(of, _)| *of == component).map(|(_, bound)| bound);
    own.chain(OF_ALL).find(|bound| bound.flag == flag)
}

/// The flags that a program must be given, as groups of which each needs one.
#[must_use]
pub fn required(component: &str) -> &'static [&'static [&'static str]] {
    REQUIRED.iter().find(|(of, _)| *of == component).map_or(&[], |(_, groups)| groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags;

    #[test]
    fn they_are_flags_of_their_programs() {
        let has = |component: &str, flag: &str| {
            flags::of(component).is_some_and(|program| program.flags.contains_key(flag))
        };
        for (component, bound) in OF_PROGRAMS {
            assert!(has(component, bound.flag), "{component} {}", bound.flag);
        }
        for (component, groups) in REQUIRED {
            for flag in groups.iter().copied().flatten() {
                assert!(has(component, flag), "{component} {flag}");
            }
        }
    }
}
