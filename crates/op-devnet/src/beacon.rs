//! A beacon node for an L1 that has none: it serves the blobs of anvil's blocks, and keeps them.
//!
//! anvil forgets its blobs when it ends, and op-node derives again from them at each start. They are kept by
//! their versioned hashes, which op-node asks for, so that no slot has to be found.

use std::convert::Infallible;
use std::io::Read as _;
use std::path::PathBuf;

use alloy_primitives::{B256, Bytes};
use anyhow::{Context, Result};
use eth_rpc::{Batch, Rpc};
use flate2::{Compression, read::GzDecoder, read::GzEncoder};
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode, body::Incoming, header::CONTENT_TYPE, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{home, l1};

/// The port's name.
pub(crate) const PORT: &str = "l1.beacon";
/// What it says of itself: it keeps everything.
const EPOCHS: u64 = 1 << 32;

/// The blobs of one L1, a file each.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    pub(crate) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps the blobs of the newest block.
    pub(crate) async fn keep(&self, l1: &Rpc) -> Result<()> {
        let sent = l1::transactions(l1, "latest").await?;
        for hash in sent.iter().flat_map(|sent| &sent.blob_versioned_hashes) {
            let blob: Option<Bytes> = l1.request("anvil_getBlobByHash", [hash]).await?;
            let blob = blob.with_context(|| format!("the L1 does not have the blob {hash}"))?;
            let mut packed = Vec::new();
            GzEncoder::new(&blob[..], Compression::fast()).read_to_end(&mut packed)?;
            std::fs::create_dir_all(&self.folder)?;
            home::write(&self.file(*hash), &packed)?;
        }
        Ok(())
    }

    /// A blob that was kept.
    pub(crate) fn read(&self, hash: B256) -> Option<Bytes> {
        let packed = std::fs::read(self.file(hash)).ok()?;
        let mut blob = Vec::new();
        GzDecoder::new(&packed[..]).read_to_end(&mut blob).ok()?;
        Some(blob.into())
    }

    fn file(&self, hash: B256) -> PathBuf {
        self.folder.join(format!("{hash}.gz"))
    }
}

/// Serves them on a port, until the process ends.
pub(crate) async fn serve(port: u16, l1: &Rpc, blobs: Blobs) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.context("cannot serve blobs")?;
    let mut batch = Batch::default();
    let (id, first) = (batch.chain_id(), batch.block(0));
    let answers = l1.send(batch).await;
    let first = answers.take(&first)?.context("the L1 has no first block")?;
    let node = Node { chain_id: answers.take(&id)?.to(), begin: first.timestamp.to(), blobs };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let node = node.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = node.answer(request.uri().path(), request.uri().query());
                async move { Ok::<_, Infallible>(response(answer)) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(())
}

fn response(answer: Option<Value>) -> Response<Full<hyper::body::Bytes>> {
    let (status, data) = match answer {
        Some(data) => (StatusCode::OK, json!({"data": data})),
        None => (StatusCode::NOT_FOUND, json!({"code": 404, "message": "not found"})),
    };
    let mut response = Response::new(Full::from(data.to_string()));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

#[derive(Clone)]
struct Node {
    chain_id: u64,
    /// Time of the L1's first block.
    begin: u64,
    blobs: Blobs,
}

impl Node {
    /// The Beacon API, as far as op-node, op-challenger and op-warden ask it.
    fn answer(&self, path: &str, query: Option<&str>) -> Option<Value> {
        match path.trim_start_matches('/') {
            "eth/v1/node/version" => Some(json!({"version": "op-devnet"})),
            "eth/v1/node/syncing" => Some(json!({"is_syncing": false})),
            "eth/v1/beacon/genesis" => Some(json!({"genesis_time": self.begin.to_string()})),
            "eth/v1/config/spec" => Some(json!({
                "DEPOSIT_CHAIN_ID": self.chain_id.to_string(),
                "SECONDS_PER_SLOT": "2",
                "SLOTS_PER_EPOCH": "4",
                "MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS": EPOCHS.to_string(),
            })),
            path if path.starts_with("eth/v1/beacon/blobs/") => {
                self.blobs(query.unwrap_or_default())
            }
            _ => None,
        }
    }

    /// All blobs of the versioned hashes, or none.
    fn blobs(&self, query: &str) -> Option<Value> {
        let hashes = query.split('&').filter_map(|pair| pair.strip_prefix("versioned_hashes="));
        let blobs: Option<Vec<Bytes>> =
            hashes.map(|hash| self.blobs.read(hash.parse().ok()?)).collect();
        Some(json!(blobs?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_served_by_their_hashes_and_all_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path().join("blobs"));
        let node = Node { chain_id: 900, begin: 7, blobs: blobs.clone() };
        let [there, absent] = [B256::repeat_byte(1), B256::repeat_byte(2)];
        std::fs::create_dir_all(&blobs.folder).unwrap();
        let mut packed = Vec::new();
        GzEncoder::new(&[9; 64][..], Compression::fast()).read_to_end(&mut packed).unwrap();
        std::fs::write(blobs.file(there), packed).unwrap();

        let ask = |query: &str| node.answer("/eth/v1/beacon/blobs/5", Some(query));
        let found = ask(&format!("versioned_hashes={there}")).unwrap();
        assert_eq!(found, json!([format!("0x{}", "09".repeat(64))]));
        assert_eq!(ask(&format!("versioned_hashes={there}&versioned_hashes={absent}")), None);
        assert_eq!(node.answer("/eth/v1/config/spec", None).unwrap()["DEPOSIT_CHAIN_ID"], "900");
        assert_eq!(node.answer("/eth/v1/beacon/blob_sidecars/5", None), None);
    }
}
