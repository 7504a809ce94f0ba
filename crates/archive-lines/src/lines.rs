//! Files as blocks of whole lines.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{error::ArchiveError, padding::leading};

/// How much is handed on at a time unless set otherwise, in bytes.
const BLOCK: usize = 1 << 20;
/// The longest line that is taken, in bytes.
const LONGEST: usize = 16 << 20;
/// A line with nothing else is none.
const BLANK: &[u8] = b"\n \r\t\x0c";
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// After their first byte, which is 0x50 to 0x5f: frames without content, with which some begin (RFC 8878, 3.1.2).
const ZSTD_SKIPPABLE: &[u8] = &[0x2a, 0x4d, 0x18];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Which of the files, from zero on.
    pub file: u32,
    /// The line, from one on.
    pub line: u64,
}

/// The files of an archive. `-` is standard input.
#[derive(Debug, Clone)]
pub struct Input {
    paths: Vec<PathBuf>,
    /// How much is handed on at a time, in bytes.
    block: usize,
    /// Bytes read so far, before decompression.
    read: Arc<AtomicU64>,
}

#[derive(Debug)]
pub struct Block {
    /// Where the first of them is.
    pub first: Position,
    /// Holds their bytes.
    buffer: Vec<u8>,
    /// How many these are.
    length: usize,
    /// Whether in their place there is a line that is not read, as it is too long.
    pub is_too_long: bool,
}

impl Block {
    /// The lines that are not blank, with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let mut rest = &self.buffer[..self.length];
        let mut number = self.first.line;
        std::iter::from_fn(move || {
            // In a compressed file blank lines cost next to nothing: however many there are, they are passed over
            // as bytes.
            let blank = leading(rest, BLANK);
            if blank == rest.len() {
                return None;
            }
            number += memchr::memchr_iter(b'\n', &rest[..blank]).count() as u64;
            let start = memchr::memrchr(b'\n', &rest[..blank]).map_or(0, |end| end + 1);
            let end = memchr::memchr(b'\n', &rest[blank..]).map_or(rest.len(), |end| blank + end);
            let line = (&rest[start..end], number);
            rest = rest.get(end + 1..).unwrap_or_default();
            number += 1;
            Some(line)
        })
    }

    /// The buffer, for another block.
    #[must_use]
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

impl Input {
    #[must_use]
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, block: BLOCK, read: Arc::default() }
    }

    /// The same files, handed on so many bytes at a time: what comes of them is the same.
    #[must_use]
    pub fn in_blocks_of(self, bytes: usize) -> Self {
        Self { block: bytes.max(1), ..self }
    }

    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// How many bytes they have; `None` where one is not a file of known size.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        let size = |path: &PathBuf| {
            std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
        };
        self.paths.iter().map(size).sum()
    }

    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    #[must_use]
    pub fn path(&self, position: Position) -> PathBuf {
        self.paths[position.file as usize].clone()
    }

    #[must_use]
    pub fn unread(&self, position: Position, reason: String) -> ArchiveError {
        ArchiveError::Unread { path: self.path(position), line: position.line, reason }
    }

    #[must_use]
    pub fn at(&self, position: Position, reason: String) -> ArchiveError {
        ArchiveError::Line { path: self.path(position), line: position.line, reason }
    }

    /// Hands on all blocks until `take` does not want more. `spare` gives buffers to use again. A line that is too
    /// long is an error unless such lines are passed over.
    pub fn blocks(
        &self,
        skip_long: bool,
        mut spare: impl FnMut() -> Option<Vec<u8>>,
        mut take: impl FnMut(Block) -> bool,
    ) -> Result<(), ArchiveError> {
        for (file, path) in (0..).zip(&self.paths) {
            let failed = |error| ArchiveError::File { path: path.clone(), error };
            let mut reader = self.open(path).map_err(failed)?;
            let mut position = Position { file, line: 1 };
            let mut rest = Vec::new();
            loop {
                let mut buffer = spare().unwrap_or_else(|| vec![0; self.block]);
                let (filled, ended) = fill(&mut reader, &rest, &mut buffer).map_err(failed)?;
                let bytes = &buffer[..filled];
                let length = if ended { filled } else { whole_lines(bytes) };
                let is_too_long = length == 0 && !ended;
                if is_too_long && !skip_long {
                    return Err(self.unread(position, too_long()));
                }
                rest.clear();
                if !is_too_long {
                    rest.extend_from_slice(&bytes[length..]);
                }
                let lines = memchr::memchr_iter(b'\n', &bytes[..length]).count() as u64;
                let block = Block { first: position, buffer, length, is_too_long };
                if (length > 0 || is_too_long) && !take(block) {
                    return Ok(());
                }
                position.line += lines;
                if is_too_long {
                    position.line += 1;
                    rest = pass_over(&mut reader).map_err(failed)?;
                } else if ended {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Opens a file, plain or compressed: its first bytes show which.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let file: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path)?)
        };
        let mut counted = Counted { inner: file, read: Arc::clone(&self.read) };
        // The first read of a pipe may be of one byte.
        let mut start = Vec::new();
        (&mut counted).take(ZSTD.len() as u64).read_to_end(&mut start)?;
        let is_gzip = start.starts_with(GZIP);
        let is_skippable = start.first().is_some_and(|byte| byte & 0xf0 == 0x50)
            && start.get(1..) == Some(ZSTD_SKIPPABLE);
        let is_zstd = start == ZSTD || is_skippable;
        let reader = BufReader::with_capacity(BLOCK / 4, Cursor::new(start).chain(counted));
        if is_gzip {
            Ok(Box::new(flate2::bufread::MultiGzDecoder::new(reader)))
        } else if is_zstd {
            Ok(Box::new(zstd::Decoder::with_buffer(reader)?))
        } else {
            Ok(Box::new(reader))
        }
    }
}

/// Fills a buffer, which begins with `rest` and grows until there is a line's end in what is new.
/// Says how many bytes there are, and whether they are the last.
fn fill(reader: &mut dyn Read, rest: &[u8], buffer: &mut Vec<u8>) -> io::Result<(usize, bool)> {
    let mut filled = rest.len();
    if buffer.len() <= filled {
        buffer.resize(filled * 2, 0);
    }
    buffer[..filled].copy_from_slice(rest);
    loop {
        let before = filled;
        while filled < buffer.len() {
            match reader.read(&mut buffer[filled..]) {
                Ok(0) => return Ok((filled, true)),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if memchr::memchr(b'\n', &buffer[before..]).is_some() || filled > LONGEST {
            return Ok((filled, false));
        }
        buffer.resize((filled * 2).min(LONGEST + 1), 0);
    }
}

#[must_use]
pub fn too_long() -> String {
    format!("it is longer than {LONGEST} bytes")
}

/// Reads to the end of a line, or of the file, and returns what was read of the next line.
fn pass_over(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; BLOCK / 16];
    loop {
        let filled = match reader.read(&mut buffer) {
            Ok(0) => return Ok(Vec::new()),
            Ok(filled) => filled,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if let Some(end) = memchr::memchr(b'\n', &buffer[..filled]) {
            return Ok(buffer[end + 1..filled].to_vec());
        }
    }
}

/// Bytes up to the last line's end.
fn whole_lines(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1)
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
