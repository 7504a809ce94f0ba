//! Three witnesses derive from one archive, agree on chain, and what must be refused is.

mod agree;
mod anvil;
mod refusals;
mod report;
mod setting;

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use eth_rpc::{Rpc, key::SecretKey};

use self::anvil::Anvil;
pub use self::report::{Case, Report};
use self::setting::{Setting, derive};
use crate::archive::Mapping;
use crate::generate::{Shape, write};

#[derive(Debug)]
pub enum Chain {
    /// The command that starts an anvil; it is given more arguments.
    Anvil(Vec<OsString>),
    /// A chain that runs already. The account pays: see the command's help.
    There(Rpc, Box<SecretKey>),
}

#[derive(Debug)]
pub enum Archive {
    Files(Vec<PathBuf>, Mapping),
    /// One that is made up, of so many epochs of each of four streams.
    MadeUp(u64),
}

/// Runs all of it; `progress` is called with how far it is.
pub async fn run(
    chain: Chain,
    archive: Archive,
    progress: impl Fn(&str),
) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let (files, mapping) = match archive {
        Archive::Files(files, mapping) => (files, mapping),
        Archive::MadeUp(epochs) => (vec![make_up(dir.path(), epochs)?], Mapping::default()),
    };
    let observations = derive(&files, &mapping, 0, dir.path())?.0.len() as u64;
    // Lives as long as it is needed.
    let anvil;
    let (rpc, owner) = match chain {
        Chain::There(rpc, key) => (rpc, *key),
        Chain::Anvil(command) => {
            let key = SecretKey::generate()?;
            anvil = Anvil::start(&command).await?;
            anvil.fund(key.address()).await?;
            (anvil.rpc.clone(), key)
        }
    };
    let setting = Setting::make(&rpc, owner, observations).await?;
    progress(&format!(
        "ledger {} on chain {}",
        setting.deployment.ledger, setting.deployment.chain_id
    ));
    let (mut report, final_ones) = agree::agree(&setting, &files, &mapping, &progress).await?;
    report.cases.extend(refusals::refusals(&setting, &files, &mapping, &final_ones).await?);
    Ok(report)
}

fn make_up(dir: &Path, epochs: u64) -> anyhow::Result<PathBuf> {
    let path = dir.join("archive.jsonl");
    let mut file = BufWriter::new(File::create(&path)?);
    let shape = Shape {
        bytes: u64::MAX,
        streams: 4,
        entries: 60,
        epochs: Some(epochs),
        gaps: 100,
        duplicates: 100,
        late: 50,
        seed: 1,
    };
    write(&shape, &mut file)?;
    file.flush()?;
    Ok(path)
}
