//! Files that are written whole or not at all, and read up to a bound.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read as _, Write as _};
use std::{iter, os::unix::fs::PermissionsExt as _, path::Path, process};

use tempfile::{Builder, NamedTempFile};

/// Opens a regular file to read. A pipe could be silent beyond every deadline, a device without end.
pub fn open(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() {
        return File::open(path);
    }
    Err(io::Error::other("it is not a regular file"))
}

/// Makes a file, and locks it as long as what is returned lives; `None` where another process has it locked.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    // Not truncated: in a folder of everybody's it may be a link that somebody planted.
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Reads a regular file.
///
/// Errors: [`io::ErrorKind::FileTooLarge`] where it has more than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more shows that there are more.
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large("it has", most));
    }
    Ok(bytes)
}

/// The lines of a regular file, without their ends.
///
/// Errors: [`io::ErrorKind::FileTooLarge`] for a line of more than `most` bytes. Nothing comes after an error.
pub fn lines(path: &Path, most: u64) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>>> {
    let mut file = BufReader::new(open(path)?);
    let mut goes_on = true;
    Ok(iter::from_fn(move || {
        let next = goes_on.then(|| line(&mut file, most).transpose()).flatten();
        goes_on = matches!(next, Some(Ok(_)));
        next
    }))
}

fn line(file: &mut impl BufRead, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    file.take(most.saturating_add(1)).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    } else if line.len() as u64 > most {
        return Err(too_large("a line has", most));
    }
    Ok(Some(line))
}

fn too_large(what: &str, most: u64) -> io::Error {
    let text = format!("{what} more than {most} bytes, the most that are read");
    io::Error::new(ErrorKind::FileTooLarge, text)
}

/// Replaces the file, or makes it: a reader never sees half of it, also after a power cut.
///
/// Everybody may read it whom the umask lets.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, None, |file| file.write_all(content))
}

/// The same, with exactly these permissions if any are given, and with content that is written as it
/// comes. A pipe or a device is not replaced: it takes the content.
pub fn replace_with(
    path: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return write(&mut File::options().write(true).open(path)?);
    }
    let file = whole(path, permissions, write)?;
    file.persist(path)?;
    sync_folder(path)
}

/// Makes a file that is not there yet, with exactly these permissions if any are given.
///
/// Errors: [`io::ErrorKind::AlreadyExists`] where something has its name, and then nothing has changed.
pub fn create(path: &Path, permissions: Option<Permissions>, content: &[u8]) -> io::Result<()> {
    let file = whole(path, permissions, |file| file.write_all(content))?;
    file.persist_noclobber(path)?;
    sync_folder(path)
}

/// The content on disk, under a fresh name beside the file's: a fixed one could be a planted link.
///
/// Until its permissions are set, only the owner may read it where any are given.
fn whole(
    path: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    remove_leftovers(folder(path), &name);
    let at_first = if permissions.is_some() { 0o600 } else { 0o666 };
    let mut file = Builder::new()
        .prefix(&format!(".{name}.{}-", process::id()))
        .suffix(".new")
        .permissions(Permissions::from_mode(at_first))
        .tempfile_in(folder(path))?;
    write(file.as_file_mut())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// What a killed process was writing. Files of processes that still run are left alone.
fn remove_leftovers(folder: &Path, name: &str) {
    let prefix = format!(".{name}.");
    let writer = |left: &str| -> Option<u32> {
        left.strip_prefix(&prefix)?.strip_suffix(".new")?.split_once('-')?.0.parse().ok()
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let writer = entry.file_name().to_str().and_then(writer);
        if writer.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            // Another one may have removed it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A name is on disk only with its folder. Some file systems cannot sync one.
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(folder(path))?.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => synced,
    }
}

/// The folder of a file: `.` for a name alone.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, thread};

    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        replace(&path, b"one").unwrap();
        replace_with(&path, Some(Permissions::from_mode(0o600)), |file| file.write_all(b"two"))
            .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        replace_with(&path, None, |_| Err(io::Error::other("no"))).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        replace(&path, b"four").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"four");
        assert_eq!(read(&path, 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert!(read(Path::new("/dev/zero"), 4).is_err() && read(dir.path(), 4).is_err());
    }

    #[test]
    fn lines_are_read_one_by_one_up_to_the_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            let shown = |line: io::Result<Vec<u8>>| {
                line.map_or_else(
                    |error| error.kind().to_string(),
                    |line| String::from_utf8(line).unwrap(),
                )
            };
            lines(&path, 4).unwrap().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("four\n\nor\r\nless"), ["four", "", "or", "less"]);
        assert_eq!(read("a\nfives\nb\n"), ["a", "file too large"]);
        assert_eq!(read("fives"), ["file too large"]);
        assert!(lines(Path::new("/dev/zero"), 4).is_err() && lines(dir.path(), 4).is_err());
        // However long it is, no more is read.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(lines(&path, 4).unwrap().count(), 1);
    }

    #[test]
    fn leftovers_of_the_dead_are_removed_and_of_the_living_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let alive = format!(".state.{}-abc.new", process::id());
        for name in [".state.4294967295-abc.new", &alive, ".other.4294967295-abc.new"] {
            fs::write(path(name), "half").unwrap();
        }
        replace(&path("state"), b"whole").unwrap();
        assert!(!path(".state.4294967295-abc.new").exists());
        assert!(path(&alive).exists() && path(".other.4294967295-abc.new").exists());
    }

    #[test]
    fn a_device_takes_the_content_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("null");
        symlink("/dev/null", &path).unwrap();
        replace(&path, b"content").unwrap();
        assert_eq!(fs::read_link(&path).unwrap(), Path::new("/dev/null"));
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn what_is_there_is_not_created() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        create(&path, None, b"one").unwrap();
        assert_eq!(create(&path, None, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_link_beside_the_file_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, theirs) = (dir.path().join("state"), dir.path().join("theirs"));
        fs::write(&theirs, "theirs").unwrap();
        symlink(&theirs, dir.path().join("state.new")).unwrap();
        symlink(&theirs, &path).unwrap();
        replace(&path, b"ours").unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
        assert_eq!(fs::read(&path).unwrap(), b"ours");
    }

    #[test]
    fn of_many_at_once_none_fails_and_one_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        thread::scope(|scope| {
            for writer in 0..12_u8 {
                let path = &path;
                scope.spawn(move || replace(path, &vec![writer; 10_000]).unwrap());
            }
        });
        let content = fs::read(&path).unwrap();
        assert!(content.len() == 10_000 && content.iter().all(|byte| *byte == content[0]));
    }
}
