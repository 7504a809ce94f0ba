//! Each role's key is the one that the chain's contracts name.

use std::path::Path;

use alloy_primitives::{Address, B256};
use eth_rpc::{Reading, Unread, key::KeyError};

use crate::config::Service;
use crate::{
    Answer, Finding, Gate,
    finding::with,
    gates::disputes::game_type::{self, Access},
    read::{Facts, GameRoles},
};

pub(crate) fn batcher(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::BatcherKey;
    let system_config = facts.rollup.l1_system_config_address;
    let on_chain = format!("SystemConfig.batcherHash() at {system_config} on {}", facts.l1.shown);
    let batcher = facts.l1.batcher_hash.clone().and_then(address_of_hash);
    let mend = "Give the batcher the key of the expected address, or make the key's address the batcher with SystemConfig.setBatcherHash. With another key no batch counts and the safe head stays where it is.";
    let mut findings = key_is(GATE, service, facts, &batcher, &on_chain, mend);
    findings.push(with(&batcher, GATE, facts.rollup.genesis.system_config.batcher, &on_chain, |&live| {
        let written = facts.rollup.genesis.system_config.batcher;
        Finding::compare(
            GATE,
            (live, &on_chain),
            (written, "genesis.system_config.batcherAddr of rollup.json"),
        )
        .refuse_unless(
            live == written,
            "rollup.json names another batcher than the contract: take rollup.json from where the chain was made.",
        )
    }));
    findings
}

/// `batcherHash` is the address, right-aligned. op-node reads nothing else as one.
fn address_of_hash(hash: B256) -> Reading<Address> {
    let address = Address::from_word(hash);
    if address.into_word() == hash {
        Ok(address)
    } else {
        Err(Unread::Malformed(format!("batcherHash {hash} is not an address")))
    }
}

pub(crate) fn sequencer(service: &Service, facts: &Facts) -> Vec<Finding> {
    let system_config = facts.rollup.l1_system_config_address;
    let on_chain =
        format!("SystemConfig.unsafeBlockSigner() at {system_config} on {}", facts.l1.shown);
    key_is(
        Gate::SequencerKey,
        service,
        facts,
        &facts.l1.unsafe_block_signer,
        &on_chain,
        "Give the sequencer the key of the expected address (--p2p.sequencer.key), or rotate with SystemConfig.setUnsafeBlockSigner. Followers reject blocks signed by any other key.",
    )
}

pub(crate) fn proposer(service: &Service, facts: &Facts) -> Vec<Finding> {
    game_role(Gate::ProposerKey, service, facts, "proposer", |roles| roles.proposer)
}

pub(crate) fn challenger(service: &Service, facts: &Facts) -> Vec<Finding> {
    game_role(Gate::ChallengerKey, service, facts, "challenger", |roles| roles.challenger)
}

fn game_role(
    gate: Gate,
    service: &Service,
    facts: &Facts,
    role: &str,
    address: fn(&GameRoles) -> Address,
) -> Vec<Finding> {
    let Some((game_type, found)) =
        service.game_type.and_then(|game_type| facts.l1.games.get_key_value(&game_type))
    else {
        return Vec::new();
    };
    match (game_type::access(*game_type), facts.key(service)) {
        (Access::Roles, _) => {}
        (Access::Everyone, Some((_, Ok(_)))) => {
            return vec![Finding::skip(
                gate,
                format!("game type {game_type} is open to every key"),
            )];
        }
        (Access::Everyone, Some((path, Err(error)))) => {
            return vec![no_key(gate, None, "the service's game type", path, error)];
        }
        (Access::Unknown, Some((path, _))) => {
            return vec![
                Finding::compare(
                    gate,
                    ("a game type of which op-warden knows who may use it", "the service's game type"),
                    (format!("game type {game_type}"), format!("key file {}", path.display())),
                )
                .wait_unless(false, "Make sure yourself that this key may use it, and take the gate off the service's list."),
            ];
        }
        (_, None) => return Vec::new(),
    }
    let on_chain = format!(
        "{role} of game type {game_type}, registered in {} on {}",
        facts.config.chain.dispute_game_factory, facts.l1.shown
    );
    let expected = found.roles.clone().map(|roles| address(&roles));
    let mend = format!(
        "Give the {role} the key of the expected address: game type {game_type} accepts no other (BadAuth)."
    );
    key_is(gate, service, facts, &expected, &on_chain, &mend)
}

/// The service's key is there and its address is the one on chain.
fn key_is(
    gate: Gate,
    service: &Service,
    facts: &Facts,
    expected: &Reading<Address>,
    on_chain: &str,
    mend: &str,
) -> Vec<Finding> {
    let Some((path, key)) = facts.key(service) else { return Vec::new() };
    let finding = match key {
        Ok(found) => with(expected, gate, found, on_chain, |expected| {
            let key_file = format!("key file {}", path.display());
            Finding::compare(gate, (expected, on_chain), (found, key_file))
                .refuse_unless(found == expected, mend)
        }),
        Err(error) => no_key(gate, expected.as_ref().ok(), on_chain, path, error),
    };
    vec![finding]
}

/// The service's key file holds no key.
pub(crate) fn no_key(
    gate: Gate,
    expected: Option<&Address>,
    expected_source: &str,
    path: &Path,
    error: &KeyError,
) -> Finding {
    let expected =
        expected.map_or_else(|| "a key".to_owned(), |address| format!("the key of {address}"));
    let (answer, mend) = match error {
        KeyError::Missing => {
            (Answer::Wait, "Put the key there: 64 hex digits, readable by op-warden only.")
        }
        KeyError::Unreadable(_) => (Answer::Wait, "Make the file readable by op-warden."),
        KeyError::NotHex | KeyError::OutOfRange => (
            Answer::Refuse,
            "Write the key as 64 hex digits, with or without 0x, and nothing else.",
        ),
    };
    Finding {
        answer,
        mend: mend.to_owned(),
        ..Finding::compare(
            gate,
            (expected, expected_source),
            (error, format!("key file {}", path.display())),
        )
    }
}
