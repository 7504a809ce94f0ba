//! The container runs from the image that is pinned.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::ImageRunning;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(image) = &service.image else { return Vec::new() };
    let (Some(container), Some(digest)) = (&image.container, &image.digest) else {
        return vec![Finding::skip(GATE, "there is no container or no digest to compare")];
    };
    let running = match &facts.host.containers {
        Ok(running) => running,
        // Podman's state is root's, and a devnet has none.
        Err(reason) => return vec![Finding::skip(GATE, reason)],
    };
    let Some(digests) = running.get(container) else {
        return vec![Finding::skip(GATE, format!("container {container} does not run"))];
    };
    let same = digests.contains(digest);
    let found = if same {
        digest.clone()
    } else {
        digests.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    let finding = Comparison::new(
        GATE,
        (digest, "image.digest of the service"),
        (found, format!("the image that container {container} runs from, by podman")),
    );
    vec![finding.refuse_unless(
        same,
        format!(
            "Something else runs than what is pinned: restart the unit of {container}. If that \
             does not mend it, remove the container and its image."
        ),
    )]
}
