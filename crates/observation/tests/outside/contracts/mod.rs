//! Foundry's tests of the contracts, and what they cover.

mod gas;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use libtest_mimic::{Completion, Failed, Trial};
use serde_json::{Value, json};

use crate::npm::{self, Result, run};

/// What `ec-observe` deploys.
const CONTRACTS: [&str; 3] =
    ["EveryChannelWitnessRegistry", "EveryChannelObservationLedger", "EveryChannelRail"];
const HALMOS: &str = "halmos==0.3.3";
/// It and all that it needs, pinned by their hashes; `.ci/run` says how such a list is made.
const HALMOS_HASHES: &str = "tests/outside/contracts/halmos.txt";
/// Coverage has columns of lines, statements, branches, functions.
const COLUMNS: usize = 4;

pub(crate) fn trials() -> Vec<Trial> {
    match Foundry::find() {
        Ok(foundry) => vec![
            foundry.clone().trial("contracts::forge_test", Foundry::test),
            foundry.clone().trial("contracts::forge_gas_is_as_committed", Foundry::gas),
            foundry
                .clone()
                .trial("contracts::forge_artifacts_are_as_committed", Foundry::artifacts),
            foundry.clone().trial("contracts::forge_coverage_is_whole", Foundry::coverage),
            Trial::ignorable_test("contracts::halmos_finds_no_counterexample", move || {
                if !has_venv() {
                    return Ok(Completion::ignored_with("no python3 with venv"));
                }
                foundry.symbolic()?;
                Ok(Completion::Completed)
            }),
        ],
        Err(reason) => vec![Trial::ignorable_test("contracts::forge", move || {
            Ok::<_, Failed>(Completion::ignored_with(reason))
        })],
    }
}

#[derive(Clone)]
struct Foundry {
    forge: PathBuf,
    target: PathBuf,
}

impl Foundry {
    /// Foundry comes with what `cargo devnet build` made.
    fn find() -> std::result::Result<Self, String> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let forge =
            test_kit::components().join("node_modules/@foundry-rs/forge-linux-amd64/bin/forge");
        if !forge.is_file() {
            return Err(format!("no {}: run `cargo devnet build`", forge.display()));
        }
        Ok(Self { forge, target: target.join("contracts") })
    }

    fn trial(self, name: &str, check: fn(&Self) -> Result<()>) -> Trial {
        Trial::test(name, move || Ok(check(&self)?))
    }

    /// All of them, with as many runs as foundry.toml says.
    fn test(&self) -> Result<()> {
        println!("{}", self.run(&["test", "--no-match-contract", "Gas|Symbolic"])?);
        Ok(())
    }

    /// Each call as a transaction of its own costs what snapshots/GasTest.json says.
    fn gas(&self) -> Result<()> {
        self.run(&["test", "--isolate", "--match-contract", "Gas"])?;
        let text = fs::read_to_string(contracts().join("snapshots/GasTest.json"))?;
        let spent: BTreeMap<String, String> = serde_json::from_str(&text)?;
        println!("{}", gas::table(&spent)?);
        Ok(())
    }

    /// What `ec-observe` deploys and calls is what the compiler makes of the sources. `UPDATE_ARTIFACTS=1`
    /// writes it anew.
    fn artifacts(&self) -> Result<()> {
        self.run(&["build", "--skip", "test"])?;
        for name in CONTRACTS {
            let made = self.target.join(format!("out/{name}.sol/{name}.json"));
            let made: Value = serde_json::from_slice(&fs::read(made)?)?;
            let kept = json!({
                "abi": made["abi"],
                "bytecode": { "object": made["bytecode"]["object"] },
            });
            let path = contracts().join(format!("artifacts/{name}.json"));
            if env::var_os("UPDATE_ARTIFACTS").is_some() {
                fs::write(&path, format!("{kept:#}\n"))?;
            }
            if serde_json::from_slice::<Value>(&fs::read(&path)?)? != kept {
                return Err(format!(
                    "{} is not what the sources make: run this test with UPDATE_ARTIFACTS=1",
                    path.display()
                )
                .into());
            }
        }
        Ok(())
    }

    /// Symbolic execution of test/Symbolic.t.sol.
    fn symbolic(&self) -> Result<()> {
        self.install_compiler()?;
        let halmos = self.install_halmos()?;
        let forge = self.forge.parent().ok_or("forge lies in no folder")?;
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([forge.to_owned()].into_iter().chain(env::split_paths(&path)))?;
        // A folder of its own: it builds in another way than forge's tests.
        let out = "../../../target/contracts/symbolic";
        let output = run(Command::new(halmos)
            .args(["--match-contract", "SymbolicTest", "--forge-build-out", out])
            .args(["--loop", "8", "--solver-timeout-assertion", "0"])
            .current_dir(contracts())
            .env("PATH", path)
            .env("NODE_PATH", self.target.join("node_modules"))
            .env("FOUNDRY_OUT", out)
            .env("FOUNDRY_CACHE_PATH", format!("{out}/cache")))?;
        let verdict = output.lines().find(|line| line.starts_with("Symbolic test result"));
        println!("{}", verdict.unwrap_or_default());
        if !verdict.is_some_and(|line| line.contains("1 passed; 0 failed")) {
            return Err(output.into());
        }
        Ok(())
    }

    /// Every line, statement, branch and function of the contracts is run by the unit tests.
    fn coverage(&self) -> Result<()> {
        let table =
            self.run(&["coverage", "--no-match-contract", "Fuzz|Invariants|Gas|Symbolic"])?;
        let ours: Vec<&str> = table.lines().filter(|line| line.starts_with("| src/")).collect();
        println!("{}", ours.join("\n"));
        let whole = |line: &&str| line.matches("100.00%").count() == COLUMNS;
        if ours.len() < 5 || !ours.iter().all(whole) {
            return Err(format!("not all is covered:\n{table}").into());
        }
        Ok(())
    }

    /// Runs forge with npm's compiler; everything that it said is the error.
    fn run(&self, args: &[&str]) -> Result<String> {
        self.install_compiler()?;
        run(Command::new(&self.forge)
            .args(args)
            .current_dir(contracts())
            .env("NODE_PATH", self.target.join("node_modules"))
            .env("FORGE_SNAPSHOT_CHECK", "true"))
    }

    /// `PyPI`'s halmos, in an environment of its own.
    fn install_halmos(&self) -> Result<PathBuf> {
        let home = self.target.join("halmos");
        let program = home.join("bin/halmos");
        let stamp = home.join(HALMOS);
        if !stamp.is_file() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
            run(Command::new(home.join("bin/pip"))
                .args(["install", "--quiet", "--require-hashes", "--requirement"])
                .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(HALMOS_HASHES)))?;
            fs::write(stamp, "")?;
        }
        Ok(program)
    }

    fn install_compiler(&self) -> Result<()> {
        npm::install(&contracts(), &self.target)
    }
}

/// Whether halmos can be installed.
fn has_venv() -> bool {
    Command::new("python3")
        .args(["-c", "import ensurepip"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts")
}
