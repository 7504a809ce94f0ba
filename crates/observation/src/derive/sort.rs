//! Sorts more records than memory holds: sorted runs on disk, merged at the end.
//!
//! A record is a string of bytes and is sorted by all of them, so the order of equal keys is no question.

use std::collections::{BinaryHeap, binary_heap::PeekMut};
use std::io::{self, BufWriter, Write as _};
use std::{cmp::Reverse, fs::File, ops::Range, os::unix::fs::FileExt as _, path::Path};

/// Bytes that all runs together read ahead, if nobody else does.
pub(super) const READ_AHEAD: usize = 8 << 20;
/// As many as there are.
pub(super) const FIRST_BYTES: usize = 256;
/// Bytes that a run reads at a time, at least.
const LEAST_READ: usize = 4 << 10;
/// Bytes before each record on disk: its length.
const LENGTH: usize = 4;

/// Where a record is in memory, with its first bytes as a number: most comparisons need no more.
#[derive(Debug, Clone, Copy)]
struct Place {
    first: u64,
    start: u32,
    end: u32,
}

impl Place {
    fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// Takes records.
#[derive(Debug)]
pub(super) struct Sorter {
    /// Records, one after another.
    bytes: Vec<u8>,
    /// Where each is.
    places: Vec<Place>,
    /// Bytes that may be held.
    budget: usize,
    disk: BufWriter<File>,
    runs: Vec<Starts>,
}

/// Where a run's records with each first byte begin on disk, and where the run ends.
type Starts = Box<[u64; FIRST_BYTES + 1]>;

impl Sorter {
    /// Keeps `budget` bytes in memory, below four gigabytes, and the rest in an unnamed file of a folder.
    pub(super) fn new(budget: usize, folder: &Path) -> io::Result<Self> {
        let disk = BufWriter::with_capacity(1 << 17, tempfile::tempfile_in(folder)?);
        Ok(Self { bytes: Vec::new(), places: Vec::new(), budget, disk, runs: Vec::new() })
    }

    /// Adds a record of at least one byte, written by `write` to the end of the bytes it is given.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let end = self.bytes.len();
        let mut first = [0; 8];
        let known = first.len().min(end - start);
        first[..known].copy_from_slice(&self.bytes[start..start + known]);
        let [start, end] = [start, end].map(u32::try_from);
        let (start, end) = (start.map_err(io::Error::other)?, end.map_err(io::Error::other)?);
        self.places.push(Place { first: u64::from_be_bytes(first), start, end });
        if self.bytes.len() + self.places.len() * size_of::<Place>() > self.budget {
            self.spill()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.places.sort_unstable_by(|one, other| {
            one.first.cmp(&other.first).then_with(|| one.of(bytes).cmp(other.of(bytes)))
        });
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut end = self.runs.last().map_or(0, |run| run[FIRST_BYTES]);
        let mut starts = Box::new([0; FIRST_BYTES + 1]);
        let mut known = 0;
        for place in self.places.drain(..) {
            let record = place.of(&self.bytes);
            starts[known..=usize::from(record[0])].fill(end);
            known = usize::from(record[0]) + 1;
            self.disk.write_all(&(place.end - place.start).to_be_bytes())?;
            self.disk.write_all(record)?;
            end += (LENGTH + record.len()) as u64;
        }
        starts[known..].fill(end);
        self.bytes.clear();
        self.runs.push(starts);
        Ok(())
    }

    /// Nothing more comes.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        // One run in memory, or all on disk: what is freed here is what reading ahead takes.
        if self.runs.is_empty() {
            self.sort();
        } else {
            self.spill()?;
            self.bytes = Vec::new();
            self.places = Vec::new();
        }
        let disk = self.disk.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Sorted { bytes: self.bytes, places: self.places, disk, runs: self.runs })
    }
}

/// What one sorter took.
#[derive(Debug)]
pub(super) struct Sorted {
    bytes: Vec<u8>,
    places: Vec<Place>,
    disk: File,
    runs: Vec<Starts>,
}

/// Hands all records whose first byte is in a range to `each`, in order, and reads `ahead` bytes at most.
pub(super) fn merge<E: From<io::Error>>(
    sorted: &[Sorted],
    first_bytes: Range<usize>,
    ahead: usize,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let count = sorted.iter().map(|sorted| sorted.runs.len()).sum::<usize>().max(1);
    let read = (ahead / count).max(LEAST_READ);
    let mut runs = BinaryHeap::new();
    for sorted in sorted {
        for mut run in sorted.runs(first_bytes.clone(), read) {
            if run.advance()? {
                runs.push(Reverse(run));
            }
        }
    }
    while let Some(mut least) = runs.peek_mut() {
        each(least.0.record())?;
        if !least.0.advance()? {
            PeekMut::pop(least);
        }
    }
    Ok(())
}

impl Sorted {
    fn runs(&self, first_bytes: Range<usize>, read: usize) -> impl Iterator<Item = Run<'_>> {
        let below = |bound: usize| {
            self.places.partition_point(|place| usize::from(place.of(&self.bytes)[0]) < bound)
        };
        let places = self.places[below(first_bytes.start)..below(first_bytes.end)].iter();
        let memory = Source::Memory { bytes: &self.bytes, places };
        let disk = self.runs.iter().map(move |starts| Source::Disk {
            file: &self.disk,
            next: starts[first_bytes.start],
            end: starts[first_bytes.end],
            ahead: Vec::with_capacity(read),
            read,
        });
        disk.chain([memory]).map(|source| Run { source, record: 0..0 })
    }
}

/// A sorted run and the record that it is at.
struct Run<'a> {
    source: Source<'a>,
    record: Range<usize>,
}

enum Source<'a> {
    Memory { bytes: &'a [u8], places: std::slice::Iter<'a, Place> },
    Disk { file: &'a File, next: u64, end: u64, ahead: Vec<u8>, read: usize },
}

impl Run<'_> {
    fn record(&self) -> &[u8] {
        match &self.source {
            Source::Memory { bytes, .. } => &bytes[self.record.clone()],
            Source::Disk { ahead, .. } => &ahead[self.record.clone()],
        }
    }

    /// Goes to the next record, if there is one.
    fn advance(&mut self) -> io::Result<bool> {
        match &mut self.source {
            Source::Memory { places, .. } => {
                let Some(place) = places.next() else { return Ok(false) };
                self.record = place.start as usize..place.end as usize;
            }
            Source::Disk { file, next, end, ahead, read } => {
                let mut start = self.record.end;
                let mut length = [0; LENGTH];
                if !have(file, next, *end, ahead, *read, &mut start, LENGTH)? {
                    return Ok(false);
                }
                length.copy_from_slice(&ahead[start..start + LENGTH]);
                start += LENGTH;
                let length = u32::from_be_bytes(length) as usize;
                if !have(file, next, *end, ahead, *read, &mut start, length)? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.record = start..start + length;
            }
        }
        Ok(true)
    }
}

/// Makes sure that `count` bytes are read from `start` on, which moves to the front for that. `false` at the
/// end of the run.
fn have(
    file: &File,
    next: &mut u64,
    end: u64,
    ahead: &mut Vec<u8>,
    read: usize,
    start: &mut usize,
    count: usize,
) -> io::Result<bool> {
    if ahead.len() - *start >= count {
        return Ok(true);
    }
    ahead.drain(..*start);
    *start = 0;
    let left = usize::try_from(end - *next).unwrap_or(usize::MAX);
    let more = left.min(read.max(count) - ahead.len());
    let had = ahead.len();
    ahead.resize(had + more, 0);
    file.read_exact_at(&mut ahead[had..], *next)?;
    *next += more as u64;
    Ok(ahead.len() >= count)
}

impl PartialEq for Run<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.record() == other.record()
    }
}

impl Eq for Run<'_> {}

impl PartialOrd for Run<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Run<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.record().cmp(other.record())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_records_come_in_order(
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..200),
            budget in 1_usize..4000,
            sorters in 1_usize..4,
            cut in 0_usize..=FIRST_BYTES,
        ) {
            let folder = tempfile::tempdir()?;
            let mut all: Vec<_> = (0..sorters)
                .map(|_| Sorter::new(budget, folder.path()))
                .collect::<io::Result<_>>()?;
            for (index, record) in records.iter().enumerate() {
                all[index % sorters].push(|bytes| bytes.extend_from_slice(record))?;
            }
            let sorted = all.into_iter().map(Sorter::finish).collect::<io::Result<Vec<_>>>()?;
            let mut found = Vec::new();
            for part in [0..cut, cut..FIRST_BYTES] {
                merge(&sorted, part, budget, |record| {
                    found.push(record.to_vec());
                    io::Result::Ok(())
                })?;
            }
            let mut expected = records;
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
