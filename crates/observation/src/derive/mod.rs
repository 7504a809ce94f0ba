//! From an archive to observations.
//!
//! Threads read lines and hash entries into sorters; merged, the entries become epochs, and these, sorted by
//! stream and the time of their first entry, observations. Memory is what the sorters may hold, whatever the
//! archive's size; the result does not depend on the order of lines and files, nor on threads.
//!
//! What is wrong with a stream stops that stream: what is before it is the same whichever way it is mended.

mod bytes;
mod closing;
mod epochs;
mod error;
mod flaw;
mod link;
mod record;
mod sort;
mod stop;

use std::path::{Path, PathBuf};
use std::{io, time::Duration};

use self::closing::Closing;
use self::link::{Chain, Next};
use self::record::EpochRecord;
use self::sort::{FIRST_BYTES, READ_AHEAD, Sorter};
pub use self::stop::{Stop, Stops};
pub use self::{error::DeriveError, link::Heads};
use crate::archive::{ArchiveError, Line, Position, Scan};
use crate::observation::Observation;

#[derive(Debug, Clone)]
pub struct Derivation {
    pub scan: Scan,
    /// Where streams go on from.
    pub heads: Heads,
    /// How long a stream must have gone on after an epoch: later ones, which may not be over yet, are left out.
    /// `None` leaves none out.
    pub settle: Option<Duration>,
    /// Bytes of entries that are kept in memory; the rest goes to disk.
    pub memory: usize,
    /// The folder on that disk.
    pub scratch: PathBuf,
}

#[derive(Debug, Default)]
pub struct Derived {
    /// Entries, those counted that are there more than once.
    pub entries: u64,
    /// Entries that were there before.
    pub duplicates: u64,
    pub observations: u64,
    /// The streams of which not everything was handed on.
    pub stops: Stops,
    /// Lines that are no entries and were passed over.
    pub bad: u64,
    /// The first of these, with what is wrong.
    pub named: Vec<(Position, String)>,
}

impl Derivation {
    /// Hands on all observations, streams by name, each from its first to its last, or to where it stops. None is
    /// handed on when the archive has an error.
    pub fn run(
        &self,
        mut take: impl FnMut(Observation) -> io::Result<()>,
    ) -> Result<Derived, DeriveError> {
        let threads = self.scan.threads.max(1);
        let (entries, tally) = self.scan.run(
            || Sorter::new(self.memory / threads, &self.scratch),
            |sorter, line, position| {
                let sorter = sorter.as_mut().map_err(|error| again(error))?;
                Ok(sorter.push(|bytes| match line {
                    Line::Entry(entry) => record::write_entry(bytes, &entry, position),
                    Line::Broken(broken) => record::write_broken(bytes, &broken, position),
                })?)
            },
        )?;
        let entries =
            entries.into_iter().map(|sorter| sorter?.finish()).collect::<io::Result<Vec<_>>>()?;
        let (epochs, duplicates) =
            epochs::epochs(&entries, threads, self.memory / 4, &self.scratch, &self.heads)?;
        drop(entries);
        let mut derived = Derived {
            entries: tally.entries,
            duplicates,
            bad: tally.bad,
            named: tally.named,
            ..Derived::default()
        };
        let mut closing = Closing::new(self.settle);
        let mut chain = Chain::default();
        sort::merge(&epochs, 0..FIRST_BYTES, READ_AHEAD, |record| {
            let epoch = EpochRecord::read(record);
            match chain.next(&self.heads, &epoch, &self.scan.input) {
                Next::Observed(own) => closing.take(&epoch, own),
                Next::Stops(stop) => derived.stops.add(stop),
                Next::Stopped => closing.pass(&epoch),
            }
            while let Some(closed) = closing.closed() {
                derived.observations += 1;
                take(closed).map_err(DeriveError::Write)?;
            }
            Ok::<_, DeriveError>(())
        })?;
        Ok(derived)
    }
}

/// A sorter that could not begin fails with every entry that it is given.
fn again(error: &io::Error) -> ArchiveError {
    io::Error::new(error.kind(), error.to_string()).into()
}

/// The folder for what does not fit in memory: beside the file that is written, if it is one, else the system's.
#[must_use]
pub fn scratch_beside(out: Option<&Path>) -> PathBuf {
    let file = out.filter(|out| !out.exists() || out.is_file());
    match file.and_then(Path::parent) {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => std::env::temp_dir(),
    }
}
