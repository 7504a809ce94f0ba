//! The archive that a command reads.

use std::path::{Path, PathBuf};
use std::{num::NonZeroUsize, thread, time::Duration};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use op_util::foreign::clean;

use super::findings::say_stops;
use super::output::say;
use crate::archive::{Input, Mapping, Scan};
use crate::derive::{Derivation, Derived, Heads, scratch_beside};
use crate::observation::Observation;

/// Seconds for which a stream has gone on after an epoch that is over, unless it is said.
pub(super) const SETTLE: u64 = 60;

#[derive(Args, Clone)]
pub(super) struct SourceArgs {
    /// Files of JSON lines, plain, gzip or zstd; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// File that says where a line has the fields of an entry: an object with a JSON pointer, or
    /// {"constant": "text"}, for each of stream, epoch, sequence, unixMs, chunkHash, locator
    /// [default: stream, epoch, seq, unixMs, chunkHash, locator at the top of each line]
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Skip lines that are no entries, and count them
    #[arg(long)]
    skip_bad: bool,
    /// Threads that read lines [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// An archive and how observations are derived from it.
#[derive(Args, Clone)]
pub(super) struct DeriveArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Observations that the streams continue: what an earlier `ec-observe headers` wrote
    #[arg(long, value_name = "FILE")]
    after: Option<PathBuf>,
    /// Megabytes of entries that are kept in memory; the rest goes to disk
    #[arg(long, value_name = "MB", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=2048))]
    memory: u16,
    /// Folder on that disk [default: that of the output, else the system's for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

/// The mapping of `--mapping`.
pub(super) fn mapping(given: Option<&Path>) -> anyhow::Result<Mapping> {
    let Some(path) = given else { return Ok(Mapping::default()) };
    Mapping::read(path).with_context(|| format!("cannot use the mapping {}", path.display()))
}

impl SourceArgs {
    pub(super) fn scan(&self) -> anyhow::Result<Scan> {
        let mapping = mapping(self.mapping.as_deref())?;
        let threads = self.threads.map_or_else(thread::available_parallelism, Ok)?;
        let input = Input::new(self.files.clone());
        Ok(Scan { input, mapping, threads: threads.get(), skip_bad: self.skip_bad })
    }
}

impl DeriveArgs {
    /// `out` is the file that is written, if there is one.
    pub(super) fn derivation(
        &self,
        out: Option<&PathBuf>,
        settle: Option<Duration>,
    ) -> anyhow::Result<Derivation> {
        let mut heads = Heads::default();
        if let Some(path) = &self.after {
            for observation in Observation::read(path)? {
                heads.put(observation?);
            }
        }
        Ok(Derivation {
            scan: self.source.scan()?,
            heads,
            settle,
            memory: usize::from(self.memory) << 20,
            scratch: self.scratch.clone().unwrap_or_else(|| scratch_beside(out.map(|out| &**out))),
        })
    }
}

/// Shows on a terminal how far an archive is read while `work` reads it.
pub(super) fn with_progress<T>(input: &Input, work: impl FnOnce() -> T) -> T {
    let bar = ProgressBar::with_draw_target(input.size(), ProgressDrawTarget::stderr());
    let template = match input.size() {
        Some(_) => "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "{bytes} {bytes_per_sec}",
    };
    // The template is a constant; a test prints it.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar()));
    thread::scope(|scope| {
        let (done, wait) = crossbeam_channel::bounded::<()>(0);
        let shown = &bar;
        scope.spawn(move || {
            while wait.recv_timeout(Duration::from_millis(100))
                == Err(crossbeam_channel::RecvTimeoutError::Timeout)
            {
                shown.set_position(input.bytes_read());
            }
            shown.finish_and_clear();
        });
        let result = work();
        drop(done);
        result
    })
}

/// Prints what was derived from an archive.
pub(super) fn say_derived(input: &Input, derived: &Derived) {
    for (position, reason) in &derived.named {
        say(clean(&input.at(*position, reason.clone()).to_string()));
    }
    if derived.bad > 0 {
        say(format_args!("{} lines are no entries and were passed over", derived.bad));
    }
    let Derived { entries, duplicates, observations, .. } = derived;
    say(format_args!("{entries} entries ({duplicates} there before), {observations} observations"));
    say_stops(&derived.stops);
}
