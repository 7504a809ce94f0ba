//! A real Prometheus with op-warden's alert rules.

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use test_kit::{
    http,
    process::{Process, free_address},
};

use e2e::devnet::{Result, ensure};

/// For it to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// It ends with this, and its storage with it.
pub(crate) struct Prometheus {
    _process: Process,
    url: String,
    _dir: TempDir,
}

impl Prometheus {
    /// Scrapes op-warden every second.
    pub(crate) fn start(warden: &str) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let rules =
            test_kit::workspace().join("crates/op-status/monitoring/alerts.yml").canonicalize()?;
        let target = warden.trim_start_matches("http://");
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ['{}']
scrape_configs: [{{job_name: op-warden, static_configs: [{{targets: ['{target}']}}]}}]
",
            rules.display()
        );
        let file = dir.path().join("prometheus.yml");
        fs::write(&file, config)?;
        let address = free_address();
        let log = fs::File::create(dir.path().join("log"))?;
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", dir.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let process = Process::spawn(&mut command)?;
        let prometheus = Self { _process: process, url: format!("http://{address}"), _dir: dir };
        let begin = Instant::now();
        while !http::get(&prometheus.url, "/-/ready").is_ok_and(|(code, _)| code == 200) {
            ensure(begin.elapsed() < PATIENCE, || "Prometheus does not come up".to_owned())?;
            sleep(Duration::from_millis(200));
        }
        Ok(prometheus)
    }

    /// The alerts that fired, each with the seconds (since the Unix epoch) at which it did.
    pub(crate) fn fired(&self, begin: u64, end: u64) -> Result<BTreeMap<String, Vec<u64>>> {
        // ALERTS{alertstate="firing"}, in pieces of 11,000 points at most.
        let query = "ALERTS%7Balertstate%3D%22firing%22%7D";
        let path = format!("/api/v1/query_range?query={query}&start={begin}&end={end}&step=1");
        let answer = self.get(&path)?;
        let mut fired: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for series in answer["data"]["result"].as_array().ok_or("no result")? {
            let alert = series["metric"]["alertname"].as_str().ok_or("no name")?;
            let times = series["values"].as_array().ok_or("no values")?;
            fired.entry(alert.to_owned()).or_default().extend(times.iter().filter_map(|point| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a time"
                )]
                point[0].as_f64().map(|at| at as u64)
            }));
        }
        Ok(fired)
    }

    fn get(&self, path: &str) -> Result<Value> {
        let (code, body) = http::get(&self.url, path)?;
        ensure(code == 200, || format!("Prometheus answers {code}: {body}"))?;
        Ok(serde_json::from_str(&body)?)
    }
}
