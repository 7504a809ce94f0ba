//! Folders of the cache that are made once, of things that are not ours to pin.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::Components;
use crate::build::{identity, remove, replace};
use crate::component::Component;
use crate::lock::lock;

/// A folder of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub folder: PathBuf,
    /// It was made by this call.
    pub is_new: bool,
}

impl Components {
    /// The folder `name` of the cache, which `make` fills in where it is not there yet. A folder that was not
    /// finished is never taken for a whole one.
    pub async fn once(
        &self,
        name: &Path,
        make: impl AsyncFnOnce(&Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<Once> {
        let cache = &self.environment.cache_dir;
        let folder = cache.join(name);
        if folder.exists() {
            return Ok(Once { folder, is_new: false });
        }
        let _lock = lock(cache).await?;
        // The process that held the lock may have made it.
        if folder.exists() {
            return Ok(Once { folder, is_new: false });
        }
        let partial = cache.join("partial").join(name);
        remove(&partial)
            .and_then(|()| fs::create_dir_all(&partial))
            .with_context(|| format!("cannot prepare {}", partial.display()))?;
        let filled = make(&partial).await;
        if filled.is_err() {
            // What a failed attempt has left is of no use, and its error says more than that it stays.
            let _ = remove(&partial);
        }
        filled?;
        replace(&partial, &folder).with_context(|| format!("cannot store {}", folder.display()))?;
        Ok(Once { folder, is_new: true })
    }

    /// What distinguishes two versions of a component: what it is built from or, if it was given, its file's place,
    /// size and time of change.
    #[must_use]
    pub fn identity(&self, component: Component) -> String {
        identity(&self.environment, component)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;
    use crate::environment::test_environment;

    fn components(dir: &Path) -> Components {
        Components { environment: test_environment(dir, "") }
    }

    #[tokio::test]
    async fn a_folder_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let components = components(dir.path());
        let name = Path::new("deployments/one");
        let write = async |folder: &Path| Ok(fs::write(folder.join("state.json"), "1")?);
        let made = components.once(name, write).await.unwrap();
        assert!(made.is_new && made.folder.join("state.json").is_file(), "{made:?}");
        let found = components.once(name, async |_: &Path| bail!("made again")).await.unwrap();
        assert_eq!(found, Once { is_new: false, ..made });
        assert!(!dir.path().join("cache/partial/deployments/one").exists());
    }

    #[tokio::test]
    async fn what_was_not_finished_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let components = components(dir.path());
        let name = Path::new("deployments/one");
        let fail = async |folder: &Path| {
            fs::write(folder.join("half"), "")?;
            bail!("no")
        };
        let error = components.once(name, fail).await.unwrap_err();
        assert_eq!(error.to_string(), "no");
        // What a killed process has left.
        let partial = dir.path().join("cache/partial/deployments/one");
        assert!(!partial.exists());
        fs::create_dir_all(&partial).unwrap();
        fs::write(partial.join("half"), "").unwrap();
        let made = components.once(name, async |_: &Path| Ok(())).await.unwrap();
        assert!(made.is_new && !made.folder.join("half").exists(), "{made:?}");
    }

    #[test]
    fn a_given_program_that_changes_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let mut environment = test_environment(dir.path(), "");
        environment.bin_dir = Some(dir.path().to_owned());
        let components = Components { environment };
        let built = components.identity(Component::OpDeployer);
        fs::write(dir.path().join("op-deployer"), "1").unwrap();
        let given = components.identity(Component::OpDeployer);
        fs::write(dir.path().join("op-deployer"), "12").unwrap();
        let other = components.identity(Component::OpDeployer);
        assert!(built != given && given != other, "{built} {given} {other}");
    }
}
