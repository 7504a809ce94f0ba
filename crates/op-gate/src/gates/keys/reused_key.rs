//! Each role has a key of its own.

use alloy_primitives::Address;
use eth_rpc::key::KeyError;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::ReusedKey;
const MEND: &str = "\
    Batcher and proposer send transactions to L1 at the same time and would take each other's \
    nonces: batches get stuck, and the safe head with them. Make a key for each (`op-warden keys \
    generate`), fund it, and name it on chain: SystemConfig.setBatcherHash for the batcher, the \
    permissioned game's proposer for the proposer. keys.allowReuse accepts one key for both.";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some((path, key)), Some(role)) = (facts.key(service), role(service)) else {
        return Vec::new();
    };
    let address = match key {
        Ok(address) => address,
        Err(error) => return vec![no_key(GATE, None, "key of the service", path, error)],
    };
    let others = facts.config.services.iter().filter_map(|(name, other)| {
        let role_of_other = self::role(other).filter(|of_other| *of_other != role)?;
        of_other(address, role, name, role_of_other, other, facts)
    });
    let found: Vec<Finding> = others.collect();
    if found.is_empty() {
        vec![compare(address, "no other role's key", role).holds()]
    } else {
        found
    }
}

/// Who signs is the program.
fn role(service: &Service) -> Option<&str> {
    service.command.as_ref().map(|command| command.component.as_str())
}

fn of_other(
    address: &Address,
    role: &str,
    name: &str,
    role_of_other: &str,
    other: &Service,
    facts: &Facts,
) -> Option<Finding> {
    let (path, key) = facts.key(other)?;
    match key {
        Ok(of_other) if of_other == address => Some(reused(address, role, role_of_other, facts)),
        // Whatever is no key is not this one, and the other service's own gates report it.
        Ok(_) | Err(KeyError::Missing | KeyError::NotHex | KeyError::OutOfRange) => None,
        Err(error @ KeyError::Unreadable(_)) => {
            Some(no_key(GATE, None, &format!("key of {name}, to compare with"), path, error))
        }
    }
}

fn reused(address: &Address, role: &str, other: &str, facts: &Facts) -> Finding {
    let both_send = [role, other].iter().all(|role| ["op-batcher", "op-proposer"].contains(role));
    let comparison = compare(address, &format!("the key of {other} too"), role);
    if both_send && !facts.config.keys.allow_reuse {
        comparison.refuse(MEND)
    } else {
        comparison.warn(format!(
            "Whoever takes this key has both roles, and one role's trouble becomes the other's: \
             give {role} and {other} a key each (`op-warden keys generate`)."
        ))
    }
}

fn compare(address: &Address, found: &str, role: &str) -> Comparison {
    Comparison::new(
        GATE,
        (format!("a key of {role}'s own"), "the roles of the configuration"),
        (format!("{address}: {found}"), "the key files of all services"),
    )
}
