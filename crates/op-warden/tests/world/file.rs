//! The files of a world.

use serde_json::{Value, json};

/// A file of the world.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum File {
    Text(String),
    /// A shell script.
    Program(String),
    /// Everybody may read it.
    Public(String),
    Bytes(Vec<u8>),
    Missing,
    Directory,
    /// A pipe, silent until somebody writes to it.
    Pipe,
}

/// podman that knows of these containers and images, as podman 5 prints them.
pub(crate) fn podman(containers: &Value, images: &Value) -> File {
    File::Program(format!(
        "case \"$1\" in\nps) echo '{containers}' ;;\nimage) echo '{images}' ;;\n*) exit 125 ;;\nesac"
    ))
}

pub(crate) fn containers(name: &str, image: &str) -> Value {
    json!([{"Names": ["another"], "ImageID": "00"}, {"Names": [name], "ImageID": image, "State": "running"}])
}

pub(crate) fn images(id: &str, digest: &str) -> Value {
    let of_platform = format!("sha256:{}", "f".repeat(64));
    json!([{"Id": id, "Digest": of_platform, "RepoDigests": [
        format!("registry.example/op-node@{of_platform}"), format!("registry.example/op-node@{digest}")
    ]}])
}
