//! What somebody accepts of conditions that last: a file for each in one folder, named as the condition.
//!
//! The first line says why, the second, `at SECONDS` since the Unix epoch, until when what was found is
//! accepted: what comes later counts. `op-warden accept` writes and removes it; `op-warden serve` reads it.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::path::Path;
use std::{collections::BTreeMap, os::unix::fs::PermissionsExt as _};

use op_status::condition::{Acceptance, LASTING, Name};
use op_util::{file, foreign::clean};

/// Bytes of a file that are read.
const LONGEST: u64 = 1024;

/// What is accepted. A file that cannot be read, or that says no time, accepts nothing.
#[must_use]
pub fn all(folder: &Path) -> BTreeMap<Name, Acceptance> {
    LASTING.iter().filter_map(|&name| Some((name, of(folder, name)?))).collect()
}

fn of(folder: &Path, name: Name) -> Option<Acceptance> {
    let text = file::read(&folder.join(name.text()), LONGEST).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    let why = clean(lines.next()?.trim());
    let at = lines.find_map(|line| line.strip_prefix("at ")?.trim().parse().ok())?;
    Some(Acceptance { at, why })
}

/// Accepts in the place of what was accepted before.
pub fn accept(folder: &Path, name: Name, acceptance: &Acceptance) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // op-warden serve reads it as another user.
    let readable = Permissions::from_mode(0o644);
    file::replace_with(&folder.join(name.text()), Some(readable), |file| {
        writeln!(file, "{}\nat {}", acceptance.why, acceptance.at)
    })
}

/// Takes it back; whether anything was accepted.
pub fn revoke(folder: &Path, name: Name) -> io::Result<bool> {
    match fs::remove_file(folder.join(name.text())) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 1_795_300_000;

    #[test]
    fn what_is_accepted_is_so_until_it_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let folder = &folder.path().join("accepted");
        assert!(all(folder).is_empty());
        for why in ["known", ""] {
            let acceptance = Acceptance { at: AT, why: why.to_owned() };
            accept(folder, Name::GameDisputed, &acceptance).unwrap();
            assert_eq!(all(folder), BTreeMap::from([(Name::GameDisputed, acceptance)]));
        }
        assert!(revoke(folder, Name::GameDisputed).unwrap());
        assert!(!revoke(folder, Name::GameDisputed).unwrap());
        assert!(all(folder).is_empty());
    }

    #[test]
    fn a_broken_file_accepts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("game-disputed");
        for text in ["", "known", "known\nat", "known\nat soon", "known\nat -1", "at 1795300000"] {
            fs::write(&file, text).unwrap();
            assert!(all(folder.path()).is_empty(), "{text:?}");
        }
        fs::write(&file, "x".repeat(2000)).unwrap();
        assert!(all(folder.path()).is_empty());
    }
}
