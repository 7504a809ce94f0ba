//! A program at a version.

use semver::Version;

/// A release of an official program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release<'a> {
    pub component: &'a str,
    pub version: Version,
}

impl<'a> Release<'a> {
    /// The release that an image's reference names by its tag.
    #[must_use]
    pub fn of_image(component: &'a str, reference: &str) -> Option<Self> {
        Some(Self { component, version: version(reference)? })
    }

    #[must_use]
    pub fn is_before(&self, version: &str) -> bool {
        Version::parse(version).is_ok_and(|least| self.version < least)
    }
}

/// The version that a reference names by its tag.
#[must_use]
pub fn version(reference: &str) -> Option<Version> {
    let reference = reference.split('@').next()?;
    let (_, tag) = reference.rsplit_once(':')?;
    Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_version_stands_in_its_reference(reference in ".*:v?[0-9.]*|.*") {
            if let Some(version) = version(&reference) {
                prop_assert!(reference.contains(&version.to_string()));
            }
        }
    }

    #[test]
    fn the_release_is_what_the_tag_says() {
        for (reference, expected) in [
            ("registry.example/op-node:v1.20.1", Some("1.20.1")),
            ("registry.example:5000/op-node:1.20.1", Some("1.20.1")),
            ("op-geth:v1.101702.2", Some("1.101702.2")),
            ("op-node:v1.19.5-rc.1@sha256:00", Some("1.19.5-rc.1")),
            ("op-node:latest", None),
            ("op-node:0a1b2c3d", None),
            ("op-node:v1.20", None),
            ("registry.example:5000/op-node", None),
            ("op-node", None),
            ("", None),
        ] {
            let found = version(reference).map(|version| version.to_string());
            assert_eq!(found.as_deref(), expected, "{reference}");
        }
    }
}
