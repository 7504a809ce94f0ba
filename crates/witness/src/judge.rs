//! Whether each condition holds.

use eth_rpc::units::ether;
use op_util::{foreign::clean, text::span};

use crate::chain::{Facts, Slot};
use crate::condition::{Condition, Name};
use crate::config::Config;

/// All conditions, in the order of the table. `program` is the state of the unit, where one is named.
#[must_use]
pub fn judge(
    config: &Config,
    facts: &Result<Facts, String>,
    program: Option<&Result<String, String>>,
    now: u64,
) -> Vec<Condition> {
    let program = program.map_or_else(
        || of(Name::Program, None, "no unit is named"),
        |state| match state {
            Ok(state) => of(Name::Program, Some(state == "active"), state),
            Err(error) => of(Name::Program, None, error),
        },
    );
    let names =
        [Name::Member, Name::Funds, Name::Silent, Name::Final, Name::Equivocation, Name::Margin];
    let mut conditions = vec![program];
    match facts {
        Err(error) => {
            conditions.push(of(Name::Node, Some(false), error));
            conditions.extend(names.map(|name| of(name, None, "the node does not say")));
        }
        Ok(facts) => {
            let (number, time) = facts.head;
            let age = span(now.saturating_sub(time));
            conditions.push(of(Name::Node, Some(true), &format!("block {number}, {age} old")));
            conditions.extend(names.map(|name| of_chain(name, config, facts, now)));
        }
    }
    conditions
}

fn of(name: Name, holds: Option<bool>, found: &str) -> Condition {
    Condition { name: name.text(), holds, found: clean(found), alert: name.alert() }
}

fn of_chain(name: Name, config: &Config, facts: &Facts, now: u64) -> Condition {
    let judged = |holds: bool, found: String| of(name, Some(holds), &found);
    match name {
        Name::Member => {
            let found = if facts.is_member { "a member" } else { "no member" };
            judged(facts.is_member, format!("{found} of {}", facts.members))
        }
        Name::Funds => {
            judged(facts.balance >= config.min_balance, format!("{} ETH", ether(facts.balance)))
        }
        Name::Equivocation => {
            let who: Vec<String> = facts.equivocated.iter().map(ToString::to_string).collect();
            let found = if who.is_empty() { "nobody did".to_owned() } else { who.join(", ") };
            judged(who.is_empty(), found)
        }
        Name::Margin => {
            let (active, quorum) = (facts.active.len(), facts.quorum);
            if active == 0 {
                return of(name, None, "nobody attested to anything yet");
            }
            let found =
                format!("{active} of {} members attest, a quorum is {quorum}", facts.members);
            judged(active > usize::try_from(quorum).unwrap_or(usize::MAX), found)
        }
        Name::Silent if !facts.is_member => of(name, None, "it is no member"),
        Name::Silent => oldest(facts, now, config.serve.silent_seconds, name, |slot| {
            let own = slot.attested.contains_key(&config.witness);
            slot.attested
                .iter()
                .filter(|(who, _)| !own && **who != config.witness)
                .map(|(_, at)| *at)
                .min()
        }),
        Name::Final => oldest(facts, now, config.serve.not_final_seconds, name, |slot| {
            slot.attested.values().copied().filter(|_| !slot.is_final).min()
        }),
        Name::Program | Name::Node => of(name, None, "not of the chain"),
    }
}

/// The slot that is open for longest, against the most that it may be.
fn oldest(
    facts: &Facts,
    now: u64,
    most: u64,
    name: Name,
    since: impl Fn(&Slot) -> Option<u64>,
) -> Condition {
    let open: Vec<u64> = facts.slots.values().filter_map(since).collect();
    let Some(first) = open.iter().min() else { return of(name, Some(true), "none is open") };
    let age = now.saturating_sub(*first);
    let found = format!("{} open, the oldest for {}", open.len(), span(age));
    of(name, Some(age <= most), &found)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use alloy_primitives::{Address, B256, U256};
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_000_000;

    fn who(number: u8) -> Address {
        Address::repeat_byte(number)
    }

    fn config() -> Config {
        serde_json::from_value(json!({
            "chainId": 901, "rpc": "http://127.0.0.1:1", "ledger": who(9), "witness": who(1), "keyFile": "/key",
            "archives": ["/archive"], "journal": "/journal", "minBalance": "0x10",
            "serve": {
                "listen": "127.0.0.1:0", "intervalSeconds": 1, "notFinalSeconds": 100, "silentSeconds": 50,
                "lookBackBlocks": 10
            }
        }))
        .unwrap()
    }

    fn slot(attested: &[(u8, u64)], is_final: bool) -> Slot {
        let attested = attested.iter().map(|(number, age)| (who(*number), NOW - age)).collect();
        Slot { attested, is_final }
    }

    fn facts(slots: Vec<Slot>) -> Facts {
        let active = slots.iter().flat_map(|slot| slot.attested.keys().copied()).collect();
        let slots: BTreeMap<B256, Slot> =
            slots.into_iter().zip(1..).map(|(slot, at)| (B256::repeat_byte(at), slot)).collect();
        Facts {
            endpoint: "http://node".into(),
            members: 3,
            quorum: 2,
            is_member: true,
            balance: U256::from(16),
            head: (5, NOW),
            slots,
            active,
            equivocated: BTreeSet::new(),
            is_whole: true,
        }
    }

    fn holds(facts: Facts, name: Name) -> Option<bool> {
        let conditions = judge(&config(), &Ok(facts), Some(&Ok("active".to_owned())), NOW);
        conditions.iter().find(|condition| condition.name == name.text()).unwrap().holds
    }

    #[test]
    fn every_condition_is_judged_once_whatever_is_known() {
        let all: Vec<&str> =
            <Name as strum::VariantArray>::VARIANTS.iter().map(|name| name.text()).collect();
        for facts in [Ok(facts(vec![])), Err("away".to_owned())] {
            let judged = judge(&config(), &facts, None, NOW);
            assert_eq!(judged.iter().map(|it| it.name).collect::<Vec<_>>(), all);
        }
        let away = judge(&config(), &Err("away".to_owned()), Some(&Ok("inactive".to_owned())), NOW);
        let fails: Vec<_> =
            away.iter().filter(|it| it.holds == Some(false)).map(|it| it.name).collect();
        assert_eq!(fails, ["program", "node"]);
    }

    #[test]
    fn silence_is_what_others_attested_to_long_ago_and_this_one_did_not() {
        for (slots, expected) in [
            (vec![], true),
            (vec![slot(&[(2, 51)], false)], false),
            (vec![slot(&[(2, 50)], false)], true),
            (vec![slot(&[(2, 900), (3, 900)], true)], false),
            (vec![slot(&[(1, 20), (2, 900)], true)], true),
            (vec![slot(&[(1, 900)], false)], true),
        ] {
            assert_eq!(holds(facts(slots.clone()), Name::Silent), Some(expected), "{slots:?}");
        }
        assert_eq!(holds(Facts { is_member: false, ..facts(vec![]) }, Name::Silent), None);
    }

    #[test]
    fn what_is_attested_to_becomes_final_in_time() {
        assert_eq!(holds(facts(vec![slot(&[(1, 100)], false)]), Name::Final), Some(true));
        assert_eq!(holds(facts(vec![slot(&[(1, 101)], false)]), Name::Final), Some(false));
        assert_eq!(holds(facts(vec![slot(&[(1, 101), (2, 90)], true)]), Name::Final), Some(true));
    }

    #[test]
    fn one_more_may_fall_silent() {
        let all = slot(&[(1, 9), (2, 9), (3, 9)], true);
        assert_eq!(holds(facts(vec![all]), Name::Margin), Some(true));
        assert_eq!(holds(facts(vec![slot(&[(1, 9), (2, 9)], true)]), Name::Margin), Some(false));
        assert_eq!(holds(facts(vec![]), Name::Margin), None);
    }

    #[test]
    fn funds_membership_and_a_second_word_are_seen() {
        assert_eq!(
            holds(Facts { balance: U256::from(15), ..facts(vec![]) }, Name::Funds),
            Some(false)
        );
        assert_eq!(holds(Facts { is_member: false, ..facts(vec![]) }, Name::Member), Some(false));
        let lied = Facts { equivocated: BTreeSet::from([who(2)]), ..facts(vec![]) };
        assert_eq!(holds(lied, Name::Equivocation), Some(false));
    }
}
