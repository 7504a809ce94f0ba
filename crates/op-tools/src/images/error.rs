//! Why an image has no digest, and what to do about it.

use std::time::Duration;

use crate::images::reference::Digest;

#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("no such tag: correct \"tag\" or \"repository\"")]
    NoSuchTag,
    /// 401 or 403 in spite of an anonymous token.
    #[error(
        "{host} refuses to show this image to everybody (HTTP {status}): correct \"repository\", \
            or use an image that is public"
    )]
    Denied { host: String, status: u16 },
    /// 401 without a way to get an anonymous token.
    #[error("{host} offers no anonymous access ({reason}): use an image that is public")]
    Challenge { host: String, reason: String },
    #[error("no token: {source}")]
    Token { source: Box<ResolveError> },
    #[error("{host} answers without a token: it is no token service; is a proxy in between?")]
    NoToken { host: String },
    /// 429 until the end.
    #[error("{host} limits the rate of requests ({tries} tries): run this again {}", later(*.wait))]
    RateLimited { host: String, tries: u32, wait: Option<Duration> },
    /// 5xx until the end.
    #[error("{host} is out of order (HTTP {status}, {tries} tries): run this again later")]
    OutOfOrder { host: String, status: u16, tries: u32 },
    #[error("{host} answers HTTP {status}: is it a container registry?")]
    Status { host: String, status: u16 },
    #[error("{host} gives no answer: {reason}. Check the network and the host's name")]
    Unreachable { host: String, reason: String },
    #[error("no answer within {0:?}: check the network, or allow more with --timeout")]
    Timeout(Duration),
    #[error("{host} sends more than {limit} bytes: this is no manifest")]
    TooLarge { host: String, limit: usize },
    /// `Docker-Content-Digest` or the digest that was asked for is not the body's.
    #[error(
        "wrong digest: the manifest should be {expected} and is {received}. Something between here \
            and the registry alters it; do not use it"
    )]
    WrongDigest { expected: String, received: Digest },
    #[error("the answer is no image manifest ({0}): correct \"repository\"")]
    NotAManifest(String),
    #[error("the image has no linux/amd64, only {0}: choose another tag")]
    NoAmd64(String),
    #[error(
        "HTTPS cannot be set up: {0}. Install the system's certificates (ca-certificates), or name \
            them in SSL_CERT_FILE"
    )]
    Client(String),
    #[error("interrupted: {0}")]
    Interrupted(String),
}

fn later(wait: Option<Duration>) -> String {
    wait.map_or_else(|| "later".to_owned(), |wait| format!("after {} s", wait.as_secs().max(1)))
}
