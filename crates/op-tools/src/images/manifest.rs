//! What a registry serves under a tag: an index of images, or one image.

use std::collections::BTreeSet;

use op_util::foreign::clean;
use serde::Deserialize;
use serde_json::Value;

use crate::images::ResolveError;

/// What is asked for, the index first.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// What a manifest holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Images for several platforms.
    Index(Platforms),
    /// One image. Its platform is in its configuration, not here.
    Single,
}

/// The platforms of an index, as `os/architecture`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platforms(BTreeSet<String>);

impl Platforms {
    /// Whether there is an image for it.
    #[must_use]
    pub fn has(&self, platform: &str) -> bool {
        self.0.contains(platform)
    }

    /// All of them, sorted.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    fn shown(&self) -> String {
        let all = self.all();
        if all.is_empty() { "nothing".to_owned() } else { clean(&all.join(", ")) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u64,
    media_type: Option<String>,
    manifests: Option<Vec<Entry>>,
    config: Option<Value>,
    layers: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Entry {
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

/// Reads a manifest as far as needed to know that it is one.
pub(super) fn read(body: &[u8]) -> Result<Content, ResolveError> {
    let not = |what: &str| Err(ResolveError::NotAManifest(what.to_owned()));
    let manifest: Manifest = serde_json::from_slice(body)
        .map_err(|error| ResolveError::NotAManifest(clean(&error.to_string())))?;
    if manifest.schema_version != 2 {
        return not("schemaVersion is not 2");
    }
    let kind = manifest.media_type.as_deref();
    // What can be read as both would be one thing to this program and another to podman.
    match (manifest.manifests, manifest.config, manifest.layers) {
        (Some(entries), None, None) if kind.is_none_or(is_index) => index(entries),
        (None, Some(Value::Object(_)), Some(_)) if kind.is_none_or(is_image) => Ok(Content::Single),
        _ => not("neither an index nor an image"),
    }
}

fn index(entries: Vec<Entry>) -> Result<Content, ResolveError> {
    let name = |Platform { os, architecture }| clean(&format!("{os}/{architecture}"));
    let all = entries.into_iter().filter_map(|entry| entry.platform).map(name);
    // Attestations stand in the index as unknown/unknown.
    let platforms = Platforms(all.filter(|platform| platform != "unknown/unknown").collect());
    if platforms.has("linux/amd64") {
        Ok(Content::Index(platforms))
    } else {
        Err(ResolveError::NoAmd64(platforms.shown()))
    }
}

fn is_index(kind: &str) -> bool {
    ACCEPT.split(", ").take(2).any(|index| index == kind)
}

fn is_image(kind: &str) -> bool {
    ACCEPT.split(", ").skip(2).any(|image| image == kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(manifest: &Value) -> String {
        match read(manifest.to_string().as_bytes()) {
            Ok(Content::Index(platforms)) => platforms.shown(),
            Ok(Content::Single) => "single".to_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn an_index_and_an_image_are_told_apart_by_what_they_hold() {
        const INDEX: &str = "application/vnd.oci.image.index.v1+json";
        const LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
        const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
        const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
        let index = json!([{"platform": {"os": "linux", "architecture": "amd64"}}]);
        for kind in [json!(INDEX), json!(LIST), Value::Null] {
            let manifest = json!({"schemaVersion": 2, "mediaType": kind, "manifests": index});
            assert_eq!(shape(&manifest), "linux/amd64", "{kind}");
        }
        for kind in [json!(OCI), json!(DOCKER), Value::Null] {
            let manifest =
                json!({"schemaVersion": 2, "mediaType": kind, "config": {}, "layers": []});
            assert_eq!(shape(&manifest), "single", "{kind}");
        }
        for manifest in [
            json!({"schemaVersion": 2, "mediaType": OCI, "manifests": index}),
            json!({"schemaVersion": 2, "mediaType": INDEX, "config": {}, "layers": []}),
            json!({"schemaVersion": 2, "mediaType": "text/html", "config": {}, "layers": []}),
            json!({"schemaVersion": 2, "manifests": index, "config": {}, "layers": []}),
            json!({"schemaVersion": 2}),
            json!({"schemaVersion": 1, "config": {}, "layers": []}),
            json!({"errors": []}),
            json!([]),
        ] {
            assert!(shape(&manifest).contains("no image manifest"), "{manifest}");
        }
    }

    #[test]
    fn attestations_are_no_platform() {
        let entry =
            |os, architecture| json!({"platform": {"os": os, "architecture": architecture}});
        let index = |manifests: Value| json!({"schemaVersion": 2, "manifests": manifests});
        let arm = index(json!([entry("linux", "arm64"), entry("unknown", "unknown")]));
        assert!(shape(&arm).contains("only linux/arm64:"), "{}", shape(&arm));
        assert!(shape(&index(json!([{}]))).contains("only nothing:"));
    }
}
