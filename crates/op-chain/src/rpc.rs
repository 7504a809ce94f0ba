//! JSON-RPC in batches, within a deadline.
//!
//! Built on reqwest alone: a batch whose third call reverts still has its other answers, an answer
//! has a size limit, and no error shows the endpoint's URL (it often carries an API key).

use std::{
    borrow::Cow,
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use alloy_primitives::{Address, B256, Bytes, U64, U256, Uint};
use alloy_sol_types::SolCall;
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned},
};
use serde_json::{Value, json, value::RawValue};
use tokio::time::{Instant, sleep, timeout_at};
use zeroize::Zeroizing;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 32 << 20;
/// Pause before the first retry; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Attempts in all.
const ATTEMPTS: u32 = 4;

/// A value that was to be read from a node: the value, or why it is not known.
pub type Reading<T> = Result<T, Unread>;

/// Why a value could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Nothing is known: no connection, no answer in time, an HTTP error, a JSON-RPC error.
    #[error("{0}")]
    Unreachable(String),
    /// The node executed the call and the contract refused it.
    #[error("the call reverted: {0}")]
    Reverted(String),
    /// There is an answer, but it is not what the method returns.
    #[error("the answer makes no sense: {0}")]
    Malformed(String),
    /// The endpoint is there and does not serve whoever asks: HTTP 401 or 403.
    #[error("{0}")]
    Denied(String),
}

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

/// How often an endpoint said that it is asked too much: HTTP 429, or JSON-RPC's code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub seen: u32,
    /// As the last word, so that something stayed unread.
    pub lost: u32,
}

#[derive(Default)]
struct Counts {
    seen: AtomicU32,
    lost: AtomicU32,
}

impl Rpc {
    /// An endpoint that is given `patience` to answer a batch, all retries included.
    pub fn new(url: &str, patience: Duration) -> Result<Self, RpcUrlError> {
        let url = Url::parse(url).map_err(|error| RpcUrlError::Url(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RpcUrlError::Scheme(url.scheme().to_owned()));
        }
        // The first caller in the process decides; a later one finds ring installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        if url.scheme() == "http" {
            // Reading the system's certificates takes longer than a gate.
            http = http.tls_certs_only([]);
        }
        let http = http.build()?;
        Ok(Self { http, url, patience, token: None, counts: Arc::default() })
    }

    /// The same endpoint, asked with this bearer token.
    #[must_use]
    pub fn with_token(self, token: Zeroizing<String>) -> Self {
        Self { token: Some(token), ..self }
    }

    /// How often the endpoint has said so far that it is asked too much.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            seen: self.counts.seen.load(Ordering::Relaxed),
            lost: self.counts.lost.load(Ordering::Relaxed),
        }
    }

    /// Scheme, host and port: what may be shown. Path, query and user often hold a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Sends the batch as one HTTP request and returns all answers.
    ///
    /// Tries again after 429, 5xx and broken connections, not after a refused one.
    pub async fn send(&self, batch: Batch) -> Answers {
        if batch.calls.is_empty() {
            return Answers(Ok(Vec::new()));
        }
        let body = self.within_patience(|| self.http.post(self.url.clone()).json(&batch.calls));
        Answers(body.await.and_then(|body| by_id(&body, batch.calls.len(), &self.counts)))
    }

    /// Reads a JSON document below the endpoint's URL with HTTP GET: a beacon node's API.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Reading<T> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        let body = self.within_patience(|| self.http.get(url.clone())).await?;
        serde_json::from_slice(&body).map_err(|error| Unread::Malformed(error.to_string()))
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

    async fn within_patience(&self, request: impl Fn() -> RequestBuilder) -> Reading<Vec<u8>> {
        let deadline = Instant::now() + self.patience;
        timeout_at(deadline, self.attempts(request, deadline)).await.unwrap_or_else(|_| {
            Err(Unread::Unreachable(format!("no answer within {:?}", self.patience)))
        })
    }

    async fn attempts(
        &self,
        request: impl Fn() -> RequestBuilder,
        deadline: Instant,
    ) -> Reading<Vec<u8>> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let failure = match self.attempt(request()).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            let wait = failure.retry_after.unwrap_or(pause + jitter(pause));
            let in_time = Instant::now().checked_add(wait).is_some_and(|next| next < deadline);
            if !failure.passing || attempt == ATTEMPTS || !in_time {
                let limited = failure.status == Some(StatusCode::TOO_MANY_REQUESTS);
                self.counts.lost.fetch_add(limited.into(), Ordering::Relaxed);
                return Err(failure.into_unread());
            }
            sleep(wait).await;
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }

    async fn attempt(&self, mut request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.as_str());
        }
        let mut response = request.send().await.map_err(Failure::transport)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.counts.seen.fetch_add(1, Ordering::Relaxed);
        }
        if !status.is_success() {
            return Err(Failure::status(status, &response));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Failure::transport)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Failure::lasting(format!(
                    "the answer is larger than {MAX_ANSWER} bytes"
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl fmt::Debug for Rpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rpc({})", self.shown())
    }
}

/// Up to `span` of pause that differs between processes and moments.
fn jitter(span: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(()) % 1_000;
    span.mul_f64(f64::from(u16::try_from(random).unwrap_or(0)) / 1_000.0)
}

struct Failure {
    reason: String,
    /// Whether another attempt may succeed.
    passing: bool,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
}

impl Failure {
    fn lasting(reason: String) -> Self {
        Self { reason, passing: false, status: None, retry_after: None }
    }

    fn transport(error: reqwest::Error) -> Self {
        let passing = !error.is_connect();
        let error = error.without_url();
        // reqwest's own text ends before the cause.
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        let reason = causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
        Self { reason, passing, status: None, retry_after: None }
    }

    fn status(status: StatusCode, response: &reqwest::Response) -> Self {
        let retry_after = response
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let passing = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        Self { reason: format!("HTTP {status}"), passing, status: Some(status), retry_after }
    }

    fn into_unread(self) -> Unread {
        match self.status {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Unread::Denied(self.reason),
            _ => Unread::Unreachable(self.reason),
        }
    }
}

/// Calls that travel together.
#[derive(Default)]
pub struct Batch {
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Call {
    jsonrpc: &'static str,
    id: usize,
    method: Cow<'static, str>,
    params: Value,
}

impl Batch {
    /// Adds a call whose result is `T` in JSON.
    pub fn request<T: DeserializeOwned>(
        &mut self,
        method: impl Into<Cow<'static, str>>,
        params: impl Serialize,
    ) -> Slot<T> {
        // A value that cannot be JSON becomes null, and the node names the missing parameter.
        let params = serde_json::to_value(params).unwrap_or_default();
        self.push(method, params, |raw| {
            serde_json::from_str(raw.get()).map_err(|error| error.to_string())
        })
    }

    /// Adds a contract call against the latest block.
    pub fn call<C: SolCall>(&mut self, to: Address, call: &C) -> Slot<C::Return> {
        let params = json!([{"to": to, "data": Bytes::from(call.abi_encode())}, "latest"]);
        self.push("eth_call", params, |raw| {
            let bytes: Bytes =
                serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
            if bytes.is_empty() {
                return Err(format!(
                    "{} returned nothing: there is no such contract at this address",
                    C::SIGNATURE
                ));
            }
            C::abi_decode_returns_validate(&bytes).map_err(|error| error.to_string())
        })
    }

    fn push<T>(
        &mut self,
        method: impl Into<Cow<'static, str>>,
        params: Value,
        decode: fn(&RawValue) -> Result<T, String>,
    ) -> Slot<T> {
        let id = self.calls.len();
        self.calls.push(Call { jsonrpc: "2.0", id, method: method.into(), params });
        Slot { id, decode }
    }
}

/// The place of one answer in a batch.
pub struct Slot<T> {
    id: usize,
    decode: fn(&RawValue) -> Result<T, String>,
}

/// The answers to a batch.
#[derive(Debug)]
pub struct Answers(Reading<Vec<Reading<Box<RawValue>>>>);

impl Answers {
    /// Whether there is an answer to the batch as a whole, whatever it says to each call.
    pub fn whole(&self) -> Reading<()> {
        self.0.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Reads the body of a response to a batch of that many calls.
    #[must_use]
    pub fn read(body: &[u8], calls: usize) -> Self {
        Self(by_id(body, calls, &Counts::default()))
    }

    /// The answer to one call.
    pub fn take<T>(&self, slot: &Slot<T>) -> Reading<T> {
        let answers = self.0.as_ref().map_err(Clone::clone)?;
        let raw = answers[slot.id].as_ref().map_err(Clone::clone)?;
        (slot.decode)(raw).map_err(Unread::Malformed)
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    id: Option<usize>,
    // A result of null is an answer, no result is none.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<RpcError>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
}

impl RpcError {
    /// Code 3 is geth's for reverts; others say it in words only. EIP-1474 has a code for "limit
    /// exceeded", and hosted endpoints also put HTTP's here.
    fn into_unread(self, counts: &Counts) -> Unread {
        if matches!(self.code, -32005 | 429) {
            counts.seen.fetch_add(1, Ordering::Relaxed);
            counts.lost.fetch_add(1, Ordering::Relaxed);
        }
        if self.code == 3 || self.message.contains("revert") {
            Unread::Reverted(self.message)
        } else {
            Unread::Unreachable(format!("the node answers {:?} (code {})", self.message, self.code))
        }
    }
}

/// Sorts the answers of a batch by their ids.
fn by_id(body: &[u8], count: usize, counts: &Counts) -> Reading<Vec<Reading<Box<RawValue>>>> {
    let answers: Vec<Answer<'_>> = match serde_json::from_slice(body) {
        Ok(answers) => answers,
        Err(error) => return Err(not_a_batch(body, &error, counts)),
    };
    if answers.is_empty() {
        return Err(Unread::Unreachable("the node left every call unanswered".to_owned()));
    }
    let missing = || Err(Unread::Unreachable("the node left this call unanswered".to_owned()));
    let malformed = |what: &str| Err(Unread::Malformed(what.to_owned()));
    let mut slots: Vec<_> = (0..count).map(|_| None).collect();
    for answer in answers {
        let Some(slot) = answer.id.and_then(|id| slots.get_mut(id)) else { continue };
        *slot = Some(match (answer.result, answer.error) {
            _ if slot.is_some() => malformed("the node answers this call twice"),
            (_, Some(error)) => Err(error.into_unread(counts)),
            (Some(result), None) => Ok(result.to_owned()),
            (None, None) => malformed("neither a result nor an error"),
        });
    }
    Ok(slots.into_iter().map(|slot| slot.unwrap_or_else(missing)).collect())
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// A node that refuses a batch as a whole answers with one error object.
fn not_a_batch(body: &[u8], error: &serde_json::Error, counts: &Counts) -> Unread {
    match serde_json::from_slice::<Answer<'_>>(body) {
        Ok(Answer { error: Some(error), .. }) => error.into_unread(counts),
        _ => Unread::Malformed(format!("not JSON-RPC ({error}): is this the URL of a node?")),
    }
}

/// Number, hash, parent and time of a block, read from one answer so that they belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockHead {
    /// Block hash.
    pub hash: B256,
    /// Block number.
    #[serde(deserialize_with = "quantity")]
    pub number: U64,
    /// Hash of the block before.
    pub parent_hash: B256,
    /// Seconds since the Unix epoch.
    #[serde(deserialize_with = "quantity")]
    pub timestamp: U64,
    /// Part of the header since Prague (EIP-7685).
    #[serde(default)]
    pub requests_hash: Option<B256>,
    /// Part of the header since Amsterdam (EIP-7928).
    #[serde(default)]
    pub block_access_list_hash: Option<B256>,
}

/// An account as `eth_getProof` shows it (EIP-1186), with one place of its storage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountProof {
    /// The account.
    pub address: Address,
    /// The nodes from the state's root to the account.
    pub account_proof: Vec<Bytes>,
    /// Root of the account's storage.
    pub storage_hash: B256,
    /// The places that were asked for.
    pub storage_proof: Vec<StorageProof>,
}

/// A place of an account's storage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StorageProof {
    /// The place: nodes write it with or without its leading zeros.
    #[serde(deserialize_with = "quantity")]
    pub key: U256,
    /// What is there.
    #[serde(deserialize_with = "quantity")]
    pub value: U256,
    /// The nodes from the storage's root to the place.
    pub proof: Vec<Bytes>,
}

/// A number in JSON-RPC: `0x` and at least one hex digit. ruint's own reading takes "" and "0x" for zero.
fn quantity<'de, D: Deserializer<'de>, const BITS: usize, const LIMBS: usize>(
    deserializer: D,
) -> Result<Uint<BITS, LIMBS>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.strip_prefix("0x")
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| Uint::from_str_radix(digits, 16).ok())
        .ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(&text), &"0x and hex digits that fit")
        })
}

/// Standard calls by name.
impl Batch {
    /// `eth_chainId`.
    pub fn chain_id(&mut self) -> Slot<U64> {
        self.number("eth_chainId", json!([]))
    }

    /// `eth_getBlockByNumber`; `None` when the node has no such block.
    pub fn block(&mut self, number: u64) -> Slot<Option<BlockHead>> {
        self.request("eth_getBlockByNumber", (U64::from(number), false))
    }

    /// `eth_getBlockByNumber` of a tag: `latest`, `safe`, `finalized`.
    pub fn head(&mut self, tag: &'static str) -> Slot<Option<BlockHead>> {
        self.request("eth_getBlockByNumber", (tag, false))
    }

    /// `eth_getBalance` in wei at the latest block.
    pub fn balance(&mut self, account: Address) -> Slot<U256> {
        self.number("eth_getBalance", json!([account, "latest"]))
    }

    /// `eth_getBalance` in wei at an earlier block.
    pub fn balance_at(&mut self, account: Address, block: u64) -> Slot<U256> {
        self.number("eth_getBalance", json!([account, U64::from(block)]))
    }

    /// `eth_getProof` of an account and one place of its storage, at the latest block.
    pub fn proof(&mut self, account: Address, place: B256) -> Slot<AccountProof> {
        self.request("eth_getProof", (account, [place], "latest"))
    }

    fn number<const BITS: usize, const LIMBS: usize>(
        &mut self,
        method: &'static str,
        params: Value,
    ) -> Slot<Uint<BITS, LIMBS>> {
        self.push(method, params, |raw| {
            quantity(&mut serde_json::Deserializer::from_str(raw.get()))
                .map_err(|error| error.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refused_connection_is_not_tried_again() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let rpc = Rpc::new(&format!("http://{closed}"), Duration::from_mins(1)).unwrap();
        let failure = rpc.attempt(rpc.http.get(rpc.url.clone())).await.unwrap_err();
        assert!(!failure.passing, "{}", failure.reason);
        assert!(failure.reason.contains("refused"), "{}", failure.reason);
    }
}
