//! The hash of block 0 in op-reth's static files.
//!
//! op-reth writes the headers of a new chain there at its first start. A file of them has three columns, the header,
//! its total difficulty and its hash, and beside it an index (reth `crates/storage/nippy-jar`): a byte with the size of
//! an offset, then the offsets of all values, row by row. Each value is an LZ4 block, which of 32 bytes of a hash, that
//! nothing can make shorter, are themselves behind two bytes that count them.

use std::{
    fs,
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use alloy_primitives::B256;
use op_util::file;

/// The file that begins with block 0; where it ends can be chosen.
const FIRST: &str = "static_file_headers_0_";
/// In bytes: the only size that reth has.
const OFFSET: u8 = 8;
/// Of the first row, the hash is the third value.
const HASH: usize = 2;
/// 32 literals: fifteen, and seventeen more.
const LITERALS: [u8; 2] = [0xf0, 0x11];

/// The hash of the first header in a folder of static files, and the file that says so, if one does.
pub(super) fn genesis(folder: &Path) -> io::Result<Option<(B256, PathBuf)>> {
    let Some(headers) = first(folder)? else { return Ok(None) };
    let index = headers.with_extension("off");
    let Some(row) = read(&index, 0, 1 + 4 * usize::from(OFFSET))? else { return Ok(None) };
    let (size, offsets) = row.split_at(1);
    let offsets: Vec<u64> =
        offsets.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
    let (begin, end) = (offsets[HASH], offsets[HASH + 1]);
    let length = LITERALS.len() + B256::len_bytes();
    if size != [OFFSET] || end.checked_sub(begin) != u64::try_from(length).ok() {
        return Ok(None);
    }
    let Some(value) = read(&headers, begin, length)? else { return Ok(None) };
    let hash = value.strip_prefix(&LITERALS).map(B256::from_slice);
    Ok(hash.map(|hash| (hash, headers)))
}

fn first(folder: &Path) -> io::Result<Option<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(FIRST) && path.extension().is_none() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// As many bytes of a file, unless it ends before.
fn read(path: &Path, begin: u64, length: usize) -> io::Result<Option<Vec<u8>>> {
    let mut file = match file::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = vec![0; length];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    /// As op-reth v2.3.2 wrote them for a devnet: offsets, and the hash where they say.
    fn folder(offsets: &[u64], value: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let index: Vec<u8> =
            iter::once(8).chain(offsets.iter().flat_map(|offset| offset.to_le_bytes())).collect();
        fs::write(path("static_file_headers_0_499999.off"), index).unwrap();
        fs::write(path("static_file_headers_0_499999"), [&[7; 152], value].concat()).unwrap();
        fs::write(path("static_file_headers_500000_999999"), [1; 999]).unwrap();
        fs::write(path("static_file_receipts_0_499999"), [1; 999]).unwrap();
        folder
    }

    #[test]
    fn the_first_hash_is_found_and_nothing_else_is_taken_for_it() {
        let hash = B256::repeat_byte(5);
        let value = [&LITERALS[..], hash.as_slice()].concat();
        let found = |offsets: &[u64], value: &[u8]| {
            genesis(folder(offsets, value).path()).unwrap().map(|(hash, _)| hash)
        };
        assert_eq!(found(&[0, 150, 152, 186, 458], &value), Some(hash));
        for (offsets, value) in [
            (&[0, 150, 152, 184][..], &value[..]),
            (&[0, 150, 152, 150], &value),
            (&[0, 150, 152], &value),
            (&[0, 150, 999, 1033], &value),
            (&[0, 150, 152, 186], &[9; 34]),
            (&[0, 150, 152, 186], &value[..20]),
        ] {
            assert_eq!(found(offsets, value), None, "{offsets:?} {value:?}");
        }
        assert_eq!(genesis(Path::new("/nonexistent")).unwrap(), None);
    }
}
