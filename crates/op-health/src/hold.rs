//! Services that somebody keeps stopped: a file each in one folder, which the units' conditions look for.
//!
//! The file says why, and in a second line, `until SECONDS` since the Unix epoch, for how long. The file
//! `all` holds every service. `op-warden hold` and `release` write; anybody may with `echo`.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fmt, os::unix::fs::PermissionsExt as _};

use op_util::{file, foreign::clean};

/// The name that stands for every service.
pub const ALL: &str = "all";
/// Bytes of a file that are read.
const LONGEST: u64 = 1024;

/// Why a service is held, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hold {
    /// In somebody's words, in one line.
    pub why: String,
    /// Seconds since the Unix epoch; `None` until it is released.
    pub until: Option<u64>,
}

impl Hold {
    fn parse(text: &str) -> Self {
        let mut lines = text.trim().lines();
        let why = clean(lines.next().unwrap_or_default());
        let until = lines.find_map(|line| line.strip_prefix("until ")?.trim().parse().ok());
        Self { why, until }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.why.is_empty() { "nobody said why" } else { &self.why })?;
        let time = self
            .until
            .and_then(|until| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(until)));
        match time {
            Some(time) => write!(formatter, ", until {}", humantime::format_rfc3339_seconds(time)),
            None => Ok(()),
        }
    }
}

/// What holds the service: its own file, else that of all.
#[must_use]
pub fn of(folder: &Path, service: &str) -> Option<Hold> {
    read(&folder.join(service)).or_else(|| read(&folder.join(ALL)))
}

/// Whatever is there holds, as for systemd: also what cannot be read.
fn read(path: &Path) -> Option<Hold> {
    match file::read(path, LONGEST) {
        Ok(bytes) => Some(Hold::parse(&String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let why = format!("{} cannot be read: {error}", path.display());
            Some(Hold { why, until: None })
        }
    }
}

/// Holds a service, or [`ALL`]; in the place of what held it before.
pub fn hold(folder: &Path, service: &str, hold: &Hold) -> io::Result<()> {
    // op-warden serve reads it as another user.
    let readable = Permissions::from_mode(0o644);
    file::replace_with(&folder.join(service), Some(readable), |file| {
        writeln!(file, "{}", hold.why)?;
        hold.until.map_or(Ok(()), |until| writeln!(file, "until {until}"))
    })
}

/// Lets it go; whether it was held.
pub fn release(folder: &Path, service: &str) -> io::Result<bool> {
    match fs::remove_file(folder.join(service)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The names of what is held and whose time is over at `now`.
pub fn due(folder: &Path, now: u64) -> io::Result<Vec<String>> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut over = Vec::new();
    for file in files {
        let path = file?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if read(&path).and_then(|hold| hold.until).is_some_and(|until| until <= now) {
            over.push(name.to_owned());
        }
    }
    over.sort();
    Ok(over)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_300_000;

    fn rotation(until: Option<u64>) -> Hold {
        Hold { why: "rotation".to_owned(), until }
    }

    #[test]
    fn what_is_held_is_held_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(of(folder, "batcher"), None);
        hold(folder, "batcher", &rotation(None)).unwrap();
        assert_eq!(of(folder, "batcher"), Some(rotation(None)));
        assert_eq!(of(folder, "proposer"), None);
        assert!(due(folder, u64::MAX).unwrap().is_empty());
        assert!(release(folder, "batcher").unwrap());
        assert!(!release(folder, "batcher").unwrap());
        assert_eq!(of(folder, "batcher"), None);
    }

    #[test]
    fn all_are_held_and_ones_own_reason_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        hold(folder, ALL, &Hold { why: "disk".to_owned(), until: None }).unwrap();
        hold(folder, "batcher", &rotation(None)).unwrap();
        assert_eq!(of(folder, "batcher").unwrap().why, "rotation");
        assert_eq!(of(folder, "proposer").unwrap().why, "disk");
    }

    #[test]
    fn a_time_that_is_over_is_due() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        hold(folder, "batcher", &rotation(Some(NOW))).unwrap();
        hold(folder, "proposer", &rotation(Some(NOW + 1))).unwrap();
        assert_eq!(due(folder, NOW).unwrap(), ["batcher"]);
        assert!(due(&folder.join("missing"), NOW).unwrap().is_empty());
        assert_eq!(of(folder, "proposer"), Some(rotation(Some(NOW + 1))));
    }

    #[test]
    fn what_cannot_be_read_holds_and_keeps_no_other_hold_from_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir(folder.join("batcher")).unwrap();
        fs::write(folder.join("challenger"), "x".repeat(2 * usize::try_from(LONGEST).unwrap()))
            .unwrap();
        hold(folder, "proposer", &rotation(Some(NOW))).unwrap();
        assert_eq!(due(folder, NOW).unwrap(), ["proposer"]);
        for service in ["batcher", "challenger"] {
            assert!(of(folder, service).unwrap().why.contains("cannot be read"), "{service}");
        }
    }

    #[test]
    fn it_says_why_and_until_when() {
        for (text, said) in [
            ("rotation\n", "rotation"),
            ("", "nobody said why"),
            ("rotation\nuntil 1795300000\n", "rotation, until 2026-11-21T22:26:40Z"),
            ("rotation\nuntil tomorrow\n", "rotation"),
        ] {
            assert_eq!(Hold::parse(text).to_string(), said, "{text:?}");
        }
    }
}
