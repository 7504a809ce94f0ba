//! A program at a version.

use semver::{Prerelease, Version};

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

/// The version that an image's reference names by its tag.
#[must_use]
pub fn version(reference: &str) -> Option<Version> {
    let reference = reference.split('@').next()?;
    let (_, tag) = reference.rsplit_once(':')?;
    version_of(tag)
}

/// What comes before a release; any other ending (`-amd64`, a commit) names a build of it.
const BEFORE: [&str; 5] = ["alpha", "beta", "rc", "dev", "synctest"];

/// The version in `v1.2.3` and `1.2.3-rc.1`.
#[must_use]
pub fn version_of(tag: &str) -> Option<Version> {
    let text = tag.strip_prefix('v').unwrap_or(tag);
    let (numbers, ending) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let mut version = Version::parse(numbers).ok()?;
    if let Some(ending) = ending.strip_prefix('-')
        && BEFORE.iter().any(|word| ending.starts_with(word))
    {
        version.pre = Prerelease::new(ending).ok()?;
    }
    Some(version)
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
            // A build of the release, not one before it.
            ("op-node:v1.16.2-amd64", Some("1.16.2")),
            ("op-node:v1.16.2-0123", Some("1.16.2")),
            ("op-node:v1.16.2-", Some("1.16.2")),
            ("op-node:v1.16.2+build", Some("1.16.2")),
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
