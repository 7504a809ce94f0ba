//! What the programs say that they are.

use std::{collections::BTreeMap, time::Duration};

use eth_rpc::{Batch, Rpc};
use op_gate::config::Config;
use op_release::command::Command;
use op_util::foreign::clean;
use serde_json::json;
use tokio::task::JoinSet;

/// What a program says: its words, or why there are none; and who was asked.
pub(super) struct Said {
    pub(super) words: Result<String, String>,
    pub(super) asked: String,
}

/// Asks all programs that can be asked, by service. op-reth is not: it names the version of reth, not its
/// own release.
pub(super) async fn versions(config: &Config, patience: Duration) -> BTreeMap<String, Said> {
    let mut asked = JoinSet::new();
    for (name, service) in &config.services {
        let Some((url, method)) = service.command.as_ref().and_then(question) else { continue };
        let name = name.clone();
        asked.spawn(async move { (name, ask(url, method, patience).await) });
    }
    let mut said = BTreeMap::new();
    while let Some(answer) = asked.join_next().await {
        said.extend(answer);
    }
    said
}

fn question(command: &Command) -> Option<(String, &'static str)> {
    match command.component.as_str() {
        "op-node" => Some((command.url("rpc.port")?, "optimism_version")),
        "op-geth" => Some((command.url("http.port")?, "web3_clientVersion")),
        _ => None,
    }
}

async fn ask(url: String, method: &'static str, patience: Duration) -> Said {
    let rpc = match Rpc::new(&url, patience) {
        Ok(rpc) => rpc,
        Err(error) => return Said { words: Err(error.to_string()), asked: url },
    };
    let mut batch = Batch::default();
    let version = batch.request::<String>(method, json!([]));
    let answer = rpc.send(batch).await.take(&version);
    let words = answer.map(|words| clean(&words)).map_err(|unread| unread.to_string());
    Said { words, asked: format!("{method} of {}", rpc.shown()) }
}
