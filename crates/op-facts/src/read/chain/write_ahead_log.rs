//! The write-ahead log of pebble and leveldb: blocks of chunks, of which records are made. A record is a
//! batch of entries. Only entries are looked at: a value holds whatever a user of the chain has sent.
//!
//! Formats: pebble `record/record.go` and `batch.go`, leveldb `doc/log_format.md`.

use std::io::{self, ErrorKind, Read};

use alloy_primitives::B256;

/// Bytes of a block of the log.
const BLOCK: usize = 32 << 10;
/// Sequence number and count of entries.
const BATCH_HEADER: usize = 12;
/// The key of "the canonical block 0 is": `h`, the number, `n` (op-geth `core/rawdb/schema.go`,
/// `headerHashKey`). Its value is the hash.
const GENESIS: [u8; 10] = [b'h', 0, 0, 0, 0, 0, 0, 0, 0, b'n'];

/// What a log says of block 0.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Genesis {
    None,
    Hash(B256),
    /// Two hashes, or a log of a form that is not known.
    Unknown,
}

/// Looks through a log block by block: it may be as large as the genesis.
pub(super) fn genesis(log: impl Read) -> io::Result<Genesis> {
    let mut records = Records { log, block: Vec::new(), at: 0, chunk: 0, is_last: true };
    let mut found = Genesis::None;
    loop {
        match records
            .begin()
            .and_then(|there| if there { batch(&mut records, &mut found) } else { Ok(false) })
        {
            Ok(true) => {}
            Ok(false) => return Ok(found),
            // What was being written when the host lost its power.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(found),
            Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(Genesis::Unknown),
            Err(error) => return Err(error),
        }
        if found == Genesis::Unknown {
            return Ok(found);
        }
    }
}

/// Reads the entries of one record. Always `true`.
fn batch(record: &mut impl Read, found: &mut Genesis) -> io::Result<bool> {
    record.read_exact(&mut [0; BATCH_HEADER])?;
    while let Some(kind) = next(record)? {
        let has_value = match kind {
            // Delete, log data, single delete, ingested table.
            0 | 3 | 7 | 22 => false,
            // Set, merge, range delete, set with delete, of range keys, sized delete.
            1 | 2 | 15 | 18..=21 | 23 => true,
            _ => return Err(ErrorKind::InvalidData.into()),
        };
        let is_genesis = take::<10>(record)? == Some(GENESIS);
        if !has_value {
            continue;
        }
        if !is_genesis {
            skip(record)?;
        } else if let Some(hash) = take::<32>(record)?.map(B256::from) {
            *found = match found {
                Genesis::None => Genesis::Hash(hash),
                Genesis::Hash(before) if *before == hash => Genesis::Hash(hash),
                _ => Genesis::Unknown,
            };
        }
    }
    Ok(true)
}

/// A text with its length before it: its bytes if it has `N`.
fn take<const N: usize>(record: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let length = length(record)?;
    if length != N as u64 {
        return pass(record, length).map(|()| None);
    }
    let mut bytes = [0; N];
    record.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

fn skip(record: &mut impl Read) -> io::Result<()> {
    let length = length(record)?;
    pass(record, length)
}

fn pass(record: &mut impl Read, length: u64) -> io::Result<()> {
    let passed = io::copy(&mut record.take(length), &mut io::sink())?;
    if passed == length { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// A number in groups of seven bits, the lowest first.
fn length(record: &mut impl Read) -> io::Result<u64> {
    let mut length = 0;
    for shift in (0..35).step_by(7) {
        let byte = next(record)?.ok_or(ErrorKind::UnexpectedEof)?;
        length |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(length);
        }
    }
    Err(ErrorKind::InvalidData.into())
}

fn next(record: &mut impl Read) -> io::Result<Option<u8>> {
    let mut byte = [0];
    Ok((record.read(&mut byte)? == 1).then_some(byte[0]))
}

/// The records of a log; as a reader, the rest of the present one.
struct Records<R> {
    log: R,
    block: Vec<u8>,
    /// Where in the block the present chunk goes on.
    at: usize,
    /// Bytes that are left of it.
    chunk: usize,
    /// Whether the record ends with it.
    is_last: bool,
}

impl<R: Read> Records<R> {
    /// Goes to the beginning of the next record; `false` at the end of the log.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            self.at += self.chunk;
            let Some(is_first) = self.next_chunk()? else { return Ok(false) };
            if is_first {
                return Ok(true);
            }
        }
    }

    /// Goes to the next chunk, which begins where the block is read up to, and says whether a record begins with it.
    ///
    /// A chunk has a header: checksum (4), length (2), kind (1), and for kinds from 5 on the log's number
    /// (4). No chunk crosses blocks.
    fn next_chunk(&mut self) -> io::Result<Option<bool>> {
        loop {
            let rest = self.block.get(self.at..).unwrap_or_default();
            // Zeros are what the end of a block is filled with, and what a log has beyond its end.
            let [_, _, _, _, low, high, kind @ 1..=u8::MAX, ..] = rest else {
                self.block.clear();
                self.log.by_ref().take(BLOCK as u64).read_to_end(&mut self.block)?;
                self.at = 0;
                if self.block.is_empty() {
                    return Ok(None);
                }
                continue;
            };
            let (header, position) = match kind {
                1..=4 => (7, kind - 1),
                5..=8 => (11, kind - 5),
                _ => return Err(ErrorKind::InvalidData.into()),
            };
            self.chunk = usize::from(u16::from_le_bytes([*low, *high]));
            self.at += header;
            if self.at + self.chunk > self.block.len() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            // Full, first, middle, last.
            self.is_last = matches!(position, 0 | 3);
            return Ok(Some(position < 2));
        }
    }
}

impl<R: Read> Read for Records<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.chunk == 0 {
            if self.is_last {
                return Ok(0);
            }
            match self.next_chunk()? {
                Some(false) => {}
                // The record was never finished.
                Some(true) | None => return Err(ErrorKind::UnexpectedEof.into()),
            }
        }
        let length = into.len().min(self.chunk);
        into[..length].copy_from_slice(&self.block[self.at..self.at + length]);
        self.at += length;
        self.chunk -= length;
        Ok(length)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A log as pebble writes it: records in chunks that do not cross blocks.
    pub(in crate::read::chain) fn log(records: &[Vec<u8>], header: usize) -> Vec<u8> {
        let mut log = Vec::new();
        for record in records {
            let (mut rest, mut first) = (record.as_slice(), true);
            loop {
                let left = BLOCK - log.len() % BLOCK;
                if left < header {
                    log.resize(log.len() + left, 0);
                    continue;
                }
                let (chunk, after) = rest.split_at(rest.len().min(left - header));
                let kind = match (first, after.is_empty()) {
                    (true, true) => 1,
                    (true, false) => 2,
                    (false, false) => 3,
                    (false, true) => 4,
                } + if header == 11 { 4 } else { 0 };
                log.extend([0xcc; 4]);
                log.extend(u16::try_from(chunk.len()).unwrap().to_le_bytes());
                log.push(kind);
                log.resize(log.len() + header - 7, 0xdd);
                log.extend(chunk);
                (rest, first) = (after, false);
                if rest.is_empty() {
                    break;
                }
            }
        }
        log
    }

    fn text(bytes: &[u8]) -> Vec<u8> {
        let (mut length, mut text) = (bytes.len(), Vec::new());
        while length >= 0x80 {
            text.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        text.push(u8::try_from(length).unwrap());
        [text, bytes.to_vec()].concat()
    }

    fn set(key: &[u8], value: &[u8]) -> Vec<u8> {
        [vec![1], text(key), text(value)].concat()
    }

    pub(in crate::read::chain) fn batch_of(entries: &[Vec<u8>]) -> Vec<u8> {
        [vec![0; BATCH_HEADER], entries.concat()].concat()
    }

    pub(in crate::read::chain) fn entry(hash: B256) -> Vec<u8> {
        set(&GENESIS, hash.as_slice())
    }

    #[test]
    fn what_users_sent_is_no_entry() {
        let (ours, planted) = (B256::repeat_byte(1), B256::repeat_byte(0xde));
        // A block body with calldata that looks like an entry, and a key that does.
        let body = set(
            b"b\0\0\0\0\0\0\0\x05body",
            &[vec![7; 40_000], entry(planted), vec![7; 9]].concat(),
        );
        let key = set(&entry(planted), b"value");
        for header in [7, 11] {
            let log = log(
                &[
                    batch_of(&[body.clone(), key.clone()]),
                    batch_of(&[vec![0, 1, b'x'], body.clone()]),
                ],
                header,
            );
            assert_eq!(genesis(&log[..]).unwrap(), Genesis::None);
            let log = [self::log(&[batch_of(&[entry(ours), body.clone()])], header)].concat();
            assert_eq!(genesis(&log[..]).unwrap(), Genesis::Hash(ours));
        }
    }

    #[test]
    fn two_hashes_and_unknown_forms_are_not_known() {
        let two = [entry(B256::repeat_byte(1)), entry(B256::repeat_byte(2))];
        for record in [
            batch_of(&two),
            batch_of(&[vec![99, 1, b'x']]),
            batch_of(&[[&[1][..], &[0xff; 9]].concat()]),
        ] {
            assert_eq!(genesis(&log(&[record], 7)[..]).unwrap(), Genesis::Unknown);
        }
        let mut kind = log(&[batch_of(&[])], 7);
        kind[6] = 12;
        assert_eq!(genesis(&kind[..]).unwrap(), Genesis::Unknown);
        // Room that was set aside beyond the end.
        let hash = B256::repeat_byte(3);
        let log = [log(&[batch_of(&[entry(hash)])], 11), vec![0; 100_000]].concat();
        assert_eq!(genesis(&log[..]).unwrap(), Genesis::Hash(hash));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Wherever in the log the entry is, also across the border of blocks.
        #[test]
        fn the_entry_is_found_in_any_place(
            before in 0_usize..3 * BLOCK,
            after in 0_usize..100,
            recycled in any::<bool>(),
            cut in 0.0..1.0_f64,
        ) {
            let hash = B256::repeat_byte(9);
            let record = batch_of(&[set(b"k", &vec![1; before]), entry(hash), set(b"l", &vec![1; after])]);
            let log = log(&[batch_of(&[set(b"m", &[1; 40])]), record], if recycled { 11 } else { 7 });
            prop_assert_eq!(genesis(&log[..]).unwrap(), Genesis::Hash(hash));
            // Torn off anywhere, it is found or it is not; it is never another.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let end = (log.len() as f64 * cut) as usize;
            prop_assert!(matches!(genesis(&log[..end]).unwrap(), Genesis::None | Genesis::Hash(_)));
        }

        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = genesis(&bytes[..]);
        }
    }
}
