//! Files that are written whole or not at all.

use std::{
    fs::{File, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use tempfile::{Builder, NamedTempFile};

/// Replaces the file, or makes it: a reader never sees half of it, also after a power cut.
///
/// Everybody may read it whom the umask lets.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, None, |file| file.write_all(content))
}

/// The same, with exactly these permissions and with content that is written as it comes.
pub fn replace_with(
    path: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let file = whole(path, permissions, write)?;
    file.persist(path)?;
    sync_folder(path)
}

/// Makes a file that is not there yet.
///
/// Errors: [`io::ErrorKind::AlreadyExists`] where it is, and then nothing has changed.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = whole(path, None, |file| file.write_all(content))?;
    file.persist_noclobber(path)?;
    sync_folder(path)
}

/// The content on disk, under a fresh name beside the file's: a fixed one could be somebody's link.
fn whole(
    path: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    // From the first byte on: what only its owner may read is never anybody else's to read.
    let first = permissions.clone().unwrap_or(Permissions::from_mode(0o666));
    let mut file = Builder::new().permissions(first).tempfile_in(folder(path))?;
    write(file.as_file_mut())?;
    if let Some(permissions) = permissions {
        // The umask has taken some away.
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// A name is on disk only with its folder.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// The folder of a file: `.` for a name alone.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, thread};

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
    fn what_is_there_is_not_created() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        create(&path, b"one").unwrap();
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
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
