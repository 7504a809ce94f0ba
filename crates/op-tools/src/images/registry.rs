//! The part of the distribution protocol that reads manifests, anonymously.
//!
//! On reqwest alone. The crate oci-client hides the status and `Retry-After` of a refusal, sends
//! the request without token when the token service fails, reads answers of any size, and adds
//! half the size of the whole program.

use http_auth::{ChallengeRef, parser::ChallengeParser};
use op_util::foreign;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use tokio::time::Instant;

use crate::images::ResolveError;
use crate::images::http::{self, Reply};
use crate::images::manifest::{self, Content};
use crate::images::reference::{Digest, Repository};

/// An image as its registry serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The sha256 of the manifest that was received.
    pub digest: Digest,
    pub content: Content,
}

/// One repository, with the token that it was opened with.
pub struct Session<'a> {
    client: &'a Client,
    repository: &'a Repository,
    deadline: Instant,
    token: Option<String>,
}

impl<'a> Session<'a> {
    /// Nothing is sent yet.
    #[must_use]
    pub fn new(client: &'a Client, repository: &'a Repository, deadline: Instant) -> Self {
        Self { client, repository, deadline, token: None }
    }

    pub async fn tag(&mut self, tag: &str) -> Result<Resolved, ResolveError> {
        let reply = self.manifest(tag).await?;
        let digest = verified(&reply, None)?;
        Ok(Resolved { digest, content: manifest::read(&reply.body)? })
    }

    /// Whether this manifest is still served.
    pub async fn serves(&mut self, digest: &Digest) -> Result<bool, ResolveError> {
        match self.manifest(digest.as_str()).await {
            Ok(reply) => verified(&reply, Some(digest)).map(|_| true),
            Err(ResolveError::NoSuchTag) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn manifest(&mut self, reference: &str) -> Result<Reply, ResolveError> {
        let url = self.repository.manifest(reference);
        let mut reply = self.request(&url).await?;
        if reply.status == StatusCode::UNAUTHORIZED && self.token.is_none() {
            let token = self.new_token(&reply).await?;
            foreign::hide(&token);
            self.token = Some(token);
            reply = self.request(&url).await?;
        }
        let host = reply.host.clone();
        match reply.status {
            StatusCode::OK => Ok(reply),
            StatusCode::NOT_FOUND => Err(ResolveError::NoSuchTag),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(ResolveError::Denied { host, status: reply.status.as_u16() })
            }
            status => Err(ResolveError::Status { host, status: status.as_u16() }),
        }
    }

    async fn request(&self, url: &Url) -> Result<Reply, ResolveError> {
        let request = || {
            let request = self.client.get(url.clone()).header(ACCEPT, manifest::ACCEPT);
            match &self.token {
                Some(token) => request.bearer_auth(token),
                None => request,
            }
        };
        http::get(request, &http::host(url), self.deadline).await
    }

    async fn new_token(&self, refusal: &Reply) -> Result<String, ResolveError> {
        let wrong = |reason: &str| ResolveError::Challenge {
            host: refusal.host.clone(),
            reason: reason.to_owned(),
        };
        let challenge =
            Challenge::find(&refusal.headers).ok_or_else(|| wrong("it names no token service"))?;
        let url = challenge
            .url(self.repository)
            .ok_or_else(|| wrong("its token service is not on https"))?;
        let token = |source| ResolveError::Token { source: Box::new(source) };
        let request = || self.client.get(url.clone());
        let reply = http::get(request, &http::host(&url), self.deadline).await.map_err(token)?;
        read_token(reply).map_err(token)
    }
}

/// The digest of the body; what the registry and the caller say it is must agree.
fn verified(reply: &Reply, asked: Option<&Digest>) -> Result<Digest, ResolveError> {
    let received = Digest::of(&reply.body);
    // Artifact Registry sends the header with a tag, not with a digest.
    let sent = reply.headers.get("docker-content-digest").map(HeaderValue::as_bytes);
    let wrong = |expected: &[u8]| ResolveError::WrongDigest {
        expected: foreign::said(expected),
        received: received.clone(),
    };
    for expected in [sent, asked.map(|digest| digest.as_str().as_bytes())].into_iter().flatten() {
        if expected != received.as_str().as_bytes() {
            return Err(wrong(expected));
        }
    }
    Ok(received)
}

/// Where an anonymous token is to be had.
struct Challenge {
    realm: String,
    service: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    /// The first `Bearer` challenge with a realm.
    fn find(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).into_iter();
        values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| ChallengeParser::new(value).filter_map(Result::ok))
            .filter(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"))
            .find_map(|challenge| Self::read(&challenge))
    }

    fn read(challenge: &ChallengeRef<'_>) -> Option<Self> {
        let parameter = |name: &str| {
            let mut all = challenge.params.iter();
            all.find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_unescaped())
        };
        Some(Self {
            realm: parameter("realm")?,
            service: parameter("service"),
            scope: parameter("scope"),
        })
    }

    fn url(&self, repository: &Repository) -> Option<Url> {
        let mut url = Url::parse(&self.realm).ok().filter(http::is_allowed)?;
        let pull = || format!("repository:{}:pull", repository.name());
        let scope = self.scope.clone().unwrap_or_else(pull);
        let service = self.service.iter().map(|service| ("service", service));
        url.query_pairs_mut().extend_pairs(service).append_pair("scope", &scope);
        Some(url)
    }
}

/// Older services say `token`, OAuth says `access_token`; many say both.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

fn read_token(reply: Reply) -> Result<String, ResolveError> {
    let Reply { host, status, body, .. } = reply;
    match status {
        StatusCode::OK => serde_json::from_slice::<Token>(&body)
            .ok()
            .and_then(|answer| answer.token.or(answer.access_token))
            .filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or(ResolveError::NoToken { host }),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(ResolveError::Denied { host, status: status.as_u16() })
        }
        _ => Err(ResolveError::Status { host, status: status.as_u16() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(values: &[&str]) -> Option<String> {
        let values = values.iter().map(|value| (WWW_AUTHENTICATE, value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        let repository: Repository = "ghcr.io/a/b".parse().unwrap();
        Some(Challenge::find(&headers)?.url(&repository)?.to_string())
    }

    #[test]
    fn the_token_service_is_where_the_bearer_challenge_says() {
        const SCOPED: &str = "Bearer \
            realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:x:pull\"";
        let scoped = "https://ghcr.io/token?service=ghcr.io&scope=repository%3Ax%3Apull";
        assert_eq!(challenge(&[SCOPED]).as_deref(), Some(scoped));
        assert_eq!(challenge(&["Basic realm=\"x\"", SCOPED]).as_deref(), Some(scoped));
        assert_eq!(challenge(&[&format!("Basic realm=\"x\", {SCOPED}")]).as_deref(), Some(scoped));
        assert_eq!(
            challenge(&["bearer Realm=\"https://ghcr.io/token?a=b\""]).as_deref(),
            Some("https://ghcr.io/token?a=b&scope=repository%3Aa%2Fb%3Apull")
        );
        for none in ["Basic realm=\"x\"", "Bearer service=\"x\"", "Bearer realm=\"http://ghcr.io\""]
        {
            assert_eq!(challenge(&[none]), None, "{none}");
        }
    }
}
