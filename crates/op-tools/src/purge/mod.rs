//! What a disabled stack left on a machine: listed, and removed when asked to.
//!
//! * [`inventory`]: what there may be, as the NixOS module wrote it down
//! * [`units`]: nothing is touched while a service runs
//! * [`podman`]: containers and images
//! * [`secrets`]: decrypted copies below `/run`; key files elsewhere are the operator's
//! * [`state`]: the chain data
//! * [`folders`]: what systemd kept for op-warden
//! * [`report`]: the list as text

pub mod folders;
pub mod inventory;
pub mod podman;
pub mod report;
pub mod secrets;
pub mod state;
mod tree;
pub mod units;

use std::path::Path;

use serde::Serialize;

use self::inventory::{Inventory, InventoryError};
use self::{podman::Podman, secrets::Secrets, state::StateDir};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Container,
    Image,
    Secret,
    /// A service's folder, or what else lies beside it.
    Data,
    Inventory,
    /// The folder of all.
    StateDir,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It is there, and `--yes` removes it.
    Found,
    /// It is gone.
    Removed,
    /// It is there and is meant to stay.
    Kept,
    /// It could not be looked at or removed.
    Failed,
}

/// One thing that was left.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub kind: Kind,
    pub name: String,
    pub bytes: Option<u64>,
    #[serde(rename = "fate")]
    pub outcome: Outcome,
    /// Why, if that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Item {
    fn found(kind: Kind, name: impl Into<String>, bytes: Option<u64>) -> Self {
        Self { kind, name: name.into(), bytes, outcome: Outcome::Found, note: None }
    }

    fn becomes(&mut self, outcome: Outcome, note: impl Into<String>) {
        (self.outcome, self.note) = (outcome, Some(note.into()));
    }

    fn failed(mut self, note: impl Into<String>) -> Self {
        self.becomes(Outcome::Failed, note);
        self
    }

    fn kept(mut self, note: impl Into<String>) -> Self {
        self.becomes(Outcome::Kept, note);
        self
    }
}

/// All that was left, and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub purge: bool,
    /// In the order of the removal.
    pub items: Vec<Item>,
    /// What the items take that are found or were removed.
    pub total_bytes: u64,
    /// What could not be looked at.
    pub problems: Vec<String>,
    /// Whether all was looked at and, if it was to be, removed.
    pub complete: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    #[error(transparent)]
    Units(#[from] units::UnitsError),
    #[error(transparent)]
    State(#[from] state::StateError),
}

/// Lists what is left, and removes it with `yes`. `run` is `/run`.
///
/// The inventory goes last, and only when all else is done: until then a second run goes on.
pub fn purge(inventory: &Path, run: &Path, yes: bool) -> Result<Report, PurgeError> {
    let Some(listed) = Inventory::load(inventory)? else {
        return Ok(Report::new(yes, Vec::new(), Vec::new()));
    };
    let mut problems = Vec::new();
    if inventory::is_of_another(inventory) {
        if yes {
            return Err(InventoryError::NotRoot(inventory.display().to_string()).into());
        }
        problems.push(
            "not run as root: containers and images of root, and what else only root may see, are \
                not in this list"
                .to_owned(),
        );
    }
    units::none_active(&listed.units)?;
    let state = StateDir::open(&listed)?;
    let secrets = Secrets { ours: &listed.secrets, operators: &listed.operators_secrets, run };
    let keep = secrets.kept();
    let mut items = Vec::new();
    let mut podman = Podman::default();
    items.extend(podman.containers(&listed.containers, yes));
    items.extend(podman.images(&listed.images, yes));
    if let Some(problem) = podman.problem() {
        problems.push(problem);
    }
    items.extend(secrets.purge(yes));
    items.extend(folders::purge(&listed.folders, &keep, yes));
    let data = state.data(&keep, yes);
    let holds_more = data.iter().any(|item| item.outcome == Outcome::Kept);
    items.extend(data);
    secrets::confirm(&mut items);
    let complete = problems.is_empty()
        && items.iter().all(|item| matches!(item.outcome, Outcome::Removed | Outcome::Kept));
    items.extend(state.rest(yes && complete, holds_more));
    Ok(Report::new(yes, items, problems))
}

impl Report {
    fn new(purge: bool, items: Vec<Item>, problems: Vec<String>) -> Self {
        let counts = |item: &&Item| matches!(item.outcome, Outcome::Found | Outcome::Removed);
        let total_bytes = items.iter().filter(counts).filter_map(|item| item.bytes).sum();
        let failed = items.iter().any(|item| item.outcome == Outcome::Failed);
        let complete = !failed && (!purge || problems.is_empty());
        Self { purge, items, total_bytes, problems, complete }
    }
}
