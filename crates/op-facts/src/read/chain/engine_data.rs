//! Which chain a data folder of an engine holds, read without opening its database.
//!
//! op-reth's static files begin with it. Of op-geth, two places hold the hash of block 0 for certain: the freezer,
//! whose table of hashes begins with it once the first blocks are final, and, before the first start, the
//! write-ahead log that `geth init` leaves. Between the two the block lies in compressed tables, and only the
//! running engine can say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use op_util::file;
use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::read::chain::static_files;
use crate::read::chain::write_ahead_log::{self, Genesis};
use crate::read::{blocking::on_a_thread, request::Request};

/// Where op-reth keeps its database and its static files in a data folder.
const RETH_DATABASE: &str = "db/mdbx.dat";
const STATIC_FILES: &str = "static_files";
/// Where op-geth keeps its database in a data folder.
const DATABASE: &str = "geth/chaindata";
/// The freezer's hashes, 32 bytes a block from block 0 on, never compressed (op-geth
/// `core/rawdb/ancient_scheme.go`).
const HASHES: &str = "chain/hashes.0000.rdat";
/// Logs are read up to this many bytes in all. `geth init` writes some 15 MB for an OP Stack genesis.
const MAX_LOGS: u64 = 256 << 20;

/// What a data folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineData {
    /// No database yet.
    Nothing,
    /// A database without a genesis block: its initialisation was broken off. op-geth would write
    /// Ethereum's mainnet into it.
    Unfinished,
    /// A chain with this block 0.
    Chain {
        genesis: B256,
        /// The file that says so.
        file: PathBuf,
    },
    /// A database that does not show its block 0: one of op-geth that has not frozen its first blocks yet.
    Unknown,
}

pub(in crate::read) async fn read(
    request: &Request<'_>,
) -> BTreeMap<PathBuf, io::Result<EngineData>> {
    let patience = request.patience_with_files();
    let folders: BTreeSet<(PathBuf, Engine, Option<PathBuf>)> = request
        .judged_by(Gate::EngineData)
        .filter_map(|service| {
            let command = service.command.as_ref()?;
            let (engine, elsewhere) = match command.component.as_str() {
                "op-geth" => (Engine::Geth, "datadir.ancient"),
                "op-reth" => (Engine::Reth, "datadir.static-files"),
                _ => return None,
            };
            let elsewhere = command.value(elsewhere).map(PathBuf::from);
            Some((service.data_dir.clone()?, engine, elsewhere))
        })
        .collect();
    let mut tasks = JoinSet::new();
    for (folder, engine, elsewhere) in folders {
        let path = folder.clone();
        tasks.spawn(async move {
            let look = move || match engine {
                Engine::Geth => EngineData::of_geth(&path, elsewhere.as_deref()),
                Engine::Reth => EngineData::of_reth(&path, elsewhere.as_deref()),
            };
            (folder, on_a_thread("engine-data", patience, look).await.flatten())
        });
    }
    tasks.join_all().await.into_iter().collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Engine {
    Geth,
    Reth,
}

impl EngineData {
    /// Looks into op-reth's data folder. `static_files` is its `--datadir.static-files`, where there is one.
    fn of_reth(folder: &Path, static_files: Option<&Path>) -> io::Result<Self> {
        let files = static_files.map_or_else(|| folder.join(STATIC_FILES), Path::to_owned);
        if let Some((genesis, file)) = static_files::genesis(&files)? {
            return Ok(Self::Chain { genesis, file });
        }
        let is_there = folder.join(RETH_DATABASE).try_exists()?;
        Ok(if is_there { Self::Unknown } else { Self::Nothing })
    }

    /// Looks into op-geth's data folder. `ancient` is its `--datadir.ancient`, where there is one.
    fn of_geth(folder: &Path, ancient: Option<&Path>) -> io::Result<Self> {
        let database = folder.join(DATABASE);
        let hashes = ancient.map_or_else(|| database.join("ancient"), Path::to_owned).join(HASHES);
        if let Some(genesis) = first_hash(&hashes)? {
            return Ok(Self::Chain { genesis, file: hashes });
        }
        if !database.join("CURRENT").try_exists()? {
            return Ok(Self::Nothing);
        }
        let Some(logs) = logs(&database)? else { return Ok(Self::Unknown) };
        let mut whole = logs.whole;
        for path in logs.files {
            match write_ahead_log::genesis(file::open(&path)?)? {
                Genesis::Hash(genesis) => return Ok(Self::Chain { genesis, file: path }),
                Genesis::None => {}
                Genesis::Unknown => whole = false,
            }
        }
        Ok(if whole { Self::Unfinished } else { Self::Unknown })
    }
}

/// The first hash of the freezer, if there is one.
fn first_hash(path: &Path) -> io::Result<Option<B256>> {
    let mut hash = B256::ZERO;
    let file = match file::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match { file }.read_exact(hash.as_mut_slice()) {
        Ok(()) => Ok(Some(hash)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// The logs of a database.
struct Logs {
    files: Vec<PathBuf>,
    /// Whether everything that was ever written is still in them.
    whole: bool,
}

/// `None` where there is more to read than a gate has time for.
fn logs(database: &Path) -> io::Result<Option<Logs>> {
    let mut logs = Logs { files: Vec::new(), whole: true };
    let mut size = 0;
    for entry in fs::read_dir(database)? {
        let path = entry?.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("log") => {
                size += path.metadata()?.len();
                logs.files.push(path);
            }
            // Tables of pebble and of leveldb.
            Some("sst" | "ldb") => logs.whole = false,
            _ => {}
        }
    }
    Ok((size <= MAX_LOGS).then_some(logs))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::read::chain::write_ahead_log::tests::{batch_of, entry, log};

    struct Folder(TempDir);

    impl Folder {
        fn with(files: &[(&str, &[u8])]) -> Self {
            let folder = Self(TempDir::new().unwrap());
            for (name, content) in files {
                let path = folder.0.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            folder
        }

        fn holds(&self) -> EngineData {
            EngineData::of_geth(self.0.path(), None).unwrap()
        }

        fn genesis(&self) -> Option<B256> {
            match self.holds() {
                EngineData::Chain { genesis, .. } => Some(genesis),
                _ => None,
            }
        }
    }

    const CURRENT: &str = "geth/chaindata/CURRENT";
    const LOG: &str = "geth/chaindata/000009.log";
    const TABLE: &str = "geth/chaindata/000004.sst";
    const FROZEN: &str = "geth/chaindata/ancient/chain/hashes.0000.rdat";

    #[test]
    fn a_folder_is_judged_by_what_it_must_hold() {
        let (ours, other) = (B256::repeat_byte(1), B256::repeat_byte(2));
        let record = log(&[batch_of(&[entry(ours)])], 11);
        let two = log(&[batch_of(&[entry(ours), entry(other)])], 11);
        let frozen = [ours, other].concat();
        let current = (CURRENT, &b"MANIFEST-000001\n"[..]);
        for (name, files, expected) in [
            ("empty", vec![], EngineData::Nothing),
            ("only a key", vec![("geth/nodekey", &b"k"[..])], EngineData::Nothing),
            ("begun", vec![current, (LOG, b"")], EngineData::Unfinished),
            ("nothing but a manifest", vec![current], EngineData::Unfinished),
            ("tables only", vec![current, (LOG, b""), (TABLE, b"t")], EngineData::Unknown),
            ("an empty freezer", vec![current, (TABLE, b"t"), (FROZEN, b"")], EngineData::Unknown),
            (
                "a torn freezer",
                vec![current, (TABLE, b"t"), (FROZEN, &[1; 31])],
                EngineData::Unknown,
            ),
            ("two in the log", vec![current, (LOG, &two)], EngineData::Unknown),
        ] {
            assert_eq!(Folder::with(&files).holds(), expected, "{name}");
        }
        assert_eq!(Folder::with(&[current, (LOG, &record)]).genesis(), Some(ours));
        assert_eq!(Folder::with(&[current, (TABLE, b"t"), (LOG, &record)]).genesis(), Some(ours));
        assert_eq!(
            Folder::with(&[current, (TABLE, b"t"), (FROZEN, &frozen)]).genesis(),
            Some(ours)
        );
        // The freezer outlives the database.
        assert_eq!(Folder::with(&[(FROZEN, &frozen)]).genesis(), Some(ours));
        assert_eq!(
            EngineData::of_geth(Path::new("/nonexistent"), None).unwrap(),
            EngineData::Nothing
        );
    }

    #[test]
    fn the_freezer_may_lie_elsewhere() {
        let hash = B256::repeat_byte(7);
        let folder = Folder::with(&[
            (CURRENT, b"m"),
            (TABLE, b"t"),
            ("cold/chain/hashes.0000.rdat", hash.as_slice()),
        ]);
        let cold = folder.0.path().join("cold");
        let held = EngineData::of_geth(folder.0.path(), Some(&cold)).unwrap();
        assert_eq!(held, EngineData::Chain { genesis: hash, file: cold.join(HASHES) });
    }

    #[test]
    fn what_is_no_file_is_an_error() {
        let folder = Folder::with(&[(CURRENT, b"m")]);
        fs::create_dir(folder.0.path().join(LOG)).unwrap();
        assert!(EngineData::of_geth(folder.0.path(), None).is_err());
    }
}
