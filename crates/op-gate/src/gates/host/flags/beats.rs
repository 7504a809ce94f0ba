//! Flags that take the place of what the chain's files say, or contradict it.

use alloy_primitives::Address;
use op_release::words::{DATA_AVAILABILITY, KNOWN_L1S, game_type};

use crate::{
    command::Command,
    config::Service,
    finding::{Comparison, Finding},
    gate::Gate,
    read::Facts,
};

const GATE: Gate = Gate::Flags;

pub(super) fn judge(service: &Service, command: &Command, facts: &Facts) -> Vec<Finding> {
    let mut findings = overrides(command);
    findings.extend(blob_tips(command, facts));
    findings.extend(private_key(command));
    match command.component.as_str() {
        "op-node" => {
            findings.extend(network(command, "network"));
            findings.extend(alt_da(command, facts));
            findings.extend(sequencing(service, command));
        }
        "op-geth" => findings.extend(network(command, "op-network")),
        "op-batcher" => {
            findings.extend(data_availability(command));
            findings.extend(alt_da(command, facts));
        }
        "op-proposer" => {
            findings.extend(proposed_type(service, command));
            findings.extend(factory(command, facts));
        }
        "op-challenger" => {
            findings.extend(game_types(service, command));
            findings.extend(factory(command, facts));
            findings.extend(network(command, "network"));
        }
        "op-dispute-mon" => {
            findings.extend(factory(command, facts));
            findings.extend(network(command, "network"));
        }
        _ => {}
    }
    findings
}

fn compare(expected: &str, source: &str, found: String) -> Comparison {
    Comparison::new(GATE, (expected, source), (found, "the service's command"))
}

/// Fork times of one program, which the others do not have.
fn overrides(command: &Command) -> Vec<Finding> {
    let flags = command.flags().filter(|flag| flag.starts_with("override."));
    let prefix = format!("{}OVERRIDE_", command.prefix());
    let variables = command.environment.keys().filter(|name| name.starts_with(&prefix));
    flags
        .map(|flag| format!("--{flag}"))
        .chain(variables.cloned())
        .map(|found| {
            compare("fork times of rollup.json and genesis.json", "the chain's files", found).refuse(
                "It beats the file in this program alone, and the chain splits at that fork: leave it \
                 out, and write the time into both files.",
            )
        })
        .collect()
}

/// A network by name takes the place of the chain's files.
fn network(command: &Command, flag: &str) -> Option<Finding> {
    let name = command.value(flag).filter(|name| !name.is_empty())?;
    let found = format!("--{flag}={name}");
    Some(compare("no network by name", "the chain's files", found).refuse(
        "The program takes the network's own configuration and passes over the chain's files: leave \
         it out.",
    ))
}

/// The price of blobs follows from the schedule of an L1 that the program knows.
fn blob_tips(command: &Command, facts: &Facts) -> Option<Finding> {
    let id = facts.rollup.l1_chain_id;
    if KNOWN_L1S.contains(&id) || !command.is_on("txmgr.blob-tip-cap-dynamic") {
        return None;
    }
    let found = format!("--txmgr.blob-tip-cap-dynamic on L1 {id}");
    Some(compare("tips of blobs that do not follow from L1's schedule", "l1_chain_id of rollup.json", found).refuse(
        "The program does not know this L1, and stops with \"L1 chain config not found\": leave the flag out.",
    ))
}

/// Who is judged as the sequencer makes blocks, and nobody else does. A key alone makes none.
fn sequencing(service: &Service, command: &Command) -> Option<Finding> {
    let is_judged = service.gates.contains(&Gate::SequencerKey);
    let is_follower = service.gates.contains(&Gate::UnsafeSigner);
    let source = "sequencer-key or unsafe-signer, the gates of the service";
    match (is_judged, command.is_on("sequencer.enabled")) {
        (true, false) => {
            let found = "no --sequencer.enabled".to_owned();
            Some(compare("--sequencer.enabled of the sequencer's op-node", source, found).refuse(
                "This op-node would follow and make no block, and the chain would stand still without an error: \
                 give it --sequencer.enabled. One that stands by has --sequencer.stopped beside it.",
            ))
        }
        (false, true) if is_follower => {
            let found = "--sequencer.enabled".to_owned();
            Some(compare("an op-node that makes no blocks", source, found).refuse(
                "It would make blocks with a key that nobody judged: take --sequencer.enabled away, or judge the \
                 service as the sequencer (sequencer-key).",
            ))
        }
        _ => None,
    }
}

/// Another key than the one that was judged, where everybody can read it.
fn private_key(command: &Command) -> Option<Finding> {
    let flag = command.flags().find(|flag| ["private-key", "p2p.sequencer.key"].contains(flag))?;
    let found = format!("--{flag} among the arguments, which is not shown");
    Some(compare("a key from its file", "key file of the service", found).refuse(
        "It beats the key that was judged, and whoever can list processes reads it: give the key as a file.",
    ))
}

fn data_availability(command: &Command) -> Option<Finding> {
    let kind = command.value("data-availability-type")?;
    if DATA_AVAILABILITY.contains(&kind) {
        return None;
    }
    let found = format!("--data-availability-type={kind}");
    Some(compare("calldata, blobs or auto", "op-batcher", found).refuse(
        "op-batcher does not start with another word, nor with other letter case: correct it.",
    ))
}

/// What the gates judge by is the service's game type.
fn proposed_type(service: &Service, command: &Command) -> Option<Finding> {
    let (wanted, given) = (service.game_type?, command.setting("game-type")?);
    if given == wanted.to_string() {
        return None;
    }
    let expected = format!("--game-type={wanted}");
    Some(compare(&expected, "gameType of the service", format!("--game-type={given}")).refuse(
        "op-proposer would propose games of another type than the one that was judged: make the flag \
         and gameType agree.",
    ))
}

/// A challenger that does not play the respected type lets false claims pass.
fn game_types(service: &Service, command: &Command) -> Option<Finding> {
    let name = game_type(service.game_type?)?;
    let played = command.list("game-types");
    if played.contains(&name) {
        return None;
    }
    let found = format!("--game-types={}", played.join(","));
    Some(
        compare(&format!("{name} among the game types"), "gameType of the service", found)
            .refuse("Nobody would dispute a false claim of that type: add it to --game-types."),
    )
}

/// The contract that the gates judged is the one that the program asks.
fn factory(command: &Command, facts: &Facts) -> Option<Finding> {
    let given = command.value("game-factory-address")?;
    let wanted = facts.config.chain.dispute_game_factory;
    // What is no address is told by the kind of the flag.
    let is_other = given.parse::<Address>().is_ok_and(|given| given != wanted);
    is_other.then(|| {
        let found = format!("--game-factory-address={given}");
        compare(&wanted.to_string(), "disputeGameFactory of the configuration", found).refuse(
            "The program would make, play or watch games that nobody judged: make the two agree.",
        )
    })
}

/// Data elsewhere than on L1, for one program and not for the chain, or the other way round.
fn alt_da(command: &Command, facts: &Facts) -> Option<Finding> {
    let of_chain = facts.rollup.other.get("alt_da").is_some_and(|alt_da| !alt_da.is_null());
    let of_program = command.is_on("altda.enabled");
    if of_program && command.value("altda.da-server").is_none_or(str::is_empty) {
        let found = "--altda.enabled without --altda.da-server".to_owned();
        return Some(
            compare("a server for alternative data availability", "--help", found)
                .warn("The program cannot store or fetch batches: give --altda.da-server."),
        );
    }
    (of_chain != of_program).then(|| {
        let (expected, found) = if of_chain {
            ("--altda.enabled: rollup.json has alt_da", "no --altda.enabled")
        } else {
            ("no --altda.enabled: rollup.json has no alt_da", "--altda.enabled")
        };
        compare(expected, "alt_da of rollup.json", found.to_owned()).warn(
            "Batcher and nodes must keep the batches at one place: make the flag and rollup.json agree.",
        )
    })
}
