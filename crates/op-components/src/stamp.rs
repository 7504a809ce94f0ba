//! Shows whether a built component is still the one that its pins name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use alloy_primitives::{B256, Keccak256};

/// What a build's result depends on. Stored beside the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// A hash of what is built, and how.
    inputs: B256,
    /// Version of the compiler. Where it is not installed, what is built already is good.
    compiler: Option<String>,
}

impl Stamp {
    pub(crate) fn of(inputs: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut hasher = Keccak256::new();
        for input in inputs {
            let input = input.as_ref();
            hasher.update(input.len().to_be_bytes());
            hasher.update(input);
        }
        Self { inputs: hasher.finalize(), compiler: None }
    }

    /// The same, built by this version of a compiler.
    pub(crate) fn by(self, compiler: Option<&str>) -> Self {
        Self { compiler: compiler.map(str::to_owned), ..self }
    }

    pub(crate) fn matches(&self, output: &Path) -> bool {
        let Ok(stored) = fs::read_to_string(stamp_path(output)) else { return false };
        match &self.compiler {
            Some(_) => stored == self.to_string(),
            None => stored.split(' ').next() == Some(&self.inputs.to_string()),
        }
    }

    pub(crate) fn write(&self, output: &Path) -> io::Result<()> {
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
        self.inputs.fmt(formatter)?;
        self.compiler.iter().try_for_each(|compiler| write!(formatter, " {compiler}"))
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
        assert_eq!(Stamp::of(["pins", "go build"]), Stamp::of(["pins", "go build"]));
        assert_ne!(Stamp::of(["pins", "go build"]), Stamp::of(["pins", "go build -trimpath"]));
        assert_ne!(Stamp::of(["ab", "c"]), Stamp::of(["a", "bc"]));
    }

    #[test]
    fn only_the_same_stamp_matches() {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("op-node");
        let stamp = Stamp::of(["pins"]);
        assert!(!stamp.matches(&output), "never built");
        stamp.write(&output).unwrap();
        assert!(stamp.matches(&output));
        assert!(!Stamp::of(["newer pins"]).matches(&output));
        Stamp::remove(&output).unwrap();
        assert!(!stamp.matches(&output), "removed");
        Stamp::remove(&output).unwrap();
    }

    #[test]
    fn another_compiler_makes_another_result_and_none_makes_none() {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("op-node");
        let by = |compiler| Stamp::of(["pins"]).by(compiler);
        by(Some("go1.26.8")).write(&output).unwrap();
        assert!(by(Some("go1.26.8")).matches(&output));
        assert!(!by(Some("go1.27.0")).matches(&output));
        assert!(by(None).matches(&output));
        Stamp::of(["pins"]).write(&output).unwrap();
        assert!(!by(Some("go1.26.8")).matches(&output), "by a compiler that is not known");
    }
}
