//! Flags that the program takes only together, or only one of.

use crate::{
    command::Command,
    config::{Endpoint, L1},
};

/// What was expected, and what was found instead.
pub(super) fn judge(command: &Command, l1: &L1) -> Vec<(String, String)> {
    let of_program = match command.component.as_str() {
        "op-node" => beacon(command, l1),
        "op-batcher" => pairs(command),
        "op-challenger" => one_engine(command),
        _ => None,
    };
    of_program.into_iter().chain(fees(command)).collect()
}

/// From Ecotone on op-node wants blobs, or to be told that there are none. A URL in a file is handed over
/// as a secret.
fn beacon(command: &Command, l1: &L1) -> Option<(String, String)> {
    let in_file = matches!(l1.beacon, Some(Endpoint::File(_)));
    let given = command.value("l1.beacon").is_some_and(|url| !url.is_empty());
    (!in_file && !given && !command.is_on("l1.beacon.ignore"))
        .then(|| ("--l1.beacon or --l1.beacon.ignore".to_owned(), "neither".to_owned()))
}

/// Each engine of a batcher has its op-node.
fn pairs(command: &Command) -> Option<(String, String)> {
    let [engines, nodes] = ["l2-eth-rpc", "rollup-rpc"].map(|flag| count(command, flag));
    (engines != nodes).then(|| {
        (
            "as many URLs in --rollup-rpc as in --l2-eth-rpc".to_owned(),
            format!("{nodes} and {engines}"),
        )
    })
}

/// op-challenger on a single chain has one.
fn one_engine(command: &Command) -> Option<(String, String)> {
    let engines = count(command, "l2-eth-rpc");
    (engines > 1).then(|| ("one URL in --l2-eth-rpc".to_owned(), engines.to_string()))
}

/// The URLs of a flag: those of a flag that is given twice add up.
fn count(command: &Command, flag: &str) -> usize {
    let given = command.given().filter(|given| given.name == flag);
    let given: usize =
        given.filter_map(|given| Some(given.value.or(given.next)?.split(',').count())).sum();
    if given == 0 { command.list(flag).len() } else { given }
}

/// The least fee cannot be below the least tip (`op-service` `txmgr`). Both are 1 gwei by default.
fn fees(command: &Command) -> Option<(String, String)> {
    let gwei = |flag: &str| command.value(flag).map_or(Some(1.0), |text| text.parse::<f64>().ok());
    let (fee, tip) = (gwei("txmgr.min-basefee")?, gwei("txmgr.min-tip-cap")?);
    (fee < tip).then(|| {
        (
            "--txmgr.min-basefee of at least --txmgr.min-tip-cap".to_owned(),
            format!("{fee} and {tip} gwei"),
        )
    })
}
