//! Answers that are no HTTP, or never end.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    sync::LazyLock,
    thread::sleep,
    time::Duration,
};

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use super::{Hostility as H, Right};

/// What a bomb unpacks to, in MiB.
const UNPACKED: usize = 512;
static BLOCK: [u8; 64 << 10] = [b'x'; 64 << 10];

static GZIP: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    fill(&mut bomb);
    bomb.finish().unwrap()
});
static ZLIB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut bomb = ZlibEncoder::new(Vec::new(), Compression::fast());
    fill(&mut bomb);
    bomb.finish().unwrap()
});

fn fill(bomb: &mut impl io::Write) {
    let spaces = vec![b' '; 1 << 20];
    (0..UNPACKED).for_each(|_| bomb.write_all(&spaces).unwrap());
}

/// Whether the connection is over before its request was read.
pub(super) fn before_it_is_read(kind: H, mut stream: &TcpStream) -> bool {
    match kind {
        H::Closes => true,
        H::Silent => {
            // Until the client hangs up.
            let _ = stream.read_to_end(&mut Vec::new());
            true
        }
        H::Tls => {
            let _ = stream.write_all(b"\x15\x03\x01\x00\x02\x02\x46");
            true
        }
        H::Ssh => {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n");
            true
        }
        _ => false,
    }
}

/// Answers until the client hangs up, which is the error.
pub(super) fn answer(
    kind: H,
    mut stream: &TcpStream,
    right: &Right,
    elsewhere: &str,
) -> io::Result<()> {
    let Right { body, .. } = right;
    let length = body.len();
    let ok = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes();
    let short = |headers: &str| [&ok(headers)[..], body].concat();
    let (now, second) = (Duration::ZERO, Duration::from_secs(1));
    let redirect = |to: &str| {
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
    };
    match kind {
        H::Drip => again(stream, &ok("content-length: 1000000\r\n"), b" ", second),
        H::Flood => again(stream, &ok(""), &BLOCK, now),
        H::EndlessChunks => {
            let chunk =
                [&format!("{:x}\r\n", BLOCK.len()).into_bytes()[..], &BLOCK, b"\r\n"].concat();
            again(stream, &ok("transfer-encoding: chunked\r\n"), &chunk, now)
        }
        H::RedirectElsewhere => {
            stream.write_all(redirect(&format!("http://{elsewhere}/")).as_bytes())
        }
        H::RedirectLoop => stream.write_all(redirect("/").as_bytes()),
        H::GzipBomb => packed(stream, "gzip", &GZIP),
        H::DeflateBomb => packed(stream, "deflate", &ZLIB),
        H::LengthTooLong => {
            stream.write_all(&short(&format!("content-length: {}\r\n", length + 999)))?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        }
        H::LengthAndEnd => {
            stream.write_all(&short(&format!("content-length: {}\r\n", length + 999)))
        }
        H::LengthTooShort => {
            stream.write_all(&short(&format!("content-length: {}\r\n", length / 2)))
        }
        H::LengthNegative => stream.write_all(&short("content-length: -1\r\n")),
        H::LengthHuge => {
            stream.write_all(&short(&format!("content-length: {}\r\n", u64::MAX)))?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        }
        H::TwoLengths => {
            let lengths = format!("content-length: {length}\r\ncontent-length: {}\r\n", length / 2);
            stream.write_all(&short(&lengths))
        }
        H::NoLength => stream.write_all(&short("")),
        H::EndlessHeaders => again(stream, b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n", now),
        H::EndlessHeader => again(stream, b"HTTP/1.1 200 OK\r\nx-a: ", &BLOCK, now),
        H::SlowHeaders => again(stream, b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n", second),
        H::OldHttp => stream.write_all(&right.http("HTTP/1.0")),
        H::NoHead => stream.write_all(body),
        // As many as a parser does not need a processor for.
        H::Continues => {
            let continues = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(99);
            again(stream, b"", &continues, Duration::from_millis(20))
        }
        other => panic!("{other:?} is an answer"),
    }
}

/// For ever.
fn again(mut stream: &TcpStream, begin: &[u8], part: &[u8], pause: Duration) -> io::Result<()> {
    stream.write_all(begin)?;
    loop {
        stream.write_all(part)?;
        sleep(pause);
    }
}

fn packed(mut stream: &TcpStream, how: &str, bomb: &[u8]) -> io::Result<()> {
    let length = bomb.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {how}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), bomb].concat())
}
