//! What the chain's files hold, beside genesis.json and rollup.json, which the rest is read by.

pub mod bundle;
pub mod engine_data;
pub mod files;
pub(super) mod prestate;
mod static_files;
mod write_ahead_log;

use std::{collections::BTreeMap, io, path::PathBuf};

use op_chain::prestate::{Prestate, PrestateError};

use self::{bundle::Bundle, engine_data::EngineData};
use crate::read::request::Request;

#[derive(Debug)]
pub struct ChainFacts {
    pub bundle: Option<Bundle>,
    /// What each data folder holds that an op-geth with the gate keeps its data in.
    pub engine_data: BTreeMap<PathBuf, io::Result<EngineData>>,
    /// The state in each file that a service with the gate names, or why there is none.
    pub prestates: BTreeMap<PathBuf, Result<Prestate, PrestateError>>,
}

impl ChainFacts {
    pub(super) async fn read(
        request: &Request<'_>,
        engine_data: BTreeMap<PathBuf, io::Result<EngineData>>,
    ) -> Self {
        let (bundle, prestates) = tokio::join!(bundle::read(request), prestate::read(request));
        Self { bundle, engine_data, prestates }
    }
}
