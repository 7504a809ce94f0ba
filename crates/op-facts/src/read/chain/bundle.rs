//! The published bundle, and the chain's files as they are in use.

use std::{io, path::PathBuf};

use op_chain::bundle::{BundleError, FileEntry, Manifest};

use crate::read::{blocking::on_a_thread, request::Request};

/// The bundle's manifest, beside what it is compared with.
#[derive(Debug)]
pub struct Bundle {
    pub path: PathBuf,
    pub manifest: Result<Manifest, BundleError>,
    pub genesis: io::Result<FileEntry>,
    pub rollup: io::Result<FileEntry>,
}

pub(super) async fn read(request: &Request<'_>) -> Option<Bundle> {
    let chain = &request.config.chain;
    let (bundle, genesis, rollup) =
        (chain.bundle.clone()?, chain.genesis.clone(), chain.rollup.clone());
    let given = bundle.clone();
    let read = on_a_thread("bundle", request.patience_with_files(), move || {
        let path = Manifest::path(&bundle);
        let manifest = Manifest::from_file(&path);
        Bundle {
            path,
            manifest,
            genesis: FileEntry::of_file(&genesis),
            rollup: FileEntry::of_file(&rollup),
        }
    });
    Some(read.await.unwrap_or_else(|error| {
        let late = || io::Error::from(error.kind());
        Bundle {
            path: given,
            genesis: Err(late()),
            rollup: Err(late()),
            manifest: Err(error.into()),
        }
    }))
}
