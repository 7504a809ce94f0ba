//! Repository, tag and digest as the distribution specification writes them.

use std::{fmt, net::IpAddr, str::FromStr};

use alloy_primitives::hex;
use reqwest::Url;
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error("{0:?} does not begin with a registry's host, as in docker.io/library/alpine")]
    Host(String),
    #[error(
        "{0:?} is no repository: lower-case letters, digits and single . _ - between them, without \
            tag and digest"
    )]
    Repository(String),
    #[error("{0:?} is no tag: up to 128 letters, digits, . _ and -, not . or - first")]
    Tag(String),
    #[error("{0:?} is no digest: null, or sha256: and 64 lower-case hex digits")]
    Digest(String),
}

/// A repository: the registry's host and a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    text: String,
    name: String,
    manifests: Url,
}

impl Repository {
    /// The registry.
    #[must_use]
    pub fn host(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }

    /// The name inside the registry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where a tag's or a digest's manifest is served.
    #[must_use]
    pub fn manifest(&self, reference: &str) -> Url {
        let mut url = self.manifests.clone();
        url.set_path(&format!("{}{reference}", self.manifests.path()));
        url
    }

    /// Whether the registry is this machine's own, and spoken to without TLS.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.manifests)
    }
}

impl FromStr for Repository {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_host = || ReferenceError::Host(text.to_owned());
        let (host, name) = text.split_once('/').ok_or_else(no_host)?;
        let authority = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let is_host = host == "localhost" || host.contains(['.', ':']);
        // `http://…` would be the host `http` without a port.
        if !is_host || host.ends_with(':') || !host.bytes().all(authority) {
            return Err(no_host());
        }
        if !name.split('/').all(is_path_component) {
            return Err(ReferenceError::Repository(text.to_owned()));
        }
        let (host, name) = docker_hub(host, name);
        let parse = |scheme| Url::parse(&format!("{scheme}://{host}/v2/{name}/manifests/"));
        let secure = parse("https").map_err(|_| no_host())?;
        let manifests =
            if is_loopback(&secure) { parse("http").map_err(|_| no_host())? } else { secure };
        Ok(Self { text: text.to_owned(), name, manifests })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Docker Hub serves its registry under another name than it is known by.
fn docker_hub<'a>(host: &'a str, name: &str) -> (&'a str, String) {
    match (host, name.contains('/')) {
        ("docker.io", true) => ("registry-1.docker.io", name.to_owned()),
        ("docker.io", false) => ("registry-1.docker.io", format!("library/{name}")),
        _ => (host, name.to_owned()),
    }
}

/// Whether the URL's host is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

/// Alphanumeric runs with one separator between two of them: `.`, `_`, `__` or dashes.
fn is_path_component(text: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separator = |run: &str| {
        matches!(run, "" | "." | "_" | "__") || run.bytes().all(|separator| separator == b'-')
    };
    let ends = |byte: Option<u8>| byte.is_some_and(alphanumeric);
    ends(text.bytes().next())
        && ends(text.bytes().last())
        && text.split(|byte: char| u8::try_from(byte).is_ok_and(alphanumeric)).all(separator)
}

/// A tag is checked before it becomes part of a URL.
pub(super) fn check_tag(text: &str) -> Result<(), ReferenceError> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=128).contains(&text.len()) && text.bytes().all(word) && !text.starts_with(['.', '-']) {
        return Ok(());
    }
    Err(ReferenceError::Tag(text.to_owned()))
}

/// `sha256:` and 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{}", hex::encode(Sha256::digest(bytes))))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Digest {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.strip_prefix("sha256:")
            .filter(|digits| digits.len() == 64 && digits.bytes().all(hex))
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| ReferenceError::Digest(text.to_owned()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_have_a_host_and_a_name() {
        for (text, url) in [
            (
                "us-docker.pkg.dev/oplabs-tools-artifacts/images/op-node",
                "https://us-docker.pkg.dev/v2/oplabs-tools-artifacts/images/op-node/manifests/v1",
            ),
            ("ghcr.io/a/b__c", "https://ghcr.io/v2/a/b__c/manifests/v1"),
            ("ghcr.io/a--b.c", "https://ghcr.io/v2/a--b.c/manifests/v1"),
            ("docker.io/alpine", "https://registry-1.docker.io/v2/library/alpine/manifests/v1"),
            ("docker.io/a/b", "https://registry-1.docker.io/v2/a/b/manifests/v1"),
            ("registry.example:5000/a", "https://registry.example:5000/v2/a/manifests/v1"),
            ("localhost/a", "http://localhost/v2/a/manifests/v1"),
            ("127.0.0.1:5000/a", "http://127.0.0.1:5000/v2/a/manifests/v1"),
            ("[::1]:5000/a", "http://[::1]:5000/v2/a/manifests/v1"),
            ("192.168.0.1:5000/a", "https://192.168.0.1:5000/v2/a/manifests/v1"),
            // Begins like loopback and is anybody's.
            ("localhost.example.com/a", "https://localhost.example.com/v2/a/manifests/v1"),
            ("127.0.0.1.example.com/a", "https://127.0.0.1.example.com/v2/a/manifests/v1"),
        ] {
            let repository: Repository = text.parse().unwrap();
            assert_eq!(repository.manifest("v1").as_str(), url, "{text}");
            assert_eq!(repository.to_string(), text);
        }
    }

    #[test]
    fn what_names_no_repository_is_refused() {
        for text in [
            "",
            "alpine",
            "library/alpine",
            "https://ghcr.io/a",
            "http://127.0.0.1:5000/a",
            "u@ghcr.io/a",
            "a.b:x/c",
        ] {
            let refused = text.parse::<Repository>();
            assert!(matches!(refused, Err(ReferenceError::Host(_))), "{text:?}: {refused:?}");
        }
        for name in [
            "", "A", "a/", "a//b", "../a", "a..b", "a:v1", "a@sha256", "a?b", "a%2f", "-a", "a___b",
        ] {
            let refused = format!("ghcr.io/{name}").parse::<Repository>();
            assert!(matches!(refused, Err(ReferenceError::Repository(_))), "{name:?}: {refused:?}");
        }
    }

    #[test]
    fn tags_and_digests_are_what_the_specification_says() {
        for tag in ["v1.20.1", "latest", "_x", &"a".repeat(128)] {
            assert_eq!(check_tag(tag), Ok(()));
        }
        for tag in ["", ".a", "-a", "a/b", "a:b", "a b", "ä", &"a".repeat(129)] {
            assert!(check_tag(tag).is_err(), "{tag:?}");
        }
        // The sha256 of nothing, from FIPS 180-4's examples.
        let nothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").as_str(), nothing);
        assert_eq!(nothing.parse(), Ok(Digest::of(b"")));
        for digest in ["", "sha256:", &nothing[7..], &nothing[..70], &nothing.to_uppercase()] {
            assert!(digest.parse::<Digest>().is_err(), "{digest:?}");
        }
    }
}
