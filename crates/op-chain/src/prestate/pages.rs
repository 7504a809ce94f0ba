//! The memory's pages: one thread reads them, others hash those that it has read.

use std::thread::{self, ScopedJoinHandle};
use std::{collections::VecDeque, io::Read, num::NonZero, panic::resume_unwind};

use alloy_primitives::B256;

use super::memory::{Memory, PAGE, page_root};
use super::{Input, PrestateError};

/// The most pages that are read: 4 GiB. A gzip file of a few megabytes can claim more than that.
pub(super) const MAX_PAGES: u64 = 1 << 20;
/// Pages that a thread is started for: half a megabyte, a few milliseconds of hashing.
const BATCH: usize = 128;
/// Threads that hash at once. It takes one thread to inflate what four hash.
const MAX_THREADS: usize = 4;

/// A page by its index.
type Page = (u64, [u8; PAGE]);
/// The roots of some pages.
type Roots = Vec<(u64, B256)>;

/// Reads all pages; the root of the memory.
pub(super) fn memory_root(input: &mut Input<impl Read>) -> Result<B256, PrestateError> {
    let count = input.number("number of pages")?;
    if count > MAX_PAGES {
        return Err(PrestateError::PageCount(count));
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let mut memory = Memory::new();
    thread::scope(|scope| {
        let mut hashing = VecDeque::with_capacity(threads);
        let mut left = 0..count;
        while !left.is_empty() {
            let pages = read(input, left.by_ref().take(BATCH))?;
            if hashing.len() == threads {
                add_oldest(&mut memory, &mut hashing)?;
            }
            let thread = thread::Builder::new().spawn_scoped(scope, move || roots(&pages));
            hashing.push_back(thread.map_err(PrestateError::Read)?);
        }
        while !hashing.is_empty() {
            add_oldest(&mut memory, &mut hashing)?;
        }
        Ok(memory.root())
    })
}

fn read(input: &mut Input<impl Read>, wanted: impl Iterator) -> Result<Vec<Page>, PrestateError> {
    let mut pages = Vec::with_capacity(BATCH);
    for _ in wanted {
        pages.push((input.number("memory")?, input.bytes("memory")?));
    }
    Ok(pages)
}

fn roots(pages: &[Page]) -> Roots {
    pages.iter().map(|(index, page)| (*index, page_root(page))).collect()
}

/// Waits for the thread that has the lowest pages.
fn add_oldest(
    memory: &mut Memory,
    hashing: &mut VecDeque<ScopedJoinHandle<'_, Roots>>,
) -> Result<(), PrestateError> {
    let Some(oldest) = hashing.pop_front() else { return Ok(()) };
    for (index, root) in oldest.join().unwrap_or_else(|panic| resume_unwind(panic)) {
        memory.add(index, root).map_err(|_| PrestateError::Page(index))?;
    }
    Ok(())
}
