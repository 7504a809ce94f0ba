//! Containers and images, by the `podman` program.

use std::collections::BTreeSet;
use std::io;
use std::process::{Command, Output};

use op_util::foreign::said;

use crate::purge::{Item, Kind, Outcome};

/// What `podman rmi` ends with for an image that a container uses.
const IN_USE: i32 = 2;

/// The program, and whether it was missed.
#[derive(Debug, Default)]
pub struct Podman {
    missed: bool,
}

impl Podman {
    /// The containers that are there, removed with `yes`.
    pub fn containers(&mut self, names: &BTreeSet<String>, yes: bool) -> Vec<Item> {
        names.iter().filter_map(|name| self.container(name, yes)).collect()
    }

    /// The images that are there, removed with `yes`.
    pub fn images(&mut self, references: &BTreeSet<String>, yes: bool) -> Vec<Item> {
        let mut ids: Vec<String> = Vec::new();
        // All are looked at before the first is removed: the size of one with two names counts once.
        let mut images: Vec<(Item, String)> =
            references.iter().filter_map(|reference| self.image(reference, &mut ids)).collect();
        if yes {
            for (item, id) in &mut images {
                if item.outcome == Outcome::Found {
                    self.remove_image(item, id);
                }
            }
        }
        images.into_iter().map(|(item, _)| item).collect()
    }

    /// The problem if the program was needed and is not there.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let text = "podman is not on PATH, so containers and images cannot be looked at: `nix run \
            .#purge` brings it";
        self.missed.then(|| text.to_owned())
    }

    fn container(&mut self, name: &str, yes: bool) -> Option<Item> {
        let mut item = Item::found(Kind::Container, name, None);
        match self.exists("container", name) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(said) => return Some(item.failed(said)),
        }
        let looked =
            self.run(&["container", "inspect", "--size", "--format", "{{.SizeRw}}", "--", name]);
        // Only its size is lost.
        item.bytes = looked.ok().and_then(|text| text.trim().parse().ok());
        if yes {
            match self.run(&["rm", "-f", "--", name]) {
                Ok(_) => item.outcome = Outcome::Removed,
                Err(said) => item.becomes(Outcome::Failed, said.text),
            }
        }
        Some(item)
    }

    fn image(&mut self, reference: &str, ids: &mut Vec<String>) -> Option<(Item, String)> {
        let mut item = Item::found(Kind::Image, reference, None);
        match self.exists("image", reference) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(said) => return Some((item.failed(said), String::new())),
        }
        let text =
            match self.run(&["image", "inspect", "--format", "{{.Id}} {{.Size}}", "--", reference])
            {
                Ok(text) => text,
                Err(said) => return Some((item.failed(said.text), String::new())),
            };
        let (id, size) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if ids.iter().any(|known| known == id) {
            item.note = Some("the same image as one above".to_owned());
        } else {
            item.bytes = size.parse().ok();
            ids.push(id.to_owned());
        }
        Some((item, id.to_owned()))
    }

    /// podman finds an image by a digest under which it may not let it be removed.
    fn remove_image(&mut self, item: &mut Item, id: &str) {
        for name in [&item.name.clone(), id] {
            match self.run(&["rmi", "--", name]) {
                Ok(_) => {
                    item.outcome = Outcome::Removed;
                    return;
                }
                Err(said) if said.code == Some(IN_USE) => {
                    item.becomes(Outcome::Kept, format!("still used: {}", said.text));
                    return;
                }
                Err(said) => item.becomes(Outcome::Failed, said.text),
            }
            if matches!(self.exists("image", &item.name), Ok(false)) {
                (item.outcome, item.note) = (Outcome::Removed, None);
                return;
            }
        }
    }

    fn exists(&mut self, what: &str, name: &str) -> Result<bool, String> {
        if self.missed {
            return Ok(false);
        }
        match self.output(&[what, "exists", "--", name]) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.missed = true;
                Ok(false)
            }
            Err(error) => Err(error.to_string()),
            Ok(output) => match output.status.code() {
                Some(0) => Ok(true),
                Some(1) => Ok(false),
                _ => Err(Refusal::from(&output).text),
            },
        }
    }

    fn run(&self, args: &[&str]) -> Result<String, Refusal> {
        let output = self
            .output(args)
            .map_err(|error| Refusal { code: None, text: format!("podman: {error}") })?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(Refusal::from(&output))
        }
    }

    #[allow(clippy::unused_self, reason = "only who has a Podman runs it")]
    fn output(&self, args: &[&str]) -> io::Result<Output> {
        Command::new("podman").args(args).output()
    }
}

/// What podman did not do.
struct Refusal {
    code: Option<i32>,
    text: String,
}

impl From<&Output> for Refusal {
    fn from(output: &Output) -> Self {
        let said = said(&output.stderr);
        let text = if said.is_empty() { format!("podman: {}", output.status) } else { said };
        Self { code: output.status.code(), text }
    }
}
