//! What ran last on an engine's data, by the file that the service's runner keeps: `COMPONENT RELEASE`.
//! It lies outside of the data, so it also tells data that are not there from data that never were.

use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, fs, io};

use op_util::file;
use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::read::{blocking::on_a_thread, request::Request};

/// The most that is read: two words.
const MAX_BYTES: u64 = 4096;
/// What a file system's root may hold besides.
const LOST: &str = "lost+found";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// `op-geth`, `op-reth`.
    pub component: String,
    /// The tag of its image.
    pub release: String,
    /// Whether the data folder holds nothing today.
    pub is_empty: bool,
}

/// `None` where nothing ran yet.
pub type LastProgram = io::Result<Option<Ran>>;

pub(super) async fn read(request: &Request<'_>) -> BTreeMap<PathBuf, LastProgram> {
    let patience = request.patience();
    let judged = request.judged_by(Gate::EngineData);
    let files =
        judged.filter_map(|service| Some((service.ran.clone()?, service.data_dir.clone()?)));
    let mut tasks = JoinSet::new();
    for (file, folder) in files {
        tasks.spawn(async move {
            let path = file.clone();
            let read = on_a_thread("ran", patience, move || ran(&path, &folder)).await;
            (file, read.and_then(|ran| ran))
        });
    }
    tasks.join_all().await.into_iter().collect()
}

fn ran(path: &Path, folder: &Path) -> LastProgram {
    let text = match file::read(path, MAX_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => String::from_utf8_lossy(&text?).into_owned(),
    };
    match text.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [component, release] => Ok(Some(Ran {
            component: component.to_owned(),
            release: release.to_owned(),
            is_empty: is_empty(folder)?,
        })),
        _ => Err(io::Error::other("it does not hold a component and its release")),
    }
}

fn is_empty(folder: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        if entry?.file_name() != LOST {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_last_is_known_and_whether_its_data_are_there() {
        let place = tempfile::tempdir().unwrap();
        let (file, folder) = (place.path().join("ran"), place.path().join("data"));
        assert_eq!(ran(&file, &folder).unwrap(), None);
        fs::write(&file, "op-reth v2.3.1\n").unwrap();
        let expected = |is_empty| {
            let (component, release) = ("op-reth".to_owned(), "v2.3.1".to_owned());
            Some(Ran { component, release, is_empty })
        };
        assert_eq!(ran(&file, &folder).unwrap(), expected(true));
        fs::create_dir_all(folder.join(LOST)).unwrap();
        assert_eq!(ran(&file, &folder).unwrap(), expected(true));
        fs::write(folder.join("db"), "").unwrap();
        assert_eq!(ran(&file, &folder).unwrap(), expected(false));
        for text in ["", "op-reth", "op-reth v1 v2"] {
            fs::write(&file, text).unwrap();
            assert!(ran(&file, &folder).is_err(), "{text:?}");
        }
    }
}
