//! What op-warden says of a case.

use std::{fs, path::Path};

use op_gate::{Answer, Finding, config::Config};
use serde_json::json;

use e2e::devnet::Result;

use crate::{case::Case, component::Component, nodes::Nodes};

/// The findings that keep the service from its start; none of them is a pass.
pub(crate) fn ask(case: &Case, dir: &Path, bin: &Path, nodes: &Nodes) -> Result<Vec<Finding>> {
    let path = |name: &str| dir.join(name);
    let component = case.component;
    let mut service = json!({
        "gates": component.gates(),
        "command": {
            "component": component.name(),
            // `init` is no start.
            "args": if component == Component::Engine { Vec::new() } else { case.arguments(dir, bin, nodes) },
            "environment": case.variables(dir, bin, nodes),
        },
        "gameType": 1,
        "engineRpc": nodes.l2.url(),
    });
    if component.key().is_some() {
        service["key"] = json!(path("service.key"));
    }
    let config = json!({
        "chain": {
            "genesis": path("genesis.json"), "rollup": path("rollup.json"), "l2ChainId": 901,
            "disputeGameFactory": format!("0x{:040x}", 0xc3)
        },
        "l1": {"rpc": nodes.l1.url(), "chainId": 900, "private": true},
        "deadlineSeconds": 60,
        "services": {"it": service},
    });
    let file = path("op-warden.json");
    fs::write(&file, config.to_string())?;
    let config = Config::load(&file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let judgements = runtime.block_on(op_gate::run(&config, &["it"]))?;
    let judgement = judgements.into_iter().next().ok_or("it was not judged")?;
    let starts = judgement.answer.starts();
    let stops = |finding: &Finding| !finding.answer.starts();
    let stopping: Vec<Finding> = judgement.findings.into_iter().filter(stops).collect();
    if starts != stopping.is_empty() {
        return Err(format!("its answer {:?} is not that of its findings", judgement.answer).into());
    }
    Ok(stopping)
}

/// In a line.
pub(crate) fn shown(finding: &Finding) -> String {
    let answer = if finding.answer == Answer::Wait { "wait" } else { "refuse" };
    format!("{} {answer}: expected {}, found {}", finding.gate, finding.expected, finding.found)
}
