//! Compares what is pinned with what the tags stand for.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Client;
use tokio::time::{Instant, timeout_at};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::images::registry::{Resolved, Session};
use crate::images::{ResolveError, file::Component, http, reference::Digest};

/// Images that are asked for at once: more of them meet a rate limit sooner.
const AT_ONCE: usize = 4;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What every tag stands for.
    Lock,
    /// Also, whether what is pinned instead is still served.
    Check,
}

/// How a pin stands to its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The tag stands for what is pinned.
    Equal(Resolved),
    /// Nothing is pinned.
    Unpinned(Resolved),
    /// The tag stands for something else than what is pinned.
    Moved(Digest, Resolved),
    /// What is pinned is no longer served; the tag may be.
    Gone(Digest, Option<Resolved>),
}

impl Standing {
    #[must_use]
    pub fn resolved(&self) -> Option<&Resolved> {
        match self {
            Self::Equal(now) | Self::Unpinned(now) | Self::Moved(_, now) => Some(now),
            Self::Gone(_, now) => now.as_ref(),
        }
    }

    /// One word for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Equal(_) => "ok",
            Self::Unpinned(_) => "unpinned",
            Self::Moved(..) => "moved",
            Self::Gone(..) => "gone",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(_) | Self::Unpinned(_) => formatter.write_str(self.word()),
            Self::Moved(pinned, now) => {
                write!(formatter, "moved: pinned {pinned}, tag is now {}", now.digest)
            }
            Self::Gone(pinned, _) => {
                write!(formatter, "gone: pinned digest is no longer served ({pinned})")
            }
        }
    }
}

/// A component, and how its pin stands or why that is not known.
pub type Finding = (Component, Result<Standing, ResolveError>);

/// Asks the registries for all components and calls `progress` as each is known.
///
/// The findings come in the order of the components.
pub async fn resolve(
    components: Vec<Component>,
    purpose: Purpose,
    patience: Duration,
    progress: impl Fn(&Finding),
) -> Result<Vec<Finding>, ResolveError> {
    let client = http::client(components.iter().all(|image| image.repository.is_loopback()))?;
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (position, component) in components.into_iter().enumerate() {
        let (client, permits) = (client.clone(), permits.clone());
        tasks.spawn(async move {
            let _permit = permits.acquire().await;
            let standing = in_time(&client, &component, purpose, patience).await;
            (position, (component, standing))
        });
    }
    let mut findings = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let done = done.map_err(|error| ResolveError::Interrupted(error.to_string()))?;
        progress(&done.1);
        findings.push(done);
    }
    findings.sort_by_key(|(position, _)| *position);
    Ok(findings.into_iter().map(|(_, finding)| finding).collect())
}

async fn in_time(
    client: &Client,
    component: &Component,
    purpose: Purpose,
    patience: Duration,
) -> Result<Standing, ResolveError> {
    let deadline = Instant::now() + patience;
    let mut session = Session::new(client, &component.repository, deadline);
    timeout_at(deadline, standing(&mut session, component, purpose))
        .await
        .unwrap_or(Err(ResolveError::Timeout(patience)))
}

async fn standing(
    session: &mut Session<'_>,
    component: &Component,
    purpose: Purpose,
) -> Result<Standing, ResolveError> {
    let now = session.tag(&component.tag).await;
    let Some(pinned) = component.pinned.clone() else { return now.map(Standing::Unpinned) };
    let now = match now {
        Ok(now) if now.digest == pinned => return Ok(Standing::Equal(now)),
        Ok(now) => Some(now),
        Err(ResolveError::NoSuchTag) if purpose == Purpose::Check => None,
        Err(error) => return Err(error),
    };
    if purpose == Purpose::Check && !session.serves(&pinned).await? {
        return Ok(Standing::Gone(pinned, now));
    }
    now.map(|now| Standing::Moved(pinned, now)).ok_or(ResolveError::NoSuchTag)
}
