//! What podman really runs.

use std::collections::{BTreeMap, BTreeSet};
use std::{io, process::Stdio, time::Duration};

use op_gate::config::Config;
use op_util::foreign::said;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::{process::Command, time::timeout};

/// Container -> digests of the image that it runs from; or why that is not known.
pub(super) type Containers = Result<BTreeMap<String, BTreeSet<String>>, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    names: Vec<String>,
    #[serde(rename = "ImageID")]
    image_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    id: String,
    #[serde(default)]
    digest: Option<String>,
    /// `REPOSITORY@DIGEST`: the digest of an image's index is in here only.
    #[serde(default)]
    repo_digests: Option<Vec<String>>,
}

/// Asks podman for the containers of the configuration, and for their images. It shows those of the user
/// who asks: root's, where root asks.
pub(super) async fn containers(config: &Config, patience: Duration) -> Containers {
    let images = config.services.values().filter_map(|service| service.image.as_ref());
    let names: BTreeSet<&str> = images.filter_map(|image| image.container.as_deref()).collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let asked = timeout(patience, running(&names)).await;
    asked.unwrap_or_else(|_| Err(format!("podman did not answer within {patience:?}")))
}

async fn running(names: &BTreeSet<&str>) -> Containers {
    let containers: Vec<Container> = podman(&["ps", "--no-trunc", "--format", "json"]).await?;
    let mut images: BTreeMap<String, String> = BTreeMap::new();
    for container in containers {
        let ours = container.names.into_iter().filter(|name| names.contains(name.as_str()));
        images.extend(ours.map(|name| (name, container.image_id.clone())));
    }
    if images.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut words = vec!["image", "inspect", "--"];
    words.extend(images.values().map(String::as_str).collect::<BTreeSet<_>>());
    let known: Vec<Image> = podman(&words).await?;
    let digests = |id: &String| {
        let image = known.iter().find(|image| image.id == *id)?;
        let of_repositories = image.repo_digests.iter().flatten();
        let of_repositories = of_repositories.filter_map(|name| Some(name.rsplit_once('@')?.1));
        Some(of_repositories.map(str::to_owned).chain(image.digest.clone()).collect())
    };
    Ok(images.iter().filter_map(|(name, id)| Some((name.clone(), digests(id)?))).collect())
}

/// What a program of an image says to `--help`. Nothing is pulled for it, and it reaches nobody.
pub(super) async fn help(
    image: &str,
    program: &[&str],
    patience: Duration,
) -> Result<String, String> {
    let [name, words @ ..] = program else { return Err("no program".to_owned()) };
    let entrypoint = format!("--entrypoint={name}");
    let mut run = vec!["run", "--rm", "--pull=never", "--network=none", "--read-only", &entrypoint];
    run.push(image);
    run.extend(words);
    run.push("--help");
    let said = timeout(patience, output(&run)).await;
    let said = said.unwrap_or_else(|_| Err(format!("no answer within {patience:?}")))?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

async fn podman<T: DeserializeOwned>(words: &[&str]) -> Result<T, String> {
    serde_json::from_slice(&output(words).await?)
        .map_err(|error| format!("op-warden does not understand what podman says: {error}"))
}

async fn output(words: &[&str]) -> Result<Vec<u8>, String> {
    // Whoever gives up waiting ends it.
    let mut command = Command::new("podman");
    command.args(words).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no podman".to_owned(),
        _ => format!("podman: {error}"),
    })?;
    if !output.status.success() {
        return Err(format!("podman, {}: {}", output.status, said(&output.stderr)));
    }
    Ok(output.stdout)
}
