//! The service definitions: `nix/stack`, evaluated with placeholders, filled in for this devnet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::engine::{Engine, Engines};

/// The evaluations of `nix/stack/devnet.nix`; a test keeps them fresh.
const fn definitions(engine: Engine) -> &'static str {
    match engine {
        Engine::Geth => include_str!("../stack.json"),
        Engine::Reth => include_str!("../stack-reth.json"),
    }
}
/// Stands for each follower's name.
const FOLLOWER: &str = "@{follower}";

#[derive(Debug, Deserialize)]
pub(crate) struct Stack {
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) warden: Value,
}

/// What runs, and how: see `nix/stack/lib.nix`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Service {
    pub(crate) component: String,
    pub(crate) args: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    /// Environment variable to key file.
    pub(crate) credentials: BTreeMap<String, String>,
    /// Path to text.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) data_dir: Option<String>,
    pub(crate) init: Vec<Init>,
    pub(crate) after: Vec<String>,
    pub(crate) requires: Vec<String>,
    pub(crate) ready: Option<Ready>,
    pub(crate) gate: Gate,
    /// Seconds.
    pub(crate) stop_timeout: u64,
}

/// A command that runs to completion before a start; the paths are in the data folder.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Init {
    pub(crate) args: Vec<String>,
    /// There once it need not run again; `None` for each time.
    pub(crate) done: Option<PathBuf>,
    /// What it makes beside, to be moved there when it has succeeded.
    pub(crate) makes: Option<PathBuf>,
}

/// Of what the gates judge by, what the service's runner keeps.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gate {
    /// See `op_gate::read::host::last_run`.
    pub(crate) last_run: Option<PathBuf>,
}

/// A JSON-RPC method that answers once the service can be used.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Ready {
    pub(crate) url: String,
    pub(crate) method: String,
}

/// Placeholder to value.
pub(crate) type Values = BTreeMap<String, Value>;

/// The definitions with followers, before the placeholders are filled in.
#[derive(Debug)]
pub(crate) struct Template(Value);

impl Template {
    /// The stack with followers named "1" to "n".
    pub(crate) fn with_followers(followers: usize, engines: Engines) -> Result<Self> {
        let read = |engine| -> Result<Value> {
            serde_json::from_str(definitions(engine)).context("stack.json is not valid")
        };
        let (mut definitions, of_followers) = (read(engines.sequencer)?, read(engines.followers)?);
        for pointer in ["/services", "/warden/services"] {
            let services = definitions.pointer_mut(pointer).and_then(Value::as_object_mut);
            let others = of_followers.pointer(pointer).and_then(Value::as_object);
            let (services, others) =
                services.zip(others).with_context(|| format!("stack.json has no {pointer}"))?;
            let followers_own = others.iter().filter(|(name, _)| name.contains(FOLLOWER));
            services.extend(followers_own.map(|(name, own)| (name.clone(), own.clone())));
            *services = expand(services, followers)?;
        }
        Ok(Self(definitions))
    }

    /// The names of the services.
    pub(crate) fn services(&self) -> impl Iterator<Item = String> {
        self.0["services"].as_object().into_iter().flat_map(|services| services.keys().cloned())
    }

    /// Only the services with these names, and nothing of what they would wait for elsewhere.
    pub(crate) fn keep_only(&mut self, keep: impl Fn(&str) -> bool) {
        for pointer in ["/services", "/warden/services"] {
            let services = self.0.pointer_mut(pointer).and_then(Value::as_object_mut);
            let Some(services) = services else { continue };
            services.retain(|name, _| keep(name));
            for list in services.values_mut().flat_map(|service| {
                let service = service.as_object_mut().into_iter().flatten();
                service.filter(|(field, _)| ["after", "requires"].contains(&field.as_str()))
            }) {
                if let Some(names) = list.1.as_array_mut() {
                    names.retain(|name| name.as_str().is_some_and(&keep));
                }
            }
        }
    }

    /// Changes the arguments of every service, as it is started and as it is judged.
    pub(crate) fn edit_args(&mut self, edit: impl Fn(&str, &mut Vec<String>)) {
        for (pointer, args) in [("/services", "/args"), ("/warden/services", "/command/args")] {
            let services = self.0.pointer_mut(pointer).and_then(Value::as_object_mut);
            for (name, service) in services.into_iter().flatten() {
                let Some(args) = service.pointer_mut(args) else { continue };
                let mut list: Vec<String> =
                    serde_json::from_value(args.clone()).unwrap_or_default();
                edit(name, &mut list);
                *args = list.into();
            }
        }
    }

    /// The ports to choose: every placeholder `port.SERVICE.NAME`, without `port.`.
    pub(crate) fn ports(&self) -> BTreeSet<String> {
        let mut ports = BTreeSet::new();
        visit(&self.0, &mut |text| {
            let names = placeholders(text).filter_map(|name| name.strip_prefix("port."));
            ports.extend(names.map(str::to_owned));
        });
        ports
    }

    /// Fills in the placeholders; one without a value is an error.
    pub(crate) fn fill(self, values: &Values) -> Result<Stack> {
        let mut definitions = self.0;
        fill(&mut definitions, values)?;
        serde_json::from_value(definitions).context("stack.json is not of this version's format")
    }
}

/// Repeats every service of a follower for each follower.
fn expand(services: &Map<String, Value>, followers: usize) -> Result<Map<String, Value>> {
    let mut expanded = Map::new();
    for (name, service) in services {
        if !name.contains(FOLLOWER) {
            expanded.insert(name.clone(), service.clone());
            continue;
        }
        let text = service.to_string();
        for follower in 1..=followers {
            let follower = follower.to_string();
            let service = serde_json::from_str(&text.replace(FOLLOWER, &follower))?;
            expanded.insert(name.replace(FOLLOWER, &follower), service);
        }
    }
    Ok(expanded)
}

fn visit(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        Value::Object(fields) => {
            for (name, value) in fields {
                see(name);
                visit(value, see);
            }
        }
        _ => {}
    }
}

fn fill(value: &mut Value, values: &Values) -> Result<()> {
    match value {
        Value::String(text) => {
            *value = match whole_placeholder(text) {
                // Keeps a number a number.
                Some(name) => lookup(name, values)?.clone(),
                None => Value::String(fill_text(text, values)?),
            };
        }
        Value::Array(items) => {
            for item in items {
                fill(item, values)?;
            }
        }
        Value::Object(fields) => {
            let old = std::mem::take(fields);
            for (name, mut value) in old {
                fill(&mut value, values)?;
                fields.insert(fill_text(&name, values)?, value);
            }
        }
        _ => {}
    }
    Ok(())
}

fn whole_placeholder(text: &str) -> Option<&str> {
    let name = text.strip_prefix("@{")?.strip_suffix('}')?;
    (!name.contains('}')).then_some(name)
}

/// The names between `@{` and `}`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("@{").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn fill_text(text: &str, values: &Values) -> Result<String> {
    let mut filled = text.to_owned();
    for name in placeholders(text) {
        let value = lookup(name, values)?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&format!("@{{{name}}}"), &value);
    }
    Ok(filled)
}

fn lookup<'a>(name: &str, values: &'a Values) -> Result<&'a Value> {
    values
        .get(name)
        .with_context(|| format!("stack.json asks for @{{{name}}}, which op-devnet does not know"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn followers_are_repeated_and_numbers_stay_numbers() {
        let template = Template::with_followers(2, Engines::default()).unwrap();
        let services = template.0["services"].as_object().unwrap();
        assert!(
            services.contains_key("follower-1-engine") && services.contains_key("follower-2-node")
        );
        assert!(!services.keys().any(|name| name.contains('@')));
        assert!(template.ports().contains("follower-2-engine.http"));

        let mut value = json!({"id": "@{id}", "url": "http://a:@{id}/@{name}"});
        let values = Values::from([("id".to_owned(), json!(7)), ("name".to_owned(), json!("x"))]);
        fill(&mut value, &values).unwrap();
        assert_eq!(value, json!({"id": 7, "url": "http://a:7/x"}));
    }

    #[test]
    fn an_unknown_placeholder_is_an_error() {
        let error = fill(&mut json!(["--a=@{unknown}"]), &Values::new()).unwrap_err();
        assert!(error.to_string().contains("@{unknown}"), "{error}");
    }

    #[test]
    fn every_port_of_a_follower_is_its_own() {
        let ports = Template::with_followers(3, Engines::default()).unwrap().ports();
        let of = |follower: &str| ports.iter().filter(|port| port.starts_with(follower)).count();
        assert_eq!(of("follower-1-"), of("follower-3-"));
        assert!(of("follower-1-") >= 5);
    }
}
