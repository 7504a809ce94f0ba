//! What has to hold while a witness runs: the one table of conditions, alerts and runbooks.

use std::fmt::Write as _;

use serde::Serialize;

/// Who is called, by the field's convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    Critical,
    Warning,
}

macro_rules! table {
    ($($name:ident $text:literal: $holds:literal, $alert:literal $severity:ident after $minutes:literal;)*) => {
        #[allow(missing_docs, reason = "its row says when it holds")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray)]
        pub enum Name { $($name,)* }

        impl Name {
            /// As it is written everywhere.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
            /// When it holds.
            #[must_use]
            pub const fn holds_when(self) -> &'static str {
                match self { $(Self::$name => $holds,)* }
            }
            /// The alert that reports it; its runbook says what to do.
            #[must_use]
            pub const fn alert(self) -> &'static str {
                match self { $(Self::$name => $alert,)* }
            }
            const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }
            /// Minutes for which it does not hold before somebody is called.
            const fn minutes(self) -> u64 {
                match self { $(Self::$name => $minutes,)* }
            }
        }

        const PAGES: &[(&str, &str)] = &[
            $(($alert, include_str!(concat!("../runbooks/", $alert, ".md"))),)*
            (DOWN, include_str!("../runbooks/EcWitnessHealthDown.md")),
        ];
    };
}

/// The alert that the health service is away.
pub const DOWN: &str = "EcWitnessHealthDown";

table! {
    Program "program": "the unit that signs runs", "EcWitnessStopped" Critical after 2;
    Node "node": "the chain's node answers, and the ledger is there", "EcWitnessNodeFailing" Warning after 5;
    Member "member": "the registry has this witness as a member", "EcWitnessNotMember" Critical after 2;
    Funds "funds": "this witness can pay for gas", "EcWitnessFundsShort" Warning after 5;
    Silent "silent": "this witness attests to what others attest to", "EcWitnessSilent" Critical after 1;
    Final "final": "what a witness attested to becomes final", "EcWitnessNotFinal" Warning after 1;
    Equivocation "equivocation": "no witness attested to two observations of one slot", "EcWitnessEquivocation" Critical after 0;
    Margin "margin": "one more witness may fall silent, and there is a quorum still", "EcWitnessQuorumMargin" Warning after 15;
}

/// Whether a condition holds, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    pub name: &'static str,
    /// `None` where nobody can tell.
    pub holds: Option<bool>,
    pub found: String,
    pub alert: &'static str,
}

/// The page of an alert, whatever its letters' case, also without `EcWitness`.
#[must_use]
pub fn runbook(alert: &str) -> Option<&'static str> {
    let plain = |name: &str| name.to_lowercase().replace("ecwitness", "");
    PAGES.iter().find(|(name, _)| plain(name) == plain(alert)).map(|(_, page)| *page)
}

/// All alerts.
pub fn alerts() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
}

/// The rules for Prometheus, from the table.
#[must_use]
pub fn rules() -> String {
    let mut text = "# Made from crates/witness/src/condition.rs: `ec-witness alerts`.\ngroups:\n  - name: ec-witness\n    rules:\n"
        .to_owned();
    let mut rule = |alert: &str, expr: &str, minutes: u64, severity: Severity, summary: &str| {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "      - alert: {alert}\n        expr: {expr}\n        for: {minutes}m\n        labels:\n          severity: {severity}\n        annotations:\n          summary: \"Expected: {summary}.\"\n          runbook: ec-witness runbook {alert}\n"
        );
    };
    for name in <Name as strum::VariantArray>::VARIANTS {
        let expr = format!("ec_witness_condition{{condition=\"{}\"}} == 0", name.text());
        rule(name.alert(), &expr, name.minutes(), name.severity(), name.holds_when());
    }
    let expr = "up{job=\"ec-witness\"} == 0 or time() - ec_witness_looked_timestamp_seconds > 300";
    rule(DOWN, expr, 5, Severity::Warning, "the health service of the witness answers and looks");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alert_has_a_page_that_says_what_to_do() {
        for alert in alerts() {
            let page = runbook(alert).unwrap();
            let sections =
                ["## What it means", "## How to look", "## What to do", "## What not to do"];
            assert!(page.starts_with(&format!("# {alert}\n")), "{alert}");
            assert!(sections.iter().all(|section| page.contains(section)), "{alert}");
            assert!(!page.to_lowercase().contains("delete the journal"), "{alert}");
        }
        assert!(runbook("silent").is_some() && runbook("nothing").is_none());
    }

    #[test]
    fn the_rules_are_those_of_the_table() {
        let kept = include_str!("../monitoring/alerts.yml");
        assert_eq!(rules(), kept, "`ec-witness alerts > crates/witness/monitoring/alerts.yml`");
    }
}
