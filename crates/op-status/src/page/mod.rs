//! The page of `op-warden serve`: the status for people.
//!
//! Rendered whole by the server. It works without a script; with one it refreshes itself. It loads nothing
//! from elsewhere.

mod about;
mod accounts;
mod badge;
mod chart;
mod charts;
mod conditions;
mod countdowns;
mod events;
#[cfg(test)]
mod fixture;
mod followers;
mod games;
mod layout;
mod nodes;
mod parts;
mod scale;
mod services;
mod summary;
mod text;

use maud::html;

pub use self::layout::CONTENT_SECURITY_POLICY;
use crate::{runbook::Runbook, status::Status};

/// The page refreshes itself this often, in seconds.
const REFRESH: u32 = 5;

/// The page for a status, to be served with [`CONTENT_SECURITY_POLICY`] and without being cached;
/// `now` is in seconds since the Unix epoch, by the same clock as the status' times.
#[must_use]
pub fn render(status: &Status, now: u64) -> String {
    let (title, tone) = summary::title(status);
    let main = html! {
        main #main tabindex="-1" data-refresh=(REFRESH) {
            (summary::section(status, now))
            (conditions::section(status, now))
            (services::section(status))
            (nodes::section(status, now))
            (charts::section(status, now))
            (followers::section(status))
            (countdowns::section(status, now))
            (accounts::section(status))
            (games::section(status, now))
            (events::section(status, now))
            (about::section(status, now))
        }
    };
    layout::watched(&title, tone, &main).into_string()
}

/// The page of a runbook, to be served as well with [`CONTENT_SECURITY_POLICY`].
#[must_use]
pub fn of_runbook(runbook: &Runbook) -> String {
    layout::standing(runbook.name, &html! { pre { (runbook.text) } }).into_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::fixture::{COMPLETE, status};
    use super::*;

    /// Each string of a document as a JSON pointer to it.
    fn strings(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(path.to_owned()),
            Value::Array(all) => {
                let each = all.iter().enumerate();
                each.for_each(|(at, value)| strings(value, &format!("{path}/{at}"), found));
            }
            Value::Object(all) => {
                for (key, value) in all {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    strings(value, &format!("{path}/{key}"), found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn no_string_of_a_status_becomes_markup() {
        const EVIL: &str = "<script>alert(\"1\")</script><b title='";
        let mut document: Value = serde_json::from_str(COMPLETE).unwrap();
        document["l1"]["error"] = "refused".into();
        for map in ["services", "nodes", "accounts"] {
            let all = document[map].as_object_mut().unwrap();
            *all = std::mem::take(all)
                .into_iter()
                .map(|(name, value)| (format!("{EVIL}{name}"), value))
                .collect();
        }
        let mut paths = Vec::new();
        strings(&document, "", &mut paths);
        let mut replaced = 0;
        for path in &paths {
            let kept = std::mem::replace(document.pointer_mut(path).unwrap(), EVIL.into());
            if serde_json::from_value::<Status>(document.clone()).is_ok() {
                replaced += 1;
            } else {
                // Names of a list and hashes are nothing else.
                *document.pointer_mut(path).unwrap() = kept;
            }
        }
        assert!(replaced > 100, "only {replaced} of {} strings", paths.len());
        let status: Status = serde_json::from_value(document).unwrap();
        let page = render(&status, status.observed_at);
        assert!(page.matches("&lt;script&gt;alert(&quot;1&quot;)").count() > replaced / 2);
        assert_eq!(page.matches("<script").count(), 1, "the page has one script of its own");
        assert!(!page.contains("<b title='"));
    }

    #[test]
    fn what_was_not_observed_is_said() {
        let mut status = status();
        status.conditions.clear();
        status.services.clear();
        status.nodes.clear();
        status.accounts.clear();
        status.history.clear();
        status.events.clear();
        (status.sequencing_window, status.games) = (None, None);
        let page = render(&status, status.observed_at);
        let parts = [
            "No condition was judged yet.",
            "No service was observed yet.",
            "No node was observed yet.",
            "No minute has passed yet.",
            "No follower was compared yet.",
            "Nothing is known of it yet.",
            "No account was observed yet.",
            "No dispute game was observed yet.",
            "Nothing happened since op-warden watches.",
        ];
        for part in parts {
            assert!(page.contains(part), "{part}");
        }
    }
}
