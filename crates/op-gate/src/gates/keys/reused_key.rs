//! Each role has a key of its own.

use alloy_primitives::Address;
use eth_rpc::key::KeyError;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::ReusedKey;
const MEND: &str = "\
    Two programs that send to L1 take each other's nonces: batches get stuck, and the safe head with \
    them; and whoever takes this key has both roles. Make a key for each (`op-warden keys generate`), \
    fund it, and name it on chain: SystemConfig.setBatcherHash for the batcher, the permissioned \
    game's proposer or challenger for those. keys.allowReuse accepts one key for several roles.";
const MEND_TWICE: &str = "\
    Two services of one role sign with one key: two sequencers make two blocks of one height, two \
    batchers take each other's nonces. Take one of them out of the configuration.";

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
    let mut found: Vec<Finding> = others.collect();
    // It is one of them itself.
    let same = |other: &&Service| {
        let has_it = facts.key(other).is_some_and(|(_, key)| key.as_ref().ok() == Some(address));
        has_it && self::role(other) == Some(role)
    };
    if facts.config.services.values().filter(same).count() > 1 {
        found.push(
            compare(address, "the key of another service of this role", role).refuse(MEND_TWICE),
        );
    }
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
        Err(error @ KeyError::Unreadable(_)) => {
            Some(no_key(GATE, None, &format!("key of {name}, to compare with"), path, error))
        }
        // Whatever is no key is not this one, and the other service's own gates report it.
        Ok(_) | Err(_) => None,
    }
}

fn reused(address: &Address, role: &str, other: &str, facts: &Facts) -> Finding {
    let comparison = compare(address, &format!("the key of {other} too"), role);
    if facts.config.keys.allow_reuse {
        comparison.warn(format!(
            "Whoever takes this key has both roles, and one role's trouble becomes the other's: \
             give {role} and {other} a key each (`op-warden keys generate`)."
        ))
    } else {
        comparison.refuse(MEND)
    }
}

fn compare(address: &Address, found: &str, role: &str) -> Comparison {
    Comparison::new(
        GATE,
        (format!("a key of {role}'s own"), "the roles of the configuration"),
        (format!("{address}: {found}"), "the key files of all services"),
    )
}
