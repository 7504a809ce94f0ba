//! Makes a work directory: a chain of the caller's, of the caller's artifacts.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::artifacts::Artifacts;
use super::{WorkDir, intent, program};
use crate::spec::ChainSpec;
use crate::write;

/// What a work directory holds beside op-deployer's own files, while it is made.
const UNPACKED: &str = "unpacked";
const CACHE: &str = "cache";

impl Artifacts {
    /// Has `op_deployer` lay out the chain of `spec` for a genesis, in the work directory `dir`. All that it says
    /// is put into `log`.
    pub async fn apply(
        &self,
        op_deployer: &Path,
        spec: &ChainSpec,
        dir: &Path,
        log: &Path,
    ) -> Result<()> {
        let unpacked = dir.join(UNPACKED);
        fs::create_dir_all(&unpacked)
            .with_context(|| format!("cannot create {}", unpacked.display()))?;
        let folder = self.folder(&unpacked)?;
        let [l1, l2] = [spec.l1_chain_id, spec.l2_chain_id].map(|id| id.to_string());
        let init = ["init", "--intent-type", "custom", "--l1-chain-id", &l1, "--l2-chain-ids", &l2];
        run(op_deployer, dir, &init, log).await?;
        let text = intent::intent(spec, &intent::locator(&folder));
        write(&dir.join("intent.toml"), text.as_bytes())?;
        run(op_deployer, dir, &["apply", "--deployment-target", "genesis"], log).await?;
        for used in [UNPACKED, CACHE] {
            let used = dir.join(used);
            if used.exists() {
                fs::remove_dir_all(&used)
                    .with_context(|| format!("cannot remove {}", used.display()))?;
            }
        }
        // What it made is of use.
        WorkDir::read(dir).map(drop)
    }
}

async fn run(op_deployer: &Path, dir: &Path, args: &[&str], log: &Path) -> Result<()> {
    let place: [&OsStr; 2] = ["--workdir".as_ref(), dir.as_ref()];
    let args = args.iter().map(OsStr::new).chain(place);
    program::run(op_deployer, dir, args, Some(log)).await
}
