//! Where the URL of an endpoint stands: in the configuration, or in a file.

use std::path::PathBuf;

/// Where the URL of an endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// In the configuration, which everybody may read.
    Url(String),
    /// In a file of one line, for a URL that holds a key. It is read anew for each judgement.
    File(PathBuf),
}

impl Endpoint {
    /// From the two fields that an endpoint is written in; an error where both are.
    pub(super) fn of(url: Option<String>, file: Option<PathBuf>) -> Result<Option<Self>, ()> {
        match (url, file) {
            (None, None) => Ok(None),
            (Some(url), None) => Ok(Some(Self::Url(url))),
            (None, Some(file)) => Ok(Some(Self::File(file))),
            (Some(_), Some(_)) => Err(()),
        }
    }

    pub(super) fn split(self) -> (Option<String>, Option<PathBuf>) {
        match self {
            Self::Url(url) => (Some(url), None),
            Self::File(file) => (None, Some(file)),
        }
    }

    /// From the two fields that a list of endpoints is written in.
    pub(super) fn all(urls: Vec<String>, files: Vec<PathBuf>) -> Vec<Self> {
        let urls = urls.into_iter().map(Self::Url);
        urls.chain(files.into_iter().map(Self::File)).collect()
    }

    pub(super) fn split_all(endpoints: Vec<Self>) -> (Vec<String>, Vec<PathBuf>) {
        let (urls, files): (Vec<_>, Vec<_>) = endpoints.into_iter().map(Self::split).unzip();
        (urls.into_iter().flatten().collect(), files.into_iter().flatten().collect())
    }
}
