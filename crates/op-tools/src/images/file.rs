//! images.json: component -> repository, tag, digest, and when and from where the digest was taken.
//!
//! Nix reads it and people edit it, so only digests, and what is said of them, are replaced in its text; order,
//! layout and all that this program does not know stay as they are.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{fmt, fs, ops::Range, time::SystemTime};

use humantime::format_rfc3339_seconds;
use op_util::file;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{json, value::RawValue};

use crate::images::reference::{self, Digest, ReferenceError, Repository};

/// The most that is read: the project's own has 2 kB.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read {path}: {source}")]
    Read { path: String, source: io::Error },
    #[error("{path} is not valid: {source}")]
    Format { path: String, source: serde_json::Error },
    #[error("{path}, component {name:?}: {source}")]
    Component { path: String, name: String, source: ComponentError },
    #[error("{0} has no components")]
    Empty(String),
    #[error("there is no component {name:?} in {path}; it has: {known}")]
    Unknown { path: String, name: String, known: String },
    #[error("{0} was changed by somebody else meanwhile. Nothing was written; run this again.")]
    Changed(String),
    #[error(
        "cannot write {path}: {source}. Nothing was written; this needs a folder that may be \
            written to."
    )]
    Write { path: String, source: io::Error },
}

#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    #[error("{0}")]
    Format(#[from] serde_json::Error),
    #[error("{0}")]
    Reference(#[from] ReferenceError),
    #[error("it is there twice")]
    Twice,
}

#[derive(Debug, Clone)]
pub struct Component {
    pub name: String,
    pub repository: Repository,
    pub tag: String,
    /// What the tag was pinned to.
    pub pinned: Option<Digest>,
    /// Where the digest stands in the text, and what is said of it.
    digest: Range<usize>,
    locked: Option<Range<usize>>,
}

#[derive(Debug)]
pub struct ImagesFile {
    path: PathBuf,
    shown: String,
    text: String,
    components: Vec<Component>,
}

fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(file::read(path, MAX_BYTES)?).map_err(io::Error::other)
}

impl ImagesFile {
    /// Reads and checks a list of images.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        let shown = path.display().to_string();
        let unreadable = |source| FileError::Read { path: shown.clone(), source };
        // A link stays a link, and what it points to is replaced.
        let path = fs::canonicalize(path).map_err(unreadable)?;
        let text = read(&path).map_err(unreadable)?;
        let components = components(&text, &shown)?;
        if components.is_empty() {
            return Err(FileError::Empty(shown));
        }
        Ok(Self { path, shown, text, components })
    }

    /// In the order of the file.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The components of these names, or all; in the order of the file.
    pub fn select(&self, names: &[String]) -> Result<Vec<Component>, FileError> {
        let all = || self.components.iter();
        if let Some(name) = names.iter().find(|&name| all().all(|known| known.name != *name)) {
            return Err(FileError::Unknown {
                path: self.shown.clone(),
                name: name.clone(),
                known: all().map(|known| known.name.as_str()).collect::<Vec<_>>().join(", "),
            });
        }
        let chosen = |known: &&Component| names.is_empty() || names.contains(&known.name);
        Ok(all().filter(chosen).cloned().collect())
    }

    /// Replaces the digests of these components, taken at `now`; `false` if they are what the file says already.
    ///
    /// All or nothing: a new file takes the place of the old one.
    pub fn pin(
        &self,
        digests: &[(&Component, &Digest)],
        now: SystemTime,
    ) -> Result<bool, FileError> {
        let text = self.pinned(digests, now);
        if text == self.text {
            return Ok(false);
        }
        let failed = |source| FileError::Write { path: self.shown.clone(), source };
        if read(&self.path).map_err(failed)? != self.text {
            return Err(FileError::Changed(self.shown.clone()));
        }
        self.replace(&text).map_err(failed)?;
        Ok(true)
    }

    fn pinned(&self, digests: &[(&Component, &Digest)], now: SystemTime) -> String {
        let now = format_rfc3339_seconds(now);
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        let is_new = |(component, digest): &&(&Component, &Digest)| {
            component.pinned.as_ref() != Some(*digest)
        };
        for (component, digest) in digests.iter().filter(is_new) {
            let locked = json!(format!("{now} from {}", component.repository.host()));
            match &component.locked {
                Some(place) => {
                    edits.push((component.digest.clone(), format!("\"{digest}\"")));
                    edits.push((place.clone(), locked.to_string()));
                }
                None => edits.push((
                    component.digest.clone(),
                    format!("\"{digest}\", \"locked\": {locked}"),
                )),
            }
        }
        // From the end, so that the places before it stay where they are.
        edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
        let mut text = self.text.clone();
        for (place, new) in edits {
            text.replace_range(place, &new);
        }
        text
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let permissions = fs::metadata(&self.path)?.permissions();
        file::replace_with(&self.path, Some(permissions), |file| file.write_all(text.as_bytes()))
    }
}

fn components(text: &str, path: &str) -> Result<Vec<Component>, FileError> {
    let Members(members) = serde_json::from_str(text)
        .map_err(|source| FileError::Format { path: path.to_owned(), source })?;
    let mut components: Vec<Component> = Vec::new();
    for (name, raw) in members {
        let twice = components.iter().any(|known| known.name == name);
        let component =
            if twice { Err(ComponentError::Twice) } else { component(&name, raw.get(), text) };
        components.push(component.map_err(|source| FileError::Component {
            path: path.to_owned(),
            name: name.clone(),
            source,
        })?);
    }
    Ok(components)
}

#[derive(Deserialize)]
struct Entry<'a> {
    repository: String,
    tag: String,
    #[serde(borrow)]
    digest: &'a RawValue,
    #[serde(borrow, default)]
    locked: Option<&'a RawValue>,
}

fn component(name: &str, raw: &str, text: &str) -> Result<Component, ComponentError> {
    let entry: Entry<'_> = serde_json::from_str(raw)?;
    reference::check_tag(&entry.tag)?;
    let pinned: Option<String> = serde_json::from_str(entry.digest.get())?;
    let pinned = pinned.map(|digest| digest.parse()).transpose()?;
    // A raw value borrows from the text that it was read from.
    let place = |value: &RawValue| {
        let start = value.get().as_ptr().addr() - text.as_ptr().addr();
        start..start + value.get().len()
    };
    Ok(Component {
        name: name.to_owned(),
        repository: entry.repository.parse()?,
        tag: entry.tag,
        pinned,
        digest: place(entry.digest),
        locked: entry.locked.map(place),
    })
}

/// An object's members in their order, which a map would lose.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of components")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digests_and_what_is_said_of_them_are_replaced() {
        let before = "{\r\n  \"b\": {\"digest\" :null , \"tag\": \"1\", \"note\": \
            \"\\\"digest\\\": null\", \"repository\": \
            \"x.y/b\"},\n\n\t\"a\":{\"tag\":\"1\",\"locked\": \"long ago\" ,\"repository\":\"x.y/a\",\"digest\":null}\n}";
        let components = components(before, "f").unwrap();
        let file = ImagesFile {
            path: "f".into(),
            shown: "f".into(),
            text: before.to_owned(),
            components: components.clone(),
        };
        let digest = Digest::of(b"");
        let digests = [(&components[0], &digest), (&components[1], &digest)];
        let after = file.pinned(&digests, SystemTime::UNIX_EPOCH);
        let (quoted, said) = (format!("\"{digest}\""), "\"1970-01-01T00:00:00Z from x.y\"");
        let expected = before
            .replace(":null , ", &format!(":{quoted}, \"locked\": {said} , "))
            .replace("\"long ago\"", said)
            .replace(":null}", &format!(":{quoted}}}"));
        assert_eq!(after, expected);
        assert_eq!(file.pinned(&[], SystemTime::UNIX_EPOCH), before);
        // What is pinned already was taken when it was.
        let again = super::components(&after, "f").unwrap();
        let file = ImagesFile { text: after.clone(), components: again.clone(), ..file };
        assert_eq!(file.pinned(&[(&again[0], &digest)], SystemTime::now()), after);
    }
}
