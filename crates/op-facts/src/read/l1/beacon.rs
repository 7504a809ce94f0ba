//! What the L1's beacon node says.

use eth_rpc::{Reading, Rpc, Unread};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::read::{endpoint, error::FactsError, request::Request};
use crate::{config::Service, gate::Gate};

#[derive(Debug)]
pub struct BeaconFacts {
    pub endpoint: String,
    pub spec: Reading<Spec>,
    /// Whether the node is still syncing: `/eth/v1/node/syncing`.
    pub syncing: Reading<bool>,
}

/// What gates need of a network's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Chain id of the execution layer.
    pub chain_id: u64,
    /// Seconds for which nodes must keep blobs, if the node says so.
    pub retention: Option<u64>,
}

#[derive(Deserialize)]
struct Document<T> {
    data: Option<T>,
}

impl<T> Document<T> {
    /// What has none is an excuse, and says nothing of the network.
    fn data(self) -> Reading<T> {
        self.data.ok_or_else(|| Unread::Unreachable("the answer has no data".to_owned()))
    }
}

#[derive(Deserialize)]
struct Syncing {
    is_syncing: bool,
}

fn needs_beacon(service: &Service) -> bool {
    service.gates.contains(&Gate::L1Beacon)
        && !service.command.as_ref().is_some_and(|command| command.is_on("l1.beacon.ignore"))
}

/// Where a service is judged by what it says.
pub(in crate::read) fn endpoint(request: &Request<'_>) -> Option<Result<Rpc, FactsError>> {
    let endpoint = request.config.l1.beacon.as_ref()?;
    request.services.iter().find(|service| needs_beacon(service))?;
    Some(endpoint::of(endpoint, ("l1.beacon", "l1.beaconFile"), request.patience()))
}

pub(super) async fn read(
    endpoint: Option<Result<Rpc, FactsError>>,
) -> Option<Result<BeaconFacts, FactsError>> {
    Some(match endpoint? {
        Ok(beacon) => Ok(ask(&beacon).await),
        Err(error) => Err(error),
    })
}

async fn ask(beacon: &Rpc) -> BeaconFacts {
    let (spec, syncing) = tokio::join!(spec(beacon), syncing(beacon));
    BeaconFacts { endpoint: beacon.shown(), spec, syncing }
}

async fn syncing(beacon: &Rpc) -> Reading<bool> {
    let document: Document<Syncing> = beacon.get("eth/v1/node/syncing").await?;
    Ok(document.data()?.is_syncing)
}

async fn spec(beacon: &Rpc) -> Reading<Spec> {
    let document: Document<Map<String, Value>> = beacon.get("eth/v1/config/spec").await?;
    let data = document.data()?;
    let number = |name: &str| data.get(name)?.as_str()?.parse::<u64>().ok();
    let chain_id = number("DEPOSIT_CHAIN_ID")
        .ok_or_else(|| Unread::Malformed("no number under DEPOSIT_CHAIN_ID".to_owned()))?;
    let retention = || {
        let epochs = number("MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS")?;
        epochs.checked_mul(number("SLOTS_PER_EPOCH")?)?.checked_mul(number("SECONDS_PER_SLOT")?)
    };
    Ok(Spec { chain_id, retention: retention() })
}
