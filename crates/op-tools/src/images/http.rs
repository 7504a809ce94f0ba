//! GET with a deadline, a size limit and a bounded number of tries.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::Retryable as _;
use eth_rpc::retry;
use op_util::{error::with_causes, foreign::clean};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header::HeaderMap};
use tokio::time::Instant;

use crate::images::{ResolveError, reference::is_loopback};

/// The largest answer that is read: registries take no larger manifest either.
const MAX_BODY: usize = 4 << 20;
const MAX_REDIRECTS: usize = 5;
/// A connection that takes longer will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Silence after which a request is given up, and tried again.
const READ_TIMEOUT: Duration = Duration::from_secs(15);

/// An answer other than 429 and 5xx.
pub(super) struct Reply {
    pub(super) host: String,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// A client that speaks plain HTTP with this machine only, and with `loopback` no TLS at all.
pub(super) fn client(loopback: bool) -> Result<Client, ResolveError> {
    // The first caller in the process decides; a later one finds ring installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("op-warden/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(Policy::custom(redirect));
    if loopback {
        // A machine without certificates may still use its own registry, and no proxy stands before it.
        builder = builder.tls_certs_only([]).no_proxy();
    }
    builder.build().map_err(|error| ResolveError::Client(with_causes(&error.without_url())))
}

fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    if attempt.previous().len() > MAX_REDIRECTS {
        attempt.error("too many redirects")
    } else if is_allowed(attempt.url()) {
        attempt.follow()
    } else {
        attempt.error("a redirect away from https")
    }
}

/// Whether what such a URL answers can be trusted to come from its host.
pub(super) fn is_allowed(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Host and port of a URL, to be shown.
pub(super) fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// Sends the request; again after 429, 5xx and broken connections, not after a refused one.
pub(super) async fn get(
    request: impl Fn() -> RequestBuilder,
    host: &str,
    deadline: Instant,
) -> Result<Reply, ResolveError> {
    let tries = AtomicU32::new(0);
    let once = || {
        tries.fetch_add(1, Ordering::Relaxed);
        attempt(request(), host)
    };
    let reply = once
        .retry(retry::policy())
        .when(Failure::is_passing)
        .adjust(|failure, planned| retry::pause(deadline, failure.retry_after(), planned))
        .await;
    reply.map_err(|failure| failure.into_error(host, tries.into_inner()))
}

async fn attempt(request: RequestBuilder, host: &str) -> Result<Reply, Failure> {
    let mut response = request.send().await.map_err(Failure::Transport)?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return Err(Failure::Busy(status, retry::asked_for(response.headers())));
    }
    let body = read(&mut response).await?;
    let headers = std::mem::take(response.headers_mut());
    Ok(Reply { host: host.to_owned(), status, headers, body })
}

async fn read(response: &mut Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::Transport)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

enum Failure {
    Busy(StatusCode, Option<Duration>),
    Transport(reqwest::Error),
    TooLarge,
}

impl Failure {
    /// Whether another attempt may succeed.
    fn is_passing(&self) -> bool {
        match self {
            Self::Busy(..) => true,
            Self::Transport(error) => {
                !(error.is_connect() || error.is_redirect() || error.is_builder())
            }
            Self::TooLarge => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        if let Self::Busy(_, wait) = self { *wait } else { None }
    }

    fn into_error(self, host: &str, tries: u32) -> ResolveError {
        let host = host.to_owned();
        match self {
            Self::Busy(StatusCode::TOO_MANY_REQUESTS, wait) => {
                ResolveError::RateLimited { host, tries, wait }
            }
            Self::Busy(status, _) => {
                ResolveError::OutOfOrder { host, status: status.as_u16(), tries }
            }
            Self::Transport(error) => ResolveError::Unreachable {
                host,
                reason: clean(&with_causes(&error.without_url())),
            },
            Self::TooLarge => ResolveError::TooLarge { host, limit: MAX_BODY },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        for (url, allowed) in [
            ("https://ghcr.io/token", true),
            ("http://127.0.0.1:5000/token", true),
            ("http://[::1]/token", true),
            ("http://ghcr.io/token", false),
            ("http://localhost.ghcr.io/token", false),
            ("ftp://127.0.0.1/token", false),
        ] {
            assert_eq!(is_allowed(&url.parse().unwrap()), allowed, "{url}");
        }
    }
}
