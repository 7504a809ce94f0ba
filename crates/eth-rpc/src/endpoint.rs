//! An endpoint over HTTP: deadline, retries, limits.

use std::{borrow::Cow, fmt, net::IpAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use backon::Retryable as _;
use futures_core::future::BoxFuture;
use op_util::foreign::{self, clean};
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use zeroize::Zeroizing;

use crate::{
    Answers, Batch, Limits, Reading, Unread,
    answers::{self, Answer, Reply},
    batch::Call,
    counts::Counts,
    failure::{Failed, Failure},
    retry, secrets,
};

/// The largest answer that is read, in bytes. A batch whose answer is larger is asked for in parts.
const MAX_ANSWER: usize = 4 << 20;
/// The longest line of a text of which only some lines are wanted.
const MAX_LINE: usize = 64 << 10;
/// Of an answer above this size, only so many are read at a time in the whole process: however many
/// endpoints flood it, they take no more memory.
const LARGE: usize = 256 << 10;
static LARGE_ANSWERS: Semaphore = Semaphore::const_new(4);

/// An endpoint's URL is not usable.
#[derive(Debug, thiserror::Error)]
pub enum RpcUrlError {
    /// Not a URL.
    #[error("not a URL: {0}")]
    Url(String),
    /// Another scheme than http or https.
    #[error("scheme {0:?} is not supported, only http and https are")]
    Scheme(String),
    /// The HTTP client could not be set up.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A JSON-RPC endpoint over HTTP.
#[derive(Clone)]
pub struct Rpc {
    http: reqwest::Client,
    url: Url,
    patience: Duration,
    token: Option<Zeroizing<String>>,
    counts: Arc<Counts>,
}

impl Rpc {
    /// An endpoint that is given `patience` to answer a batch, all retries included.
    pub fn new(url: &str, patience: Duration) -> Result<Self, RpcUrlError> {
        Clients::default().endpoint(url, patience)
    }

    /// The same endpoint, asked with this bearer token.
    #[must_use]
    pub fn with_token(self, token: Zeroizing<String>) -> Self {
        // A node that repeats the request's headers repeats it.
        foreign::hide(&token);
        Self { token: Some(token), ..self }
    }

    /// The same endpoint, sent no batch of more calls.
    #[must_use]
    pub fn with_batches_of(self, calls: NonZeroUsize) -> Self {
        self.counts.limit_batches(calls.get());
        self
    }

    /// How often the endpoint has said so far that it is asked too much.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.counts.limits()
    }

    /// Scheme, host and port: what may be shown. Path, query and user often hold a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The calls that the endpoint takes in one batch at most, where it has refused more.
    #[must_use]
    pub fn most_calls(&self) -> Option<NonZeroUsize> {
        self.counts.most_calls()
    }

    /// Sends the batch as one HTTP request and returns all answers; as several, where the endpoint takes
    /// only so many calls at once. What it takes is found out by halving, and remembered.
    ///
    /// Tries again after 429, 5xx and broken connections, not after a refused one.
    // Boxed, as [`Rpc::fetch`] is: the HTTP client is compiled here, and not in each crate that awaits it.
    #[must_use]
    pub fn send(&self, batch: Batch) -> BoxFuture<'_, Answers> {
        Box::pin(self.send_parts(batch))
    }

    async fn send_parts(&self, batch: Batch) -> Answers {
        let (calls, places) = batch.gathered();
        let answers = self.send_calls(&calls).await;
        Answers(answers.map(|answers| places.sorted(&answers)))
    }

    async fn send_calls(&self, calls: &[Call]) -> Reading<Vec<Answer>> {
        let deadline = Instant::now() + self.patience;
        let mut answers = Vec::with_capacity(calls.len());
        while let rest @ [_, ..] = &calls[answers.len()..] {
            let most = self.most_calls().map_or(rest.len(), NonZeroUsize::get);
            let part = &rest[..most.min(rest.len())];
            match self.send_part(part, answers.len(), deadline).await {
                Reply::Each(part) => answers.extend(part),
                Reply::TooMany => self.counts.limit_batches(part.len().div_ceil(2)),
                Reply::Whole(unread) if answers.is_empty() => return Err(unread),
                Reply::Whole(unread) => answers.extend(part.iter().map(|_| Err(unread.clone()))),
            }
        }
        Ok(answers)
    }

    async fn send_part(&self, calls: &[Call], first: usize, deadline: Instant) -> Reply {
        let request = || self.http.post(self.url.clone()).json(calls);
        match self.until(deadline, request, None).await {
            Ok(body) => answers::sort(&body, first, calls.len(), &self.counts),
            Err(Failed::Batch(_)) if calls.len() > 1 => Reply::TooMany,
            Err(failed) => Reply::Whole(failed.into_unread()),
        }
    }

    /// Reads a JSON document below the endpoint's URL with HTTP GET: a beacon node's API.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Reading<T> {
        let body = self.fetch(path, None).await?;
        serde_json::from_slice(&body).map_err(|error| {
            let reason = clean(&error.to_string());
            match error.classify() {
                Category::Data => Unread::Malformed(reason),
                // A page, or a part of one, says nothing of what was asked.
                _ => Unread::Unreachable(format!("the answer is no JSON: {reason}")),
            }
        })
    }

    /// Reads the lines that are wanted of a text below the endpoint's URL with HTTP GET: a few of a
    /// program's metrics, of which there are hundreds of kilobytes.
    pub async fn lines(&self, path: &str, wanted: fn(&[u8]) -> bool) -> Reading<String> {
        let lines = self.fetch(path, Some(wanted)).await?;
        String::from_utf8(lines).map_err(|error| Unread::Malformed(error.to_string()))
    }

    /// What is below the endpoint's URL.
    fn fetch(
        &self,
        path: &str,
        wanted: Option<fn(&[u8]) -> bool>,
    ) -> BoxFuture<'_, Reading<Vec<u8>>> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        Box::pin(async move { self.within_patience(|| self.http.get(url.clone()), wanted).await })
    }

    /// Reads one value; batches are better.
    pub async fn request<T: DeserializeOwned>(
        &self,
        method: impl Into<Cow<'static, str>>,
        params: impl Serialize,
    ) -> Reading<T> {
        let mut batch = Batch::default();
        let slot = batch.request(method, params);
        self.send(batch).await.take(&slot)
    }

    async fn within_patience(
        &self,
        request: impl Fn() -> RequestBuilder,
        wanted: Option<fn(&[u8]) -> bool>,
    ) -> Reading<Vec<u8>> {
        let deadline = Instant::now() + self.patience;
        self.until(deadline, request, wanted).await.map_err(Failed::into_unread)
    }

    async fn until(
        &self,
        deadline: Instant,
        request: impl Fn() -> RequestBuilder,
        wanted: Option<fn(&[u8]) -> bool>,
    ) -> Result<Vec<u8>, Failed> {
        let attempts = self.attempts(request, wanted, deadline);
        timeout_at(deadline, attempts).await.unwrap_or_else(|_| {
            let reason = format!("no answer within {:?}", self.patience);
            Err(Failed::Unread(Unread::Unreachable(reason)))
        })
    }

    async fn attempts(
        &self,
        request: impl Fn() -> RequestBuilder,
        wanted: Option<fn(&[u8]) -> bool>,
        deadline: Instant,
    ) -> Result<Vec<u8>, Failed> {
        let attempt = || self.attempt(request(), wanted);
        let answer = attempt
            .retry(retry::policy())
            .when(|failure: &Failure| failure.passing)
            .adjust(|failure, planned| retry::pause(deadline, failure.retry_after, planned))
            .await;
        answer.map_err(|failure| {
            if failure.status == Some(StatusCode::TOO_MANY_REQUESTS) {
                self.counts.gave_up();
            }
            failure.into_failed()
        })
    }

    async fn attempt(
        &self,
        mut request: RequestBuilder,
        wanted: Option<fn(&[u8]) -> bool>,
    ) -> Result<Vec<u8>, Failure> {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.as_str());
        }
        let mut response = request.send().await.map_err(Failure::transport)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.counts.limited();
        }
        if !status.is_success() {
            return Err(Failure::of_status(status, response).await);
        }
        let (mut body, mut length) = (Vec::new(), 0);
        let (mut kept, mut large) = (0, None);
        while let Some(chunk) = response.chunk().await.map_err(Failure::transport)? {
            length += chunk.len();
            if length > MAX_ANSWER {
                return Err(Failure::too_large(MAX_ANSWER));
            }
            if large.is_none() && body.len() > LARGE {
                large = LARGE_ANSWERS.acquire().await.ok();
            }
            body.extend_from_slice(&chunk);
            if let Some(wanted) = wanted {
                kept = keep_lines(&mut body, kept, wanted);
                if body.len() - kept > MAX_LINE {
                    return Err(Failure::lasting(format!(
                        "a line is longer than {MAX_LINE} bytes"
                    )));
                }
            }
        }
        Ok(body)
    }
}

/// HTTP clients that many endpoints share; each has memory of its own for TLS and connections.
#[derive(Default)]
pub struct Clients {
    plain: Option<reqwest::Client>,
    secure: Option<reqwest::Client>,
}

impl Clients {
    /// An endpoint that is given `patience` to answer a batch, all retries included.
    pub fn endpoint(&mut self, url: &str, patience: Duration) -> Result<Rpc, RpcUrlError> {
        let url = Url::parse(url).map_err(|error| RpcUrlError::Url(error.to_string()))?;
        let client = match url.scheme() {
            "http" => &mut self.plain,
            "https" => &mut self.secure,
            other => return Err(RpcUrlError::Scheme(other.to_owned())),
        };
        let http = match client {
            Some(http) => http.clone(),
            None => client.insert(http_client(url.scheme() == "https")?).clone(),
        };
        secrets::hide(&url);
        Ok(Rpc { http, url, patience, token: None, counts: Arc::default() })
    }
}

fn http_client(tls: bool) -> reqwest::Result<reqwest::Client> {
    // The first caller in the process decides; a later one finds ring installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A proxy of the environment would see the engine's token and the URL's key.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    // Without TLS, reading the system's certificates takes longer than a gate, and a kept connection holds
    // 50 kB where a new one costs a tenth of a millisecond.
    let http = if tls { http } else { http.tls_certs_only([]).pool_max_idle_per_host(0) };
    http.build()
}

/// Drops the whole lines from `from` on that are not wanted, and says where the last, unended one begins.
fn keep_lines(text: &mut Vec<u8>, from: usize, wanted: fn(&[u8]) -> bool) -> usize {
    let ended =
        text.iter().rposition(|&byte| byte == b'\n').map_or(from, |end| (end + 1).max(from));
    let rest = text.split_off(ended);
    let lines = text.split_off(from);
    for line in lines.split_inclusive(|&byte| byte == b'\n').filter(|line| wanted(line)) {
        text.extend_from_slice(line);
    }
    let kept = text.len();
    text.extend(rest);
    kept
}

impl fmt::Debug for Rpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rpc({})", self.shown())
    }
}

/// Whether a URL leads to this host by its form.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The port that a URL names, or that its scheme has.
#[must_use]
pub fn port_of_url(url: &str) -> Option<u16> {
    Url::parse(url).ok()?.port_or_known_default()
}

/// Whether two URLs are one, however they are written.
#[must_use]
pub fn is_same_url(one: &str, other: &str) -> bool {
    one == other || Url::parse(one).is_ok_and(|one| Url::parse(other) == Ok(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refused_connection_is_not_tried_again() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let rpc = Rpc::new(&format!("http://{closed}"), Duration::from_mins(1)).unwrap();
        let failure = rpc.attempt(rpc.http.get(rpc.url.clone()), None).await.unwrap_err();
        assert!(!failure.passing, "{}", failure.reason);
        assert_eq!(failure.reason, format!("nobody listens at {closed}"));
    }

    #[test]
    fn wanted_lines_are_kept_however_the_text_is_cut() {
        let text = b"# a\nkeep 1\ndrop 2\n\nkeep 3\nkeep 4";
        for size in 1..=text.len() {
            let (mut body, mut kept) = (Vec::new(), 0);
            for chunk in text.chunks(size) {
                body.extend_from_slice(chunk);
                kept = keep_lines(&mut body, kept, |line| line.starts_with(b"keep"));
            }
            assert_eq!(body, b"keep 1\nkeep 3\nkeep 4", "{size}");
        }
    }
}
