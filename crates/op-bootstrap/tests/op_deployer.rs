//! The official op-deployer, asked about every rule of the lint: what the lint calls a stop is what it stops
//! with, and what it lets through is what the lint alone knows.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use op_bootstrap::intent::{Consequence, Meant, lint, report};

const RIGHT: &str = include_str!("data/intent.toml");
/// What is built here is op-deployer of the monorepo at v1.17.0, between 0.6 and 0.7: it asks for an owner of
/// protocol versions, as 0.6 does, and for nobody who gets the chain's fees, as 0.7.
const MEANT: Meant =
    Meant { l1_chain_id: None, l2_chain_id: Some(20_260_619), private: false, before_0_7: true };
const LIKE_0_7: &str = "useRevenueShare = true";
const OWNER: &str = "protocolVersionsOwner = \"0x1a00000000000000000000000000000000000042\"\n";

/// What is changed in a right intent: a text, and what takes its place.
type Change = (&'static str, &'static str);

/// Each spoils one thing. Both agree whether op-deployer stops at it.
const CHANGES: &[Change] = &[
    ("", ""),
    // Types and forms.
    ("configType = \"custom\"", "configType = \"customs\""),
    ("configType = \"custom\"", ""),
    ("configType = \"custom\"", "configType = 1"),
    ("configType = \"custom\"", "configType = \"standard-overrides\""),
    ("configType = \"custom\"", "configType \"custom\""),
    ("configType", "CONFIGTYPE"),
    ("l1ChainID = 11155111", "l1ChainID = 0"),
    ("l1ChainID = 11155111", ""),
    ("l1ChainID = 11155111", "l1ChainID = -1"),
    ("l1ChainID = 11155111", "l1ChainID = \"11155111\""),
    ("l1ChainID = 11155111", "l1ChainID = 0xaa36a7"),
    ("fundDevAccounts = false", "fundDevAccounts = \"false\""),
    ("fundDevAccounts = false", "fundDevAccounts = true"),
    ("useInterop = false", "useInterop = 0"),
    ("useInterop = false", "useInterop = false\nnobodyReadsThis = 1"),
    ("gasLimit = 60000000", "gasLimit = \"60000000\""),
    ("gasLimit = 60000000", "gasLimit = 60000000.0"),
    ("gasLimit = 60000000", "gasLimit = 60_000_000"),
    ("daFootprintGasScalar = 0", "daFootprintGasScalar = 65535"),
    ("daFootprintGasScalar = 0", "daFootprintGasScalar = 65536"),
    ("operatorFeeScalar = 0", "operatorFeeScalar = 4294967296"),
    // Locators.
    ("l1ContractsLocator = \"file:///nonexistent\"", ""),
    ("l2ContractsLocator = \"file:///nonexistent\"", ""),
    (
        "l2ContractsLocator = \"file:///nonexistent\"",
        "l2ContractsLocator = \"tag://op-contracts/v4.0.0\"",
    ),
    ("l2ContractsLocator = \"file:///nonexistent\"", "l2ContractsLocator = \"\""),
    ("l2ContractsLocator = \"file:///nonexistent\"", "l2ContractsLocator = \"/nonexistent\""),
    // The superchain.
    ("superchainGuardian = \"0x1a00000000000000000000000000000000000002\"", ""),
    ("superchainGuardian = \"0x1a0", "superchainGuardian = \"0x"),
    ("superchainGuardian = \"0x1a", "superchainGuardian = \"1a"),
    ("superchainGuardian = \"0x1a", "superchainGuardian = \"0X1A"),
    ("0x1a00000000000000000000000000000000000002", "0x0000000000000000000000000000000000000000"),
    (OWNER, ""),
    ("[superchainRoles]", "[superchainRole]"),
    (
        "useInterop = false",
        "useInterop = false\nopcmAddress = \"0x1a00000000000000000000000000000000000043\"",
    ),
    // The chain.
    ("[[chains]]", "[[chain]]"),
    ("[[chains]]", "[chains]"),
    ("135270b\"", "135270\""),
    (
        "id = \"0x000000000000000000000000000000000000000000000000000000000135270b\"",
        "id = 20260619",
    ),
    ("id = \"0x000000000000000000000000000000000000000000000000000000000135270b\"", ""),
    ("000135270b\"", "0000000000\""),
    ("batcher = \"0x1a0000000000000000000000000000000000000d\"", ""),
    (
        "batcher = \"0x1a0000000000000000000000000000000000000d\"",
        "Batcher = \"0x1a0000000000000000000000000000000000000d\"",
    ),
    (
        "batcher = \"0x1a0000000000000000000000000000000000000d\"",
        "batchers = \"0x1a0000000000000000000000000000000000000d\"",
    ),
    ("proposer = \"0x1a0000000000000000000000000000000000000e\"", ""),
    ("unsafeBlockSigner = \"0x1a0000000000000000000000000000000000000c\"", ""),
    ("systemConfigOwner = \"0x1a0000000000000000000000000000000000000b\"", ""),
    ("l1ProxyAdminOwner = \"0x1a00000000000000000000000000000000000009\"", ""),
    ("l2ProxyAdminOwner = \"0x1a0000000000000000000000000000000000000a\"", ""),
    ("[chains.roles]", "[chains.role]"),
    ("eip1559Denominator = 50", "eip1559Denominator = 0"),
    ("eip1559DenominatorCanyon = 250", ""),
    ("eip1559Elasticity = 6", "eip1559Elasticity = 0"),
    ("gasLimit = 60000000", "gasLimit = 0"),
    ("gasLimit = 60000000", ""),
    ("gasLimit = 60000000", "gasLimit = 20000000"),
    ("baseFeeVaultRecipient = \"0x1a00000000000000000000000000000000000004\"", ""),
    ("l1FeeVaultRecipient = \"0x1a00000000000000000000000000000000000005\"", ""),
    ("sequencerFeeVaultRecipient = \"0x1a00000000000000000000000000000000000006\"", ""),
    ("operatorFeeVaultRecipient = \"0x1a00000000000000000000000000000000000007\"", ""),
    ("minBaseFee = 0", "minBaseFee = 0\nuseRevenueShare = true"),
    (
        "chainFeesRecipient = \"0x1a00000000000000000000000000000000000008\"",
        "useRevenueShare = true",
    ),
    ("[chains.roles]", "[chains.customGasToken]\nname = \"A\"\n[chains.roles]"),
    ("[chains.roles]", "[chains.customGasToken]\nsymbol = \"A\"\n[chains.roles]"),
    ("[chains.roles]", "[chains.customGasToken]\nname = \"A\"\nsymbol = \"B\"\n[chains.roles]"),
    ("[chains.roles]", "[chains.customGasToken]\ninitialLiquidity = \"0x1\"\n[chains.roles]"),
    ("[chains.roles]", "[chains.customGasToken]\ninitialLiquidity = \"1\"\n[chains.roles]"),
    (
        "[chains.roles]",
        "[chains.customGasToken]\nname = \"A\"\nsymbol = \"B\"\ninitialLiquidity = \"0x01\"\n[chains.roles]",
    ),
    (
        "[chains.roles]",
        "[chains.customGasToken]\nliquidityControllerOwner = \"0x1a00000000000000000000000000000000000044\"\n[chains.roles]",
    ),
    // What it lets through.
    ("000135270b\"", "0020260619\""),
    ("0x1a0000000000000000000000000000000000000d", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ("0x1a0000000000000000000000000000000000000d", "0x1a0000000000000000000000000000000000000e"),
];

fn main() -> ExitCode {
    let trial = Trial::ignorable_test("the_lint_stops_where_op_deployer_stops", agree);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn agree() -> Result<Completion, Failed> {
    let Some(program) = op_deployer() else {
        return Ok(Completion::ignored_with("no op-deployer: op-devnet build makes it"));
    };
    let right = RIGHT
        .replace("\"embedded\"", "\"file:///nonexistent\"")
        .replace("[superchainRoles]\n", &format!("[superchainRoles]\n{OWNER}"));
    let mut wrong = Vec::new();
    let (mut stops, mut goes_on) = (0, 0);
    for (from, to) in CHANGES {
        if !right.contains(from) {
            return Err(format!("the right intent has no {from:?}").into());
        }
        let text = right.replacen(from, to, 1);
        let meant = Meant { before_0_7: !to.contains(LIKE_0_7), ..MEANT };
        let findings = lint(&text, &meant);
        let stopped = findings.iter().any(|finding| finding.consequence == Consequence::Stops);
        let said = ask(&program, &text);
        // What it stops with once it takes the intent.
        let takes = said.contains("failed to load OPCM script");
        if stopped == takes {
            wrong.push(format!("{from:?} -> {to:?}\n  op-deployer: {said}\n{}", report(&findings)));
        } else if stopped {
            stops += 1;
        } else {
            goes_on += 1;
        }
    }
    println!("{} intents: both stop at {stops}, both go on with {goes_on}", CHANGES.len());
    if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.join("\n").into()) }
}

fn op_deployer() -> Option<PathBuf> {
    let program = test_kit::components().join("bin/op-deployer");
    program.is_file().then_some(program)
}

/// The last words of `op-deployer apply`, which finds no contracts once it has taken the intent.
fn ask(program: &Path, intent: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let call = |args: &[&str]| {
        let mut command = Command::new(program);
        command.arg("--cache-dir").arg(folder.path().join("cache")).args(args);
        command.stdin(Stdio::null()).output().unwrap()
    };
    let work = folder.path().join("work").display().to_string();
    let init = [
        "init",
        "--l1-chain-id",
        "11155111",
        "--l2-chain-ids",
        "20260619",
        "--intent-type",
        "custom",
    ];
    assert!(call(&[&init[..], &["--workdir", &work]].concat()).status.success());
    fs::write(folder.path().join("work/intent.toml"), intent).unwrap();
    let output = call(&["apply", "--workdir", &work, "--deployment-target", "genesis"]);
    assert!(!output.status.success(), "contracts that are not there were deployed");
    let text = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    text.lines().filter(|line| line.contains("Application failed")).collect::<Vec<_>>().join(" ")
}
