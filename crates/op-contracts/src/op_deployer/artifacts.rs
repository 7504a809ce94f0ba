//! What op-deployer deploys: the compiled contracts and deploy scripts of one release of op-contracts.

mod archive;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use anyhow::{Context, Result, bail, ensure};
use op_util::file;
use ring::digest::{self, SHA256};

/// The script that deploys a chain: no release has been without it since op-deployer deploys them.
const SCRIPT: &str = "DeployOPChain.s.sol/DeployOPChain.json";
/// Folders under which they lie, in a checkout of contracts-bedrock and in the archives.
const UNDER: [&str; 3] = ["", "forge-artifacts", "out"];
/// The largest file that is read.
const MOST: u64 = 1 << 30;

/// A folder or an archive of them. op-deployer takes them only of its own release.
#[derive(Debug, Clone)]
pub struct Artifacts {
    path: PathBuf,
    kind: Kind,
    hash: B256,
}

#[derive(Debug, Clone)]
enum Kind {
    /// What holds the contracts' folders.
    Folder(PathBuf),
    Archive,
}

impl Artifacts {
    /// Finds them, and hashes all of them.
    pub fn open(path: &Path) -> Result<Self> {
        let metadata =
            fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        let (kind, hash) = if metadata.is_dir() {
            let folder = folder_in(path)?;
            let hash = hash_folder(&folder);
            (Kind::Folder(folder), hash)
        } else {
            archive::Packing::of(path)?;
            (Kind::Archive, hash_file(path))
        };
        let hash = hash.with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { path: path.to_owned(), kind, hash })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the archive, or of the names and contents of what a folder holds.
    #[must_use]
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// The folder that op-deployer reads. An archive is unpacked into `into`.
    pub(super) fn folder(&self, into: &Path) -> Result<PathBuf> {
        match &self.kind {
            Kind::Folder(folder) => fs::canonicalize(folder)
                .with_context(|| format!("cannot read {}", folder.display())),
            Kind::Archive => {
                archive::unpack(&self.path, into)?;
                ensure!(into.join(SCRIPT).is_file(), no_artifacts(&self.path));
                Ok(into.to_owned())
            }
        }
    }
}

fn folder_in(path: &Path) -> Result<PathBuf> {
    let mut folders = UNDER.iter().map(|under| path.join(under));
    match folders.find(|folder| folder.join(SCRIPT).is_file()) {
        Some(folder) => Ok(folder),
        None if path.join("state.json").is_file() => bail!(
            "{} is a work directory of op-deployer, and holds a deployment: give it as --deployment",
            path.display()
        ),
        None => bail!(no_artifacts(path)),
    }
}

fn no_artifacts(path: &Path) -> String {
    format!(
        "{} holds no artifacts of op-contracts: there is no {SCRIPT} in it, nor in a forge-artifacts or out in it. \
         Give the folder that `forge build` has filled in packages/contracts-bedrock, or the archive that a \
         release of op-contracts publishes (npm's contracts-bedrock has no deploy scripts)",
        path.display()
    )
}

// By ring, whose hash is assembly: an archive has a quarter of a gigabyte, and a devnet is built without optimisation.
fn hash_file(path: &Path) -> io::Result<B256> {
    let mut hash = digest::Context::new(&SHA256);
    let (mut file, mut part) = (File::open(path)?, vec![0; 1 << 16]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(B256::from_slice(hash.finish().as_ref())),
            read => hash.update(&part[..read]),
        }
    }
}

fn hash_folder(folder: &Path) -> io::Result<B256> {
    let mut hash = digest::Context::new(&SHA256);
    let mut add = |part: &[u8]| {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    };
    for contract in sorted(folder)?.iter().filter(|contract| contract.is_dir()) {
        for artifact in sorted(contract)?.iter().filter(|artifact| artifact.is_file()) {
            let name = artifact.strip_prefix(folder).unwrap_or(artifact);
            add(name.as_os_str().as_encoded_bytes());
            add(&file::read(artifact, MOST)?);
        }
    }
    Ok(B256::from_slice(hash.finish().as_ref()))
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests;
