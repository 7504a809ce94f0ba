//! genesis.json, packed with zstd.

use std::io::Read as _;

use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// The largest genesis.json that is unpacked.
pub(crate) const MOST: u64 = 256 << 20;

pub(crate) fn pack(genesis: &[u8]) -> Vec<u8> {
    compress_to_vec(genesis, CompressionLevel::Fastest)
}

/// Exactly `bytes` bytes of it; `None` for anything else.
pub(crate) fn unpack(packed: &[u8], bytes: u64) -> Option<Vec<u8>> {
    if bytes > MOST {
        return None;
    }
    let mut genesis = Vec::new();
    let decoder = StreamingDecoder::new(packed).ok()?;
    decoder.take(bytes + 1).read_to_end(&mut genesis).ok()?;
    (genesis.len() as u64 == bytes).then_some(genesis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_of_the_right_size_comes_back() {
        let genesis = br#"{"alloc": {}}"#.repeat(1 << 14);
        let packed = pack(&genesis);
        assert!(packed.len() < genesis.len() / 20, "{} bytes", packed.len());
        let bytes = genesis.len() as u64;
        assert_eq!(unpack(&packed, bytes), Some(genesis));
        assert_eq!(unpack(&packed, bytes - 1), None);
        assert_eq!(unpack(&packed, bytes + 1), None);
        assert_eq!(unpack(&packed[..packed.len() - 1], bytes), None);
        assert_eq!(unpack(b"", 0), None);
        assert_eq!(unpack(&packed, u64::MAX), None);
    }
}
