//! What was tried, and what came of it.

use std::fmt;

use serde::Serialize;

/// One thing that was tried.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    pub name: &'static str,
    pub expected: &'static str,
    pub found: String,
    /// Whether that is the same.
    pub passed: bool,
}

/// What the agreement of three witnesses took.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Lines of the archive.
    pub entries: u64,
    /// Observations that three witnesses derived from it and made final.
    pub observations: usize,
    /// Seconds from the first proposal to the last finality.
    pub seconds: f64,
    /// Transactions in that time.
    pub transactions: usize,
    /// Gas of proposing them.
    pub propose_gas: u64,
    /// Gas of each witness' attestations.
    pub attest_gas: [u64; 3],
    pub cases: Vec<Case>,
}

impl Report {
    #[must_use]
    pub fn passed(&self) -> bool {
        self.cases.iter().all(|case| case.passed)
    }
}

/// Hashes and addresses by their beginning.
fn short(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.get(..10) {
        Some(start) if word.starts_with("0x") && word.len() > 20 => format!("{start}…"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Case { name, expected, found, passed } in &self.cases {
            let mark = if *passed { "ok    " } else { "FAILED" };
            writeln!(formatter, "{mark}  {name:42}  {expected:26}  {}", short(found))?;
        }
        let [first, second, third] = self.attest_gas;
        writeln!(
            formatter,
            "\n{} entries, {} observations, 3 witnesses: final in {:.1} s, {} transactions",
            self.entries, self.observations, self.seconds, self.transactions
        )?;
        write!(
            formatter,
            "gas: proposed for {}, attested to for {first}, {second} and, final with it, {third}",
            self.propose_gas
        )
    }
}
