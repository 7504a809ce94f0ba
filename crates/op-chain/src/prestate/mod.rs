//! The state of the fault proof VM in a file, and the hash that the contracts know it by.
//!
//! A dispute game begins at the *absolute prestate*: the VM before its first step, with the program
//! in memory. Its hash is recomputed here as cannon does (`mipsevm/multithreaded/state.go`,
//! `thread.go`; `mipsevm/versions`). The file is read as a stream, and what it claims is bounded:
//! neither memory nor time grow with what a small gzip file unpacks to.

mod memory;
pub mod official;
mod pages;

use std::io::{self, BufReader, Read};
use std::{fs::File, path::Path};

use alloy_primitives::{B256, b256, keccak256};
use flate2::bufread::MultiGzDecoder;

use self::memory::pair;
use self::pages::{MAX_PAGES, memory_root};

/// The version of states that the current VM executes: `multithreaded64-5` of cannon,
/// `MIPS64.stateVersion()` on L1. Cannon itself loads no other any more.
pub const STATE_VERSION: u8 = 8;

/// What op-deployer up to 0.7 writes into a chain's games by default: a state of the
/// 32-bit VM (`1.3.1` in the registry's `standard-prestates.toml`), which the deployed 64-bit VM
/// cannot execute.
pub const STALE_DEFAULT: B256 =
    b256!("038512e02c4c3f7bdaec27d00edf55b7155e0905301e1a88083e4e0a6764d54c");

/// The root of a stack without threads: keccak256 of 64 bytes of zero.
const NO_THREADS: B256 = b256!("ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
/// The most threads of a stack that are read.
const MAX_THREADS: u64 = 1 << 16;
/// Bytes of a thread: id, exit code, exited, four registers of the CPU, 32 of the program.
const THREAD: usize = 8 + 1 + 1 + 4 * 8 + 32 * 8;
/// Where a thread has its `exited`.
const THREAD_EXITED: usize = 9;

/// A state of the VM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prestate {
    /// The hash of its witness, the VM's status in its first byte.
    pub hash: B256,
    /// Version of the format and of the VM: [`STATE_VERSION`].
    pub state_version: u8,
    /// Instructions executed so far; 0 for an absolute prestate.
    pub step: u64,
    /// Whether the program has ended.
    pub exited: bool,
}

/// Why a file has no hash.
#[derive(Debug, thiserror::Error)]
pub enum PrestateError {
    /// The operating system could not read it.
    #[error("it cannot be read: {0}")]
    Read(io::Error),
    /// The name is not that of a binary state. Cannon goes by the name as well.
    #[error(
        "its name ends neither in .bin.gz nor in .bin, the forms of cannon's multithreaded states \
            (JSON is the form of the single-threaded VM, which no contract executes any more)"
    )]
    Form,
    /// Not gzip, or damaged.
    #[error("it is not a whole gzip file: {0}")]
    Gzip(io::Error),
    /// The file ends too early.
    #[error("it ends within the {0}")]
    Truncated(&'static str),
    /// Bytes after the state.
    #[error("more bytes follow the state")]
    Trailing,
    /// A state of another VM, or no state at all.
    #[error("{}", version_text(*.0))]
    Version(u8),
    /// More pages than any program needs.
    #[error("it claims {0} pages of memory; more than {MAX_PAGES} (4 GiB) are not read")]
    PageCount(u64),
    /// More threads than any program needs.
    #[error("it claims {0} threads; more than {MAX_THREADS} are not read")]
    ThreadCount(u64),
    /// Cannon writes pages once and in ascending order, and their index has 52 bits.
    #[error("page {0:#x} is twice there, out of order or out of range")]
    Page(u64),
    /// A truth value that is neither 0 nor 1.
    #[error("{1} is neither 0 nor 1 as \"{0}\"")]
    Bool(&'static str, u8),
}

fn version_text(version: u8) -> String {
    let whose = match version {
        0 | 1 | 2 | 5 => "of a 32-bit VM",
        3 | 4 | 6 | 7 => "of an earlier 64-bit VM",
        _ => "not known",
    };
    format!("state version {version} is {whose}; the current VM executes version {STATE_VERSION}")
}

impl Prestate {
    /// Reads a `.bin.gz` or `.bin` as `cannon load-elf` and `cannon run` write it.
    pub fn from_file(path: &Path) -> Result<Self, PrestateError> {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let gzip = name.ends_with(b".bin.gz");
        if !gzip && !name.ends_with(b".bin") {
            return Err(PrestateError::Form);
        }
        let file = File::open(path).map_err(PrestateError::Read)?;
        let file = BufReader::with_capacity(1 << 16, file);
        if gzip { Self::from_reader(MultiGzDecoder::new(file)) } else { Self::from_reader(file) }
    }

    /// Reads an uncompressed state, and the input to its end.
    pub fn from_reader(input: impl Read) -> Result<Self, PrestateError> {
        let mut input = Input(input);
        let [version] = input.bytes("version")?;
        if version != STATE_VERSION {
            return Err(PrestateError::Version(version));
        }
        let memory = memory_root(&mut input)?;
        let machine = Machine::take(&mut input)?;
        let next_thread: [u8; 8] = input.bytes("next thread id")?;
        let left = threads_root(&mut input)?;
        let right = threads_root(&mut input)?;
        input.skip_hint()?;
        input.end()?;

        let witness = [&memory[..], &machine.0, &left[..], &right[..], &next_thread[..]].concat();
        let mut hash = keccak256(witness);
        hash[0] = machine.status();
        Ok(Self { hash, state_version: version, step: machine.step(), exited: machine.exited() })
    }
}

/// Everything between memory and threads, as the file and the witness both have it.
struct Machine([u8; 84]);

impl Machine {
    // Before these: preimage key 32 and offset 8, heap 8, load-linked status 1, address 8, owner 8.
    const EXIT_CODE: usize = 65;
    const EXITED: usize = 66;
    const STEP: usize = 67;
    // Between: steps since the last context switch 8.
    const TRAVERSE_RIGHT: usize = 83;

    fn take(input: &mut Input<impl Read>) -> Result<Self, PrestateError> {
        let machine = Self(input.bytes("registers of the machine")?);
        boolean("exited", machine.0[Self::EXITED])?;
        boolean("traverse right", machine.0[Self::TRAVERSE_RIGHT])?;
        Ok(machine)
    }

    const fn exited(&self) -> bool {
        self.0[Self::EXITED] == 1
    }

    fn step(&self) -> u64 {
        self.0[Self::STEP..Self::STEP + 8].iter().fold(0, |step, &byte| step << 8 | u64::from(byte))
    }

    /// 0 valid, 1 invalid, 2 panic, 3 unfinished (cannon, `mipsevm/state.go`).
    const fn status(&self) -> u8 {
        match (self.exited(), self.0[Self::EXIT_CODE]) {
            (false, _) => 3,
            (true, code @ 0..=1) => code,
            (true, _) => 2,
        }
    }
}

/// The hash over a stack of threads, the bottom one first.
fn threads_root(input: &mut Input<impl Read>) -> Result<B256, PrestateError> {
    let count = input.number("number of threads")?;
    if count > MAX_THREADS {
        return Err(PrestateError::ThreadCount(count));
    }
    let mut root = NO_THREADS;
    for _ in 0..count {
        let thread: [u8; THREAD] = input.bytes("threads")?;
        boolean("exited of a thread", thread[THREAD_EXITED])?;
        root = pair(&root, &keccak256(thread));
    }
    Ok(root)
}

const fn boolean(what: &'static str, byte: u8) -> Result<(), PrestateError> {
    if byte <= 1 { Ok(()) } else { Err(PrestateError::Bool(what, byte)) }
}

/// The uncompressed state, taken from front to end.
struct Input<R>(R);

impl<R: Read> Input<R> {
    fn bytes<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], PrestateError> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).map_err(|error| failure(error, what))?;
        Ok(bytes)
    }

    fn number(&mut self, what: &'static str) -> Result<u64, PrestateError> {
        self.bytes(what).map(u64::from_be_bytes)
    }

    /// The last hint to the preimage server: not a part of the VM.
    fn skip_hint(&mut self) -> Result<(), PrestateError> {
        const WHAT: &str = "last hint";
        let length = u64::from(u32::from_be_bytes(self.bytes(WHAT)?));
        let skipped = io::copy(&mut self.0.by_ref().take(length), &mut io::sink());
        match skipped.map_err(|error| failure(error, WHAT))? {
            skipped if skipped < length => Err(PrestateError::Truncated(WHAT)),
            _ => Ok(()),
        }
    }

    /// Nothing follows; gzip's checksum is compared here.
    fn end(mut self) -> Result<(), PrestateError> {
        match io::copy(&mut self.0.by_ref().take(1), &mut io::sink()) {
            Ok(0) => Ok(()),
            Ok(_) => Err(PrestateError::Trailing),
            Err(error) => Err(failure(error, "end of the gzip file")),
        }
    }
}

/// An error of the operating system has a number; one of the decoder has none.
fn failure(error: io::Error, what: &'static str) -> PrestateError {
    match error.kind() {
        _ if error.raw_os_error().is_some() => PrestateError::Read(error),
        io::ErrorKind::UnexpectedEof => PrestateError::Truncated(what),
        _ => PrestateError::Gzip(error),
    }
}
