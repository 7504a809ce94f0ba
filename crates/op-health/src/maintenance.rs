//! Maintenance that the operator announces: while it lasts, only dangerous alerts are raised.
//!
//! The file holds when it ends, in seconds since the Unix epoch as text. `op-warden maintenance` writes it;
//! `op-warden serve` only reads it.

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use op_util::file;

/// The longest that can be announced, in case it is forgotten.
pub const LONGEST: Duration = Duration::from_hours(24);
/// More than any such time needs.
const MOST_BYTES: u64 = 64;

#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    #[error("{0} does not hold a time: announce again, or end it")]
    Format(PathBuf),
    #[error("maintenance lasts for more than nothing and for no more than 24h")]
    Length,
}

/// When the announced maintenance ends, also if that is past; none if none is announced.
pub fn read(path: &Path) -> Result<Option<u64>, MaintenanceError> {
    let failed = |source| MaintenanceError::Read { path: path.to_owned(), source };
    let mut text = String::new();
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed(source)),
        Ok(file) => file.take(MOST_BYTES).read_to_string(&mut text),
    }
    .map_err(failed)?;
    let until = text.trim().parse().map_err(|_| MaintenanceError::Format(path.to_owned()))?;
    Ok(Some(until))
}

/// When the maintenance ends that is on `now`, in seconds since the Unix epoch. A file that cannot be
/// read, or that announces more than could be announced, silences no alert.
#[must_use]
pub fn until(path: &Path, now: u64) -> Option<u64> {
    let until = read(path).ok()??;
    (until > now && until - now <= LONGEST.as_secs()).then_some(until)
}

/// Announces maintenance from `now` on, in the place of what was announced before; when it ends.
pub fn announce(path: &Path, now: u64, length: Duration) -> Result<u64, MaintenanceError> {
    let seconds = length.as_secs();
    if seconds == 0 || length > LONGEST {
        return Err(MaintenanceError::Length);
    }
    let until = now.saturating_add(seconds);
    // op-warden serve reads it as another user.
    let readable = Permissions::from_mode(0o644);
    file::replace_with(path, Some(readable), |file| writeln!(file, "{until}"))
        .map_err(|source| MaintenanceError::Write { path: path.to_owned(), source })?;
    Ok(until)
}

/// Ends it; whether any was announced.
pub fn end(path: &Path) -> Result<bool, MaintenanceError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(MaintenanceError::Write { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_300_000;

    #[test]
    fn what_is_announced_is_on_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("maintenance");
        assert_eq!(read(&file).unwrap(), None);
        assert_eq!(until(&file, NOW), None);
        let half_an_hour = Duration::from_mins(30);
        assert_eq!(announce(&file, NOW, half_an_hour).unwrap(), NOW + 1800);
        assert_eq!(fs::read_to_string(&file).unwrap(), "1795301800\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(read(&file).unwrap(), Some(NOW + 1800));
        assert_eq!(until(&file, NOW), Some(NOW + 1800));
        assert_eq!(until(&file, NOW + 1799), Some(NOW + 1800));
        assert_eq!(until(&file, NOW + 1800), None);
        assert_eq!(announce(&file, NOW, LONGEST).unwrap(), NOW + 86400);
        assert_eq!(until(&file, NOW), Some(NOW + 86400));
        assert!(end(&file).unwrap());
        assert!(!end(&file).unwrap());
        assert_eq!(until(&file, NOW), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a file is left");
    }

    #[test]
    fn nothing_and_more_than_a_day_cannot_be_announced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("maintenance");
        let more = LONGEST + Duration::from_nanos(1);
        for length in [Duration::ZERO, Duration::from_millis(999), more, Duration::MAX] {
            assert!(matches!(announce(&file, NOW, length), Err(MaintenanceError::Length)));
        }
        assert!(!file.exists());
    }

    #[test]
    fn a_broken_file_silences_no_alert() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("maintenance");
        let long = "1".repeat(1000);
        for text in
            ["", "soon", "-1", "1795300600.5", "1795300600 1795300600", &long, "99999999999"]
        {
            fs::write(&file, text).unwrap();
            assert_eq!(until(&file, NOW), None, "{text:?}");
        }
        fs::write(&file, b"\xff\xfe").unwrap();
        assert_eq!(until(&file, NOW), None);
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert_eq!(until(&file, NOW), None);
        assert!(matches!(read(&file), Err(MaintenanceError::Read { .. })));
        assert!(matches!(end(&file), Err(MaintenanceError::Write { .. })));
    }

    #[test]
    fn announcing_again_and_ending_mend_a_broken_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("maintenance");
        fs::write(&file, "soon").unwrap();
        assert!(matches!(read(&file), Err(MaintenanceError::Format(_))));
        announce(&file, NOW, Duration::from_secs(1)).unwrap();
        assert_eq!(until(&file, NOW), Some(NOW + 1));
        fs::write(&file, "soon").unwrap();
        assert!(end(&file).unwrap());
    }
}
