//! What this host has: disks, ports, earlier runs.

pub mod disk;
pub mod last_run;
pub mod ports;

use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf};

use self::{disk::Disk, last_run::LastRun, ports::Port};
use crate::read::request::Request;

#[derive(Debug)]
pub struct HostFacts {
    /// The file systems of the data folders, where a service is judged by its disk.
    pub disks: BTreeMap<PathBuf, io::Result<Disk>>,
    /// Until when the services ran, where they are judged by it, by their files.
    pub last_runs: BTreeMap<PathBuf, LastRun>,
    /// Who listens at the addresses of the services that are judged by their ports.
    pub ports: BTreeMap<SocketAddr, Port>,
}

impl HostFacts {
    pub(super) async fn read(request: &Request<'_>) -> Self {
        let (disks, ports) = tokio::join!(disk::read(request), ports::read(request));
        Self { disks, last_runs: last_run::read(request), ports }
    }
}
