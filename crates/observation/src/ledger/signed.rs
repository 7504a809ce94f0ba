//! What a key has signed, slot by slot: on disk before it is signed, whoever asks for it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::error::LedgerError;
use crate::observation::Observation;

/// The observation that was signed in each slot.
pub(super) type Known = BTreeMap<B256, B256>;

/// A file of what a key has signed for one ledger: it only grows. Several processes may have it open.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) path: PathBuf,
    file: File,
    known: Known,
    /// How much of the file is known.
    read: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    slot: B256,
    observation_hash: B256,
}

impl Signed {
    /// The file of a key and a ledger. A signature holds wherever chain id and ledger are these, so nothing else is
    /// part of its name.
    pub(super) fn open(
        folder: &Path,
        chain_id: u64,
        ledger: Address,
        account: Address,
    ) -> Result<Self, LedgerError> {
        let path = folder.join(format!("signed-{chain_id}-{ledger}-{account}.jsonl"));
        let opened = || {
            fs::create_dir_all(folder)?;
            let mut options = OpenOptions::new();
            let file = options.read(true).append(true).create(true).open(&path)?;
            if !file.metadata()?.is_file() {
                return Err(io::Error::other("it is not a regular file"));
            }
            File::open(folder)?.sync_all()?;
            Ok(file)
        };
        match opened() {
            Ok(file) => Ok(Self { path, file, known: Known::new(), read: 0 }),
            Err(error) => Err(LedgerError::Journal { journal: path, error }),
        }
    }

    /// What is known at this moment.
    pub(super) fn known(&mut self) -> Result<&Known, LedgerError> {
        self.locked(|_| Ok(()))?;
        Ok(&self.known)
    }

    /// Notes what is to be signed, if nothing else was signed in these slots meanwhile. Returns when it is on disk:
    /// whatever happens then, nothing else is ever signed there.
    pub(super) fn note(&mut self, observations: &[Observation]) -> Result<bool, LedgerError> {
        self.locked(|signed| signed.append(observations))
    }

    fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> Result<T, LedgerError> {
        let failed = |error, path: &Path| LedgerError::Journal { journal: path.to_owned(), error };
        self.file.lock().map_err(|error| failed(error, &self.path))?;
        let done = self.catch_up().and_then(|()| work(self));
        let unlocked = self.file.unlock();
        done.and_then(|done| unlocked.map(|()| done)).map_err(|error| failed(error, &self.path))
    }

    /// Reads what is new. A line without an end was never on disk as a whole, so nothing was signed after it.
    fn catch_up(&mut self) -> io::Result<()> {
        let mut news = Vec::new();
        self.file.seek(SeekFrom::Start(self.read))?;
        self.file.read_to_end(&mut news)?;
        let whole = memchr::memrchr(b'\n', &news).map_or(0, |end| end + 1);
        for line in news[..whole].split_inclusive(|byte| *byte == b'\n') {
            let Line { slot, observation_hash } = serde_json::from_slice(line)?;
            // The first one is what was signed.
            self.known.entry(slot).or_insert(observation_hash);
        }
        self.read += whole as u64;
        if whole < news.len() {
            self.file.set_len(self.read)?;
        }
        Ok(())
    }

    fn append(&mut self, observations: &[Observation]) -> io::Result<bool> {
        let mut lines = Vec::new();
        let mut news = Known::new();
        for own in observations {
            let (slot, observation_hash) = (own.slot, own.observation_hash);
            match self.known.get(&slot).or_else(|| news.get(&slot)) {
                Some(signed) if *signed == observation_hash => {}
                Some(_) => return Ok(false),
                None => {
                    serde_json::to_writer(&mut lines, &Line { slot, observation_hash })?;
                    lines.push(b'\n');
                    news.insert(slot, observation_hash);
                }
            }
        }
        if lines.is_empty() {
            return Ok(true);
        }
        self.file.write_all(&lines)?;
        self.file.sync_all()?;
        self.read += lines.len() as u64;
        self.known.extend(news);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::example;

    fn own(epoch: u8, data: u8) -> Observation {
        example("a", epoch, data)
    }

    fn open(folder: &Path) -> Signed {
        Signed::open(folder, 1, Address::ZERO, Address::ZERO).unwrap()
    }

    #[test]
    fn what_one_process_signs_another_one_knows() {
        let dir = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (open(dir.path()), open(dir.path()));
        assert!(one.note(&[own(1, 1)]).unwrap());
        assert!(other.note(&[own(2, 1)]).unwrap());
        // The same once more is no second one.
        assert!(one.note(&[own(2, 1), own(2, 1)]).unwrap());
        // Of several with one that must not be signed none is noted; nor of two of one slot.
        assert!(!other.note(&[own(3, 1), own(1, 2)]).unwrap());
        assert!(!other.note(&[own(3, 1), own(3, 2)]).unwrap());
        let known = open(dir.path()).known().unwrap().clone();
        assert_eq!(
            known,
            [own(1, 1), own(2, 1)].map(|own| (own.slot, own.observation_hash)).into()
        );
        assert_eq!(fs::read_to_string(&one.path).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_line_that_was_cut_off_is_taken_away_and_a_broken_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut signed = open(dir.path());
        signed.note(&[own(1, 1)]).unwrap();
        let whole = fs::read_to_string(&signed.path).unwrap();
        fs::write(&signed.path, format!("{whole}{}", &whole[..30])).unwrap();
        let mut again = open(dir.path());
        assert!(again.note(&[own(2, 1)]).unwrap());
        assert_eq!(open(dir.path()).known().unwrap().len(), 2);
        fs::write(&signed.path, format!("{{}}\n{whole}")).unwrap();
        assert!(open(dir.path()).known().is_err());
    }
}
