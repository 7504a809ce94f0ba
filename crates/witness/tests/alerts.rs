//! The alerts, with Prometheus' own tool: each fires when its condition has failed for as long as it says, and not
//! before, and is silent when it holds again.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path, process::Command};

/// An alert of the rules.
#[derive(Default)]
struct Alert {
    name: String,
    condition: String,
    /// Minutes.
    after: u64,
    severity: String,
    summary: String,
    runbook: String,
}

/// Those of a condition; the health service's own goes by other metrics.
fn alerts(rules: &str) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for line in rules.lines() {
        let line = line.trim().trim_start_matches("- ");
        let Some((key, value)) = line.split_once(": ") else { continue };
        if key == "alert" {
            alerts.push(Alert { name: value.to_owned(), ..Alert::default() });
        }
        let Some(alert) = alerts.last_mut() else { continue };
        match key {
            "expr" => {
                let condition = value.strip_prefix("ec_witness_condition{condition=\"");
                let condition = condition.and_then(|rest| rest.strip_suffix("\"} == 0"));
                condition.unwrap_or_default().clone_into(&mut alert.condition);
            }
            "for" => alert.after = value.trim_end_matches('m').parse().unwrap(),
            "severity" => value.clone_into(&mut alert.severity),
            "summary" => value.clone_into(&mut alert.summary),
            "runbook" => value.clone_into(&mut alert.runbook),
            _ => {}
        }
    }
    alerts.retain(|alert| !alert.condition.is_empty());
    alerts
}

fn tests(rules: &Path, alerts: &[Alert]) -> String {
    let head = format!("rule_files: ['{}']\nevaluation_interval: 15s\ntests:\n", rules.display());
    let tests: Vec<String> = alerts.iter().map(test_of).collect();
    [head, tests.concat()].concat()
}

fn test_of(Alert { name, condition, after, severity, summary, runbook }: &Alert) -> String {
    // It fails from the first minute on, and holds again later.
    let failed = after + 10;
    format!(
        r#"  - name: {name}
    interval: 1m
    input_series:
      - series: 'ec_witness_condition{{condition="{condition}"}}'
        values: '1 0x{failed} 1x5'
    alert_rule_test:
      - {{eval_time: {before}s, alertname: {name}, exp_alerts: []}}
      - eval_time: {fires}s
        alertname: {name}
        exp_alerts:
          - exp_labels: {{condition: {condition}, severity: {severity}}}
            exp_annotations: {{summary: {summary}, runbook: {runbook}}}
      - {{eval_time: {again}m, alertname: {name}, exp_alerts: []}}
"#,
        before = (1 + after) * 60 - 15,
        fires = (1 + after) * 60,
        again = failed + 3,
    )
}

#[test]
fn each_alert_fires_in_time_and_ends() {
    if Command::new("promtool").arg("--version").output().is_err() {
        println!("not run: no promtool (Debian: apt install prometheus)");
        return;
    }
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("monitoring/alerts.yml");
    let alerts = alerts(&fs::read_to_string(&rules).unwrap());
    assert_eq!(alerts.len(), 8);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tests.yml");
    fs::write(&file, tests(&rules, &alerts)).unwrap();
    let output = Command::new("promtool").args(["test", "rules"]).arg(&file).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
