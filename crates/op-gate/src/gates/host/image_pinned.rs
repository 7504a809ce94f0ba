//! The container image is the one that was looked at, not what its tag points at today.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::ImagePinned;

pub(crate) fn judge(service: &Service, _: &Facts) -> Vec<Finding> {
    pinned(service)
}

/// The configuration alone shows it.
pub(crate) fn pinned(service: &Service) -> Vec<Finding> {
    let Some(image) = &service.image else { return Vec::new() };
    if let Some(file) = &image.file {
        return vec![
            Comparison::new(
                GATE,
                ("an image that is pinned", "image.file of the service"),
                (
                    format!("the archive {}, a part of the system", file.display()),
                    "the configuration",
                ),
            )
            .holds(),
        ];
    }
    let expected = format!("the digest of {}: sha256: and 64 hex digits", image.reference);
    let compare = |found: String| {
        Comparison::new(
            GATE,
            (&expected, "OCI image specification"),
            (found, "image.digest of the service"),
        )
    };
    vec![match &image.digest {
        Some(digest) if is_digest(digest) => compare(digest.clone()).holds(),
        // Quoted, so that nothing and white space are seen.
        Some(digest) => compare(format!("{digest:?}")).refuse(
            "Write the digest as the registry gives it, in lower case, or let `op-warden images \
             lock nix/stack/images.json` write it.",
        ),
        None if image.allow_unpinned => Finding::skip(GATE, "dangerouslyRunUnpinnedImages is set"),
        None => compare("none".to_owned()).wait(
            "On a host that reaches the registry: `op-warden images lock nix/stack/images.json`. \
             Then commit the file and switch again.",
        ),
    }]
}

fn is_digest(digest: &str) -> bool {
    digest.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}
