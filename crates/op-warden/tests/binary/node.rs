//! A JSON-RPC node over HTTP on loopback.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

/// The answer to one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Say {
    Result(Value),
    Error(i64, &'static str),
    /// No answer under this call's id.
    Nothing,
    /// Two answers under this call's id.
    Twice(Value),
}

/// The answer to a whole request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Whole {
    /// Each call is answered for itself.
    Calls,
    /// Status line and further headers, no JSON.
    Status(&'static str, &'static str),
    /// 200 and this body.
    Body(&'static str),
    /// Less body than announced.
    Truncated,
    /// The connection is reset before the request was read.
    Reset,
    /// The request is read and the connection stays silent until the client gives up.
    Hang,
}

/// What a node answers.
pub(crate) trait Answer: Send + Sync + 'static {
    /// To the request of that position among all; `batch` is `None` while it is not read yet.
    fn whole(&self, _position: usize, _batch: Option<&Value>) -> Whole {
        Whole::Calls
    }
    /// To one call.
    fn call(&self, method: &str, params: &Value) -> Say;
    /// To a GET of a path below the URL's own.
    fn get(&self, _path: &str) -> Say {
        Say::Error(404, "not found")
    }
    /// Whether whoever sends this `Authorization` is served.
    fn serves(&self, _authorization: Option<&str>) -> bool {
        true
    }
}

/// The node; dropping it ends its threads.
pub(crate) struct Node {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Node {
    pub(crate) fn start(answer: impl Answer) -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST, answer)
    }

    /// On a loopback address of its own: one has not enough ports for the connections of all worlds,
    /// as closed ones keep theirs for a minute.
    pub(crate) fn start_apart(answer: impl Answer) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        Self::start_on(Ipv4Addr::new(127, 1, high, low.max(1)), answer)
    }

    fn start_on(address: Ipv4Addr, answer: impl Answer) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(AtomicUsize::new(0));
        let thread = {
            let (stop, requests, answer) = (stop.clone(), requests.clone(), Arc::new(answer));
            thread::spawn(move || {
                let mut connections: Vec<JoinHandle<()>> = Vec::new();
                while let Ok((stream, _)) = listener.accept() {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let (answer, requests) = (answer.clone(), requests.clone());
                    // What has ended must not keep its stack.
                    for ended in connections.extract_if(.., |one| one.is_finished()) {
                        ended.join().unwrap();
                    }
                    connections.push(thread::spawn(move || serve(&stream, &*answer, &requests)));
                }
                // They end with their clients, which are processes that the test has waited for.
                for connection in connections {
                    connection.join().unwrap();
                }
            })
        };
        Self { address, requests, stop, thread: Some(thread) }
    }

    /// HTTP requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let woken = TcpStream::connect(self.address);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || (woken.is_ok() && matches!(ended, Some(Ok(())))));
    }
}

/// A URL at which nobody listens: the nodes of other tests take ports of 127.0.0.1 only.
pub(crate) fn nobody() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap())
}

/// Serves one connection until its client is gone. Errors are the client's hanging up.
fn serve(stream: &TcpStream, answer: &dyn Answer, requests: &AtomicUsize) {
    let mut reader = BufReader::new(stream);
    while stream.peek(&mut [0]).is_ok_and(|bytes| bytes > 0) {
        let position = requests.fetch_add(1, Ordering::SeqCst);
        if matches!(answer.whole(position, None), Whole::Reset) {
            // Closing a socket with unread data resets the connection.
            return;
        }
        let Some(Request { path, authorization, body }) = read_request(&mut reader) else { return };
        let reply = match answer.whole(position, body.as_ref()) {
            Whole::Calls if !answer.serves(authorization.as_deref()) => {
                http("401 Unauthorized", "", "signature is invalid")
            }
            Whole::Calls => match body {
                Some(batch) => http("200 OK", "", &answers(answer, &batch)),
                None => match answer.get(&path) {
                    Say::Result(document) => http("200 OK", "", &document.to_string()),
                    Say::Error(status, text) => http(&format!("{status} {text}"), "", "{}"),
                    Say::Nothing | Say::Twice(_) => return,
                },
            },
            Whole::Status(status, headers) => http(status, headers, "busy"),
            Whole::Body(body) => http("200 OK", "", body),
            Whole::Truncated => {
                let half = "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n[{\"id\":0,\"result\":";
                let _ = (&mut &*stream).write_all(half.as_bytes());
                return;
            }
            Whole::Reset | Whole::Hang => {
                let _ = reader.read_to_end(&mut Vec::new());
                return;
            }
        };
        if (&mut &*stream).write_all(reply.as_bytes()).is_err() {
            return;
        }
    }
}

struct Request {
    path: String,
    authorization: Option<String>,
    /// Of a POST.
    body: Option<Value>,
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut length = 0;
    let mut authorization = None;
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut first = first.split(' ');
    let (is_get, path) = (first.next()? == "GET", first.next()?.to_owned());
    let mut line = String::new();
    loop {
        line.clear();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return None,
            Ok(_) if line == "\r\n" => break,
            Ok(_) => {}
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = (!is_get).then(|| serde_json::from_slice(&body).unwrap());
    Some(Request { path, authorization, body })
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn answers(answer: &dyn Answer, batch: &Value) -> String {
    let mut answers = Vec::new();
    for call in batch.as_array().unwrap() {
        let id = &call["id"];
        let result = |result: &Value| json!({"jsonrpc": "2.0", "id": id, "result": result});
        match answer.call(call["method"].as_str().unwrap(), &call["params"]) {
            Say::Result(value) => answers.push(result(&value)),
            Say::Error(code, message) => answers.push(
                json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}),
            ),
            Say::Nothing => {}
            Say::Twice(value) => answers.extend([result(&value), result(&value)]),
        }
    }
    // The order of answers is the node's own affair.
    answers.reverse();
    Value::Array(answers).to_string()
}
