//! The dashboard asks for what there is, and any Grafana can show it.

use std::fs;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::{Check, Result, files, metrics, none, trial};

/// Panels that Grafana itself brings.
const PANELS: [&str; 7] =
    ["row", "stat", "gauge", "timeseries", "table", "state-timeline", "bargauge"];

/// Columns of a dashboard.
const WIDTH: u64 = 24;

pub(crate) fn trials() -> Vec<Trial> {
    let checks: [Check; 4] = [
        ("dashboard::metrics_exist", metrics_exist),
        ("dashboard::any_grafana_shows_it", any_grafana_shows_it),
        ("dashboard::panels_have_their_places", panels_have_their_places),
        ("dashboard::panels_ask_the_chosen_source", panels_ask_the_chosen_source),
    ];
    checks.into_iter().map(trial).collect()
}

fn dashboard() -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(files::folder().join("dashboard.json"))?)?)
}

/// Every panel, also those within rows.
fn panels() -> Result<Vec<Value>> {
    let list = |value: &Value| value["panels"].as_array().cloned().unwrap_or_default();
    let outer = list(&dashboard()?);
    let inner = outer.iter().flat_map(list).collect::<Vec<_>>();
    Ok(outer.into_iter().chain(inner).collect())
}

fn title(panel: &Value) -> String {
    panel["title"].as_str().unwrap_or_default().to_owned()
}

fn targets(panel: &Value) -> &[Value] {
    panel["targets"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn metrics_exist() -> Result {
    let reported = metrics::reported()?;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for panel in panels()? {
        for target in targets(&panel) {
            let expression = target["expr"].as_str().unwrap_or_default();
            asked += metrics::selectors(expression).len();
            let unknown = metrics::unknown(expression, &reported);
            wrong.extend(unknown.into_iter().map(|what| format!("{}: {what}", title(&panel))));
        }
        if panel["type"] != "row" && targets(&panel).is_empty() {
            wrong.push(format!("{}: asks for nothing", title(&panel)));
        }
    }
    if asked < 20 {
        wrong.push(format!("only {asked} metrics are asked for"));
    }
    none(&wrong)
}

fn any_grafana_shows_it() -> Result {
    let dashboard = dashboard()?;
    let mut wrong = Vec::new();
    for (what, holds) in [
        // Grafana 10 and later read it; newer ones migrate it when they load it.
        ("schemaVersion", dashboard["schemaVersion"].as_u64().is_some_and(|version| version >= 39)),
        ("uid", dashboard["uid"] == "op-stack"),
        ("an id is an installation's own", dashboard["id"].is_null()),
        ("an input asks whoever imports it", dashboard.get("__inputs").is_none()),
        ("title", dashboard["title"].is_string()),
    ] {
        wrong.extend((!holds).then(|| what.to_owned()));
    }
    for panel in panels()? {
        let kind = panel["type"].as_str().unwrap_or_default();
        if !PANELS.contains(&kind) {
            wrong.push(format!("{}: a {kind} is no panel of Grafana's own", title(&panel)));
        }
    }
    none(&wrong)
}

fn panels_have_their_places() -> Result {
    let mut taken: Vec<(String, [u64; 4])> = Vec::new();
    let mut wrong = Vec::new();
    for panel in panels()? {
        let place =
            ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap_or(WIDTH + 1));
        let [x, y, w, h] = place;
        if w == 0 || h == 0 || x + w > WIDTH {
            wrong.push(format!("{}: {place:?}", title(&panel)));
        }
        let covers = |other: &[u64; 4]| {
            let [ox, oy, ow, oh] = *other;
            x < ox + ow && ox < x + w && y < oy + oh && oy < y + h
        };
        let over = taken.iter().filter(|(_, other)| covers(other));
        wrong.extend(over.map(|(other, _)| format!("{} lies over {other}", title(&panel))));
        taken.push((title(&panel), place));
    }
    let mut ids: Vec<u64> = panels()?.iter().filter_map(|panel| panel["id"].as_u64()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != taken.len() {
        wrong.push("ids are not unique".to_owned());
    }
    none(&wrong)
}

fn panels_ask_the_chosen_source() -> Result {
    let variables = dashboard()?["templating"]["list"].as_array().cloned().unwrap_or_default();
    let has = |kind: &str, name: &str| {
        variables.iter().any(|variable| variable["type"] == kind && variable["name"] == name)
    };
    let mut wrong = Vec::new();
    for (kind, name) in [("datasource", "datasource"), ("query", "instance")] {
        if !has(kind, name) {
            wrong.push(format!("there is no variable {name}"));
        }
    }
    for panel in panels()?.iter().filter(|panel| panel["type"] != "row") {
        if panel["datasource"]["uid"] != "${datasource}"
            || panel["datasource"]["type"] != "prometheus"
        {
            wrong.push(format!("{}: has a source of its own", title(panel)));
        }
        for target in targets(panel) {
            let expression = target["expr"].as_str().unwrap_or_default();
            if !metrics::selectors(expression).iter().all(|(_, matchers)| {
                matchers.iter().any(|(label, _, value)| label == "instance" && value == "$instance")
            }) {
                wrong.push(format!("{}: asks every op-warden", title(panel)));
            }
        }
    }
    none(&wrong)
}
