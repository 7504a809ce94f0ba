//! Where an archive's lines have what an entry needs.

use std::{io, path::Path};

use op_util::file;
use serde::Deserialize;

/// The most of a mapping's file that is read, in bytes.
const MOST: u64 = 1 << 20;

/// What an entry needs, in the order in which [`Mapping`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Stream,
    Epoch,
    Sequence,
    UnixMs,
    ChunkHash,
    Locator,
}

/// Each field with the name that a mapping file has for it.
pub(super) const FIELDS: [(Field, &str); 6] = [
    (Field::Stream, "stream"),
    (Field::Epoch, "epoch"),
    (Field::Sequence, "sequence"),
    (Field::UnixMs, "unixMs"),
    (Field::ChunkHash, "chunkHash"),
    (Field::Locator, "locator"),
];

/// JSON pointers (RFC 6901) to what an entry needs.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) root: Node,
    /// What is the same for all lines.
    pub(super) constants: [Option<String>; FIELDS.len()],
}

/// A place in a line that leads to fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// What is here.
    pub(super) field: Option<Field>,
    /// What is below: a member's name, or a place in a list.
    pub(super) children: Vec<(String, Node)>,
}

#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("cannot read it: {0}")]
    File(#[from] io::Error),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{field:?} is {pointer:?}: a JSON pointer begins with \"/\"")]
    Pointer { field: &'static str, pointer: String },
    #[error("{field:?} is at {pointer:?}, where another field is or is looked for")]
    Overlap { field: &'static str, pointer: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    stream: Source,
    epoch: Source,
    sequence: Source,
    unix_ms: Source,
    chunk_hash: Source,
    locator: Source,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Pointer(String),
    Constant { constant: String },
}

impl Default for Mapping {
    /// `stream`, `epoch`, `seq`, `unixMs`, `chunkHash` and `locator` at the top of each line.
    fn default() -> Self {
        let names = ["stream", "epoch", "seq", "unixMs", "chunkHash", "locator"];
        let children = FIELDS.into_iter().zip(names).map(|((field, _), name)| {
            (name.to_owned(), Node { field: Some(field), children: Vec::new() })
        });
        Self {
            root: Node { field: None, children: children.collect() },
            constants: Default::default(),
        }
    }
}

impl Mapping {
    /// Reads a mapping file: an object with a JSON pointer, or `{"constant": "text"}`, for each of `stream`,
    /// `epoch`, `sequence`, `unixMs`, `chunkHash`, `locator`.
    pub fn read(path: &Path) -> Result<Self, MappingError> {
        Self::parse(&file::read(path, MOST)?)
    }

    pub fn parse(json: &[u8]) -> Result<Self, MappingError> {
        let file: File = serde_json::from_slice(json)?;
        let sources =
            [file.stream, file.epoch, file.sequence, file.unix_ms, file.chunk_hash, file.locator];
        let mut mapping = Self { root: Node::default(), constants: Default::default() };
        for ((field, name), source) in FIELDS.into_iter().zip(sources) {
            match source {
                Source::Constant { constant } => {
                    mapping.constants[field as usize] = Some(constant);
                }
                Source::Pointer(pointer) => mapping.root.place(field, name, pointer)?,
            }
        }
        Ok(mapping)
    }
}

impl Node {
    /// The way to one field and nothing else, if there is one.
    pub(super) fn only(&self, field: Field) -> Option<Self> {
        if self.field == Some(field) {
            return Some(self.clone());
        }
        let child = |(name, node): &(String, Self)| Some((name.clone(), node.only(field)?));
        let way = self.children.iter().find_map(child)?;
        Some(Self { field: None, children: vec![way] })
    }

    fn place(
        &mut self,
        field: Field,
        name: &'static str,
        pointer: String,
    ) -> Result<(), MappingError> {
        let Some(rest) = pointer.strip_prefix('/') else {
            return Err(MappingError::Pointer { field: name, pointer });
        };
        let mut node = self;
        let mut fresh = false;
        for part in rest.split('/') {
            let part = part.replace("~1", "/").replace("~0", "~");
            let known = node.children.iter().position(|(name, _)| *name == part);
            fresh = known.is_none();
            let at = known.unwrap_or_else(|| {
                node.children.push((part, Self::default()));
                node.children.len() - 1
            });
            node = &mut node.children[at].1;
            if node.field.is_some() {
                return Err(MappingError::Overlap { field: name, pointer });
            }
        }
        if !fresh {
            return Err(MappingError::Overlap { field: name, pointer });
        }
        node.field = Some(field);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(locator: &str) -> String {
        let json = format!(
            r#"{{"stream": "/a/b", "epoch": "/a/c", "sequence": "/n", "unixMs": "/t",
                "chunkHash": "/h", "locator": {locator}}}"#
        );
        Mapping::parse(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        assert!(refusal(r#""uri""#).contains("begins with"));
        assert!(refusal(r#""/n""#).contains("another field"));
        assert!(refusal(r#""/a""#).contains("another field"));
        assert!(refusal(r#""/n/x""#).contains("another field"));
        assert!(refusal(r#"{"const": "x"}"#).contains("did not match"));
        assert!(Mapping::parse(b"{}").unwrap_err().to_string().contains("missing field"));
        assert!(Mapping::read(Path::new("/nonexistent")).is_err());
    }
}
