//! The rules, beyond types.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256, b256};
use op_chain::published;
use toml::{Table, Value};

use super::typed::{ROLES, SUPERCHAIN_ROLES, VAULTS};
use super::view::{View, shown};
use super::{Consequence, Finding, Meant, chain_id_hex};

/// What op-deployer up to 0.7.1 takes where the intent names none: a program for the 32-bit VM, which no chain of
/// today can run.
const STALE_PRESTATE: alloy_primitives::B256 =
    b256!("038512e02c4c3f7bdaec27d00edf55b7155e0905301e1a88083e4e0a6764d54c");
/// Of the deployed resource configuration: below it a deposit may not fit.
const LEAST_GAS_LIMIT: u64 = 21_000_000;
/// The one type of game that op-deployer lays out.
const PERMISSIONED: i64 = 1;
const STANDARD: [(&str, u64); 4] = [
    ("eip1559DenominatorCanyon", 250),
    ("eip1559Denominator", 50),
    ("eip1559Elasticity", 6),
    ("gasLimit", 60_000_000),
];

struct Lint<'a> {
    meant: &'a Meant,
    findings: Vec<Finding>,
}

pub(super) fn findings(table: &Table, meant: &Meant) -> Vec<Finding> {
    let mut lint = Lint { meant, findings: Vec::new() };
    lint.intent(&View::root(table));
    lint.findings
}

impl Lint<'_> {
    fn add(
        &mut self,
        at: String,
        consequence: Consequence,
        (expected, found): (impl Into<String>, impl Into<String>),
        mend: impl Into<String>,
    ) {
        let (expected, found, mend) = (expected.into(), found.into(), mend.into());
        self.findings.push(Finding { at, consequence, expected, found, mend });
    }

    fn stops(&mut self, at: String, expected: &str, found: impl Into<String>, mend: &str) {
        self.add(at, Consequence::Stops, (expected, found), mend);
    }

    fn intent(&mut self, intent: &View<'_>) {
        let kind = intent.text("configType").unwrap_or_default();
        let is_standard = kind == "standard";
        if !["standard", "custom", "standard-overrides"].contains(&kind) {
            self.stops(
                "configType".to_owned(),
                "custom, standard or standard-overrides",
                kind,
                "custom deploys a superchain of its own; standard takes the shared one.",
            );
        }
        self.l1(intent);
        for locator in ["l1ContractsLocator", "l2ContractsLocator"] {
            if intent.get(locator).is_none() {
                self.stops(
                    locator.to_owned(),
                    "embedded, file://… or https://…",
                    "nothing",
                    "Name where the contracts come from.",
                );
            }
        }
        if is_standard {
            self.standard(intent);
        } else {
            self.superchain(intent);
        }
        let chains = intent.list("chains");
        if chains.is_empty() && !is_standard {
            self.stops(
                "chains".to_owned(),
                "one [[chains]]",
                "none",
                "op-deployer init --l2-chain-ids makes it.",
            );
        }
        for chain in &chains {
            self.chain(chain);
            if is_standard {
                self.standard_chain(chain);
            }
        }
        self.premine(intent, &chains);
        self.overrides(intent, &chains);
        self.accounts(intent, &chains);
    }

    fn l1(&mut self, intent: &View<'_>) {
        let found = intent.number("l1ChainID");
        if found == 0 {
            self.stops(
                "l1ChainID".to_owned(),
                "the chain id of the L1",
                "0",
                "Sepolia is 11155111.",
            );
        } else if let Some(expected) = self.meant.l1_chain_id.filter(|expected| *expected != found)
        {
            self.add(
                "l1ChainID".to_owned(),
                Consequence::Stops,
                (expected.to_string(), found.to_string()),
                "op-deployer compares it with the L1: take the L1's, or another endpoint.",
            );
        }
    }

    /// A chain with a superchain of its own, or with the one that its OPCM has.
    fn superchain(&mut self, intent: &View<'_>) {
        let (opcm, roles) = (intent.get("opcmAddress"), intent.inner("superchainRoles"));
        match (opcm, roles) {
            (Some(_), Some(_)) => self.stops(
                "superchainRoles".to_owned(),
                "none beside opcmAddress",
                "both",
                "An OPCM brings its superchain: leave the roles out, or opcmAddress.",
            ),
            (None, None) => self.stops(
                "superchainRoles".to_owned(),
                "roles, as there is no opcmAddress",
                "neither",
                "Name who owns the superchain that is deployed along.",
            ),
            (None, Some(roles)) => {
                let all = SUPERCHAIN_ROLES
                    .into_iter()
                    .filter(|role| self.meant.before_0_7 || *role != "ProtocolVersionsOwner");
                for role in all.collect::<Vec<_>>() {
                    self.given(&roles, role);
                }
            }
            (Some(_), None) => {}
        }
        if intent.get("superchainConfigProxy").is_some()
            && intent.get("superchainRoles").is_some()
            && opcm.is_none()
        {
            self.add(
                "superchainConfigProxy".to_owned(),
                Consequence::Warns,
                ("none beside superchainRoles", "both"),
                "op-deployer 0.7 refuses both together.",
            );
        }
    }

    fn standard(&mut self, intent: &View<'_>) {
        const MEND: &str =
            "standard takes what the superchain has: leave it out, or set configType = \"custom\".";
        for name in ["superchainRoles", "superchainConfigProxy"] {
            if intent.get(name).is_some() {
                self.stops(
                    name.to_owned(),
                    "nothing with configType = \"standard\"",
                    "a value",
                    MEND,
                );
            }
        }
        if intent.flag("useInterop") {
            self.stops("useInterop".to_owned(), "false", "true", MEND);
        }
        if intent.get("opcmAddress").is_none() {
            self.stops(
                "opcmAddress".to_owned(),
                "the registry's OPCM of this release",
                "nothing",
                "op-deployer init --intent-type standard writes it.",
            );
        }
    }

    fn standard_chain(&mut self, chain: &View<'_>) {
        for (name, expected) in STANDARD {
            let found = chain.number(name);
            if found != expected && found != 0 {
                self.stops(
                    chain.place(name),
                    &format!("{expected}, as standard has it"),
                    found.to_string(),
                    "Take the standard value, or configType = \"standard-overrides\".",
                );
            }
        }
        for name in ["dangerousAdditionalDisputeGames", "customGasToken"] {
            let given = match chain.get(name) {
                Some(Value::Array(games)) => !games.is_empty(),
                Some(Value::Table(_)) => chain.inner(name).is_some_and(|token| is_token(&token)),
                _ => false,
            };
            if given {
                self.stops(
                    chain.place(name),
                    "nothing with configType = \"standard\"",
                    "a value",
                    "Set configType = \"custom\".",
                );
            }
        }
    }

    /// An address that must be there.
    fn given(&mut self, view: &View<'_>, name: &str) {
        if view.address(name).is_zero() {
            let found = if view.get(name).is_some() { "the zero address" } else { "nothing" };
            self.stops(
                view.place(name),
                "an address",
                found,
                "op-warden keys generate prints the address of a new key.",
            );
        }
    }

    fn chain(&mut self, chain: &View<'_>) {
        self.id(chain);
        let empty = Table::new();
        let roles =
            chain.inner("roles").unwrap_or(View { table: &empty, at: chain.place("roles") });
        for role in ROLES {
            self.given(&roles, role);
        }
        for vault in VAULTS {
            self.given(chain, vault);
        }
        for (name, standard) in &STANDARD {
            if chain.number(name) == 0 {
                self.stops(
                    chain.place(name),
                    "more than 0",
                    "0",
                    &format!("Standard chains have {standard}."),
                );
            }
        }
        let gas = chain.number("gasLimit");
        if (1..LEAST_GAS_LIMIT).contains(&gas) {
            self.add(
                chain.place("gasLimit"),
                Consequence::Warns,
                (format!("{LEAST_GAS_LIMIT} or more"), gas.to_string()),
                "Below it op-deployer shrinks what deposits may use of a block.",
            );
        }
        if let Some(token) = chain.inner("customGasToken").filter(is_token) {
            for name in ["name", "symbol"] {
                if token.text(name).unwrap_or_default().is_empty() {
                    self.stops(
                        token.place(name),
                        "a text, as the chain has a gas token of its own",
                        "nothing",
                        "Name it, or leave customGasToken out: users then pay gas with ETH.",
                    );
                }
            }
        }
        if chain.flag("useRevenueShare") && chain.address("chainFeesRecipient").is_zero() {
            let at = chain.place("chainFeesRecipient");
            let consequence =
                if self.meant.before_0_7 { Consequence::Stops } else { Consequence::StopsLate };
            self.add(
                at,
                consequence,
                ("an address, as useRevenueShare is true", "none"),
                "Name who gets the chain's part of the fees.",
            );
        }
    }

    fn id(&mut self, chain: &View<'_>) {
        let (at, found) = (chain.place("id"), chain.word("id"));
        if found.is_zero() {
            self.stops(at, "a chain id", "0", "Choose an id that no chain has: chainlist.org.");
            return;
        }
        let shown = format!("{} ({found})", chain.text("id").unwrap_or_default());
        if let Some(expected) =
            self.meant.l2_chain_id.filter(|expected| U256::from(*expected) != found)
        {
            self.add(
                at,
                Consequence::LosesTheChain,
                (format!("{} ({expected})", chain_id_hex(expected)), shown),
                "The id is in hex here. A chain has its id for ever, and it is in every signature.",
            );
        } else if self.meant.l2_chain_id.is_none() && looks_decimal(found) {
            self.add(
                at,
                Consequence::Warns,
                ("the id in hex", format!("{shown}, whose hex digits read like a decimal number")),
                "Were the digits meant as decimal ones? Give the id as --chain, and it is compared.",
            );
        }
    }

    /// Whoever has a balance that nobody deposited can withdraw what others did.
    fn premine(&mut self, intent: &View<'_>, chains: &[View<'_>]) {
        const MEND: &str = "Leave it out: ETH on L2 comes by deposits. Whoever has a premined balance withdraws \
            what others deposited, and the keys of the test accounts are everybody's.";
        if self.meant.private {
            return;
        }
        if intent.flag("fundDevAccounts") {
            self.add(
                "fundDevAccounts".to_owned(),
                Consequence::LosesTheChain,
                ("false on an L1 that others use", "true"),
                MEND,
            );
        }
        let of_l1 = [(intent.clone(), "l1DevGenesisParams")];
        let of_chains = chains.iter().map(|chain| (chain.clone(), "l2DevGenesisParams"));
        for (view, name) in of_l1.into_iter().chain(of_chains) {
            let prefund = view.inner(name).and_then(|params| params.inner("prefund"));
            if prefund.is_some_and(|prefund| !prefund.table.is_empty()) {
                self.add(
                    view.place(name),
                    Consequence::LosesTheChain,
                    ("no prefund on an L1 that others use", "a prefund"),
                    MEND,
                );
            }
        }
    }

    fn overrides(&mut self, intent: &View<'_>, chains: &[View<'_>]) {
        const MEND: &str = "A permissioned game runs no program, so the chain starts with it. Before games are for \
            everybody, the prestate of this chain must be built and set.";
        let all = [(intent.clone(), "globalDeployOverrides")]
            .into_iter()
            .chain(chains.iter().map(|chain| (chain.clone(), "deployOverrides")));
        let all: Vec<View<'_>> = all.filter_map(|(view, name)| view.inner(name)).collect();
        let prestate = all.iter().rev().find_map(|view| {
            let text = view.text("faultGameAbsolutePrestate")?;
            Some((view.place("faultGameAbsolutePrestate"), text.to_ascii_lowercase()))
        });
        let stale = STALE_PRESTATE.to_string();
        match prestate {
            Some((at, found)) if found == stale => self.add(
                at,
                Consequence::Warns,
                ("the prestate of a program for the 64-bit VM", found),
                MEND,
            ),
            None => self.add(
                "globalDeployOverrides.faultGameAbsolutePrestate".to_owned(),
                Consequence::Warns,
                (
                    "a prestate",
                    format!("none: op-deployer takes {stale}, a program for the 32-bit VM"),
                ),
                MEND,
            ),
            Some(_) => {}
        }
        for view in &all {
            let game = view.get("disputeGameType").or_else(|| view.get("respectedGameType"));
            if let Some(game) = game.filter(|game| game.as_integer() != Some(PERMISSIONED)) {
                self.add(
                    view.place("disputeGameType"),
                    Consequence::StopsLate,
                    ("1, permissioned games", shown(game)),
                    "A chain begins with permissioned games; others are added to it when its prestate is there.",
                );
            }
        }
    }

    /// Whose keys everybody knows, and who would take each other's nonces.
    fn accounts(&mut self, intent: &View<'_>, chains: &[View<'_>]) {
        let mut named: Vec<(String, Address)> = Vec::new();
        let mut note = |view: &View<'_>, names: &[&str]| {
            named.extend(names.iter().map(|name| (view.place(name), view.address(name))));
        };
        if let Some(roles) = intent.inner("superchainRoles") {
            note(&roles, &SUPERCHAIN_ROLES);
        }
        for chain in chains {
            note(chain, &VAULTS);
            note(chain, &["chainFeesRecipient"]);
            if let Some(roles) = chain.inner("roles") {
                note(&roles, &ROLES);
            }
        }
        for (at, account) in named {
            if let Some(whose) = published::whose(&account).filter(|_| !self.meant.private) {
                self.add(
                    at,
                    Consequence::LosesTheChain,
                    ("an account whose key only its owner has", format!("{account}, of {whose}")),
                    "Robots empty it, and whoever wants takes the role: op-warden keys generate makes a key.",
                );
            }
        }
        for roles in chains.iter().filter_map(|chain| chain.inner("roles")) {
            let mut senders: BTreeMap<Address, Vec<&str>> = BTreeMap::new();
            for role in ["batcher", "proposer", "challenger"] {
                senders.entry(roles.address(role)).or_default().push(role);
            }
            senders.remove(&Address::ZERO);
            for (account, same) in senders.into_iter().filter(|(_, same)| same.len() > 1) {
                self.add(
                    roles.at.clone(),
                    if self.meant.private {
                        Consequence::Warns
                    } else {
                        Consequence::LosesTheChain
                    },
                    (
                        "one account for each service that sends to L1",
                        format!("{account} for {}", same.join(" and ")),
                    ),
                    "They would take each other's nonces: a key for each.",
                );
            }
        }
    }
}

fn is_token(token: &View<'_>) -> bool {
    ["name", "symbol"].iter().any(|name| !token.text(name).unwrap_or_default().is_empty())
        || token.get("initialLiquidity").is_some()
        || !token.address("liquidityControllerOwner").is_zero()
}

/// Seven hex digits or more without a letter: one id of 26 looks so by chance.
fn looks_decimal(id: U256) -> bool {
    let digits = format!("{id:x}");
    digits.len() >= 7 && digits.bytes().all(|digit| digit.is_ascii_digit())
}
