//! What is known of each service, for the other services, for `status` and for proofs.

use std::collections::BTreeMap;

use op_gate::Judgement;
use op_util::time::unix_now;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Board {
    pub(crate) pid: u32,
    /// JSON-RPC endpoints by service: of the L1, the engines and the op-nodes.
    pub(crate) endpoints: BTreeMap<String, String>,
    pub(crate) services: BTreeMap<String, Status>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) phase: Phase,
    pub(crate) pid: Option<u32>,
    /// How often it died and was started again.
    pub(crate) restarts: u32,
    /// When the phase began, in seconds since the Unix epoch.
    pub(crate) since: u64,
    /// How it last ended, if it ever did.
    pub(crate) last_exit: Option<String>,
    /// How long the initialisation of its data took, in milliseconds, if this run did it.
    pub(crate) init_milliseconds: Option<f64>,
    /// The last judgement of its gate.
    pub(crate) gate: Option<GateRun>,
}

/// One run of `op-warden gate`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GateRun {
    pub(crate) judgement: Judgement,
    /// Duration of the process, in milliseconds.
    pub(crate) milliseconds: f64,
}

/// What a service does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::AsRefStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Phase {
    /// Waits for a service that must run before it.
    Pending,
    /// At its gate, which says wait.
    #[strum(serialize = "gate waits")]
    GateWaits,
    /// At its gate, which says refuse.
    #[strum(serialize = "REFUSED")]
    Refused,
    /// Started, not yet answering.
    Starting,
    /// Answers.
    Running,
    /// Died, about to be started again.
    Restarting,
    /// Ended for good.
    Stopped,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            phase: Phase::Pending,
            pid: None,
            restarts: 0,
            since: unix_now(),
            last_exit: None,
            init_milliseconds: None,
            gate: None,
        }
    }
}

impl Status {
    pub(crate) fn enter(&mut self, phase: Phase) {
        if self.phase != phase {
            self.phase = phase;
            self.since = unix_now();
        }
    }
}

impl Board {
    pub(crate) fn phase(&self, service: &str) -> Option<Phase> {
        self.services.get(service).map(|status| status.phase)
    }

    pub(crate) fn is_running(&self, service: &str) -> bool {
        self.phase(service) == Some(Phase::Running)
    }

    /// It died, and is about to be started again.
    pub(crate) fn has_ended(&self, service: &str) -> bool {
        self.phase(service) == Some(Phase::Restarting)
    }

    pub(crate) fn all_running(&self) -> bool {
        !self.services.is_empty() && self.services.keys().all(|name| self.is_running(name))
    }
}
