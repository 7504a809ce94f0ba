//! Where the state is kept between two starts.

use std::path::PathBuf;

use crate::memory::{self, Memory};

/// The file, where one is configured.
pub(super) struct Store(pub(super) Option<PathBuf>);

impl Store {
    /// The state of the last time, if there is one that can be used.
    pub(super) fn load(&self) -> Memory {
        let Some(path) = &self.0 else { return Memory::new() };
        let (memory, forgotten) = Memory::load(path);
        if let Some(forgotten) = forgotten {
            tracing::warn!("{forgotten}");
        }
        memory
    }

    pub(super) fn save(&self, memory: &mut Memory, now: f64) {
        let Some(path) = &self.0 else { return };
        memory.saved_at = now;
        if let Err(error) = memory.save(path) {
            tracing::warn!("cannot write the state to {}: {error}", path.display());
        }
    }

    pub(super) fn set_aside(&self) {
        let Some(path) = &self.0 else { return };
        // There may be no file yet, and another try is made when the state is read again.
        let _ = std::fs::rename(path, memory::aside(path));
    }
}
