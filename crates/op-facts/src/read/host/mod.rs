//! What this host has: disks, files, ports, earlier runs.

pub mod disk;
pub mod given_files;
pub mod l1_configs;
pub mod last_run;
pub mod ports;
pub mod ran;

use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf};

use self::given_files::GivenFiles;
use self::ports::{Owner, Port, Ports};
use self::{disk::Disk, l1_configs::L1Configs, last_run::LastRun, ran::LastProgram};
use crate::read::request::Request;

#[derive(Debug)]
pub struct HostFacts {
    /// The file systems of the data folders, where a service is judged by its disk.
    pub disks: BTreeMap<PathBuf, io::Result<Disk>>,
    /// The files that programs are given, where a service is judged by them.
    pub given_files: GivenFiles,
    /// The files that op-nodes are given for an L1 that they do not know, where a service is judged by
    /// its flags.
    pub l1_configs: L1Configs,
    /// Until when the services ran, where they are judged by it, by their files.
    pub last_runs: BTreeMap<PathBuf, LastRun>,
    /// Who listens at the addresses of the services that are judged by their ports.
    pub ports: BTreeMap<SocketAddr, Port>,
    /// What ran last on the engines' data, where they are judged by it, by the files that say so.
    pub ran: BTreeMap<PathBuf, LastProgram>,
    /// The programs that run, where one listens that op-warden may not see; `None` where it sees its
    /// own user's only.
    pub programs: Option<Vec<Owner>>,
}

impl HostFacts {
    pub(super) async fn read(request: &Request<'_>, given_files: GivenFiles) -> Self {
        let (disks, Ports { ports, programs }, l1_configs, ran) = tokio::join!(
            disk::read(request),
            ports::read(request),
            l1_configs::read(request),
            ran::read(request)
        );
        let last_runs = last_run::read(request);
        Self { disks, given_files, l1_configs, last_runs, ports, ran, programs }
    }
}
