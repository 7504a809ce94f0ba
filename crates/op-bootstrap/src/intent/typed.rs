//! The fields that op-deployer reads, and their types.

use op_util::{foreign::clean, text};
use toml::{Table, Value};

use super::{
    Consequence, Finding,
    view::{View, shown},
};

/// What op-deployer reads a value as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Flag,
    /// A whole number of so many bits.
    Number(u32),
    Address,
    Word,
    /// Where contracts come from.
    Locator,
    /// A hexadecimal number in text.
    Big,
    /// A table with these fields.
    Of(&'static [(&'static str, Type)]),
    /// A list of such tables.
    ListOf(&'static [(&'static str, Type)]),
    /// Whatever contracts and scripts read of it.
    Any,
}

use Type::{Address, Any, Big, Flag, ListOf, Locator, Number, Of, Text, Word};

pub(super) const SUPERCHAIN_ROLES: [&str; 4] =
    ["SuperchainProxyAdminOwner", "SuperchainGuardian", "ProtocolVersionsOwner", "Challenger"];
pub(super) const ROLES: [&str; 7] = [
    "l1ProxyAdminOwner",
    "l2ProxyAdminOwner",
    "systemConfigOwner",
    "unsafeBlockSigner",
    "batcher",
    "proposer",
    "challenger",
];
pub(super) const VAULTS: [&str; 4] = [
    "baseFeeVaultRecipient",
    "l1FeeVaultRecipient",
    "sequencerFeeVaultRecipient",
    "operatorFeeVaultRecipient",
];

const INTENT: &[(&str, Type)] = &[
    ("configType", Text),
    ("opDeployerVersion", Text),
    ("l1ChainID", Number(64)),
    ("opcmAddress", Address),
    ("superchainConfigProxy", Address),
    ("superchainRoles", Of(SUPERCHAIN)),
    ("fundDevAccounts", Flag),
    ("l1ContractsLocator", Locator),
    ("l2ContractsLocator", Locator),
    ("chains", ListOf(CHAIN)),
    ("globalDeployOverrides", Any),
    ("useInterop", Flag),
    ("l1DevGenesisParams", Any),
    // Of chains since v0.5, and what the example of the book has at the top.
    ("useRevenueShare", Flag),
];
const SUPERCHAIN: &[(&str, Type)] = &[
    ("SuperchainProxyAdminOwner", Address),
    ("SuperchainGuardian", Address),
    ("ProtocolVersionsOwner", Address),
    ("Challenger", Address),
];
const CHAIN: &[(&str, Type)] = &[
    ("id", Word),
    ("baseFeeVaultRecipient", Address),
    ("l1FeeVaultRecipient", Address),
    ("sequencerFeeVaultRecipient", Address),
    ("operatorFeeVaultRecipient", Address),
    ("eip1559DenominatorCanyon", Number(64)),
    ("eip1559Denominator", Number(64)),
    ("eip1559Elasticity", Number(64)),
    ("gasLimit", Number(64)),
    ("roles", Of(CHAIN_ROLES)),
    ("deployOverrides", Any),
    ("dangerousAltDAConfig", Any),
    ("dangerousAdditionalDisputeGames", Any),
    ("operatorFeeScalar", Number(32)),
    ("operatorFeeConstant", Number(64)),
    ("l1StartBlockHash", Word),
    ("useRevenueShare", Flag),
    ("chainFeesRecipient", Address),
    ("minBaseFee", Number(64)),
    ("daFootprintGasScalar", Number(16)),
    ("customGasToken", Of(GAS_TOKEN)),
    ("l2DevGenesisParams", Any),
];
const CHAIN_ROLES: &[(&str, Type)] = &[
    ("l1ProxyAdminOwner", Address),
    ("l2ProxyAdminOwner", Address),
    ("systemConfigOwner", Address),
    ("unsafeBlockSigner", Address),
    ("batcher", Address),
    ("proposer", Address),
    ("challenger", Address),
];
const GAS_TOKEN: &[(&str, Type)] = &[
    ("name", Text),
    ("symbol", Text),
    ("initialLiquidity", Big),
    ("liquidityControllerOwner", Address),
];

/// Values of another type than op-deployer reads.
pub(super) fn findings(table: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    check(&View::root(table), INTENT, &mut findings);
    findings
}

fn check(view: &View<'_>, fields: &[(&str, Type)], findings: &mut Vec<Finding>) {
    for (name, kind) in fields {
        let Some(value) = view.get(name) else { continue };
        let at = view.place(name);
        match (kind, value) {
            (Of(inner), Value::Table(table)) => check(&View { table, at }, inner, findings),
            (ListOf(inner), Value::Array(items)) if items.iter().all(Value::is_table) => {
                for item in view.list(name) {
                    check(&item, inner, findings);
                }
            }
            _ if kind.takes(value) => {}
            _ => findings.push(wrong(at, *kind, value)),
        }
    }
}

fn wrong(at: String, kind: Type, value: &Value) -> Finding {
    // Go's TOML wraps it around.
    let wraps = matches!(kind, Number(_)) && value.as_integer().is_some_and(i64::is_negative);
    let (consequence, mend) = if wraps {
        (
            Consequence::LosesTheChain,
            "op-deployer reads it as a number near 2^64, and says nothing.",
        )
    } else {
        (Consequence::Stops, "op-deployer cannot read the file like this.")
    };
    Finding { at, consequence, expected: kind.shown(), found: shown(value), mend: mend.to_owned() }
}

impl Type {
    fn takes(self, value: &Value) -> bool {
        let hex = |digits: usize| {
            value.as_str().is_some_and(|text| {
                let inner = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                inner.is_some_and(|inner| {
                    inner.len() == digits && inner.bytes().all(|byte| byte.is_ascii_hexdigit())
                })
            })
        };
        match self {
            Text => value.is_str(),
            Flag => value.is_bool(),
            Number(bits) => value.as_integer().is_some_and(|number| {
                u64::try_from(number).is_ok_and(|number| bits >= 64 || number < 1 << bits)
            }),
            Address => hex(40),
            Word => hex(64),
            Locator => value.as_str().is_some_and(is_locator),
            Big => value.as_str().is_some_and(|text| {
                let digits = text.strip_prefix("0x").unwrap_or_default();
                // hexutil.Big: no leading zero.
                let plain = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
                plain && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits.len() <= 64
            }),
            Of(_) | ListOf(_) => false,
            Any => true,
        }
    }

    fn shown(self) -> String {
        match self {
            Text => "text".to_owned(),
            Flag => "true or false, without quotes".to_owned(),
            Number(bits) => format!("a whole number of {bits} bits, without quotes"),
            Address => "an address in quotes: 0x and 40 hex digits".to_owned(),
            Word => "0x and 64 hex digits in quotes".to_owned(),
            Locator => "embedded, file://…, https://…".to_owned(),
            Big => "a number in hex, in quotes: 0x…".to_owned(),
            Of(_) => "a table".to_owned(),
            ListOf(_) => "a list of tables".to_owned(),
            Any => "anything".to_owned(),
        }
    }
}

fn is_locator(text: &str) -> bool {
    text == "embedded" || ["file:", "http:", "https:"].iter().any(|scheme| text.starts_with(scheme))
}

/// Names that op-deployer does not read: it says nothing, and takes the default.
pub(super) fn unknown(table: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    unread(&View::root(table), INTENT, &mut findings);
    findings
}

fn unread(view: &View<'_>, fields: &[(&str, Type)], findings: &mut Vec<Finding>) {
    for name in view.table.keys() {
        let known = fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        match known {
            Some((field, Of(inner))) => {
                if let Some(table) = view.inner(field) {
                    unread(&table, inner, findings);
                }
            }
            Some((field, ListOf(inner))) => {
                view.list(field).iter().for_each(|item| unread(item, inner, findings));
            }
            Some(_) => {}
            None => {
                let meant = text::meant(name, fields.iter().map(|(field, _)| *field));
                findings.push(Finding {
                    at: clean(&view.place(name)),
                    consequence: Consequence::Warns,
                    expected: "a name that op-deployer reads".to_owned(),
                    found: clean(name),
                    mend: meant.map_or_else(
                        || {
                            "op-deployer passes over it, and takes its default: leave it out."
                                .to_owned()
                        },
                        |meant| format!("op-deployer passes over it: did you mean {meant}?"),
                    ),
                });
            }
        }
    }
}
