//! What a process takes of the machine, as Linux counts it (proc(5)).

use std::{fs, time::Duration};

/// `USER_HZ`, on every architecture that the program is built for.
const TICK: Duration = Duration::from_millis(10);

/// What a process takes, the memory first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Usage {
    /// In units of 1024 bytes.
    resident: u64,
    anonymous: u64,
    /// Of all its threads so far.
    pub(crate) cpu: Duration,
}

impl Usage {
    pub(crate) fn of(process: u32) -> Self {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap();
        let size = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
        };
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // utime and stime; the program's name before them may hold anything.
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
        let ticks: u32 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u32>().unwrap()).sum();
        Self { resident: size("Rss:"), anonymous: size("Anonymous:"), cpu: TICK * ticks }
    }

    pub(crate) fn megabytes(self) -> f64 {
        self.resident as f64 * 1_024.0 / 1e6
    }

    pub(crate) fn anonymous_megabytes(self) -> f64 {
        self.anonymous as f64 * 1_024.0 / 1e6
    }
}

/// The slope of the line with the least squares.
pub(crate) fn slope(samples: &[(f64, f64)]) -> f64 {
    let count = samples.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| samples.iter().map(value).sum::<f64>() / count;
    let (middle_x, middle_y) = (mean(|sample| sample.0), mean(|sample| sample.1));
    let (above, below) = samples.iter().fold((0.0, 0.0), |(above, below), (x, y)| {
        let x = x - middle_x;
        (above + x * (y - middle_y), below + x * x)
    });
    above / below
}
