//! Where programs are looked for and built, read once from the process's environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;

use anyhow::{Context, ensure};
use rustix::fs::{Access, access};

use super::component::{Component, Source};

/// The surroundings of one op-devnet process.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `OP_DEVNET_BIN_DIR`: what is found here by name is not built.
    pub(crate) bin_dir: Option<PathBuf>,
    /// `OP_DEVNET_CONTRACTS_DIR`: stands in for the npm package of contract artifacts.
    pub(crate) contracts_dir: Option<PathBuf>,
    /// Holds everything that op-devnet builds.
    pub(crate) cache_dir: PathBuf,
    /// `PATH`, for the build tools.
    pub(crate) search_path: OsString,
    /// Version of the Go on `PATH`, if there is one.
    go: Option<String>,
    /// `CARGO`, which `cargo run` sets.
    pub(crate) cargo: Option<PathBuf>,
    /// The sources of op-devnet itself, unless it was installed away from them.
    pub(crate) workspace: Option<Workspace>,
}

/// The Cargo workspace that op-devnet was compiled in.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) manifest: PathBuf,
    pub(crate) target_dir: PathBuf,
}

impl Environment {
    pub fn from_process() -> anyhow::Result<Self> {
        let mut environment = Self::from_variables(|name| std::env::var_os(name))?;
        environment.go = environment.tool("go").and_then(|go| version_of(&go));
        Ok(environment)
    }

    /// Version of the Go on `PATH`, if there is one.
    pub(crate) fn go(&self) -> Option<&str> {
        self.go.as_deref()
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<Self> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folder = |name: &str| {
            variable(name).map(absolute).transpose().with_context(|| format!("cannot use {name}"))
        };
        let existing_folder = |name: &str| match folder(name)? {
            Some(path) => {
                ensure!(path.is_dir(), "{name} is not a folder: {}", path.display());
                Ok(Some(path))
            }
            None => Ok(None),
        };
        let workspace = workspace(folder("CARGO_TARGET_DIR")?);
        let cache_dir = match (folder("OP_DEVNET_CACHE")?, &workspace) {
            (Some(cache_dir), _) => cache_dir,
            (None, Some(workspace)) => workspace.target_dir.join("op-devnet"),
            (None, None) => folder("XDG_CACHE_HOME")?
                .or(folder("HOME")?.map(|home| home.join(".cache")))
                .context("no folder to build in: set OP_DEVNET_CACHE or HOME")?
                .join("op-devnet"),
        };
        Ok(Self {
            bin_dir: existing_folder("OP_DEVNET_BIN_DIR")?,
            contracts_dir: existing_folder("OP_DEVNET_CONTRACTS_DIR")?,
            cache_dir,
            search_path: variable("PATH").unwrap_or_default(),
            go: None,
            cargo: variable("CARGO").map(PathBuf::from),
            workspace,
        })
    }

    /// The component that the user gave, if any.
    #[must_use]
    pub fn provided(&self, component: Component) -> Option<PathBuf> {
        if component == Component::ContractsPackage {
            return self.contracts_dir.clone();
        }
        self.provided_file(component.name())
    }

    /// A file of `OP_DEVNET_BIN_DIR`.
    pub(crate) fn provided_file(&self, name: &str) -> Option<PathBuf> {
        self.bin_dir.as_ref().map(|dir| dir.join(name)).filter(|path| path.is_file())
    }

    /// Where the component is, once it has been built or if it was given.
    pub(crate) fn path(&self, component: Component) -> PathBuf {
        self.provided(component).unwrap_or_else(|| match component.source() {
            Source::Go(..) | Source::GoForCannon(_) | Source::Given => {
                self.cache_dir.join("bin").join(component.name())
            }
            Source::Npm(path) => self.cache_dir.join("node_modules").join(path),
            Source::Cannon => self.cache_dir.join("prestate").join(component.name()),
        })
    }

    /// A build tool on `PATH`.
    pub(crate) fn tool(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.search_path)
            .map(|dir| dir.join(name))
            .find(|path| path.is_file() && access(path, Access::EXEC_OK).is_ok())
    }
}

/// An environment of its own in `dir`, whose tools are those of `search_path`.
#[cfg(test)]
pub(super) fn test_environment(dir: &Path, search_path: &str) -> Environment {
    Environment {
        bin_dir: None,
        contracts_dir: None,
        cache_dir: dir.join("cache"),
        search_path: search_path.into(),
        go: None,
        cargo: None,
        workspace: None,
    }
}

fn version_of(go: &Path) -> Option<String> {
    let output = Command::new(go).args(["env", "GOVERSION"]).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!version.is_empty()).then_some(version)
}

fn workspace(target_dir: Option<PathBuf>) -> Option<Workspace> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let manifest = root.join("Cargo.toml");
    manifest.is_file().then(|| Workspace {
        target_dir: target_dir.unwrap_or_else(|| root.join("target")),
        manifest,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn environment(variables: &[(&str, &Path)]) -> anyhow::Result<Environment> {
        Environment::from_variables(|name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(value.as_os_str().to_owned())
        })
    }

    #[test]
    fn the_cache_is_in_the_target_folder_unless_named() {
        let dir = Path::new("/somewhere");
        let default = environment(&[]).unwrap().cache_dir;
        assert!(default.ends_with("target/op-devnet"), "{}", default.display());
        let moved = environment(&[("CARGO_TARGET_DIR", dir)]).unwrap().cache_dir;
        assert_eq!(moved, dir.join("op-devnet"));
        assert_eq!(environment(&[("OP_DEVNET_CACHE", dir)]).unwrap().cache_dir, dir);
    }

    #[test]
    fn given_programs_are_found_by_name() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("op-node"), "").unwrap();
        let environment = environment(&[("OP_DEVNET_BIN_DIR", dir.path())]).unwrap();
        assert_eq!(environment.path(Component::OpNode), dir.path().join("op-node"));
        assert_eq!(environment.path(Component::OpGeth), environment.cache_dir.join("bin/op-geth"));
        assert_eq!(environment.provided_file("op-warden"), None);
    }

    #[test]
    fn given_contracts_stand_in_for_the_package() {
        let dir = tempfile::tempdir().unwrap();
        let environment = environment(&[("OP_DEVNET_CONTRACTS_DIR", dir.path())]).unwrap();
        assert_eq!(environment.path(Component::ContractsPackage), dir.path());
    }

    #[test]
    fn a_given_folder_must_exist() {
        let error = environment(&[("OP_DEVNET_BIN_DIR", Path::new("/not/here"))]).unwrap_err();
        assert_eq!(error.to_string(), "OP_DEVNET_BIN_DIR is not a folder: /not/here");
    }
}
