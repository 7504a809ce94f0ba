//! The gates' judgements, by another process of this program: the memory that judging takes ends with it.

use std::{convert::Infallible, path::Path, process::Stdio, time::Duration};

use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio::{process::Command, sync::watch::Sender};

use op_gate::config::{Config, Serve};
use op_gate::record::Record;
use op_util::foreign::{clean, said};

/// Judgements left by another process are looked at this often.
const LOOK: Duration = Duration::from_secs(2);
/// This program, also where its file was replaced since (proc(5)).
const PROGRAM: &str = "/proc/self/exe";

/// The last record, or why there is none.
type Latest = Result<Record, String>;

/// Has the gates of the configuration in `file` judged, or reads what was judged, on a schedule.
pub(super) async fn keep_judging(
    config: &Config,
    serve: &Serve,
    file: &Path,
    sender: &Sender<Latest>,
) -> Infallible {
    let pause = if serve.judgements.is_some() { LOOK } else { serve.interval() };
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let latest = match &serve.judgements {
            Some(file) => Record::read(file).map_err(|error| clean(&error.to_string())),
            None => judge(config, file).await,
        };
        let _before = sender.send_replace(latest);
    }
}

async fn judge(config: &Config, file: &Path) -> Latest {
    // It has a deadline of its own, and ends with this service.
    let mut check = Command::new(PROGRAM);
    check.args(["check", "--json", "--config"]).arg(file).stdin(Stdio::null()).kill_on_drop(true);
    let patience = Duration::from_secs(config.deadline_seconds) * 2;
    let output = timeout(patience, check.output())
        .await
        .map_err(|_| format!("op-warden check did not end within {patience:?}"))?
        .map_err(|error| format!("op-warden check cannot be run: {error}"))?;
    let judgements = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("op-warden check, {}: {} ({error})", output.status, said(&output.stderr))
    })?;
    Ok(Record::now(judgements, op_gate::read::accounts(config)))
}
