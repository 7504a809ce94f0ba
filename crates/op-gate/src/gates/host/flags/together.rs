//! Flags that the program takes only together, or only one of.

use op_release::flags::{Program, integer};

use crate::{
    command::Command,
    config::{Endpoint, L1},
};

/// What was expected, and what was found instead.
pub(super) fn judge(
    command: &Command,
    program: &Program,
    l1: &L1,
    is_same: bool,
) -> Vec<(String, String)> {
    let of_program = match command.component.as_str() {
        "op-node" => [beacon(command, l1), None],
        "op-batcher" => [pairs(command), throttling(command)],
        "op-challenger" => [one_engine(command), is_same.then(|| servers(command)).flatten()],
        _ => [None, None],
    };
    let of_program = of_program.into_iter().flatten();
    of_program.chain(fees(command)).chain(two_names(command, program)).collect()
}

/// A flag with two names is given under one of them.
fn two_names(command: &Command, program: &Program) -> Option<(String, String)> {
    let given = |name: &&&str| command.flags().any(|flag| flag == **name);
    let two = program.flags.values().find(|flag| flag.names.iter().filter(given).count() > 1)?;
    let names = two.names.iter().map(|name| format!("--{name}")).collect::<Vec<_>>();
    Some((format!("one of {}", names.join(" and ")), "both".to_owned()))
}

/// What op-challenger wants to run games with (`op-challenger/flags`, v1.19.6): permissioned games run no program.
fn servers(command: &Command) -> Option<(String, String)> {
    let played = command.list("game-types");
    let wanted = |game: &str| match game {
        "cannon" => Some("cannon-server"),
        "cannon-kona" => Some("cannon-kona-server"),
        _ => None,
    };
    let lacks = |flag: &&str| command.value(flag).is_none_or(str::is_empty);
    let (game, flag) = played.iter().find_map(|game| Some((game, wanted(game).filter(lacks)?)))?;
    Some((format!("--{flag}, for games of {game}"), "none".to_owned()))
}

/// Where throttling begins and where it is whole.
const BLOCK_SIZES: Limits =
    Limits { least: "throttle.block-size-lower-limit", most: "throttle.block-size-upper-limit" };
const TRANSACTION_SIZES: Limits =
    Limits { least: "throttle.tx-size-lower-limit", most: "throttle.tx-size-upper-limit" };
const THRESHOLDS: Limits = Limits {
    least: "throttle.unsafe-da-bytes-lower-threshold",
    most: "throttle.unsafe-da-bytes-upper-threshold",
};

/// Two flags.
struct Limits {
    least: &'static str,
    most: &'static str,
}

impl Limits {
    /// The first is below the second, or off.
    fn judge(&self, command: &Command) -> Option<(String, String)> {
        let number = |flag| integer(command.setting(flag)?);
        let (least, most) = (number(self.least)?, number(self.most)?);
        (least > 0 && least >= most).then(|| {
            (format!("--{} below --{}", self.least, self.most), format!("{least} and {most}"))
        })
    }
}

/// The controller "step" does not look at the sizes of transactions.
fn throttling(command: &Command) -> Option<(String, String)> {
    let is_step = command.value("throttle.controller-type") == Some("step");
    let sizes = if is_step { None } else { TRANSACTION_SIZES.judge(command) };
    sizes.or_else(|| BLOCK_SIZES.judge(command)).or_else(|| THRESHOLDS.judge(command))
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

/// The least fee cannot be below the least tip (`op-service` `txmgr`).
fn fees(command: &Command) -> Option<(String, String)> {
    let gwei = |flag: &str| command.setting(flag)?.parse::<f64>().ok();
    let (fee, tip) = (gwei("txmgr.min-basefee")?, gwei("txmgr.min-tip-cap")?);
    (fee < tip).then(|| {
        (
            "--txmgr.min-basefee of at least --txmgr.min-tip-cap".to_owned(),
            format!("{fee} and {tip} gwei"),
        )
    })
}
