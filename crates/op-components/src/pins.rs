//! The pinned sources: for each build, the files that it starts from.

/// A file's name and its content.
pub(super) type Pin = (&'static str, &'static [u8]);

/// The official monorepo, and op-geth, whose module holds a file that the monorepo's lacks.
pub(super) const OPTIMISM: &[Pin] = &[
    ("go.mod", include_bytes!("../pins/optimism/go.mod")),
    ("go.sum", include_bytes!("../pins/optimism/go.sum")),
];

pub(super) const PROGRAMS: &[Pin] = &[
    ("go.mod", include_bytes!("../pins/programs/go.mod")),
    ("go.sum", include_bytes!("../pins/programs/go.sum")),
    ("tools.go", include_bytes!("../pins/programs/tools.go")),
];

pub(super) const EARLIER: &[Pin] = &[
    ("go.mod", include_bytes!("../pins/earlier/go.mod")),
    ("go.sum", include_bytes!("../pins/earlier/go.sum")),
    ("tools.go", include_bytes!("../pins/earlier/tools.go")),
];

pub(super) const NPM: &[Pin] = &[
    ("package.json", include_bytes!("../pins/npm/package.json")),
    ("package-lock.json", include_bytes!("../pins/npm/package-lock.json")),
];

/// The `go` line of a `go.mod`.
pub(super) fn go_version() -> &'static str {
    include_str!("../pins/programs/go.mod")
        .lines()
        .find_map(|line| line.strip_prefix("go "))
        .unwrap_or_default()
}
