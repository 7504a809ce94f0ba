//! What this host has: disks, ports, containers.

pub mod disk;
pub mod image_running;
pub mod ports;

use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf};

use self::{disk::Disk, image_running::Containers, ports::Port};
use crate::read::request::Request;

#[derive(Debug)]
pub struct HostFacts {
    /// The file systems of the data folders, where a service is judged by its disk.
    pub disks: BTreeMap<PathBuf, io::Result<Disk>>,
    /// Who listens at the addresses of the services that are judged by their ports.
    pub ports: BTreeMap<SocketAddr, Port>,
    /// What podman runs, where a service is judged by it.
    pub containers: Containers,
}

impl HostFacts {
    pub(super) async fn read(request: &Request<'_>) -> Self {
        let (disks, ports, containers) =
            tokio::join!(disk::read(request), ports::read(request), image_running::read(request),);
        Self { disks, ports, containers }
    }
}
