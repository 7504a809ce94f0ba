//! `op-warden serve` before one sequencer and fifty followers: what it takes of the machine, measured from
//! outside, beside what it may take. The nodes are doubles in this process.
//!
//! `WATCH_SECONDS=3600` measures for an hour at one poll a second (default 60), `WATCH_POLLS=100000` looks
//! for growth over that many polls as fast as they come (default 10000).

#![allow(clippy::unwrap_used, reason = "a benchmark may end at once")]
#![allow(clippy::struct_excessive_bools, reason = "each fault is there or not")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers of a benchmark are small")]
#![allow(clippy::cast_precision_loss, reason = "the numbers of a benchmark are small")]
#![allow(dead_code, reason = "the tests use the rest of the world")]

#[path = "../tests/program/health/service.rs"]
mod service;
#[path = "watch/state.rs"]
mod state;
#[path = "watch/usage.rs"]
mod usage;
#[path = "../tests/program/health/world.rs"]
mod world;

use std::{
    env,
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;
use test_kit::node::Node;

use crate::{
    service::Service,
    usage::{Usage, slope},
    world::{Who, World},
};

const FOLLOWERS: usize = 50;
const NODES: f64 = (FOLLOWERS + 1) as f64;
/// Prometheus looks more rarely.
const SCRAPE: Duration = Duration::from_secs(5);
/// Requests of which the median is printed.
const REQUESTS: usize = 200;
/// Polls before growth is looked for: buffers and connections come with the first ones.
const WARM_UP: f64 = 1_000.0;

fn main() {
    at_one_hertz(Duration::from_secs(number("WATCH_SECONDS", 60)));
    flat(number("WATCH_POLLS", 10_000) as f64);
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn at_one_hertz(length: Duration) {
    let watched = Watched::start(1, 1.0);
    // Every kind of poll has been made some times.
    sleep(Duration::from_secs(10));
    let (before, polls_before, begin) = (watched.usage(), watched.polls(), Instant::now());
    let mut peak = before;
    while begin.elapsed() < length {
        sleep(SCRAPE.min(length.saturating_sub(begin.elapsed())));
        watched.metrics();
        peak = peak.max(watched.usage());
    }
    let (seconds, polls) = (begin.elapsed().as_secs_f64(), watched.polls() - polls_before);
    let cpu = watched.usage().cpu.as_secs_f64() - before.cpu.as_secs_f64();
    let (scrape, length) = watched.time_of_metrics();
    println!("1 sequencer and {FOLLOWERS} followers at 1 Hz: {polls} polls in {seconds:.0} s");
    print("resident memory", peak.megabytes(), 10.0, "MB");
    println!("  of it anonymous           {:8.3} MB", peak.anonymous_megabytes());
    print("CPU of one core", cpu / seconds * 100.0, 2.0, "%");
    print("CPU per node and poll", cpu / (polls * NODES) * 1_000.0, 2.0, "ms");
    print("GET /metrics, median", scrape.as_secs_f64() * 1_000.0, 2.0, "ms");
    println!("  its length                {:8.1} kB", length as f64 / 1_000.0);
}

fn print(what: &str, found: f64, most: f64, unit: &str) {
    let verdict = if found <= most { "" } else { ": TOO MUCH" };
    println!("  {what:<25} {found:8.3} {unit} of {most} {unit}{verdict}");
}

/// Whether memory grows with the number of polls, whatever the time between them is.
fn flat(length: f64) {
    // About a block a poll, as on a real chain.
    let watched = Watched::start(20, 0.01);
    let begin = Instant::now();
    let first = watched.polls();
    let mut samples = Vec::new();
    loop {
        let polls = watched.polls() - first;
        if polls > WARM_UP {
            samples.push((polls, watched.usage().megabytes() * 1_000.0));
        }
        if polls > WARM_UP + length {
            break;
        }
        sleep(Duration::from_millis(250));
    }
    let rate = (watched.polls() - first) / begin.elapsed().as_secs_f64();
    let resident = || samples.iter().map(|(_, resident)| *resident / 1_000.0);
    println!("{length} polls after the first {WARM_UP}, {rate:.0} a second:");
    println!(
        "  resident memory           {:.3} to {:.3} MB, {} samples",
        resident().fold(f64::INFINITY, f64::min),
        resident().fold(0.0, f64::max),
        samples.len()
    );
    println!("  growth                    {:+.3} kB per 1000 polls", slope(&samples) * 1_000.0);
}

/// The service before all its nodes; it ends before they do.
struct Watched {
    service: Service,
    _remote: Vec<[Node; 2]>,
}

impl Watched {
    /// Watches as it does after a day, with full charts.
    fn start(blocks_a_second: u64, poll_seconds: f64) -> Self {
        let world = World::new(blocks_a_second);
        // One is the world's own.
        let remote: Vec<_> = (1..FOLLOWERS)
            .map(|_| [Who::FollowerEngine, Who::FollowerNode].map(|who| world.start(who)))
            .collect();
        let mut service = Service::start_in(Arc::clone(&world), |_, config| {
            config["serve"]["pollSeconds"] = json!(poll_seconds);
            for (position, [engine, node]) in remote.iter().enumerate() {
                config["serve"]["followers"][format!("remote-{position}")] =
                    json!({"engineRpc": engine.url(), "nodeRpc": node.url()});
            }
        });
        service.until_ready("at the start");
        state::fill(&mut service);
        service.until_ready("with a full state");
        Self { service, _remote: remote }
    }

    fn usage(&self) -> Usage {
        Usage::of(self.service.id())
    }

    fn metrics(&self) -> String {
        let (code, text) = self.service.get("/metrics").unwrap();
        assert_eq!(code, 200, "{text}");
        text
    }

    /// Rounds over all nodes so far.
    fn polls(&self) -> f64 {
        let metrics = self.metrics();
        let line = metrics.lines().find_map(|line| line.strip_prefix("op_warden_polls_total "));
        line.unwrap().parse().unwrap()
    }

    /// The median time of a request, and the length of its answer.
    fn time_of_metrics(&self) -> (Duration, usize) {
        let mut length = 0;
        let mut times: Vec<Duration> = (0..REQUESTS)
            .map(|_| {
                let begin = Instant::now();
                length = self.metrics().len();
                begin.elapsed()
            })
            .collect();
        times.sort_unstable();
        (times[REQUESTS / 2], length)
    }
}
