//! Runs the services as systemd would on a NixOS host: each behind its gate, in the order of their
//! dependencies, started again when they die, stopped in reverse.

pub(crate) mod board;
pub(crate) mod leftovers;
pub(crate) mod process;
pub(crate) mod unit;

use std::collections::BTreeMap;

use op_util::error::with_causes;
use tokio::{sync::watch, task::JoinHandle};

use self::board::{Board, Status};
use self::unit::Unit;
use crate::home::{self, Home};

pub(crate) struct Supervisor {
    board: watch::Sender<Board>,
    units: BTreeMap<String, Running>,
}

struct Running {
    after: Vec<String>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Supervisor {
    /// A supervisor without services, that keeps `home`'s status file fresh.
    pub(crate) fn new(home: &Home, endpoints: BTreeMap<String, String>) -> Self {
        let (board, changes) =
            watch::channel(Board { pid: std::process::id(), endpoints, ..Board::default() });
        tokio::spawn(publish(changes, home.clone()));
        Self { board, units: BTreeMap::new() }
    }

    /// Starts a service, or lets it wait for the ones before it.
    pub(crate) fn start(&mut self, unit: Unit) {
        let (name, after) = (unit.name.clone(), unit.after.clone());
        self.board.send_modify(|board| {
            board.services.insert(name.clone(), Status::default());
        });
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(unit.keep_running(self.board.clone(), stopped));
        self.units.insert(name, Running { after, stop, task });
    }

    /// What is known of the services, now and later.
    pub(crate) fn board(&self) -> watch::Receiver<Board> {
        self.board.subscribe()
    }

    /// Stops everything: a service when none that comes after it is left.
    pub(crate) async fn shut_down(&mut self) {
        while !self.units.is_empty() {
            let leaves: Vec<String> = self
                .units
                .keys()
                .filter(|name| !self.units.values().any(|unit| unit.after.contains(name)))
                .cloned()
                .collect();
            let mut stopping: Vec<Running> =
                leaves.iter().filter_map(|name| self.units.remove(name)).collect();
            for unit in &stopping {
                unit.stop.send_replace(true);
            }
            for unit in &mut stopping {
                // A panic in a service's task has been printed; its process dies with the task.
                let _ = (&mut unit.task).await;
            }
        }
    }
}

/// Writes every change of the board to the status file.
async fn publish(mut changes: watch::Receiver<Board>, home: Home) {
    loop {
        let board = changes.borrow_and_update().clone();
        let text = serde_json::to_vec_pretty(&board).unwrap_or_default();
        if let Err(error) = home::write(&home.status(), &text) {
            eprintln!("op-devnet: {}", with_causes(error.as_ref()));
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}
