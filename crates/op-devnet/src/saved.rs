//! The saved state of the L1, of which one whole copy is always there.
//!
//! anvil rewrites its state in place, and adds a block 0 of its own to it at each start. So it writes
//! `NAME.running.json`; each time that it has finished, the file becomes `NAME.json`, and the one before
//! stays as `NAME.earlier.json`. A start takes the newest that is whole, with the chain's own block 0.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use alloy_consensus::Header;
use alloy_primitives::Bytes;
use anyhow::{Context, Result, ensure};
use eth_rpc::Rpc;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::{beacon::Blobs, home, out};

/// Seconds between two states that anvil writes.
const INTERVAL: u64 = 5;
/// Between two looks at what it has written; a file that does not change for so long is finished.
const LOOK: Duration = Duration::from_secs(1);

/// The saved state of one L1. What is cloned knows what the other one has kept.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    folder: PathBuf,
    name: String,
    /// Number of the newest block that was kept.
    newest: Arc<AtomicU64>,
}

/// What is read of each state before it is kept.
#[derive(Deserialize)]
struct Newest {
    best_block_number: u64,
}

impl Saved {
    /// The states in `folder` of an L1.
    pub(crate) fn new(folder: PathBuf, name: String) -> Self {
        Self { folder, name, newest: Arc::default() }
    }

    /// The blobs of its blocks, which no state holds.
    pub(crate) fn blobs(&self) -> Blobs {
        Blobs::new(self.folder.join(format!("{}-blobs", self.name)))
    }

    /// The arguments that let anvil go on from the newest state, if there is one.
    pub(crate) fn args(&self) -> Result<Vec<String>> {
        let mut args = vec![
            format!("--dump-state={}", self.running().display()),
            format!("--state-interval={INTERVAL}"),
        ];
        if self.choose()? {
            args.push(format!("--load-state={}", self.whole().display()));
        }
        Ok(args)
    }

    /// Keeps each state that anvil writes, for as long as the L1 runs, and says when it did.
    pub(crate) async fn keep(&self, kept: &watch::Sender<Instant>) {
        let mut seen = self.running_changed();
        loop {
            sleep(LOOK).await;
            let now = self.running_changed();
            if now.is_some() && now == seen {
                match self.adopt().await {
                    Ok(()) => _ = kept.send_replace(Instant::now()),
                    Err(error) => out::error(&error),
                }
            }
            seen = now;
        }
    }

    /// Keeps what anvil has written, if it is whole.
    pub(crate) async fn adopt(&self) -> Result<()> {
        let saved = self.clone();
        spawn_blocking(move || saved.adopt_now()).await?
    }

    fn adopt_now(&self) -> Result<()> {
        let running = self.running();
        let Some(text) = read(&running)? else { return Ok(()) };
        let state: Newest = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not whole", running.display()))?;
        // One that anvil began to write before `save` was done is older than what that has saved.
        if state.best_block_number < self.newest.load(Ordering::Relaxed) {
            return Ok(());
        }
        File::open(&running)?.sync_all()?;
        if self.whole().exists() {
            fs::rename(self.whole(), self.earlier())?;
        }
        fs::rename(&running, self.whole())
            .with_context(|| format!("cannot keep {}", running.display()))?;
        self.newest.store(state.best_block_number, Ordering::Relaxed);
        Ok(())
    }

    /// Saves the state that a running L1 has now.
    pub(crate) async fn save(&self, l1: &Rpc) -> Result<()> {
        let dump: Bytes =
            l1.request("anvil_dumpState", ()).await.context("the L1 gives no state")?;
        let mut state = Vec::new();
        GzDecoder::new(&dump[..]).read_to_end(&mut state).context("the L1's state is not gzip")?;
        let newest: Newest =
            serde_json::from_slice(&state).context("the L1's state is not JSON")?;
        home::write(&self.whole(), &state)?;
        self.newest.store(newest.best_block_number, Ordering::Relaxed);
        Ok(())
    }

    /// Makes the newest whole state the one to go on from. False when there was none at all.
    fn choose(&self) -> Result<bool> {
        let mut newest: Option<(u64, Vec<u8>)> = None;
        let mut broken = Vec::new();
        for path in [self.running(), self.whole(), self.earlier()] {
            let Some(text) = read(&path)? else { continue };
            match serde_json::from_slice::<Newest>(&text) {
                Ok(Newest { best_block_number: block }) => {
                    if newest.as_ref().is_none_or(|(newest, _)| block > *newest) {
                        newest = Some((block, text));
                    }
                }
                Err(error) => broken.push(format!("{}: {error}", path.display())),
            }
        }
        let Some((block, text)) = newest else {
            ensure!(
                broken.is_empty(),
                "no saved state of the L1 is whole ({}): op-devnet reset removes this chain",
                broken.join("; ")
            );
            return Ok(false);
        };
        let state =
            with_one_beginning(&text).context("the saved state of the L1 is not anvil's")?;
        home::write(&self.whole(), state.as_deref().unwrap_or(&text))?;
        remove(&self.running())?;
        self.newest.store(block, Ordering::Relaxed);
        Ok(true)
    }

    fn running_changed(&self) -> Option<(u64, SystemTime)> {
        let metadata = fs::metadata(self.running()).ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    }

    fn whole(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    fn running(&self) -> PathBuf {
        self.folder.join(format!("{}.running.json", self.name))
    }

    fn earlier(&self) -> PathBuf {
        self.folder.join(format!("{}.earlier.json", self.name))
    }
}

fn read(path: &PathBuf) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn remove(path: &PathBuf) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("cannot remove {}", path.display())),
    }
}

/// The state with the block 0 that block 1 follows as its only block 0; `None` when it is so already.
fn with_one_beginning(text: &[u8]) -> serde_json::Result<Option<Vec<u8>>> {
    #[derive(Deserialize)]
    struct Block {
        header: Header,
    }
    let mut state: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(text)?;
    let Some(blocks) = state.get("blocks") else { return Ok(None) };
    let blocks: Vec<Box<RawValue>> = serde_json::from_str(blocks.get())?;
    let headers = blocks
        .iter()
        .map(|block| Ok(serde_json::from_str::<Block>(block.get())?.header))
        .collect::<serde_json::Result<Vec<_>>>()?;
    let beginnings = || headers.iter().filter(|header| header.number == 0);
    if beginnings().count() < 2 {
        return Ok(None);
    }
    let parent = headers.iter().find(|header| header.number == 1).map(|header| header.parent_hash);
    let own = beginnings()
        .find(|header| Some(header.hash_slow()) == parent)
        .or_else(|| beginnings().min_by_key(|header| header.timestamp));
    let kept: Vec<&Box<RawValue>> = blocks
        .iter()
        .zip(&headers)
        .filter(|(_, header)| header.number != 0 || Some(*header) == own)
        .map(|(block, _)| block)
        .collect();
    state.insert("blocks".to_owned(), serde_json::value::to_raw_value(&kept)?);
    serde_json::to_vec(&state).map(Some)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;
    use serde_json::{Value, json};

    use super::*;

    fn header(number: u64, timestamp: u64, parent_hash: B256) -> Header {
        Header { number, timestamp, parent_hash, ..Header::default() }
    }

    fn state(headers: &[Header]) -> Vec<u8> {
        let best = headers.iter().map(|header| header.number).max();
        let blocks: Vec<Value> =
            headers.iter().map(|header| json!({"header": header, "transactions": []})).collect();
        json!({"accounts": {}, "best_block_number": best, "blocks": blocks})
            .to_string()
            .into_bytes()
    }

    fn saved() -> (tempfile::TempDir, Saved) {
        let dir = tempfile::tempdir().unwrap();
        let saved = Saved::new(dir.path().to_owned(), "l1".to_owned());
        (dir, saved)
    }

    #[test]
    fn the_block_0_that_the_chain_began_with_stays() {
        // Of three starts; the clock was set back before the last.
        let own = header(0, 20, B256::ZERO);
        let others = [header(0, 30, B256::ZERO), header(0, 10, B256::ZERO)];
        let one = header(1, 22, own.hash_slow());
        let [later, back] = others;
        let (dir, saved) = saved();
        fs::write(saved.running(), state(&[later, own.clone(), one.clone(), back])).unwrap();
        assert!(saved.choose().unwrap());
        let kept: Value = serde_json::from_slice(&fs::read(saved.whole()).unwrap()).unwrap();
        assert_eq!(kept["blocks"].as_array().unwrap().len(), 2);
        assert_eq!(kept["blocks"][0]["header"]["timestamp"], "0x14");
        assert_eq!(kept["best_block_number"], 1);
        assert!(!saved.running().exists());
        drop(dir);
    }

    #[test]
    fn the_newest_whole_state_is_taken() {
        let (_dir, saved) = saved();
        assert!(!saved.choose().unwrap(), "a new L1");
        let (old, new) = (state(&[header(0, 1, B256::ZERO)]), state(&[header(0, 2, B256::ZERO)]));
        fs::write(saved.earlier(), &old).unwrap();
        fs::write(saved.whole(), &new).unwrap();
        fs::write(saved.running(), &new[..new.len() / 2]).unwrap();
        assert!(saved.choose().unwrap());
        assert_eq!(fs::read(saved.whole()).unwrap(), new);

        fs::write(saved.whole(), "").unwrap();
        assert!(saved.choose().unwrap());
        assert_eq!(fs::read(saved.whole()).unwrap(), old);

        fs::write(saved.whole(), "").unwrap();
        fs::write(saved.earlier(), "{").unwrap();
        let error = saved.choose().unwrap_err().to_string();
        assert!(error.starts_with("no saved state of the L1 is whole"), "{error}");
    }

    #[test]
    fn what_anvil_writes_is_kept_only_when_it_is_whole() {
        let (_dir, saved) = saved();
        let (old, new) = (state(&[header(0, 1, B256::ZERO)]), state(&[header(0, 2, B256::ZERO)]));
        fs::write(saved.whole(), &old).unwrap();
        fs::write(saved.running(), &new[..new.len() - 1]).unwrap();
        saved.adopt_now().unwrap_err();
        assert_eq!(fs::read(saved.whole()).unwrap(), old);
        fs::write(saved.running(), &new).unwrap();
        saved.adopt_now().unwrap();
        assert_eq!(fs::read(saved.whole()).unwrap(), new);
        assert_eq!(fs::read(saved.earlier()).unwrap(), old);
    }

    #[test]
    fn an_older_state_does_not_take_the_place_of_a_newer_one() {
        let (_dir, saved) = saved();
        let block = |number| state(&[header(number, number, B256::ZERO)]);
        for (number, kept) in [(5, 5), (4, 5), (5, 5), (6, 6)] {
            fs::write(saved.running(), block(number)).unwrap();
            saved.clone().adopt_now().unwrap();
            assert_eq!(fs::read(saved.whole()).unwrap(), block(kept));
        }
        fs::write(saved.running(), block(4)).unwrap();
        assert!(saved.choose().unwrap());
        assert_eq!(fs::read(saved.whole()).unwrap(), block(6));
    }
}
