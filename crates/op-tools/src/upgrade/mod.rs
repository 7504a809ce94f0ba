//! What an upgrade asks for: the way from what runs to what is pinned. It says, and does nothing.
//!
//! * `program`, `podman`: what runs, as the programs and podman say
//! * `side`: where each service comes from and goes to
//! * `order`: which service first
//! * `flags`: what the two images themselves say of their flags
//! * `step`, `steps`: what lies between, by op-release's tables
//! * [`report`]: the plan as text

mod flags;
mod order;
mod podman;
mod program;
pub mod report;
mod side;
mod step;
mod steps;

use std::{collections::BTreeMap, time::Duration};

use op_gate::{
    config::{Config, Service as Configured},
    read::{error::FactsError, files},
};
use op_util::time::unix_now;
use serde::Serialize;

use self::{side::Running, steps::Subject};
pub use self::{
    side::Side,
    step::{Step, Weight},
};
use crate::images::file::{Component, ImagesFile};

/// Every service in the order in which to upgrade them.
#[derive(Debug, Serialize)]
pub struct Plan {
    pub services: Vec<Service>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    pub name: String,
    pub component: String,
    pub from: Side,
    pub to: Side,
    /// What stops the upgrade first.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The weightiest of all steps.
    #[must_use]
    pub fn weight(&self) -> Weight {
        let steps = self.services.iter().flat_map(|service| &service.steps);
        steps.map(|step| step.weight).max().unwrap_or(Weight::Note)
    }
}

/// Makes the plan. `to` is another list of images than the one that the configuration was made from;
/// `patience` is what a program may take to say what it is.
pub async fn plan(
    config: &Config,
    to: Option<&ImagesFile>,
    patience: Duration,
) -> Result<Plan, FactsError> {
    let rollup = files::rollup(&config.chain.rollup)?;
    let (said, containers) =
        tokio::join!(program::versions(config, patience), podman::containers(config, patience));
    let tags = to.map(tags);
    let helps = flags::ask(config, to.map(names).as_ref(), &containers, patience).await;
    let now = unix_now();
    let service = |(name, configured): (&String, &Configured)| {
        let command = configured.command.as_ref()?;
        let running = Running { said: said.get(name), containers: &containers };
        let from = side::from(configured, &running);
        let to = match &tags {
            Some(tags) => side::listed(tags, &command.component),
            None => side::pinned(configured),
        };
        let helps = helps.get(name);
        let subject = Subject { command, rollup: &rollup, from: &from, to: &to, now, helps };
        let steps = steps::of(&subject);
        let component = command.component.clone();
        Some(Service { name: name.clone(), component, from, to, steps })
    };
    let mut services: Vec<Service> = config.services.iter().filter_map(service).collect();
    services.sort_by_key(|service| order::place(config, &service.name));
    Ok(Plan { services })
}

/// Component -> its image, as podman knows it.
fn names(file: &ImagesFile) -> BTreeMap<String, String> {
    let name = |image: &Component| match &image.pinned {
        Some(digest) => format!("{}@{digest}", image.repository),
        None => format!("{}:{}", image.repository, image.tag),
    };
    file.components().iter().map(|image| (image.name.clone(), name(image))).collect()
}

/// Component -> its image, as `repository:tag`.
fn tags(file: &ImagesFile) -> BTreeMap<String, String> {
    let reference = |image: &Component| format!("{}:{}", image.repository, image.tag);
    file.components().iter().map(|image| (image.name.clone(), reference(image))).collect()
}
