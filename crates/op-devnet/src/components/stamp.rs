//! Shows whether a built component is still the one that its pins name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use alloy_primitives::{B256, Keccak256};

/// A hash of everything that a build's result depends on. Stored beside the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(B256);

impl Stamp {
    pub(crate) fn of(inputs: &[&str]) -> Self {
        let mut hasher = Keccak256::new();
        for input in inputs {
            hasher.update(input.len().to_be_bytes());
            hasher.update(input);
        }
        Self(hasher.finalize())
    }

    pub(crate) fn matches(self, output: &Path) -> bool {
        fs::read_to_string(stamp_path(output)).is_ok_and(|stored| stored == self.to_string())
    }

    pub(crate) fn write(self, output: &Path) -> io::Result<()> {
        fs::write(stamp_path(output), self.to_string())
    }

    /// From here on the output counts as not built.
    pub(crate) fn remove(output: &Path) -> io::Result<()> {
        match fs::remove_file(stamp_path(output)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

fn stamp_path(output: &Path) -> PathBuf {
    let mut path = output.as_os_str().to_owned();
    path.push(".stamp");
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_and_its_bounds_count() {
        assert_eq!(Stamp::of(&["pins", "go build"]), Stamp::of(&["pins", "go build"]));
        assert_ne!(Stamp::of(&["pins", "go build"]), Stamp::of(&["pins", "go build -trimpath"]));
        assert_ne!(Stamp::of(&["ab", "c"]), Stamp::of(&["a", "bc"]));
    }

    #[test]
    fn only_the_same_stamp_matches() {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("op-node");
        let stamp = Stamp::of(&["pins"]);
        assert!(!stamp.matches(&output), "never built");
        stamp.write(&output).unwrap();
        assert!(stamp.matches(&output));
        assert!(!Stamp::of(&["newer pins"]).matches(&output));
        Stamp::remove(&output).unwrap();
        assert!(!stamp.matches(&output), "removed");
        Stamp::remove(&output).unwrap();
    }
}
