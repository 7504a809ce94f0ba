//! A container registry on loopback: manifests by tag and by digest behind a token service, as
//! Artifact Registry serves them to everybody.

use std::{
    collections::HashMap,
    fs,
    io::{BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_kit::http::{Request, Server, response as http};

pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(crate) const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What goes wrong with the requests for one repository.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// So many of its manifests' answers are this status line and these headers.
    Manifest(usize, &'static str, String),
    /// So many of its tokens' answers are this status line and these headers.
    Token(usize, &'static str, String),
    /// The token service answers this.
    TokenBody(&'static str),
    /// The first refusal says this instead of where the token service is.
    Challenge(String),
    /// Tokens are given and not accepted.
    Private(&'static str),
    /// `Docker-Content-Digest` of a tag is this.
    Header(String),
    /// Bytes are added to each manifest that is asked for by its digest.
    Altered,
    /// The manifest ends before its length.
    Truncated,
    /// No answer comes.
    Hang,
    /// This file gets another line while the manifest is asked for.
    Edit(PathBuf),
}

#[derive(Default)]
struct State {
    /// By repository and tag or digest: media type and bytes.
    manifests: HashMap<(String, String), (&'static str, Vec<u8>)>,
    faults: HashMap<String, Vec<Fault>>,
    /// Request lines in their order.
    requests: Vec<String>,
}

/// The registry; dropping it ends it.
pub(crate) struct Registry {
    server: Server,
    state: Arc<Mutex<State>>,
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// A manifest of one image that differs by its name.
pub(crate) fn image(kind: &str, name: &str) -> Value {
    let config = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": digest(name.as_bytes())});
    json!({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []})
}

impl Registry {
    pub(crate) fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let server = Server::start(Ipv4Addr::LOCALHOST, move |stream| serve(stream, &shared));
        Self { server, state }
    }

    /// As images.json names it.
    pub(crate) fn repository(&self, name: &str) -> String {
        format!("{}/{name}", self.server.address())
    }

    /// Serves these bytes under a tag and under their digest, which is returned.
    pub(crate) fn push(&self, name: &str, tag: &str, kind: &'static str, body: &[u8]) -> String {
        let digest = digest(body);
        let manifests = &mut self.state.lock().unwrap().manifests;
        for reference in [tag, &digest] {
            manifests.insert((name.to_owned(), reference.to_owned()), (kind, body.to_vec()));
        }
        digest
    }

    /// An image for these platforms, with a manifest for each of them; the index's digest.
    pub(crate) fn push_index(
        &self,
        name: &str,
        tag: &str,
        kind: &'static str,
        platforms: &[&str],
    ) -> String {
        let child = if kind == OCI_INDEX { OCI_IMAGE } else { DOCKER_IMAGE };
        let entries: Vec<Value> = platforms
            .iter()
            .map(|platform| {
                let body = image(child, &format!("{name} {tag} {platform}")).to_string();
                let digest = digest(body.as_bytes());
                self.push(name, &digest, child, body.as_bytes());
                let (os, architecture) = platform.split_once('/').unwrap();
                let platform = json!({"os": os, "architecture": architecture});
                json!({"mediaType": child, "size": body.len(), "digest": digest, "platform": platform})
            })
            .collect();
        // The digest is of these bytes: their layout is nobody's to change.
        let index = json!({"schemaVersion": 2, "mediaType": kind, "manifests": entries});
        let body = format!("{}\n", serde_json::to_string_pretty(&index).unwrap());
        self.push(name, tag, kind, body.as_bytes())
    }

    /// The usual image.
    pub(crate) fn push_usual(&self, name: &str, tag: &str) -> String {
        self.push_index(name, tag, OCI_INDEX, &["linux/amd64", "linux/arm64"])
    }

    pub(crate) fn remove(&self, name: &str, reference: &str) {
        let key = (name.to_owned(), reference.to_owned());
        assert!(self.state.lock().unwrap().manifests.remove(&key).is_some());
    }

    pub(crate) fn fault(&self, name: &str, fault: Fault) {
        self.state.lock().unwrap().faults.entry(name.to_owned()).or_default().push(fault);
    }

    /// The request lines since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

/// Serves one connection until its client is gone. Errors are the client's hanging up.
fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let address = stream.local_addr().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader) {
        match answer(&request, address, state) {
            Some((bytes, true)) => {
                if (&mut &*stream).write_all(&bytes).is_err() {
                    return;
                }
            }
            Some((bytes, false)) => {
                let _ = (&mut &*stream).write_all(&bytes);
                return;
            }
            None => {
                let _ = reader.read_to_end(&mut Vec::new());
                return;
            }
        }
    }
}

/// The answer, and whether the connection goes on; `None` is silence.
fn answer(request: &Request, address: SocketAddr, state: &Mutex<State>) -> Option<(Vec<u8>, bool)> {
    let state = &mut *state.lock().unwrap();
    let target = &*request.path;
    state.requests.push(format!("{} {target}", request.method));
    assert_eq!(request.method, "GET", "{target}");
    if let Some(query) = target.strip_prefix("/token?") {
        return Some((token(query, state), true));
    }
    let (name, reference) =
        target.strip_prefix("/v2/").and_then(|path| path.split_once("/manifests/")).unwrap();
    manifest(request, name, reference, address, state)
}

/// A token that opens one repository.
fn token(query: &str, state: &mut State) -> Vec<u8> {
    let scope = query
        .strip_prefix("service=test.registry&scope=repository%3A")
        .and_then(|rest| rest.strip_suffix("%3Apull"));
    let Some(scope) = scope else { return http("400 Bad Request", "", query.as_bytes()) };
    let name = scope.replace("%2F", "/");
    for fault in state.faults.get_mut(&name).into_iter().flatten() {
        match fault {
            Fault::Token(times @ 1.., status, headers) => {
                *times -= 1;
                return http(status, headers, b"busy");
            }
            Fault::TokenBody(body) => return http("200 OK", "", body.as_bytes()),
            _ => {}
        }
    }
    http("200 OK", "", json!({"token": secret(&name), "expires_in": 3600}).to_string().as_bytes())
}

/// What no output may show.
fn secret(name: &str) -> String {
    format!("SECRET-{}", digest(name.as_bytes()).replace(':', "-"))
}

fn manifest(
    request: &Request,
    name: &str,
    reference: &str,
    address: SocketAddr,
    state: &mut State,
) -> Option<(Vec<u8>, bool)> {
    let faults = state.faults.entry(name.to_owned()).or_default();
    let refused = format!(
        "www-authenticate: Bearer realm=\"http://{address}/token\",service=\"test.registry\",scope=\"repository:{name}:pull\"\r\n"
    );
    let unauthorized = |challenge: &str| {
        let body = error("UNAUTHORIZED");
        Some((http("401 Unauthorized", challenge, body.as_bytes()), true))
    };
    if request.headers.get("authorization") != Some(&format!("Bearer {}", secret(name))) {
        let challenge = faults.iter().find_map(|fault| match fault {
            Fault::Challenge(challenge) => Some(challenge.clone()),
            _ => None,
        });
        return unauthorized(&challenge.unwrap_or(refused));
    }
    let found = state.manifests.get(&(name.to_owned(), reference.to_owned())).cloned();
    let known = found.filter(|(kind, _)| request.headers["accept"].contains(kind));
    let Some((kind, mut body)) = known else {
        let body = error("MANIFEST_UNKNOWN");
        return Some((http("404 Not Found", "", body.as_bytes()), true));
    };
    let by_digest = reference.starts_with("sha256:");
    // Artifact Registry sends it with a tag only.
    let mut sent = (!by_digest).then(|| digest(&body));
    for fault in faults {
        match fault {
            Fault::Manifest(times @ 1.., status, headers) => {
                *times -= 1;
                return Some((http(status, headers, error("BUSY").as_bytes()), true));
            }
            Fault::Private(status) => {
                return Some((http(status, &refused, error("DENIED").as_bytes()), true));
            }
            Fault::Header(header) => sent = Some(header.clone()),
            Fault::Altered if by_digest => body.push(b' '),
            Fault::Truncated => {
                let mut half = http("200 OK", "", &body);
                half.truncate(half.len() - 10);
                return Some((half, false));
            }
            Fault::Hang => return None,
            Fault::Edit(file) => {
                let text = fs::read_to_string(&*file).unwrap();
                fs::write(file, format!("{text}\n")).unwrap();
            }
            _ => {}
        }
    }
    let sent = sent.map(|digest| format!("docker-content-digest: {digest}\r\n"));
    let headers = format!("content-type: {kind}\r\n{}", sent.unwrap_or_default());
    Some((http("200 OK", &headers, &body), true))
}

fn error(code: &str) -> String {
    json!({"errors": [{"code": code, "message": code, "detail": null}]}).to_string()
}
