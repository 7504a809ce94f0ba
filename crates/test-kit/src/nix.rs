//! Nix as an evaluator: nothing is built, and nothing is written that another test could see.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Run, workspace};

/// Whether Nix can evaluate here, or what is missing.
pub fn is_there() -> Result<(), String> {
    Command::new("nix-instantiate")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map(drop)
        .map_err(|_| "no nix-instantiate (Debian: apt install nix-bin)".to_owned())
}

/// The value of an expression, called with arguments that are all strings; or what Nix said.
pub fn expression(text: &str, arguments: &[(&str, &str)]) -> Result<Value, String> {
    let arguments = arguments.iter().flat_map(|(name, value)| ["--argstr", name, value]);
    evaluate(&["--expr", text].into_iter().chain(arguments).collect::<Vec<_>>())
}

fn evaluate(what: &[&str]) -> Result<Value, String> {
    // Evaluation alone needs no store, but Nix makes one: each its own, two at once would race.
    let state = tempfile::tempdir().unwrap();
    let mut nix = Command::new("nix-instantiate");
    nix.args(["--eval", "--strict", "--json", "--show-trace"]).args(what);
    let run = Run::of(nix.current_dir(workspace()).env("NIX_STATE_DIR", state.path()));
    if run.code == Some(0) {
        return Ok(run.json());
    }
    // The stub packages give their contents as traces.
    let said: Vec<&str> =
        run.stderr.lines().filter(|line| !line.starts_with("trace: @@")).collect();
    Err(said.join("\n"))
}
