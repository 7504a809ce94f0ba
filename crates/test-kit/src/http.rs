//! HTTP on loopback: servers whose every answer the test decides, and a client.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::{self, BufRead, Read, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::{Value, json};

/// A silent server must not hold up a test for ever.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server; dropping it ends its threads.
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves each connection on a thread of its own.
    pub fn start(address: Ipv4Addr, serve: impl Fn(&TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (stop, serve) = (stop.clone(), Arc::new(serve));
            thread::spawn(move || {
                let mut connections: Vec<JoinHandle<()>> = Vec::new();
                while let Ok((stream, _)) = listener.accept() {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    // What has ended must not keep its stack.
                    for ended in connections.extract_if(.., |one| one.is_finished()) {
                        ended.join().unwrap();
                    }
                    let serve = serve.clone();
                    connections.push(thread::spawn(move || serve(&stream)));
                }
                // They end with their clients, for which the test has waited.
                for connection in connections {
                    connection.join().unwrap();
                }
            })
        };
        Self { address, stop, thread: Some(thread) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let woken = TcpStream::connect(self.address);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || (woken.is_ok() && matches!(ended, Some(Ok(())))));
    }
}

/// What a client asks for.
#[derive(Debug)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// By their names in lower case.
    pub headers: HashMap<String, String>,
    /// Empty for a GET.
    pub body: Vec<u8>,
}

impl Request {
    /// The next request of a connection, `None` once the client hangs up.
    pub fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split(' ').map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let mut headers = HashMap::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.split_once(':') {
                Some((name, value)) => {
                    headers.insert(name.to_ascii_lowercase(), value.trim().to_owned())
                }
                None => break,
            };
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Self { method, path, headers, body })
    }
}

/// An answer: its status line, further header lines (each with its line end), its body.
#[must_use]
pub fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// Status code and body of a GET; `base` is a URL without a path.
pub fn get(base: &str, path: &str) -> io::Result<(u16, String)> {
    send(base, &format!("GET {path}"), None)
}

/// The result of a JSON-RPC call.
pub fn call(base: &str, method: &str, params: &Value) -> io::Result<Value> {
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let (_, answer) = send(base, "POST /", Some(&call.to_string()))?;
    let mut answer: Value = serde_json::from_str(&answer)?;
    let error = format!("{method}: {answer}");
    answer.get_mut("result").map(Value::take).ok_or_else(|| io::Error::other(error))
}

fn send(base: &str, what: &str, body: Option<&str>) -> io::Result<(u16, String)> {
    let address = base.trim_start_matches("http://").parse().map_err(io::Error::other)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // Nobody answers HTTP/1.0 in chunks. geth answers by address, or to "localhost".
    let mut request = format!("{what} HTTP/1.0\r\nHost: 127.0.0.1\r\n");
    if let Some(body) = body {
        let length = body.len();
        write!(request, "Content-Type: application/json\r\nContent-Length: {length}\r\n").unwrap();
    }
    let body = body.unwrap_or_default();
    stream.write_all(format!("{request}\r\n{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let parts = || {
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    };
    parts().ok_or_else(|| io::Error::other(format!("not HTTP: {answer}")))
}
