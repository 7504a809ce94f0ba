//! `op-warden serve` and clients that mean it no good.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::serve::{Service, judged};

const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n";

/// What is answered to a request with this host, by its first line.
fn answer(address: SocketAddr, host: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /livez HTTP/1.1\r\n{host}Connection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn half_requests_keep_nobody_else_from_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let judgements = folder.path().join("judgements.json");
    let mut service = Service::start(folder.path(), Some(&judgements));
    let half = || -> Vec<TcpStream> {
        let open = (0..300).map(|_| {
            let mut stream = TcpStream::connect(service.address).unwrap();
            stream.write_all(HALF).unwrap();
            stream
        });
        open.collect()
    };
    let held = half();
    for _ in 0..5 {
        assert_eq!(answer(service.address, "Host: localhost\r\n"), "HTTP/1.1 200 OK");
    }
    // The service's own work goes on: it reads what changed, and keeps its state.
    let state = folder.path().join("state.json");
    for (answer, code) in [("pass", 200), ("refuse", 503), ("pass", 200)] {
        fs::remove_file(&state).ok();
        fs::write(&judgements, judged(answer).to_string()).unwrap();
        service.until("/readyz/batcher", |(found, _)| *found == code);
        service.until("/livez", |_| state.exists());
    }
    // What was never finished is closed, without an answer or with one that says so.
    let mut first = &held[held.len() - 1];
    first.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut text = String::new();
    first.read_to_string(&mut text).unwrap();
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    let again = half();
    let begin = Instant::now();
    assert!(service.process.terminate().unwrap().success());
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    drop((held, again));
}

#[test]
fn a_strangers_name_for_this_host_is_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None);
    for host in [
        "",
        "Host: 127.0.0.1\r\n",
        "Host: localhost:7399\r\n",
        "Host: [::1]\r\n",
        "Host: Chain.example\r\n",
    ] {
        let found = answer(service.address, host);
        // HTTP/1.1 asks for a host.
        assert!(found == "HTTP/1.1 200 OK" || host.is_empty(), "{host}: {found}");
    }
    for host in ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example"] {
        let found = answer(service.address, &format!("Host: {host}\r\n"));
        assert!(found.starts_with("HTTP/1.1 421"), "{host}: {found}");
    }
}
