//! The published bundle, and the chain's files as they are in use.

use std::{io, path::Path, path::PathBuf};

use op_bundle::source::head_of_folder;
use op_bundle::ssh::PublicKey;
use op_bundle::verify::{self, VerifyError};
use op_chain::bundle::{BundleError, FileEntry, Manifest};

use crate::read::{blocking::on_a_thread, request::Request};

/// The bundle's manifest, beside what it is compared with.
#[derive(Debug)]
pub struct Bundle {
    pub path: PathBuf,
    pub manifest: Result<Manifest, BundleError>,
    /// Who signed it, where the configuration names a key that must have; else nothing is looked at.
    pub signed_by: Option<Result<PublicKey, VerifyError>>,
    pub genesis: io::Result<FileEntry>,
    pub rollup: io::Result<FileEntry>,
}

pub(super) async fn read(request: &Request<'_>) -> Option<Bundle> {
    let chain = &request.config.chain;
    let (bundle, genesis, rollup) =
        (chain.bundle.clone()?, chain.genesis.clone(), chain.rollup.clone());
    let (given, key) = (bundle.clone(), chain.bundle_key);
    let read = on_a_thread("bundle", request.patience_with_files(), move || {
        let path = Manifest::path(&bundle);
        let manifest = Manifest::from_file(&path);
        Bundle {
            signed_by: key.map(|key| signer(&path, key)),
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
            signed_by: None,
            manifest: Err(error.into()),
        }
    }))
}

fn signer(manifest: &Path, key: PublicKey) -> Result<PublicKey, VerifyError> {
    let files = head_of_folder(manifest.parent().unwrap_or(Path::new(".")))?;
    verify::head(&files, key).map(|head| head.signed_by)
}
