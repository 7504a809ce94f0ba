//! Changes of the prestate's file. Those of what it unpacks to are in `../prestate.rs`.

use std::io::Read;

use op_chain::prestate::Prestate;

use super::Tally;

const SMALL: &[u8] = include_bytes!("../../data/prestate.bin.gz");

fn seen(file: &[u8]) -> Result<Prestate, String> {
    Prestate::from_reader(flate2::bufread::MultiGzDecoder::new(file))
        .map_err(|error| error.to_string())
}

/// RFC 1952: the time, the level and the system of the packing say nothing about the content, nor
/// does the flag for text. All else has to unpack to the same bytes.
fn neutral(place: usize, changed: &[u8]) -> bool {
    let unpacked = |file: &[u8]| {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).ok().map(|_| bytes)
    };
    matches!(place, 3..=9) || unpacked(changed) == unpacked(SMALL)
}

#[test]
fn every_byte() {
    let original = seen(SMALL).unwrap();
    let mut tally = Tally::default();
    for place in 0..SMALL.len() {
        for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
            let mut changed = SMALL.to_vec();
            changed[place] ^= flip;
            tally.count(
                &original,
                &seen(&changed),
                || neutral(place, &changed),
                || format!("byte {place} ^ {flip:#04x}"),
            );
        }
    }
    println!("bytes of prestate.bin.gz: {tally:?}");
    // Its checksum leaves no other content to a single change.
    assert!(tally.refused > 0 && tally.different == 0 && tally.neutral > 0, "{tally:?}");
}
