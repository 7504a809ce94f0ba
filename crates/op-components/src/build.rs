//! Makes the components out of the pinned sources in `pins`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf, absolute};
use std::{env, fs, io};

use anyhow::Context;
use rustix::process::Signal;
use tokio::process::Command;

use super::build_log::BuildLog;
use super::component::{Component, Release, Source};
use super::environment::Environment;
use super::pins::{self, Pin};
use super::stamp::Stamp;
use crate::child;

/// Today's programs are of one release, and say so.
pub(super) const GO_BUILD: &[&str] = &[
    "build",
    "-trimpath",
    "-ldflags=-s -w \
     -X main.Version=v1.19.6 \
     -X github.com/ethereum-optimism/optimism/op-node/version.Version=v1.19.6 \
     -X github.com/ethereum-optimism/optimism/op-challenger/version.Version=v1.19.6 \
     -X github.com/ethereum-optimism/optimism/op-dispute-mon/version.Version=v1.19.6",
    "-o",
];
/// Go reads its own cache only as it was verified, and a module that lacks files does not build there: what was
/// verified is copied, and the two files that its own build makes are put beside. The registry of chains is that of
/// op-geth's module; the programs stop at their start where its hash is another.
const COPY_OPTIMISM: &str = r#"set -e
optimism=github.com/ethereum-optimism/optimism
geth=github.com/ethereum/go-ethereum
go mod download $optimism $geth
folder() { go list -m -f '{{.Dir}}' "$1"; }
cp -r --no-preserve=mode "$(folder $optimism)" optimism
cp --no-preserve=mode "$(folder $geth)/superchain/superchain-configs.zip" optimism/op-core/superchain/
cd optimism/op-core/superchain
sha256sum superchain-configs.zip > superchain-configs.zip.sha256"#;
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
    Go {
        component: Component,
        release: Release,
        package: &'static str,
    },
    GoForCannon {
        component: Component,
        package: &'static str,
    },
    /// The monorepo's sources, verified and completed.
    Optimism,
    NodeModules,
    Prestate,
}

impl Build {
    /// None makes what is only ever given.
    pub(super) const fn of(component: Component) -> Option<Self> {
        Some(match component.source() {
            Source::Go(release, package) => Self::Go { component, release, package },
            Source::GoForCannon(package) => Self::GoForCannon { component, package },
            Source::Npm(_) => Self::NodeModules,
            Source::Cannon => Self::Prestate,
            Source::Given => return None,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Go { component, .. } | Self::GoForCannon { component, .. } => component.name(),
            Self::Optimism => "optimism",
            Self::NodeModules => "node_modules",
            Self::Prestate => "prestate",
        }
    }

    /// What must be built before it.
    pub(super) const fn sources(self) -> Option<Self> {
        match self {
            Self::Go { release: Release::Today, .. } => Some(Self::Optimism),
            _ => None,
        }
    }

    /// The tools that must be on `PATH`.
    pub(super) const fn tools(self) -> &'static [&'static str] {
        match self {
            Self::Go { .. } | Self::GoForCannon { .. } | Self::Optimism => &["go"],
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
            .and_then(|()| self.prepare(environment, &work_dir))
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
            Self::Optimism | Self::NodeModules | Self::Prestate => environment.cache_dir.clone(),
        };
        folder.join(self.name())
    }

    fn stamp(self, environment: &Environment) -> Stamp {
        match self {
            Self::Go { package, .. } => {
                let sources = self.sources().map(|sources| sources.stamp(environment).to_string());
                let sources = sources.unwrap_or_default();
                self.go_stamp(&[&GO_BUILD.join(" "), package, &sources]).by(environment.go())
            }
            Self::GoForCannon { package, .. } => {
                self.go_stamp(&[&GO_BUILD_FOR_CANNON.join(" "), package]).by(environment.go())
            }
            Self::Optimism => self.stamp_with(&[COPY_OPTIMISM]),
            Self::NodeModules => self.stamp_with(&[&NPM_CI.join(" ")]),
            Self::Prestate => self.stamp_with(&[
                CANNON_VM,
                &identity(environment, Component::Cannon),
                &identity(environment, Component::OpProgramClient),
            ]),
        }
    }

    fn go_stamp(self, inputs: &[&str]) -> Stamp {
        let settings = GO_SETTINGS.iter().map(|(name, value)| format!("{name}={value}"));
        let settings = settings.collect::<Vec<_>>().join(" ");
        self.stamp_with(&[&[settings.as_str()], inputs].concat())
    }

    fn stamp_with(self, inputs: &[&str]) -> Stamp {
        let pins = self.pins().iter().map(|(_, content)| *content);
        Stamp::of(pins.chain(inputs.iter().map(|input| input.as_bytes())))
    }

    /// What a build starts from.
    const fn pins(self) -> &'static [Pin] {
        match self {
            Self::Go { release: Release::Today, .. } => pins::PROGRAMS,
            Self::Go { release: Release::Earlier, .. } | Self::GoForCannon { .. } => pins::EARLIER,
            Self::Optimism => pins::OPTIMISM,
            Self::NodeModules => pins::NPM,
            Self::Prestate => &[],
        }
    }

    /// The pins, and the folders that tools expect to find.
    fn prepare(self, environment: &Environment, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder.join(TMP_DIR))?;
        if let Some(sources) = self.sources() {
            symlink(absolute(sources.product(environment))?, folder.join(sources.name()))?;
        }
        if self == Self::Prestate {
            fs::create_dir_all(folder.join(self.name()))?;
        }
        self.pins().iter().try_for_each(|(name, content)| fs::write(folder.join(name), content))
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
            Self::Optimism => {
                let mut copy = with_go_settings(tool(environment, "sh"));
                copy.args(["-c", COPY_OPTIMISM]);
                copy
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

struct Step {
    command: Command,
    /// Takes the standard output in place of the log.
    output: Option<PathBuf>,
}

fn tool(environment: &Environment, name: &str) -> Command {
    child::command(environment.tool(name).unwrap_or_else(|| name.into()), Signal::TERM)
}

fn go(environment: &Environment) -> Command {
    with_go_settings(tool(environment, "go"))
}

/// The settings of these builds instead of the shell's.
fn with_go_settings(mut go: Command) -> Command {
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
pub(super) fn identity(environment: &Environment, component: Component) -> String {
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

pub(super) fn replace(new: &Path, product: &Path) -> io::Result<()> {
    if let Some(folder) = product.parent() {
        fs::create_dir_all(folder)?;
    }
    Stamp::remove(product)?;
    remove(product)?;
    fs::rename(new, product)
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
