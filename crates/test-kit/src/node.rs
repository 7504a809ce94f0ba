//! A JSON-RPC node over HTTP on loopback, whose every answer the test decides.

use std::{
    io::{BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};

use crate::http::{Request, Server, response};

/// The answer to one call.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// A result.
    Result(Value),
    /// An error by code and message; to a GET, a status code and its reason.
    Error(i64, &'static str),
    /// No answer under this call's id.
    Nothing,
    /// Two answers under this call's id.
    Twice(Value),
}

/// The answer to a whole request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Whole {
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
pub trait Answer: Send + Sync + 'static {
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
    /// Whether a client that sends this `Authorization` is served.
    fn serves(&self, _authorization: Option<&str>) -> bool {
        true
    }
}

/// The node; dropping it ends its threads.
pub struct Node {
    server: Server,
    requests: Arc<AtomicUsize>,
}

impl Node {
    /// On 127.0.0.1.
    pub fn start(answer: impl Answer) -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST, answer)
    }

    /// On a loopback address of its own: one has not enough ports for the connections of many nodes,
    /// as closed ones keep theirs for a minute.
    pub fn start_apart(answer: impl Answer) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        Self::start_on(Ipv4Addr::new(127, 1, high, low.max(1)), answer)
    }

    fn start_on(address: Ipv4Addr, answer: impl Answer) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let server = {
            let requests = requests.clone();
            Server::start(address, move |stream| serve(stream, &answer, &requests))
        };
        Self { server, requests }
    }

    /// HTTP requests so far.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }
}

/// A URL at which nobody listens: nodes take no ports of this address.
#[must_use]
pub fn nobody() -> String {
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
        let Some(request) = Request::read(&mut reader) else { return };
        let batch = (request.method != "GET").then(|| serde_json::from_slice(&request.body));
        let batch: Option<Value> = batch.map(Result::unwrap);
        let reply = match answer.whole(position, batch.as_ref()) {
            Whole::Calls => reply(answer, &request, batch.as_ref()),
            Whole::Status(status, headers) => Some(json_response(status, headers, "busy")),
            Whole::Body(body) => Some(json_response("200 OK", "", body)),
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
        let Some(reply) = reply else { return };
        if (&mut &*stream).write_all(&reply).is_err() {
            return;
        }
    }
}

/// `None` hangs up.
fn reply(answer: &dyn Answer, request: &Request, batch: Option<&Value>) -> Option<Vec<u8>> {
    if !answer.serves(request.headers.get("authorization").map(String::as_str)) {
        return Some(json_response("401 Unauthorized", "", "signature is invalid"));
    }
    if let Some(batch) = batch {
        return Some(json_response("200 OK", "", &answers(answer, batch)));
    }
    match answer.get(&request.path) {
        Say::Result(document) => Some(json_response("200 OK", "", &document.to_string())),
        Say::Error(status, text) => Some(json_response(&format!("{status} {text}"), "", "{}")),
        Say::Nothing | Say::Twice(_) => None,
    }
}

fn json_response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let headers = format!("content-type: application/json\r\n{headers}");
    response(status, &headers, body.as_bytes())
}

/// To a batch, or to a call by itself.
fn answers(answer: &dyn Answer, batch: &Value) -> String {
    let alone = !batch.is_array();
    let calls = batch.as_array().map_or(std::slice::from_ref(batch), Vec::as_slice);
    let mut answers = Vec::new();
    for call in calls {
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
    if let (true, [answer]) = (alone, answers.as_slice()) {
        return answer.to_string();
    }
    // The order of answers is the node's own affair.
    answers.reverse();
    Value::Array(answers).to_string()
}
