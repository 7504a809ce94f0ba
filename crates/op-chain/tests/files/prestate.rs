//! States of the fault proof VM against the hashes that the official `cannon witness` (optimism
//! v1.16.10) prints for the same bytes.

use std::{
    fs,
    io::{Cursor, Read},
    path::Path,
    process::Command,
    time::Instant,
};

use alloy_primitives::{B256, b256};
use flate2::read::GzDecoder;
use op_chain::prestate::{Prestate, PrestateError, STATE_VERSION};
use proptest::prelude::*;
use serde_json::Value;

const SMALL: &[u8] = include_bytes!("../data/prestate.bin.gz");
const SMALL_HASH: B256 = b256!("03bac9e35aa6f26334ba7bab101f381aa0cefb1e4cf284c10f122d468994a127");

/// A state, encoded as `state.go` describes it and not with the code under test.
#[derive(Clone)]
struct Encoder {
    /// Index and content, of which 0 stands for zeros.
    pages: Vec<(u64, u8)>,
    load_linked: u8,
    exit_code: u8,
    exited: u8,
    traverse_right: u8,
    left: u64,
    right: u64,
    hint: &'static [u8],
}

impl Encoder {
    fn small() -> Self {
        let indices = [0, 1, 4, 0x0c00_0000, 0x7_ffff_fffe, (1 << 52) - 1];
        Self {
            pages: indices.into_iter().zip(1..).collect(),
            load_linked: 1,
            exit_code: 0,
            exited: 0,
            traverse_right: 0,
            left: 2,
            right: 1,
            hint: b"hints",
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![STATE_VERSION];
        bytes.extend((self.pages.len() as u64).to_be_bytes());
        for &(index, content) in &self.pages {
            bytes.extend(index.to_be_bytes());
            bytes.extend(page(content));
        }
        bytes.extend(1..=32);
        for word in [24_u64, 0x1000_0000_4000] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.push(self.load_linked);
        for word in [0x7f_ff00_u64, 1] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend([self.exit_code, self.exited]);
        for word in [5_u64, 3] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.push(self.traverse_right);
        bytes.extend((self.left + self.right).to_be_bytes());
        bytes.extend(self.left.to_be_bytes());
        (0..self.left).for_each(|id| bytes.extend(thread(id)));
        bytes.extend(self.right.to_be_bytes());
        (self.left..self.left + self.right).for_each(|id| bytes.extend(thread(id)));
        bytes.extend(u32::try_from(self.hint.len()).unwrap().to_be_bytes());
        bytes.extend(self.hint);
        bytes
    }
}

fn page(content: u8) -> Vec<u8> {
    let byte = |place: usize| (usize::from(content) * 31 + place * 7) % 251;
    let zero = |place: usize| content == 0 || place / 512 % 3 == 1;
    (0..4096).map(|place| if zero(place) { 0 } else { byte(place).try_into().unwrap() }).collect()
}

fn thread(id: u64) -> Vec<u8> {
    let mut bytes = id.to_be_bytes().to_vec();
    bytes.extend([0, u8::from(id % 2 == 1)]);
    (0..36).for_each(|register| bytes.extend(((id << 32) + register).to_be_bytes()));
    bytes
}

fn hash(bytes: &[u8]) -> Result<B256, PrestateError> {
    Prestate::from_reader(bytes).map(|state| state.hash)
}

fn in_file(name: &str, bytes: &[u8]) -> Result<Prestate, PrestateError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    Prestate::from_file(&path)
}

#[test]
fn hashes_are_those_of_the_official_cannon() {
    let one = vec![(0, 1)];
    let small = Encoder::small;
    for (name, state, expected) in [
        ("small", small(), SMALL_HASH),
        (
            "a page of zeros",
            Encoder { pages: vec![(3, 0), (7, 2)], ..small() },
            b256!("03a1cc478e04f47125a2914834c890f720b972b2b70dab95abfaa169fe6d81e4"),
        ),
        (
            "nothing",
            Encoder { pages: vec![], left: 0, right: 0, hint: b"", ..small() },
            b256!("031d5f13b16704de6e3af1694a73466185c35fc7064dca0f7655b7813d73809f"),
        ),
        (
            "exited with 0",
            Encoder { pages: one.clone(), exited: 1, ..small() },
            b256!("0051cdd282c129aa5edd0b32e5587b4a8a5e10b0c69fc4c159301c28377ae875"),
        ),
        (
            "exited with 1",
            Encoder { pages: one.clone(), exited: 1, exit_code: 1, ..small() },
            b256!("0101e254b9ec86fd35d833b654d556cc362ff99e4d9fd081ec6b8ff59401e050"),
        ),
        (
            "exited with 2",
            Encoder { pages: one.clone(), exited: 1, exit_code: 2, ..small() },
            b256!("02cb552bacf3c3dd9aa7453099feec7577498d384e927e6e4cd9a4034a5edbe6"),
        ),
        (
            "exited with 255",
            Encoder { pages: one.clone(), exited: 1, exit_code: 255, ..small() },
            b256!("02f865ba216c45617f308a55ff415805fb7d9cf01b4297bb817fc2154f0d3f91"),
        ),
        (
            "an exit code, not exited",
            Encoder { pages: one, exit_code: 1, ..small() },
            b256!("03a923ef15a8b4ddc3d7ff4acb31fdfbf0ee64b5b110e4236b0c0a8aeb42c179"),
        ),
        (
            "traversed to the right",
            Encoder { pages: vec![(0, 1), (1, 2)], traverse_right: 1, load_linked: 2, ..small() },
            b256!("0363c2d8c9583887d7567221459f6d4058c0254e68cca96197f6ef30a67aecc6"),
        ),
    ] {
        let read = Prestate::from_reader(state.bytes().as_slice()).unwrap();
        assert_eq!(read.hash, expected, "{name}");
        assert_eq!((read.exited, read.step), (state.exited == 1, 5), "{name}");
    }
}

#[test]
fn both_forms_of_file_are_read() {
    let mut plain = Vec::new();
    GzDecoder::new(SMALL).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, Encoder::small().bytes());
    let expected = Prestate { hash: SMALL_HASH, state_version: 8, step: 5, exited: false };
    assert_eq!(in_file("prestate.bin.gz", SMALL).unwrap(), expected);
    assert_eq!(in_file("prestate.bin", &plain).unwrap(), expected);
    // Cannon reads gzip members in a row as one as well.
    let members = [
        SMALL,
        &flate2::write::GzEncoder::new(vec![], flate2::Compression::fast()).finish().unwrap(),
    ];
    assert_eq!(in_file("prestate.bin.gz", &members.concat()).unwrap(), expected);
}

#[test]
fn a_name_decides_the_form_as_it_does_for_cannon() {
    for name in ["prestate.json", "prestate.json.gz", "prestate", "prestate.bin.zst", "bin"] {
        assert!(matches!(in_file(name, SMALL), Err(PrestateError::Form)), "{name}");
    }
    assert!(matches!(in_file("prestate.bin", SMALL), Err(PrestateError::Version(0x1f))));
    let plain = Encoder::small().bytes();
    assert!(matches!(in_file("prestate.bin.gz", &plain), Err(PrestateError::Gzip(_))));
    let folder = tempfile::tempdir().unwrap();
    for (path, made) in [("absent.bin", false), ("folder.bin", true), ("folder.bin.gz", true)] {
        let path = folder.path().join(path);
        if made {
            fs::create_dir(&path).unwrap();
        }
        assert!(matches!(Prestate::from_file(&path), Err(PrestateError::Read(_))), "{path:?}");
    }
}

#[test]
fn every_changed_byte_changes_the_hash_or_is_an_error() {
    let state = Encoder { pages: vec![(0, 1), (5, 2), ((1 << 52) - 1, 3)], ..Encoder::small() };
    let bytes = state.bytes();
    let right = hash(&bytes).unwrap();
    let vm = bytes.len() - state.hint.len();
    for flip in [0x01, 0x80, 0xff] {
        for place in 0..vm {
            let mut changed = bytes.clone();
            changed[place] ^= flip;
            assert_ne!(hash(&changed).ok(), Some(right), "{place}");
        }
    }
    // The last hint is not a part of the VM.
    for place in vm..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert_eq!(hash(&changed).unwrap(), right, "{place}");
    }
}

#[test]
fn every_cut_is_an_error() {
    let bytes = Encoder { pages: vec![(0, 1)], ..Encoder::small() }.bytes();
    for end in 1..bytes.len() {
        assert!(matches!(hash(&bytes[..end]), Err(PrestateError::Truncated(_))), "{end}");
    }
    for end in 0..SMALL.len() {
        let cut = Prestate::from_reader(flate2::bufread::MultiGzDecoder::new(&SMALL[..end]));
        assert!(matches!(cut, Err(PrestateError::Truncated(_))), "{end}: {cut:?}");
    }
}

#[test]
fn what_follows_is_an_error() {
    let bytes = Encoder::small().bytes();
    for tail in [&[0][..], &[8], b"more", &bytes] {
        assert!(matches!(hash(&[&bytes, tail].concat()), Err(PrestateError::Trailing)));
        assert!(in_file("prestate.bin.gz", &[SMALL, tail].concat()).is_err());
    }
    assert!(matches!(
        in_file("prestate.bin.gz", &[SMALL, SMALL].concat()),
        Err(PrestateError::Trailing)
    ));
}

#[test]
fn absurd_lengths_are_errors_at_once() {
    let bytes = Encoder { pages: vec![], hint: b"", ..Encoder::small() }.bytes();
    let left = 1 + 8 + 84 + 8;
    for (place, length) in [(1, 8), (left, 8), (left + 8 + 2 * 298, 8), (bytes.len() - 4, 4)] {
        for first in [0x00, 0x0f, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[place..place + length].fill(0xff);
            changed[place] = first;
            let started = Instant::now();
            let read = hash(&changed);
            assert!(
                matches!(
                    read,
                    Err(PrestateError::Truncated(_)
                        | PrestateError::PageCount(_)
                        | PrestateError::ThreadCount(_))
                ),
                "{place}: {read:?}"
            );
            assert!(started.elapsed().as_secs() < 5);
        }
    }
}

/// What a bomb unpacks to: the head of a state, and then zeros for ever.
fn bomb(head: &[u8]) -> Result<Prestate, PrestateError> {
    Prestate::from_reader(head.chain(std::io::repeat(0)))
}

#[test]
fn what_a_bomb_claims_is_bounded() {
    let head = |pages: u64| [&[STATE_VERSION][..], &pages.to_be_bytes()].concat();
    for pages in [(1 << 20) + 1, 1 << 52, u64::MAX] {
        let error = bomb(&head(pages)).unwrap_err();
        assert!(matches!(error, PrestateError::PageCount(count) if count == pages), "{error}");
    }
    // The second page has the index of the first.
    assert!(matches!(bomb(&head(1 << 20)), Err(PrestateError::Page(0))));
    for threads in [(1_u64 << 16) + 1, u64::MAX] {
        let head = [&head(0)[..], &[0; 84 + 8], &threads.to_be_bytes()].concat();
        let error = bomb(&head).unwrap_err();
        assert!(matches!(error, PrestateError::ThreadCount(count) if count == threads), "{error}");
    }
    let most = [&head(0)[..], &[0; 84 + 8], &(1_u64 << 16).to_be_bytes()].concat();
    assert!(matches!(bomb(&most), Err(PrestateError::Trailing)));
}

/// More pages than threads hash at once, and those errors that a thread meets.
#[test]
fn many_pages_are_hashed_in_order() {
    let pages = |count: u64| (0..count).map(|index| (3 * index, 1)).collect::<Vec<_>>();
    let many = Encoder { pages: pages(2_000), ..Encoder::small() };
    assert_eq!(
        hash(&many.bytes()).unwrap(),
        b256!("03ca27013ed55756f98fdb2f1ed6e7f674375b798bc48d1041664207e13c057f")
    );
    for place in [1, 127, 128, 129, 1_000, 1_999] {
        let mut wrong = many.clone();
        wrong.pages[place].0 = wrong.pages[place - 1].0;
        let expected = wrong.pages[place].0;
        let error = hash(&wrong.bytes()).unwrap_err();
        assert!(matches!(error, PrestateError::Page(index) if index == expected), "{error}");
    }
}

#[test]
fn other_versions_are_named() {
    let mut bytes = Encoder::small().bytes();
    for version in (0..=u8::MAX).filter(|&version| version != STATE_VERSION) {
        bytes[0] = version;
        let error = hash(&bytes).unwrap_err();
        assert!(matches!(error, PrestateError::Version(found) if found == version));
        assert!(error.to_string().contains(&format!("state version {version} is ")), "{error}");
    }
}

#[test]
fn pages_and_truth_values_are_as_cannon_writes_them() {
    let small = Encoder::small();
    for pages in
        [vec![(1, 1), (1, 1)], vec![(2, 1), (1, 1)], vec![(1 << 52, 1)], vec![(u64::MAX, 1)]]
    {
        let bytes = Encoder { pages, ..small.clone() }.bytes();
        assert!(matches!(hash(&bytes), Err(PrestateError::Page(_))));
    }
    for state in [
        Encoder { exited: 2, ..small.clone() },
        Encoder { traverse_right: 2, ..small.clone() },
        Encoder { exited: 255, ..small },
    ] {
        assert!(matches!(hash(&state.bytes()), Err(PrestateError::Bool(..))));
    }
}

proptest! {
    /// Neither a panic nor a hash of what is no state.
    #[test]
    fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..5_000)) {
        prop_assert!(hash(&bytes).is_err());
        let mut bytes = bytes;
        bytes.insert(0, STATE_VERSION);
        prop_assert!(hash(&bytes).is_err());
    }

    /// Any run of bytes replaced: another hash, or an error.
    #[test]
    fn any_replaced_bytes_are_noticed(
        place in any::<prop::sample::Index>(),
        replacement in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let small = Encoder::small();
        let mut bytes = small.bytes();
        let vm = bytes.len() - small.hint.len();
        let place = place.index(vm);
        let end = vm.min(place + replacement.len());
        bytes[place..end].copy_from_slice(&replacement[..end - place]);
        prop_assert_eq!(hash(&bytes).ok() == Some(SMALL_HASH), bytes == small.bytes());
    }
}

/// Reads a byte at a time, as a slow disk may.
struct Slow<R>(R);

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}

#[test]
fn the_size_of_reads_does_not_matter() {
    let bytes = Encoder::small().bytes();
    assert_eq!(Prestate::from_reader(Slow(Cursor::new(bytes))).unwrap().hash, SMALL_HASH);
}

/// What `cannon witness` prints, and how long it took.
fn official(cannon: &Path, state: &Path) -> Value {
    let started = Instant::now();
    let output = Command::new(cannon).arg("witness").arg("--input").arg(state).output().unwrap();
    println!("cannon witness {}: {:?}", state.display(), started.elapsed());
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn same_as(official: &Value, state: &Path) {
    let started = Instant::now();
    let read = Prestate::from_file(state).unwrap();
    println!("op-chain {}: {:?}", state.display(), started.elapsed());
    assert_eq!(official["witnessHash"], read.hash.to_string(), "{}", state.display());
    assert_eq!(official["stateVersion"], read.state_version);
    assert_eq!(official["step"], read.step);
    assert_eq!(official["exited"], read.exited);
}

#[test]
fn a_real_program_has_the_hash_of_the_official_cannon() {
    let prestate = test_kit::components().join("prestate/prestate.bin.gz");
    let Ok(witness) = fs::read(prestate.with_file_name("witness.json")) else {
        eprintln!(
            "SKIPPED: a_real_program_has_the_hash_of_the_official_cannon: no prestate of op-devnet; OP_DEVNET_CACHE names the folder in which it builds"
        );
        return;
    };
    same_as(&serde_json::from_slice(&witness).unwrap(), &prestate);

    let cannon = test_kit::components().join("bin/cannon");
    if !cannon.exists() {
        eprintln!("SKIPPED: states after some steps: no bin/cannon beside the prestate");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let later = folder.path().join("later.bin.gz");
    let run = Command::new(&cannon)
        .args(["run", "--stop-at", "=300000", "--meta", "", "--input"])
        .args([&prestate, Path::new("--output"), &later])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    same_as(&official(&cannon, &later), &later);
}
