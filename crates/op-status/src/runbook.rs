//! What to do about each alert of `monitoring/alerts.yml`: one page an alert.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::condition::PAGES;

#[derive(Debug, PartialEq, Eq)]
pub struct Runbook {
    pub name: &'static str,
    /// The page, in Markdown: the name, the meaning in one line, and four sections.
    pub text: &'static str,
}

/// Every page, by name.
pub static ALL: LazyLock<Vec<Runbook>> = LazyLock::new(|| {
    let pages: BTreeMap<_, _> = PAGES.iter().copied().collect();
    pages.into_iter().map(|(name, text)| Runbook { name, text }).collect()
});

/// Names that are suggested for an unknown one.
const NEAREST: usize = 3;

impl Runbook {
    /// What the alert means, in one line.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.text.lines().nth(2).unwrap_or_default()
    }
}

/// The page of an alert; capital letters do not matter, nor whether the name begins with `OpStack`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Runbook> {
    let wanted = plain(name);
    ALL.iter().find(|runbook| plain(runbook.name) == wanted)
}

/// The alerts whose names are most like this one, the most alike first.
#[must_use]
pub fn nearest(name: &str) -> Vec<&'static str> {
    let wanted = plain(name);
    let mut names: Vec<_> = ALL
        .iter()
        .map(|runbook| (strsim::jaro(&plain(runbook.name), &wanted), runbook.name))
        .collect();
    names.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    names.into_iter().take(NEAREST).map(|(_, name)| name).collect()
}

fn plain(name: &str) -> String {
    let name = name.to_lowercase();
    name.strip_prefix("opstack").map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::condition::Name;

    #[test]
    fn every_file_is_in_the_table() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let table: Vec<String> = ALL.iter().map(|runbook| format!("{}.md", runbook.name)).collect();
        assert_eq!(table, files.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn every_condition_has_a_page() {
        for name in Name::ALL {
            assert!(find(name.alert()).is_some(), "{}", name.alert());
        }
    }

    #[test]
    fn each_page_says_what_it_means_how_to_look_what_to_do_and_what_not() {
        for Runbook { name, text } in ALL.iter() {
            let mut lines = text.lines();
            assert_eq!(lines.next(), Some(format!("# {name}").as_str()));
            assert_eq!(lines.next(), Some(""), "{name}");
            let headings: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
            let expected =
                ["## What it means", "## How to look", "## What to do", "## What not to do"];
            assert_eq!(headings, expected, "{name}");
            for section in text.split("\n## ").skip(1) {
                let words = section.lines().skip(1).flat_map(str::split_whitespace).count();
                assert!(words >= 5, "{name}: {section}");
            }
            let stops = ["systemctl stop podman-op-stack-", "op-stack/hold"];
            assert!(
                !stops.iter().any(|stop| text.contains(stop)),
                "{name}: op-warden hold does it"
            );
            assert_eq!(text.matches("```").count(), 2, "{name}: the commands of one section");
        }
    }

    #[test]
    fn meanings_are_one_sentence() {
        let mut seen = BTreeSet::new();
        for runbook in ALL.iter() {
            let meaning = runbook.meaning();
            assert!(meaning.ends_with('.') && meaning.len() < 100, "{}: {meaning}", runbook.name);
            assert_eq!(runbook.text.lines().nth(3), Some(""), "{}", runbook.name);
            assert!(seen.insert(meaning), "{meaning}");
        }
    }

    #[test]
    fn pages_name_only_pages_that_exist() {
        for Runbook { name, text } in ALL.iter() {
            for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
                if word.starts_with("OpStack") {
                    assert!(ALL.iter().any(|page| page.name == word), "{name}: {word}");
                }
            }
        }
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        for name in ["OpStackServiceDown", "opstackservicedown", "ServiceDown", "servicedown"] {
            assert_eq!(
                find(name).map(|runbook| runbook.name),
                Some("OpStackServiceDown"),
                "{name}"
            );
        }
        for name in
            ["", "OpStack", "OpStackService", "../OpStackServiceDown", "OpStackServiceDown.md"]
        {
            assert_eq!(find(name), None, "{name}");
        }
        assert_eq!(nearest("OpStackServiceDwn")[0], "OpStackServiceDown");
        assert_eq!(nearest("folower-diverged")[0], "OpStackFollowerDiverged");
        assert_eq!(nearest("").len(), NEAREST);
    }
}
