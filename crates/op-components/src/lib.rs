//! The programs and artifacts that a devnet is made of: the official ones, found or built.

mod build;
mod build_log;
pub mod child;
mod component;
mod environment;
mod lock;
mod once;
mod pins;
mod progress;
mod stamp;
mod tools;
pub mod warden;

use std::path::PathBuf;

use anyhow::ensure;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use self::build::Build;
pub use self::component::Component;
pub use self::environment::Environment;
pub use self::once::Once;
use self::progress::Progress;

/// While Go links one program on one core, it compiles the next one on the other.
const SIDE_BY_SIDE: usize = 2;

/// Components that are ready for use.
#[derive(Debug, Clone)]
pub struct Components {
    environment: Environment,
}

impl Components {
    /// Builds what of `needs` is neither given by the user nor built already.
    ///
    /// Dropping the future ends the build's processes.
    pub async fn locate_or_build(
        environment: Environment,
        needs: &[Component],
    ) -> anyhow::Result<Self> {
        tools::check_given(&environment, needs)?;
        let builds = missing_builds(&environment, needs);
        if !builds.is_empty() {
            tools::check(&environment, needs, &builds)?;
            let _lock = lock::lock(&environment.cache_dir).await?;
            // The process that held the lock may have built them.
            let builds = missing_builds(&environment, needs);
            let progress = Progress::of(builds.len());
            progress.show(run(&environment, &progress, stages(builds))).await?;
        }
        for component in needs {
            let path = environment.path(*component);
            ensure!(path.exists(), "there is no {} at {}", component.name(), path.display());
        }
        Ok(Self { environment })
    }

    /// Where a component of `needs` is.
    #[must_use]
    pub fn path(&self, component: Component) -> PathBuf {
        self.environment.path(component)
    }
}

/// Runs the stages one after the other, and what is in a stage side by side.
async fn run(
    environment: &Environment,
    progress: &Progress,
    stages: [Vec<Build>; 4],
) -> anyhow::Result<()> {
    for stage in stages {
        stream::iter(stage)
            .map(|build| progress.build(build.name(), build.run(environment)))
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect::<()>()
            .await?;
    }
    Ok(())
}

/// First the sources, and npm, which both wait for the network; then one of Go's builds, as the others use most of
/// the packages that it compiles; then the other programs; then what is made by them.
fn stages(builds: Vec<Build>) -> [Vec<Build>; 4] {
    let (last, builds): (Vec<_>, Vec<_>) =
        builds.into_iter().partition(|build| matches!(build, Build::Prestate));
    let (fetched, go): (Vec<_>, Vec<_>) =
        builds.into_iter().partition(|build| matches!(build, Build::Optimism | Build::NodeModules));
    let mut go = go.into_iter();
    [fetched, go.next().into_iter().collect(), go.collect(), last]
}

/// In an order in which they can run.
fn missing_builds(environment: &Environment, needs: &[Component]) -> Vec<Build> {
    let mut builds = Vec::new();
    for component in needs {
        let inputs: &[_] = match component {
            Component::Prestate => &[Component::Cannon, Component::OpProgramClient],
            _ => &[],
        };
        for component in inputs.iter().chain([component]) {
            let Some(build) = Build::of(*component) else { continue };
            let is_made = build.is_fresh(environment) && environment.path(*component).exists();
            if is_made || environment.provided(*component).is_some() {
                continue;
            }
            let sources = build.sources().filter(|sources| !sources.is_fresh(environment));
            for build in sources.into_iter().chain([build]) {
                if !builds.contains(&build) {
                    builds.push(build);
                }
            }
        }
    }
    builds
}

#[cfg(test)]
mod tests;
