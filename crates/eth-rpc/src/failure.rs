//! What keeps a request from its answer.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use op_util::{
    error::with_causes,
    foreign::{self, clean},
};
use reqwest::{Response, StatusCode, Url};

use crate::{Unread, refusal, retry};

/// What is read of the page that comes with an HTTP error, in bytes: more than is looked at, so that no
/// secret is cut in two unnoticed.
const MAX_PAGE: usize = 2 * foreign::LOOKED_AT;

/// What a request comes to after all its attempts.
pub(crate) enum Failed {
    Unread(Unread),
    /// Fewer calls at once may have an answer.
    Batch(String),
}

impl Failed {
    /// Where there are no fewer calls to ask with.
    pub(crate) fn into_unread(self) -> Unread {
        match self {
            Self::Unread(unread) => unread,
            Self::Batch(reason) => Unread::Unreachable(reason),
        }
    }
}

/// What one attempt comes to.
pub(crate) struct Failure {
    pub(crate) reason: String,
    /// Whether another attempt may succeed.
    pub(crate) passing: bool,
    pub(crate) status: Option<StatusCode>,
    pub(crate) retry_after: Option<Duration>,
    /// Whether fewer calls at once may succeed.
    batch: bool,
}

impl Failure {
    pub(crate) fn lasting(reason: String) -> Self {
        Self { reason, passing: false, status: None, retry_after: None, batch: false }
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let reason = format!("the answer is larger than {most} bytes");
        Self { batch: true, ..Self::lasting(reason) }
    }

    pub(crate) fn transport(error: reqwest::Error) -> Self {
        let passing = !error.is_connect();
        let reason = match error.url().and_then(address).filter(|_| is_refused(&error)) {
            Some(address) => format!("nobody listens at {address}"),
            // reqwest's own text ends before the cause.
            None => clean(&with_causes(&error.without_url())),
        };
        Self { passing, ..Self::lasting(reason) }
    }

    pub(crate) async fn of_status(status: StatusCode, response: Response) -> Self {
        let retry_after = retry::asked_for(response.headers());
        let page = page(response).await;
        let batch = status == StatusCode::PAYLOAD_TOO_LARGE || refusal::is_of_batch(&page);
        let busy = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        let said = clean(page.trim());
        // An endpoint that denies says why: a plan, a key, a country.
        let reason = if batch {
            refusal::REASON.to_owned()
        } else if is_denial(status) && !said.is_empty() {
            format!("HTTP {status}: {said}")
        } else {
            format!("HTTP {status}")
        };
        Self { reason, passing: busy && !batch, status: Some(status), retry_after, batch }
    }

    pub(crate) fn into_failed(self) -> Failed {
        match self.status {
            _ if self.batch => Failed::Batch(self.reason),
            Some(status) if is_denial(status) => Failed::Unread(Unread::Denied(self.reason)),
            _ => Failed::Unread(Unread::Unreachable(self.reason)),
        }
    }
}

fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Host and port, which are no secret.
fn address(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn is_denial(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::PAYMENT_REQUIRED | StatusCode::FORBIDDEN
    )
}

/// The beginning of what comes with an HTTP error. What cannot be read of it is left out.
async fn page(mut response: Response) -> String {
    let mut page = Vec::new();
    while page.len() < MAX_PAGE
        && let Ok(Some(chunk)) = response.chunk().await
    {
        page.extend_from_slice(&chunk);
    }
    page.truncate(MAX_PAGE);
    String::from_utf8_lossy(&page).into_owned()
}
