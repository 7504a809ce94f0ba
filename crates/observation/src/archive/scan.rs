//! Reads all entries of an archive on several threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::{ops::AddAssign, thread};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::origin::{Origin, origin};
use super::{ArchiveError, mapping::Mapping, parse};
use crate::entry::Entry;
use archive_lines::lines::{Block, Input, Position, too_long};
use archive_lines::padding::without_runs;

/// How many bad lines are named.
const NAMED: usize = 5;

#[derive(Debug, Clone)]
pub struct Scan {
    pub input: Input,
    /// Where their lines have what an entry needs.
    pub mapping: Mapping,
    /// Threads that read lines; one more reads the files.
    pub threads: usize,
    /// Whether lines that are no entries are counted and passed over.
    pub skip_bad: bool,
}

/// What a line holds.
#[derive(Debug)]
pub enum Line<'a> {
    Entry(Entry<'a>),
    Broken(Broken),
}

/// A line that is no entry, and is of no other stream than this one.
#[derive(Debug)]
pub struct Broken {
    pub origin: Origin,
    /// What is wrong with it.
    pub reason: String,
}

#[derive(Debug, Default)]
pub struct Tally {
    pub entries: u64,
    /// Lines that are no entries and were passed over.
    pub bad: u64,
    /// The first of these, with what is wrong.
    pub named: Vec<(Position, String)>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.entries += other.entries;
        self.bad += other.bad;
        self.named.extend(other.named);
        self.named.sort_unstable();
        self.named.truncate(NAMED);
    }
}

impl Tally {
    /// Adds a bad line. A worker's lines come in order.
    fn add(&mut self, position: Position, reason: String) {
        self.bad += 1;
        if self.named.len() < NAMED {
            self.named.push((position, reason));
        }
    }
}

impl Scan {
    /// Hands every entry to `each`, which works on one of the states that `start` makes, one for a thread.
    /// Which entry meets which state is left open. Without `skip_bad` it also gets the bad lines of which the
    /// stream can be read, and the first of the others is the error, the same for any number of threads.
    pub fn run<S: Send>(
        &self,
        start: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, Line<'_>, Position) -> Result<(), ArchiveError> + Sync,
    ) -> Result<(Vec<S>, Tally), ArchiveError> {
        let stop = AtomicBool::new(false);
        let (to_workers, blocks) = bounded::<Block>(self.threads);
        let (give_back, spare) = unbounded::<Vec<u8>>();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads.max(1))
                .map(|_| {
                    let (blocks, give_back) = (blocks.clone(), give_back.clone());
                    let (start, each, stop) = (&start, &each, &stop);
                    scope.spawn(move || {
                        let worked = self.work(start(), each, &blocks, &give_back, stop);
                        // The reader must not wait for workers that are gone.
                        stop.fetch_or(worked.is_err(), Ordering::Relaxed);
                        worked
                    })
                })
                .collect();
            drop((blocks, give_back));
            let read = self.read(&to_workers, &spare, &stop);
            // Workers end when nothing more can come.
            drop(to_workers);
            let mut states = Vec::with_capacity(workers.len());
            let mut tally = Tally::default();
            let mut failed = None;
            for worker in workers {
                let worked = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                match worked {
                    Ok((state, found)) => {
                        states.push(state);
                        tally += found;
                    }
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
            if !self.skip_bad
                && let Some((position, reason)) = tally.named.first()
            {
                return Err(self.input.unread(*position, reason.clone()));
            }
            read?;
            Ok((states, tally))
        })
    }

    fn read(
        &self,
        to_workers: &Sender<Block>,
        spare: &Receiver<Vec<u8>>,
        stop: &AtomicBool,
    ) -> Result<(), ArchiveError> {
        self.input.blocks(
            self.skip_bad,
            || spare.try_recv().ok(),
            |block| !stop.load(Ordering::Relaxed) && to_workers.send(block).is_ok(),
        )
    }

    /// Blocks come in the order of the file. So when a bad line ends the reading, all lines before it are or
    /// were in some worker's hands, and the least of what they found is the first.
    fn work<S>(
        &self,
        mut state: S,
        each: &impl Fn(&mut S, Line<'_>, Position) -> Result<(), ArchiveError>,
        blocks: &Receiver<Block>,
        give_back: &Sender<Vec<u8>>,
        stop: &AtomicBool,
    ) -> Result<(S, Tally), ArchiveError> {
        let mut tally = Tally::default();
        for block in blocks {
            if block.is_too_long {
                tally.add(block.first, too_long());
            }
            for (line, number) in block.lines() {
                let position = Position { line: number, ..block.first };
                let short = without_runs(line);
                match self.line(&short, line.len()) {
                    Ok(line) => {
                        tally.entries += u64::from(matches!(line, Line::Entry(_)));
                        each(&mut state, line, position)?;
                    }
                    Err(reason) => {
                        tally.add(position, reason);
                        if !self.skip_bad {
                            stop.store(true, Ordering::Relaxed);
                            break;
                        }
                    }
                }
            }
            // Nobody takes it when the reader is done.
            let _ = give_back.send(block.into_buffer());
        }
        Ok((state, tally))
    }

    /// Reads a line, which has so many bytes in the file.
    fn line<'a>(&'a self, line: &'a [u8], length: usize) -> Result<Line<'a>, String> {
        let mut reason = match parse::entry(&self.mapping, line) {
            Ok(entry) => return Ok(Line::Entry(entry)),
            Err(reason) => reason,
        };
        if line.len() < length
            && let Some(column) = reason.rfind(" (column ")
        {
            // It is not the file's.
            reason.truncate(column);
        }
        let origin = (!self.skip_bad).then(|| origin(&self.mapping, line)).flatten();
        match origin {
            Some(origin) => Ok(Line::Broken(Broken { origin, reason })),
            None => Err(reason),
        }
    }
}
