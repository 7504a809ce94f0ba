//! Makes the components out of the pinned sources in `pins`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::Context;
use rustix::process::Signal;
use tokio::process::Command;

use super::build_log::BuildLog;
use super::component::{Component, Source};
use super::environment::Environment;
use super::stamp::Stamp;
use crate::child;

pub(super) const GO_MOD: &str = include_str!("../pins/go.mod");
const GO_SUM: &str = include_str!("../pins/go.sum");
const TOOLS_GO: &str = include_str!("../pins/tools.go");
const PACKAGE_JSON: &str = include_str!("../pins/package.json");
const PACKAGE_LOCK_JSON: &str = include_str!("../pins/package-lock.json");

const GO_BUILD: &[&str] = &["build", "-trimpath", "-ldflags=-s -w", "-o"];
/// Keeps the symbols: Cannon patches functions by name.
const GO_BUILD_FOR_CANNON: &[&str] = &["build", "-trimpath", "-o"];
const CANNON_TARGET: &[(&str, &str)] =
    &[("GOOS", "linux"), ("GOARCH", "mips64"), ("GOMIPS64", "softfloat")];
/// What is built is the same in every shell. A value, unlike none, also goes before `go env -w`.
const GO_SETTINGS: &[(&str, &str)] = &[
    ("GOFLAGS", "-mod=readonly"),
    ("GOWORK", "off"),
    ("GOOS", "linux"),
    ("GOARCH", GO_ARCH),
    // As in the official builds (`justfiles/go.just`).
    ("CGO_ENABLED", "0"),
];
/// The names of Go for this machine.
const GO_ARCH: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
/// Of the variables that Go knows, those that say where it finds and puts things.
const GO_PLACES: [&str; 12] = [
    "GOAUTH",
    "GOCACHE",
    "GOINSECURE",
    "GOMODCACHE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOPATH",
    "GOPRIVATE",
    "GOPROXY",
    "GOROOT",
    "GOSUMDB",
    "GOVCS",
];
const NPM_CI: &[&str] = &["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
/// The version of Cannon's virtual machine that the pinned op-program is released for.
const CANNON_VM: &str = "multithreaded64-5";
/// What Cannon says about the state in a prestate folder.
pub(super) const WITNESS_FILE: &str = "witness.json";
/// For the tools' temporary files, in the work folder.
const TMP_DIR: &str = "tmp";

/// Something to build. Its product is one file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    Go { component: Component, package: &'static str },
    GoForCannon { component: Component, package: &'static str },
    NodeModules,
    Prestate,
}

impl Build {
    /// None makes what is only ever given.
    pub(super) const fn of(component: Component) -> Option<Self> {
        Some(match component.source() {
            Source::Go(package) => Self::Go { component, package },
            Source::GoForCannon(package) => Self::GoForCannon { component, package },
            Source::Npm(_) => Self::NodeModules,
            Source::Cannon => Self::Prestate,
            Source::Given => return None,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Go { component, .. } | Self::GoForCannon { component, .. } => component.name(),
            Self::NodeModules => "node_modules",
            Self::Prestate => "prestate",
        }
    }

    /// The tools that must be on `PATH`.
    pub(super) const fn tools(self) -> &'static [&'static str] {
        match self {
            Self::Go { .. } | Self::GoForCannon { .. } => &["go"],
            Self::NodeModules => &["npm", "node"],
            Self::Prestate => &[],
        }
    }

    pub(super) fn is_fresh(self, environment: &Environment) -> bool {
        let product = self.product(environment);
        product.exists() && self.stamp(environment).matches(&product)
    }

    /// Builds in a folder of its own, so that an interrupted build is never taken for a whole one.
    pub(super) async fn run(self, environment: &Environment) -> anyhow::Result<()> {
        let log_path = environment.cache_dir.join("log").join(self.name()).with_extension("log");
        let log = BuildLog::create(log_path)?;
        let work_dir = environment.cache_dir.join("partial").join(self.name());
        remove(&work_dir)
            .and_then(|()| prepare(&work_dir))
            .with_context(|| format!("cannot prepare {}", work_dir.display()))?;
        for step in self.steps(environment, &work_dir) {
            let Step { mut command, output } = step;
            // An interrupted `go` leaves hundreds of megabytes in the folder for temporary files.
            command.current_dir(&work_dir).env("TMPDIR", work_dir.join(TMP_DIR));
            command.env("PATH", &environment.search_path);
            log.run(&mut command, output.as_deref())
                .await
                .with_context(|| format!("cannot build {}", self.name()))?;
        }
        let product = self.product(environment);
        replace(&work_dir.join(self.name()), &product)
            .and_then(|()| self.stamp(environment).write(&product))
            .and_then(|()| remove(&work_dir))
            .with_context(|| format!("cannot store {}", product.display()))
    }

    fn product(self, environment: &Environment) -> PathBuf {
        let folder = match self {
            Self::Go { .. } | Self::GoForCannon { .. } => environment.cache_dir.join("bin"),
            Self::NodeModules | Self::Prestate => environment.cache_dir.clone(),
        };
        folder.join(self.name())
    }

    fn stamp(self, environment: &Environment) -> Stamp {
        match self {
            Self::Go { package, .. } => go_stamp(environment, GO_BUILD, package),
            Self::GoForCannon { package, .. } => {
                go_stamp(environment, GO_BUILD_FOR_CANNON, package)
            }
            Self::NodeModules => Stamp::of(&[PACKAGE_JSON, PACKAGE_LOCK_JSON, &NPM_CI.join(" ")]),
            Self::Prestate => Stamp::of(&[
                CANNON_VM,
                &identity(environment, Component::Cannon),
                &identity(environment, Component::OpProgramClient),
            ]),
        }
    }

    /// What to run in `work_dir`; the last step leaves the product there under its name.
    fn steps(self, environment: &Environment, work_dir: &Path) -> Vec<Step> {
        let command = match self {
            Self::Go { package, .. } => {
                let mut build = go(environment);
                build.args(GO_BUILD).args([self.name(), package]);
                build
            }
            Self::GoForCannon { package, .. } => {
                let mut build = go(environment);
                build.args(GO_BUILD_FOR_CANNON).args([self.name(), package]);
                build.envs(CANNON_TARGET.iter().copied());
                build
            }
            Self::NodeModules => {
                let mut install = tool(environment, "npm");
                install.args(NPM_CI);
                install
            }
            Self::Prestate => return prestate_steps(environment, &work_dir.join(self.name())),
        };
        vec![Step { command, output: None }]
    }
}

fn go_stamp(environment: &Environment, build: &[&str], package: &str) -> Stamp {
    let settings = GO_SETTINGS.iter().map(|(name, value)| format!("{name}={value}"));
    let settings = settings.collect::<Vec<_>>().join(" ");
    Stamp::of(&[GO_MOD, GO_SUM, &settings, &build.join(" "), package]).by(environment.go())
}

struct Step {
    command: Command,
    /// Takes the standard output in place of the log.
    output: Option<PathBuf>,
}

fn tool(environment: &Environment, name: &str) -> Command {
    child::command(environment.tool(name).unwrap_or_else(|| name.into()), Signal::TERM)
}

/// Go with the settings of these builds instead of the shell's.
fn go(environment: &Environment) -> Command {
    let mut go = tool(environment, "go");
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let of_go = name.starts_with("GO") || name.starts_with("CGO_");
        if of_go && !GO_PLACES.contains(&name) {
            go.env_remove(name);
        }
    }
    go.envs(GO_SETTINGS.iter().copied());
    go
}

fn prestate_steps(environment: &Environment, folder: &Path) -> Vec<Step> {
    let cannon = environment.path(Component::Cannon);
    let state = folder.join(Component::Prestate.name());
    let mut load = child::command(&cannon, Signal::TERM);
    load.args(["load-elf", "--type", CANNON_VM])
        .arg("--path")
        .arg(environment.path(Component::OpProgramClient))
        .arg("--out")
        .arg(&state)
        .arg("--meta")
        .arg(folder.join("meta.json"));
    let mut witness = child::command(&cannon, Signal::TERM);
    witness.arg("witness").arg("--input").arg(&state);
    vec![
        Step { command: load, output: None },
        Step { command: witness, output: Some(folder.join(WITNESS_FILE)) },
    ]
}

/// What distinguishes two versions of a component: what it is built from or, if it was given, its
/// file's size and time of change.
fn identity(environment: &Environment, component: Component) -> String {
    let Some(path) = environment.provided(component) else {
        return Build::of(component)
            .map(|build| build.stamp(environment).to_string())
            .unwrap_or_default();
    };
    let metadata = fs::metadata(&path).ok();
    let size = metadata.as_ref().map(fs::Metadata::len);
    let changed = metadata.and_then(|metadata| metadata.modified().ok());
    format!("{} {size:?} {changed:?}", path.display())
}

/// The pins, and the folders that tools expect to find.
fn prepare(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join(TMP_DIR))?;
    fs::create_dir_all(folder.join(Build::Prestate.name()))?;
    fs::write(folder.join("go.mod"), GO_MOD)?;
    fs::write(folder.join("go.sum"), GO_SUM)?;
    fs::write(folder.join("tools.go"), TOOLS_GO)?;
    fs::write(folder.join("package.json"), PACKAGE_JSON)?;
    fs::write(folder.join("package-lock.json"), PACKAGE_LOCK_JSON)
}

fn replace(new: &Path, product: &Path) -> io::Result<()> {
    if let Some(folder) = product.parent() {
        fs::create_dir_all(folder)?;
    }
    Stamp::remove(product)?;
    remove(product)?;
    fs::rename(new, product)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
