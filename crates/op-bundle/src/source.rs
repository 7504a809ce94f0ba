//! Where a bundle is read from: a folder, or a web server that only has to serve its files.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::{path::PathBuf, time::Duration};

use backon::Retryable as _;
use eth_rpc::retry;
use op_chain::bundle::{MANIFEST, Manifest};
use op_util::{error::with_causes, file, foreign::clean};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use tokio::time::Instant;

use crate::{GENESIS_UNPACKED, SIGNATURE, rotation};

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A manifest, a signature and a statement are small.
const MAX_SMALL: u64 = 1 << 20;
/// The most bytes of a file.
const MAX_FILE: u64 = 128 << 20;
/// The most bytes and files of a bundle.
const MAX_BYTES: u64 = 256 << 20;
const MAX_FILES: usize = 128;
/// A connection that takes longer will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Silence after which a request is given up, and tried again.
const READ_TIMEOUT: Duration = Duration::from_secs(15);
/// What a whole bundle may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// Where a bundle lies.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder of this host.
    Folder(PathBuf),
    /// A web server. What it answers is trusted only as far as it is signed.
    Web {
        /// The bundle's URL, which ends with `/`.
        base: Url,
        /// What asks it.
        client: Client,
    },
}

/// Why a file of a bundle could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Neither a folder nor a URL.
    #[error(
        "{0} is neither a folder nor a URL that begins with https:// or http://: give the bundle's folder, or the \
         URL that the chain publishes it under"
    )]
    Place(String),
    /// The client cannot be made.
    #[error("no client for HTTP: {0}")]
    Client(String),
    /// It cannot be read.
    #[error("{name} of {place} cannot be read: {source}")]
    Read {
        /// Which.
        name: String,
        /// Where.
        place: String,
        /// Why.
        source: io::Error,
    },
    /// No answer.
    #[error("{name} of {place} was not answered: {reason}")]
    Unreachable {
        /// Which.
        name: String,
        /// Where.
        place: String,
        /// Why.
        reason: String,
    },
    /// Another answer than the file.
    #[error("{name} of {place}: the server answers {status}; is the URL the bundle's folder?")]
    Status {
        /// Which.
        name: String,
        /// Where.
        place: String,
        /// What it answers.
        status: u16,
    },
    /// Larger than the manifest says, or than anything of a bundle is.
    #[error("{name} of {place} has more than {most} bytes, the most that are read of it")]
    TooLarge {
        /// Which.
        name: String,
        /// Where.
        place: String,
        /// The limit.
        most: u64,
    },
    /// A name that leads elsewhere, or too many files.
    #[error(
        "the manifest of {place} names {name}, which no bundle has: fetch it from where the chain publishes it"
    )]
    Name {
        /// Which.
        name: String,
        /// Where.
        place: String,
    },
}

impl SourceError {
    /// Whether it may be there later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Read { .. } | Self::Unreachable { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 404 || *status == 429,
            _ => false,
        }
    }
}

impl Source {
    /// A folder, or `https://…`, `http://…`.
    pub fn parse(place: &str) -> Result<Self, SourceError> {
        let is_url = place.starts_with("https://") || place.starts_with("http://");
        if !is_url {
            let is_place = !place.is_empty() && !place.contains("://");
            return is_place
                .then(|| Self::Folder(PathBuf::from(place)))
                .ok_or_else(|| SourceError::Place(clean(place)));
        }
        let place = place.strip_suffix(MANIFEST).unwrap_or(place);
        let slash = if place.ends_with('/') { "" } else { "/" };
        let base: Url =
            format!("{place}{slash}").parse().map_err(|_| SourceError::Place(clean(place)))?;
        Ok(Self::Web { client: client(&base)?, base })
    }

    /// The place, as it is shown.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Web { base, .. } => {
                let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}://{}{port}", base.scheme(), base.host_str().unwrap_or_default())
            }
        }
    }

    /// The manifest, its signature, and the statements that lead to the key that made it.
    pub async fn head(&self) -> Result<Files, SourceError> {
        let deadline = Instant::now() + PATIENCE;
        let mut files = Files::new();
        for name in [MANIFEST, SIGNATURE] {
            files.insert(name.to_owned(), self.get(name, MAX_SMALL, deadline).await?);
        }
        // Whether it is one is judged by who reads the signature.
        if let Ok(manifest) = Manifest::from_json(&files[MANIFEST]) {
            for name in (1..=rotation::count(&manifest)).flat_map(rotation::names) {
                let content = self.get(&name, MAX_SMALL, deadline).await?;
                files.insert(name, content);
            }
        }
        Ok(files)
    }

    /// All other files that a manifest names, which must be a signed one.
    pub async fn rest(&self, manifest: &Manifest, files: &mut Files) -> Result<(), SourceError> {
        let deadline = Instant::now() + PATIENCE;
        let mut bytes = 0_u64;
        for (number, (name, entry)) in manifest.files.iter().enumerate() {
            bytes = bytes.saturating_add(entry.bytes);
            if !is_name(name) || number >= MAX_FILES || bytes > MAX_BYTES + MAX_FILE {
                return Err(SourceError::Name { name: clean(name), place: self.shown() });
            }
            // It is made of the packed one.
            if name != GENESIS_UNPACKED && !files.contains_key(name) {
                let content = self.get(name, entry.bytes.min(MAX_FILE), deadline).await?;
                files.insert(name.clone(), content);
            }
        }
        Ok(())
    }

    async fn get(&self, name: &str, most: u64, deadline: Instant) -> Result<Vec<u8>, SourceError> {
        let place = self.shown();
        match self {
            Self::Folder(folder) => read(folder, name, most),
            Self::Web { base, client } => {
                let url = base
                    .join(name)
                    .map_err(|_| SourceError::Name { name: clean(name), place: place.clone() })?;
                let once = || attempt(client, &url, most);
                let answer = once
                    .retry(retry::policy())
                    .when(Failure::is_passing)
                    .adjust(|failure, planned| retry::pause(deadline, failure.wait(), planned))
                    .await;
                answer.map_err(|failure| failure.into_error(name, place, most))
            }
        }
    }
}

/// A file of a bundle's folder.
pub(crate) fn read(
    folder: &std::path::Path,
    name: &str,
    most: u64,
) -> Result<Vec<u8>, SourceError> {
    let place = || folder.display().to_string();
    file::read(&folder.join(name), most).map_err(|source| match source.kind() {
        ErrorKind::FileTooLarge => {
            SourceError::TooLarge { name: name.to_owned(), place: place(), most }
        }
        _ => SourceError::Read { name: name.to_owned(), place: place(), source },
    })
}

/// The head of a bundle's folder, on this thread.
pub fn head_of_folder(folder: &std::path::Path) -> Result<Files, SourceError> {
    let mut files = Files::new();
    for name in [MANIFEST, SIGNATURE] {
        files.insert(name.to_owned(), read(folder, name, MAX_SMALL)?);
    }
    if let Ok(manifest) = Manifest::from_json(&files[MANIFEST]) {
        for name in (1..=rotation::count(&manifest)).flat_map(rotation::names) {
            let content = read(folder, &name, MAX_SMALL)?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

/// A plain name: no folder, no hidden file.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}

fn client(base: &Url) -> Result<Client, SourceError> {
    // The first caller in the process decides; a later one finds ring installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("op-warden/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(Policy::limited(5));
    if eth_rpc::is_loopback(base.as_str()) {
        // No proxy stands before this machine, and it needs no certificates.
        builder = builder.tls_certs_only([]).no_proxy();
    }
    builder.build().map_err(|error| SourceError::Client(with_causes(&error.without_url())))
}

enum Failure {
    Status(StatusCode, Option<Duration>),
    Transport(reqwest::Error),
    TooLarge,
}

impl Failure {
    fn is_passing(&self) -> bool {
        match self {
            Self::Status(status, _) => {
                *status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
            }
            Self::Transport(error) => {
                !(error.is_connect() || error.is_redirect() || error.is_builder())
            }
            Self::TooLarge => false,
        }
    }

    const fn wait(&self) -> Option<Duration> {
        if let Self::Status(_, wait) = self { *wait } else { None }
    }

    fn into_error(self, name: &str, place: String, most: u64) -> SourceError {
        let name = clean(name);
        match self {
            Self::Status(status, _) => SourceError::Status { name, place, status: status.as_u16() },
            Self::Transport(error) => {
                let reason = clean(&with_causes(&error.without_url()));
                SourceError::Unreachable { name, place, reason }
            }
            Self::TooLarge => SourceError::TooLarge { name, place, most },
        }
    }
}

async fn attempt(client: &Client, url: &Url, most: u64) -> Result<Vec<u8>, Failure> {
    let mut response = client.get(url.clone()).send().await.map_err(Failure::Transport)?;
    if response.status() != StatusCode::OK {
        return Err(Failure::Status(response.status(), retry::asked_for(response.headers())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::Transport)? {
        if (body.len() + chunk.len()) as u64 > most {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for name in ["rollup.json", "rotation-1.txt.sig", "a"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "..", ".hidden", "a/b", "../a", "a b", "a\n", "ä", &"a".repeat(65)] {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[test]
    fn a_place_is_a_folder_or_a_web_server() {
        for (place, shown) in [
            ("https://a.example:8/b?key=secret", "https://a.example:8"),
            ("http://127.0.0.1/bundle/manifest.json", "http://127.0.0.1"),
            ("/srv/bundle", "/srv/bundle"),
        ] {
            assert_eq!(Source::parse(place).unwrap().shown(), shown);
        }
        for place in ["", "ftp://a", "file:///srv"] {
            assert!(matches!(Source::parse(place), Err(SourceError::Place(_))), "{place}");
        }
    }
}
