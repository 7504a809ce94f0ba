//! `nix/checks/eval.nix` over the real NixOS modules with stub packages, each of its tests a trial;
//! and what is generated from the module.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
    sync::{Arc, OnceLock},
};

use libtest_mimic::{Completion, Trial};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{nix, workspace};

use crate::{
    alertmanager::Alertmanager,
    support::{Outcome, Result, ensure, ignored, nixos_tree, run, sops_nix, tools},
};

const LAYER: &str = "eval";

/// The names of the tests of each set.
const NAMES: &str = "
  { checks, tree, tools, sops, snippets }:
  builtins.mapAttrs (_: builtins.attrNames) (import checks { inherit tree tools sops snippets; })";

/// The failures among the tests of a set, or of its one test.
const FAILURES: &str = r#"
  { checks, tree, tools, sops, snippets, set, test ? "" }:
  let
    tests = (import checks { inherit tree tools sops snippets; }).${set};
  in
  (import (tree + "/lib")).runTests (if test == "" then tests else { ${test} = tests.${test}; })"#;

/// What Prometheus would read on a host with monitoring.
const PROMETHEUS: &str = "
  { checks, tree, tools, sops, ... }:
  (import checks { inherit tree tools sops; }).monitoring.testTheConfigurationOfPrometheus.expr";

/// What Alertmanager would read there.
const ALERTMANAGER: &str = "
  { checks, tree, tools, sops, ... }:
  (import checks { inherit tree tools sops; }).alertmanager.testTheConfigurationOfAlertmanager.expr";

const OPTIONS_DOC: &str = r#"{ file, tree }: import file { lib = import (tree + "/lib"); }"#;

/// A result that was not the expected one, as `lib.runTests` reports it.
#[derive(Debug, Clone, Deserialize)]
struct Failure {
    name: String,
    expected: Value,
    result: Value,
}

/// What an evaluation of the tests is made of.
#[derive(Debug, Clone)]
struct Ground {
    checks: String,
    tree: String,
    tools: String,
    sops: String,
    // Removed with the last copy.
    _snippets: Arc<TempDir>,
    snippets_folder: String,
}

/// One set of tests, evaluated at once: they share their hosts.
#[derive(Debug)]
struct Set {
    ground: Ground,
    name: String,
    failures: OnceLock<Option<Vec<Failure>>>,
}

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::ignorable_test(format!("{LAYER}::options_reference"), reference),
        Trial::ignorable_test(format!("{LAYER}::promtool_check_config"), prometheus),
        Trial::ignorable_test(format!("{LAYER}::alertmanager_tells_the_worst"), alertmanager),
    ];
    match Ground::find() {
        Err(reason) => trials.extend(ignored(LAYER, reason)),
        Ok(ground) => match ground.trials() {
            Ok(tests) => trials.extend(tests),
            Err(error) => {
                let error = error.to_string();
                trials.push(Trial::test(LAYER, move || Err(error.into())));
            }
        },
    }
    trials
}

/// `nix/modules/options.md` is what the options are.
fn reference() -> Outcome {
    let tree = match nix::is_there().and_then(|()| nixos_tree()) {
        Ok(tree) => tree,
        Err(reason) => return Ok(Completion::ignored_with(reason)),
    };
    let made = nix::expression(
        OPTIONS_DOC,
        &[("file", &path("nix/packages/options-doc.nix")?), ("tree", &tree.display().to_string())],
    )?;
    let committed = fs::read_to_string(workspace().join("nix/modules/options.md"))?;
    let made = made.as_str().ok_or("the reference is no text")?;
    let other = committed.lines().zip(made.lines()).position(|(old, new)| old != new);
    ensure(committed == made, || {
        format!(
            "nix/modules/options.md is stale from line {}; its beginning says how to make it again",
            other.unwrap_or_default() + 1
        )
    })?;
    Ok(Completion::Completed)
}

/// Prometheus takes the configuration that the module writes, with the rules that it names.
fn prometheus() -> Outcome {
    let ground = match Ground::find_with("promtool", "prometheus") {
        Ok(ground) => ground,
        Err(reason) => return Ok(Completion::ignored_with(reason)),
    };
    let mut configuration = nix::expression(PROMETHEUS, &ground.arguments())?;
    configuration["rule_files"] = json!([path("crates/op-status/monitoring/alerts.yml")?]);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("prometheus.yml");
    // JSON is YAML.
    fs::write(&file, configuration.to_string())?;
    run(Command::new("promtool").args(["check", "config"]).arg(&file))?;
    Ok(Completion::Completed)
}

/// Alertmanager takes the configuration that the module writes, and sends only the worst of what is wrong
/// with one thing.
fn alertmanager() -> Outcome {
    let ground = match Ground::find_with("amtool", "prometheus-alertmanager") {
        Ok(ground) => ground,
        Err(reason) => return Ok(Completion::ignored_with(reason)),
    };
    let configuration = nix::expression(ALERTMANAGER, &ground.arguments())?;
    let alertmanager = Alertmanager::start(&configuration)?;
    for (severity, node) in
        [("critical", "follower-1"), ("warning", "follower-1"), ("warning", "follower-2")]
    {
        let labels = ["OpStackFollower", &format!("node={node}"), &format!("severity={severity}")];
        alertmanager.amtool(&[&["alert", "add"], labels.as_slice()].concat())?;
    }
    let sent = |inhibited: &[&str]| -> Result<Vec<String>> {
        let alerts =
            alertmanager.amtool(&[&["-o", "json", "alert", "query"], inhibited].concat())?;
        let alerts: Vec<Value> = serde_json::from_str(&alerts)?;
        let label = |alert: &Value, name: &str| alert["labels"][name].as_str().map(str::to_owned);
        let mut sent: Vec<String> = alerts
            .iter()
            .filter_map(|alert| Some(label(alert, "node")? + " " + &label(alert, "severity")?))
            .collect();
        sent.sort();
        Ok(sent)
    };
    let (worst, others) = (sent(&[])?, sent(&["--inhibited"])?);
    ensure(worst == ["follower-1 critical", "follower-2 warning"], || format!("sent: {worst:?}"))?;
    ensure(others.contains(&"follower-1 warning".to_owned()), || format!("kept: {others:?}"))?;
    Ok(Completion::Completed)
}

impl Ground {
    fn find() -> std::result::Result<Self, String> {
        nix::is_there()?;
        let text = |path: &Path| path.display().to_string();
        let snippets = snippets().map_err(|error| error.to_string())?;
        Ok(Self {
            checks: path("nix/checks/offline.nix").map_err(|error| error.to_string())?,
            tree: text(&nixos_tree()?),
            tools: text(&tools()?),
            sops: text(&sops_nix()?),
            snippets_folder: text(snippets.path()),
            _snippets: Arc::new(snippets),
        })
    }

    /// Also a program, of a package of Debian's.
    fn find_with(program: &str, package: &str) -> std::result::Result<Self, String> {
        Command::new(program)
            .arg("--version")
            .output()
            .map_err(|_| format!("no {program} (Debian: apt install {package})"))?;
        Self::find()
    }

    fn arguments(&self) -> Vec<(&str, &str)> {
        vec![
            ("checks", &self.checks),
            ("tree", &self.tree),
            ("tools", &self.tools),
            ("sops", &self.sops),
            ("snippets", &self.snippets_folder),
        ]
    }

    fn trials(&self) -> Result<Vec<Trial>> {
        let sets: BTreeMap<String, Vec<String>> =
            serde_json::from_value(nix::expression(NAMES, &self.arguments())?)?;
        let mut trials = Vec::new();
        for (name, tests) in sets {
            ensure(!tests.is_empty(), || format!("{name} has no tests"))?;
            let set = Arc::new(Set { ground: self.clone(), name, failures: OnceLock::new() });
            for test in tests {
                // lib.runTests passes over every other name.
                ensure(test.starts_with("test"), || format!("{test} would not be run"))?;
                let set = Arc::clone(&set);
                trials.push(Trial::test(format!("{LAYER}::{}::{test}", set.name), move || {
                    Ok(set.judge(&test)?)
                }));
            }
        }
        Ok(trials)
    }
}

impl Set {
    fn judge(&self, test: &str) -> Result<()> {
        // What cannot be evaluated takes the whole set with it: then each test is asked alone.
        let all = self.failures.get_or_init(|| self.evaluate(&[]).ok());
        let failures = match all {
            Some(failures) => failures.clone(),
            None => self.evaluate(&[("test", test)])?,
        };
        match failures.iter().find(|failure| failure.name == test) {
            Some(failure) => Err(failure.lines()?.into()),
            None => Ok(()),
        }
    }

    fn evaluate(&self, test: &[(&str, &str)]) -> Result<Vec<Failure>> {
        let mut arguments = self.ground.arguments();
        arguments.push(("set", &self.name));
        arguments.extend(test);
        Ok(serde_json::from_value(nix::expression(FAILURES, &arguments)?)?)
    }
}

impl Failure {
    fn lines(&self) -> Result<String> {
        let mut lines = String::new();
        for (what, value) in [("expected", &self.expected), ("got", &self.result)] {
            writeln!(lines, "{what}: {}", serde_json::to_string_pretty(value)?)?;
        }
        Ok(lines)
    }
}

/// The flakes that the READMEs show, each a file named after its README.
fn snippets() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for readme in ["README.md", "nix/README.md"] {
        let text = fs::read_to_string(workspace().join(readme))?;
        let flake = text.split("```nix\n").nth(1).and_then(|rest| rest.split("```").next());
        let name = readme.replace(['/', '.'], "-");
        let file = folder.path().join(name).with_extension("nix");
        fs::write(file, flake.ok_or_else(|| format!("{readme} shows no flake"))?)?;
    }
    Ok(folder)
}

/// A file of the workspace, as Nix takes it.
fn path(file: &str) -> Result<String> {
    Ok(workspace().join(file).canonicalize()?.display().to_string())
}
