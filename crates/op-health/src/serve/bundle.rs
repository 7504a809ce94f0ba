//! The chain's bundle, for those who follow it: the files that its manifest names, and nothing else.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use op_bundle::{GENESIS_UNPACKED, JOIN, ROLLUP, SIGNATURE, rotation};
use op_chain::bundle::{FileEntry, MANIFEST, Manifest};
use op_gate::config::Config;
use op_util::file;

/// The largest file that is served.
const MOST: u64 = 128 << 20;

/// A bundle's folder, and the chain that it must be of.
struct Published {
    folder: PathBuf,
    chain: u64,
    rollup: PathBuf,
}

/// The routes, where the configuration has a bundle to serve.
pub(super) fn router(config: &Config) -> Router {
    let folder = config.serve.as_ref().and_then(|serve| serve.bundle.clone());
    let Some(folder) = folder else { return Router::new() };
    let chain = &config.chain;
    let published = Published { folder, chain: chain.l2_chain_id, rollup: chain.rollup.clone() };
    Router::new()
        .route("/bundle/", get(page))
        .route("/bundle/{file}", get(one))
        .with_state(Arc::new(published))
}

async fn page(state: State<Arc<Published>>) -> Response {
    one(state, Path(JOIN[0].to_owned())).await
}

async fn one(State(published): State<Arc<Published>>, Path(name): Path<String>) -> Response {
    let read = tokio::task::spawn_blocking(move || {
        published.read(&name).map(|content| ([(CONTENT_TYPE, kind(&name))], content))
    });
    match read.await {
        Ok(Ok(answer)) => answer.into_response(),
        Ok(Err((status, text))) => (status, text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Published {
    /// A file as the manifest names it. The genesis travels packed.
    fn read(&self, name: &str) -> Result<Vec<u8>, (StatusCode, String)> {
        let unavailable = |text: &str| (StatusCode::SERVICE_UNAVAILABLE, format!("{text}\n"));
        let text = file::read(&self.folder.join(MANIFEST), 1 << 20).map_err(|_| {
            unavailable("there is no bundle here: op-warden bundle create makes one")
        })?;
        let manifest = Manifest::from_json(&text)
            .map_err(|_| unavailable("the bundle's manifest cannot be read"))?;
        let in_use = FileEntry::of_file(&self.rollup).ok();
        if manifest.l2_chain_id != self.chain || manifest.files.get(ROLLUP).copied() != in_use {
            return Err(unavailable(
                "the bundle is not of the chain that runs here: it is not published",
            ));
        }
        if name == MANIFEST {
            return Ok(text);
        }
        let named = manifest.files.get(name).filter(|_| name != GENESIS_UNPACKED);
        if named.is_none() && name != SIGNATURE {
            let text = "the bundle has no such file; manifest.json names all\n".to_owned();
            return Err((StatusCode::NOT_FOUND, text));
        }
        let content = file::read(&self.folder.join(name), MOST)
            .map_err(|_| unavailable("the file cannot be read"))?;
        if named.is_some_and(|named| *named != FileEntry::of(&content)) {
            return Err(unavailable("the bundle is being written: try again"));
        }
        Ok(content)
    }
}

fn kind(name: &str) -> &'static str {
    let is_text =
        name == JOIN[0] || (1..=rotation::MOST).any(|number| rotation::names(number)[0] == name);
    match name.rsplit_once('.') {
        Some((_, "json")) => "application/json",
        Some((_, "zst")) => "application/zstd",
        _ if is_text => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
