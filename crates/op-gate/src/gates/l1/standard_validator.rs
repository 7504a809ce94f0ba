//! What the official validator says of the chain's contracts: the chain names the contracts manager that
//! deployed or upgraded them last, and that names the validator of its release.
//!
//! Its complaints are about a standard, and a chain may choose otherwise. So only parts of different chains
//! refuse; what is merely unusual warns, and what every fresh chain has counts for nothing.

use eth_rpc::{Reading, Unread};
use op_chain::getters::LAST_USED_OPCM;
use op_chain::standard_validator::{Complaint, Weight, complaints};

use super::getter::Contract;
use crate::finding::{Comparison, Finding};
use crate::read::l1::validation::Validation;
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::StandardValidator;
const EXPECTED: (&str, &str) = ("no complaint", "the release of the chain's contracts");

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    facts.l1.validation.as_ref().map_or_else(Vec::new, |validation| judged(validation, facts))
}

fn judged(validation: &Validation, facts: &Facts) -> Vec<Finding> {
    let Validation { manager, validator, complaints } = validation;
    let system = Contract::system_config(facts);
    let unread = |what: &str, source: &str, unread: &Unread| {
        vec![Finding::unread(GATE, what, source, unread)]
    };
    let not_askable = |why: String| vec![Finding::skip(GATE, format!("not askable: {why}"))];
    let (manager_at, validator) = match (&manager.address, validator) {
        (Ok(at), Some(validator)) => (at, validator),
        (reading, _) => {
            // Zero, or a getter that there is only since v7.
            let none = |_: &_, source: &str| {
                Finding::skip(GATE, format!("not askable: {source} names no contracts manager"))
            };
            return vec![system.judge(GATE, (LAST_USED_OPCM, reading), none)];
        }
    };
    let source = format!("opcmStandardValidator() of the contracts manager at {manager_at}");
    let validator = match validator {
        Ok(validator) => validator,
        Err(Unread::Reverted(_)) => {
            return not_askable(format!("the contracts manager at {manager_at} is older than 7.0"));
        }
        Err(error) => return unread("a validator", &source, error),
    };
    if let Err(error) = &manager.owner {
        return unread("an owner", &system.source("proxyAdminOwner()"), error);
    }
    let source = format!("the standard validator at {validator} on {}", facts.l1.endpoint);
    complaints.as_ref().map_or_else(Vec::new, |answer| of_answer(answer, &source))
}

fn of_answer(answer: &Reading<String>, source: &str) -> Vec<Finding> {
    let unread = |unread: &Unread| vec![Finding::unread(GATE, EXPECTED.0, source, unread)];
    match answer.as_ref().map(|answer| complaints(answer)) {
        Ok(Some(all)) => of_complaints(&all, source),
        Ok(None) => unread(&Unread::Malformed("more codes than a validator has".to_owned())),
        Err(Unread::Reverted(reason)) => {
            vec![Comparison::new(GATE, EXPECTED, (format!("it reverts: {reason}"), source)).warn(
                "It stops where a contract of the chain lacks what its release has: the contracts \
                 are of several releases. If the chain's owner did not mean that, have the \
                 contracts manager upgrade them.",
            )]
        }
        Err(error) => unread(error),
    }
}

fn of_complaints(all: &[Complaint], source: &str) -> Vec<Finding> {
    let lawful = |complaint: &&Complaint| complaint.weight == Weight::Lawful;
    let mut findings: Vec<_> = all
        .iter()
        .filter(|complaint| !lawful(complaint))
        .map(|complaint| of_complaint(complaint, source))
        .collect();
    if findings.is_empty() {
        let codes: Vec<_> = all.iter().filter(lawful).map(|known| &*known.code).collect();
        let found = match &*codes {
            [] => "none".to_owned(),
            codes => format!("none but the usual ones: {}", codes.join(", ")),
        };
        findings.push(Comparison::new(GATE, EXPECTED, (found, source)).holds());
    }
    findings
}

fn of_complaint(Complaint { code, says, weight }: &Complaint, source: &str) -> Finding {
    let comparison = Comparison::new(GATE, EXPECTED, (format!("{code}: {says}"), source));
    if *weight == Weight::Wrong {
        return comparison.refuse(
            "Contracts of different chains are tied together, and what goes through them may be \
             lost: the chain's owner has to find out how that came to be, and mend it with the \
             contracts manager.",
        );
    }
    comparison.warn(
        "The contracts are not as their release deploys them: if the chain's owner did not mean \
         that, have the contracts manager upgrade them.",
    )
}
