//! What stays the same while op-warden watches.

use std::time::Duration;

use crate::plan::Plan;
use op_gate::config::{Config, Service};

/// What stays the same.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) plan: Plan,
    pub(crate) judging_interval: Duration,
    /// Seconds after the start in which a value that was not read yet is no fault.
    pub(crate) grace: f64,
    /// Seconds since the Unix epoch.
    pub(crate) watching_since: f64,
}

impl Setup {
    /// The service of the configuration that runs a component.
    pub(crate) fn service_of(&self, component: &str) -> Option<&str> {
        let runs = |service: &Service| {
            service.command.as_ref().is_some_and(|command| command.component == component)
        };
        let found = self.config.services.iter().find(|(_, service)| runs(service));
        found.map(|(name, _)| name.as_str())
    }
}
