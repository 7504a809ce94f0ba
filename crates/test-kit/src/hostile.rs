//! A node that means harm: it stands before a right one, which it asks for what it then spoils.

mod answers;
mod kind;
mod long;
mod signs;
pub mod suite;
mod transport;

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::http::{Request, Server};

pub use self::{
    kind::Hostility,
    signs::{CONTROL, signs},
};

/// Parts of its URL that nobody may show, as they stand there.
const USER: &str = "hostile-user";
const PASSWORD: &str = "pa%2Fss%20word9";
const PATH: &str = "PathKey%20x9";
const QUERY: &str = "QueryKey+77";

/// The node; dropping it ends its threads.
pub struct Hostile {
    server: Server,
    shared: Arc<Shared>,
    /// Where it redirects to, and how many came.
    _elsewhere: Option<Server>,
    followed: Arc<AtomicUsize>,
}

struct Shared {
    kind: Hostility,
    /// Requests that are answered as the right node does, before it begins.
    honest: usize,
    /// Host and port of the right node.
    behind: String,
    elsewhere: String,
    asked: AtomicUsize,
    /// What clients sent as `Authorization`.
    tokens: Mutex<Vec<String>>,
}

impl Hostile {
    /// Before the node of this URL. The first requests, so many, are answered as that one does.
    #[must_use]
    pub fn before(url: &str, kind: Hostility, honest: usize) -> Self {
        let followed = Arc::new(AtomicUsize::new(0));
        let counted = followed.clone();
        let elsewhere = (kind == Hostility::RedirectElsewhere).then(|| {
            Server::start(Ipv4Addr::LOCALHOST, move |stream| {
                // The wake-up of its own end sends nothing.
                if Request::read(&mut BufReader::new(stream)).is_some() {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        let shared = Arc::new(Shared {
            kind,
            honest,
            behind: authority(url).to_owned(),
            elsewhere: elsewhere.as_ref().map_or_else(String::new, |it| it.address().to_string()),
            asked: AtomicUsize::new(0),
            tokens: Mutex::default(),
        });
        let serving = shared.clone();
        let server = Server::start(Ipv4Addr::LOCALHOST, move |stream| serve(stream, &serving));
        Self { server, shared, _elsewhere: elsewhere, followed }
    }

    /// With a user, a password, and keys in its path and query.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{USER}:{PASSWORD}@{}/v3/{PATH}?apikey={QUERY}", self.server.address())
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> String {
        self.server.address().to_string()
    }

    /// Whatever no output may hold: the parts of the URL in their spellings, what clients sent to be let in.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let of_url = [
            USER,
            PASSWORD,
            "pa/ss word9",
            "pa%2fss%20word9",
            PATH,
            "PathKey x9",
            "PathKey+x9",
            QUERY,
            "QueryKey 77",
            "QueryKey%2B77",
            "QueryKey%2b77",
        ];
        let tokens = self.shared.tokens.lock().unwrap().clone();
        of_url.into_iter().map(str::to_owned).chain(tokens).collect()
    }

    /// Requests that came to where it redirects.
    #[must_use]
    pub fn followed(&self) -> usize {
        self.followed.load(Ordering::SeqCst)
    }

    /// Requests so far.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap();
    rest.rsplit('@').next().unwrap()
}

/// Serves one connection. Errors are the client's hanging up.
fn serve(mut stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    while stream.peek(&mut [0]).is_ok_and(|bytes| bytes > 0) {
        let spoils = shared.asked.fetch_add(1, Ordering::SeqCst) >= shared.honest;
        if spoils && transport::before_it_is_read(shared.kind, stream) {
            return;
        }
        let Some(request) = Request::read(&mut reader) else { return };
        if let Some(token) = request.headers.get("authorization") {
            // Without its scheme.
            let token = token.rsplit(' ').next().unwrap().to_owned();
            shared.tokens.lock().unwrap().push(token);
        }
        let Ok(right) = forward(&shared.behind, &request) else { return };
        let said = if !spoils {
            stream.write_all(&right.http("HTTP/1.1"))
        } else if let done @ (Ok(true) | Err(_)) = long::answer(shared.kind, &request, stream) {
            done.map(drop)
        } else if let Some(answer) = answers::spoilt(shared.kind, &request, &right) {
            stream.write_all(&answer)
        } else {
            // What it does now ends with the connection.
            let _ = transport::answer(shared.kind, stream, &right, &shared.elsewhere);
            return;
        };
        if said.is_err() {
            return;
        }
    }
}

/// What the right node answers.
struct Right {
    status: String,
    body: Vec<u8>,
}

impl Right {
    fn http(&self, version: &str) -> Vec<u8> {
        let Self { status, body } = self;
        let length = body.len();
        let head = format!(
            "{version} {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    }
}

fn forward(behind: &str, request: &Request) -> io::Result<Right> {
    let stream = TcpStream::connect(behind)?;
    let Request { method, path, headers, body } = request;
    let token = headers.get("authorization").map(|token| format!("authorization: {token}\r\n"));
    let (token, length) = (token.unwrap_or_default(), body.len());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {behind}\r\n{token}content-length: {length}\r\n\r\n"
    );
    (&stream).write_all(&[head.as_bytes(), body].concat())?;
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.trim_end().split_once(' ').map(|(_, status)| status.to_owned());
    let status = status.ok_or_else(|| io::Error::other("the right node hangs up"))?;
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Right { status, body })
}
