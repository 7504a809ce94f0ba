//! A spoilt world, and what the gates must say of it.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    verdict::Verdict::{self, Pass, Skip, Warn},
    world::{World, names::gates},
};

/// A spoilt world, and the gates that must notice. All others must not.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) world: World,
    pub(crate) noticed: BTreeMap<&'static str, Verdict>,
}

impl Case {
    pub(crate) fn new(
        name: impl Into<String>,
        noticed: &[(&'static str, Verdict)],
        spoil: impl FnOnce(&mut World),
    ) -> Self {
        let mut world = World::right();
        spoil(&mut world);
        Self { name: name.into(), world, noticed: noticed.iter().copied().collect() }
    }

    /// The factory is older than `gameArgs`, so that nobody can compare them.
    pub(crate) fn old(
        name: impl Into<String>,
        noticed: &[(&'static str, Verdict)],
        spoil: impl FnOnce(&mut World),
    ) -> Self {
        Self::new(name, &[&[("game-type", Skip)], noticed].concat(), |world| {
            world.with_old_factory();
            spoil(world);
        })
    }

    /// Every gate must give the same answer.
    pub(crate) fn all(
        name: impl Into<String>,
        verdict: Verdict,
        spoil: impl FnOnce(&mut World),
    ) -> Self {
        Self::new(name, &gates().map(|gate| (gate, verdict)).collect::<Vec<_>>(), spoil)
    }

    /// Whether the world is about this gate, and does not stop it.
    pub(crate) fn settles(&self, gate: &str) -> bool {
        matches!(self.noticed.get(gate), Some(Pass | Skip | Warn))
    }

    pub(crate) fn expected(&self, gate: &str) -> Verdict {
        self.noticed.get(gate).copied().unwrap_or(Pass)
    }
}

/// One service's arguments instead of the right ones.
pub(crate) fn arguments(cases: &mut Vec<Case>, gate: &'static str, table: &[(&[&str], Verdict)]) {
    for (args, verdict) in table {
        cases.push(Case::new(format!("{gate}: {args:?}"), &[(gate, *verdict)], |world| {
            world.service(gate)["command"]["args"] = json!(args);
        }));
    }
}
