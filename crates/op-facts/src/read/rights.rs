//! What only the gate's right to read every file shows, and the end of that right.

use std::{collections::BTreeMap, io, path::PathBuf};

use eth_rpc::Rpc;
use rustix::process::geteuid;
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

use crate::read::chain::engine_data::{self, EngineData};
use crate::read::host::given_files::{self, GivenFiles};
use crate::read::l1::{agreement, beacon};
use crate::read::{error::FactsError, request::Request};

/// Files of any user: keys, URLs, data of a user who has another number now. Everything else that is read, the
/// programs read too, as the same user.
pub(super) struct Privileged {
    pub(super) engine_data: BTreeMap<PathBuf, io::Result<EngineData>>,
    pub(super) given_files: GivenFiles,
    pub(super) endpoints: Endpoints,
}

/// Of L1, beside the first.
pub(super) struct Endpoints {
    pub(super) beacon: Option<Result<Rpc, FactsError>>,
    pub(super) others: Vec<Result<Rpc, FactsError>>,
}

impl Privileged {
    pub(super) async fn read(request: &Request<'_>) -> Self {
        let (engine_data, given_files) =
            tokio::join!(engine_data::read(request), given_files::read(request));
        let endpoints =
            Endpoints { beacon: beacon::endpoint(request), others: agreement::endpoints(request) };
        Self { engine_data, given_files, endpoints }
    }
}

/// Before the first byte from the network: whoever makes this process do what it should not has no more rights
/// than its user. Root stays root, for whom they would be no loss.
pub(super) fn give_up() -> Result<(), FactsError> {
    if geteuid().is_root() {
        return Ok(());
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none).map_err(|error| FactsError::Rights(error.into()))
}
