//! Where a service comes from, and where it goes to.

use std::collections::BTreeMap;

use op_gate::config::{Image, Service};
use op_release::{version, version_of};
use semver::Version;
use serde::Serialize;

use crate::upgrade::{podman::Containers, program::Said};

/// A release, and who says so.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// `None` where it is not known.
    pub version: Option<Version>,
    pub source: String,
    /// What runs in the place of the pinned image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_image: Option<String>,
}

impl Side {
    fn new(version: Option<Version>, source: impl Into<String>) -> Self {
        Self { version, source: source.into(), other_image: None }
    }
}

/// What was found out about a service that runs.
pub(super) struct Running<'a> {
    pub(super) said: Option<&'a Said>,
    pub(super) containers: &'a Containers,
}

/// What runs: as the program says, as podman says, else as the configuration has it.
pub(super) fn from(service: &Service, running: &Running<'_>) -> Side {
    let image = service.image.as_ref();
    let podman = image.and_then(|image| contained(image, running.containers));
    let mut side = said(running.said).or(podman).unwrap_or_else(|| {
        let why = running.said.and_then(|said| said.words.as_ref().err());
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        match image {
            Some(image) => {
                let source =
                    format!("the configuration: {}; nobody else says{why}", image.reference);
                Side::new(version(&image.reference), source)
            }
            None => {
                Side::new(None, format!("nobody says{why}, and the configuration has no image"))
            }
        }
    });
    side.other_image = image.and_then(|image| other_image(image, running.containers));
    side
}

/// A program that was built without a version says 0.0.0 or 0.1.0.
fn said(said: Option<&Said>) -> Option<Side> {
    let Said { words: Ok(words), asked } = said? else { return None };
    // `Geth/v1.101702.2-stable/linux-amd64/go1.24`
    let name = words.split('/').find_map(version_of).filter(|version| version.major > 0)?;
    Some(Side::new(Some(name), format!("{asked}: {words}")))
}

fn contained(image: &Image, containers: &Containers) -> Option<Side> {
    let container = image.container.as_ref()?;
    let digests = containers.as_ref().ok()?.get(container)?;
    let pinned = image.digest.as_ref().is_some_and(|digest| digests.contains(digest));
    let source = format!("podman: {container} runs the pinned image, {}", image.reference);
    pinned.then(|| Side::new(version(&image.reference), source))
}

fn other_image(image: &Image, containers: &Containers) -> Option<String> {
    let digests = containers.as_ref().ok()?.get(image.container.as_ref()?)?;
    let digest = image.digest.as_ref().filter(|digest| !digests.contains(*digest))?;
    let found = digests.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Some(format!("{found}, not {digest}"))
}

/// What the configuration pins.
pub(super) fn pinned(service: &Service) -> Side {
    match &service.image {
        Some(image) => Side::new(version(&image.reference), &image.reference),
        None => Side::new(None, "the configuration has no image for it: name a list by --to"),
    }
}

/// What a list of images pins.
pub(super) fn listed(tags: &BTreeMap<String, String>, component: &str) -> Side {
    match tags.get(component) {
        Some(reference) => Side::new(version(reference), reference),
        None => Side::new(None, format!("the list has no {component}")),
    }
}
