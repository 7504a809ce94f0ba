//! The gates' judgements, made here or by another process.

use std::{convert::Infallible, time::Duration};

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{
    config::{Config, Serve},
    gate,
    record::Record,
};

/// Judgements left by another process are looked at this often.
const LOOK: Duration = Duration::from_secs(2);

/// The last record, or why there is none.
type Latest = Result<Record, String>;

/// Judges, or looks at what was judged, on a schedule.
pub(super) async fn keep_judging(
    config: &Config,
    serve: &Serve,
    sender: &watch::Sender<Latest>,
) -> Infallible {
    let pause = if serve.judgements.is_some() { LOOK } else { serve.interval() };
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let latest = match &serve.judgements {
            Some(file) => Record::read(file).map_err(|error| error.to_string()),
            None => judge(config).await,
        };
        let _before = sender.send_replace(latest);
    }
}

async fn judge(config: &Config) -> Latest {
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    let judgements = gate::run(config, &names).await.map_err(|error| error.to_string())?;
    Ok(Record::now(judgements, gate::facts::accounts(config)))
}
