//! Files as blocks of whole lines.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{ArchiveError, Position};

/// How much is handed on at a time, in bytes.
const BLOCK: usize = 1 << 20;
/// The longest line that is taken, in bytes.
const LONGEST: usize = 16 << 20;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The files of an archive. `-` is standard input.
#[derive(Debug, Clone)]
pub struct Input {
    paths: Vec<PathBuf>,
    /// Bytes read so far, before decompression.
    read: Arc<AtomicU64>,
}

/// Some whole lines.
#[derive(Debug)]
pub struct Block {
    /// Where the first of them is.
    pub first: Position,
    /// Their bytes.
    pub bytes: Vec<u8>,
}

impl Input {
    /// Those files, in that order.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, read: Arc::default() }
    }

    /// How many bytes they have; `None` where one is not a file of known size.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        let size = |path: &PathBuf| {
            std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
        };
        self.paths.iter().map(size).sum()
    }

    /// How many bytes were read of them so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The file that a line is in.
    #[must_use]
    pub fn path(&self, position: Position) -> PathBuf {
        self.paths[position.file as usize].clone()
    }

    /// The error of a line.
    #[must_use]
    pub fn at(&self, position: Position, reason: String) -> ArchiveError {
        ArchiveError::Line { path: self.path(position), line: position.line, reason }
    }

    /// Hands on all blocks until `take` does not want more. `spare` gives buffers to use again.
    pub(super) fn blocks(
        &self,
        mut spare: impl FnMut() -> Option<Vec<u8>>,
        mut take: impl FnMut(Block) -> bool,
    ) -> Result<(), ArchiveError> {
        for (file, path) in (0..).zip(&self.paths) {
            let failed = |error| ArchiveError::File { path: path.clone(), error };
            let mut reader = self.open(path).map_err(failed)?;
            let mut position = Position { file, line: 1 };
            let mut rest = Vec::new();
            loop {
                let mut bytes = spare().unwrap_or_else(|| Vec::with_capacity(BLOCK));
                bytes.clear();
                bytes.append(&mut rest);
                let ended = fill(&mut reader, &mut bytes).map_err(failed)?;
                if !ended {
                    let end = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
                    if end == 0 {
                        return Err(self.at(position, format!("it is longer than {LONGEST} bytes")));
                    }
                    rest.extend_from_slice(&bytes[end..]);
                    bytes.truncate(end);
                }
                let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
                if !bytes.is_empty() && !take(Block { first: position, bytes }) {
                    return Ok(());
                }
                position.line += lines;
                if ended {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Opens a file, whatever it is compressed with: its first bytes tell.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let file: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path)?)
        };
        let counted = Counted { inner: file, read: Arc::clone(&self.read) };
        let mut reader = BufReader::with_capacity(BLOCK / 4, counted);
        let start = reader.fill_buf()?;
        if start.starts_with(GZIP) {
            Ok(Box::new(flate2::bufread::MultiGzDecoder::new(reader)))
        } else if start.starts_with(ZSTD) {
            Ok(Box::new(zstd::Decoder::with_buffer(reader)?))
        } else {
            Ok(Box::new(reader))
        }
    }
}

/// Reads until there is a line's end beyond a block's size, or nothing more; says which.
fn fill(reader: &mut dyn Read, bytes: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let wanted = BLOCK.max(bytes.len() + BLOCK / 2) - bytes.len();
        let before = bytes.len();
        let got = reader.take(wanted as u64).read_to_end(bytes)?;
        if got < wanted {
            return Ok(true);
        }
        if memchr::memchr(b'\n', &bytes[before..]).is_some() || bytes.len() > LONGEST {
            return Ok(false);
        }
    }
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
