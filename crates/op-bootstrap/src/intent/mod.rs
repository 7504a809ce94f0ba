//! `intent.toml`, as op-deployer reads it, and what is wrong with it before anything is paid.
//!
//! Sources: op-deployer `pkg/deployer/state/intent.go` and `chain_intent.go` at v0.5 and v0.7. A test asks the
//! official program: what the lint calls a stop is what it stops with.

mod rules;
mod typed;
mod view;

use alloy_primitives::U256;
use op_util::foreign::clean;
use serde::Serialize;

/// What the intent is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meant {
    /// Chain id of the L1.
    pub l1_chain_id: Option<u64>,
    /// Chain id of the L2.
    pub l2_chain_id: Option<u64>,
    /// Nobody else can send transactions to the L1.
    pub private: bool,
    /// op-deployer is older than 0.7, whose contracts have an owner of protocol versions.
    pub before_0_7: bool,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Consequence {
    /// Nothing stops, and it is to be looked at.
    Warns,
    /// op-deployer goes on, and the chain is lost by it.
    LosesTheChain,
    /// op-deployer stops, before anything is paid.
    Stops,
    /// op-deployer stops when something was paid already.
    StopsLate,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Where it stands: `chains[0].roles.batcher`.
    pub at: String,
    /// What becomes of it.
    pub consequence: Consequence,
    /// What was expected.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What to do.
    pub mend: String,
}

/// All that is wrong with an intent, the worst first.
#[must_use]
pub fn lint(text: &str, meant: &Meant) -> Vec<Finding> {
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            return vec![Finding {
                at: "intent.toml".to_owned(),
                consequence: Consequence::Stops,
                expected: "TOML".to_owned(),
                found: clean(&error.to_string()),
                mend: "Write it as op-deployer init made it.".to_owned(),
            }];
        }
    };
    let mut findings = typed::findings(&table);
    // What is of another type cannot be judged, and op-deployer reads nothing of the file.
    if findings.is_empty() {
        findings = rules::findings(&table, meant);
    }
    findings.extend(typed::unknown(&table));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.consequence));
    findings
}

/// Whether `op-deployer apply` may be run with it.
#[must_use]
pub fn passes(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.consequence == Consequence::Warns)
}

/// The findings as text, and a last line with the answer.
#[must_use]
pub fn report(findings: &[Finding]) -> String {
    let block = |finding: &Finding| {
        let Finding { at, consequence, expected, found, mend } = finding;
        let what = match consequence {
            Consequence::Warns => "look at",
            Consequence::LosesTheChain => "op-deployer lets through, and the chain is lost by",
            Consequence::Stops => "op-deployer stops at",
            Consequence::StopsLate => "op-deployer stops late, after it has paid, at",
        };
        format!("{what} {at}\n  expected  {expected}\n  found     {found}\n  mend      {mend}\n")
    };
    let end = if passes(findings) { "the intent may be applied" } else { "the intent is refused" };
    findings.iter().map(block).chain([end.to_owned()]).collect()
}

/// A chain id as intents have it: 32 bytes in hex.
#[must_use]
pub fn chain_id_hex(id: u64) -> String {
    format!("0x{:064x}", U256::from(id))
}

#[cfg(test)]
mod tests;
