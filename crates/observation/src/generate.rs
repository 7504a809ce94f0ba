//! Archives shaped like those of a broadcast, made up: streams side by side, chunks of two seconds, with gaps,
//! lines that are there twice and lines that come late.

use std::io::{self, Write};

use alloy_primitives::hex;

/// A chunk lasts that long.
const CHUNK_MS: u64 = 2000;
/// When the first chunk was recorded: 2026-01-01T00:00:00Z.
const START_MS: u64 = 1_767_225_600_000;
/// A late line comes at most that many lines later.
const LATEST: usize = 64;

/// What is made. One line in so many is a gap, is there twice or comes late; zero for none.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Bytes, about.
    pub bytes: u64,
    pub streams: u64,
    /// Chunks of an epoch.
    pub entries: u64,
    /// Epochs of each stream at most.
    pub epochs: Option<u64>,
    /// Chunks that were lost.
    pub gaps: u64,
    /// Lines that are there twice.
    pub duplicates: u64,
    /// Lines that come late.
    pub late: u64,
    /// The same seed makes the same archive.
    pub seed: u64,
}

/// Writes an archive; says how many lines.
pub fn write(shape: &Shape, out: &mut impl Write) -> io::Result<u64> {
    let mut random = fastrand::Rng::with_seed(shape.seed);
    let mut late: Vec<Vec<u8>> = Vec::new();
    let (mut bytes, mut lines) = (0, 0);
    let mut emit = |line: &[u8], out: &mut dyn Write| {
        bytes += line.len() as u64;
        lines += 1;
        out.write_all(line).map(|()| bytes < shape.bytes)
    };
    let mut line = Vec::new();
    let mut chunk = 0;
    let mut more = true;
    while more && shape.epochs.is_none_or(|epochs| chunk / shape.entries < epochs) {
        for stream in 0..shape.streams {
            if one_in(&mut random, shape.gaps) {
                continue;
            }
            line.clear();
            entry(&mut line, &mut random, shape, stream, chunk)?;
            if one_in(&mut random, shape.late) {
                late.push(line.clone());
                continue;
            }
            more = emit(&line, out)?;
            if one_in(&mut random, shape.duplicates) {
                late.push(line.clone());
            }
            if late.len() == LATEST || (!late.is_empty() && random.usize(..LATEST) == 0) {
                emit(&late.swap_remove(random.usize(..late.len())), out)?;
            }
        }
        chunk += 1;
    }
    for line in late {
        emit(&line, out)?;
    }
    Ok(lines)
}

fn one_in(random: &mut fastrand::Rng, count: u64) -> bool {
    count > 0 && random.u64(..count) == 0
}

fn entry(
    line: &mut Vec<u8>,
    random: &mut fastrand::Rng,
    shape: &Shape,
    stream: u64,
    chunk: u64,
) -> io::Result<()> {
    let mut hash = [0; 32];
    random.fill(&mut hash);
    let hash = hex::encode(hash);
    let epoch = chunk / shape.entries;
    let start = START_MS + epoch * shape.entries * CHUNK_MS;
    let time = START_MS + chunk * CHUNK_MS + random.u64(..200);
    let (bitrate, size) = (random.u64(2_000_000..6_000_000), random.u64(500_000..1_500_000));
    let (channel, program) = (stream + 2, stream % 4 + 1);
    let sequence = chunk % shape.entries;
    let place = format!("ch{channel:02}.{program}/video");
    write!(
        line,
        r#"{{"synthetic":true,"version":1,"stream":"{place}","epoch":"{start}","seq":{sequence},"#
    )?;
    write!(
        line,
        r#""unixMs":{time},"durationMs":{CHUNK_MS},"keyframe":true,"bytes":{size},"bitrate":{bitrate},"#
    )?;
    write!(line, r#""codec":"avc1.640028","container":"fmp4","chunkHash":"{hash}","#)?;
    write!(line, r#""locator":"moq://archive/{place}/{start}/{sequence:06}.m4s","#)?;
    write!(line, r#""init":"moq://archive/{place}/init.mp4","#)?;
    write!(
        line,
        r#""psip":{{"tsid":{tsid},"majorChannel":{channel},"minorChannel":{program},"#,
        tsid = 2048 + channel
    )?;
    write!(line, r#""title":"Programme {epoch}"}},"#)?;
    writeln!(line, r#""clock":{{"source":"ntp","errorMs":{}}}}}"#, random.u64(..20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_archive() {
        let shape = |seed| Shape {
            bytes: 100_000,
            streams: 3,
            entries: 20,
            epochs: None,
            gaps: 50,
            duplicates: 50,
            late: 20,
            seed,
        };
        let made = |seed| {
            let mut bytes = Vec::new();
            write(&shape(seed), &mut bytes).map(|_| bytes).unwrap()
        };
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }
}
