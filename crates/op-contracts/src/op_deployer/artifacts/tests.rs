use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use tar::{Builder, Header};

use super::*;

const OTHER: &str = "Proxy.sol/Proxy.json";

fn put(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn error_of(path: &Path) -> String {
    format!("{:#}", Artifacts::open(path).unwrap_err())
}

fn hash_of(path: &Path) -> B256 {
    Artifacts::open(path).unwrap().hash()
}

/// A tar of files with these names.
fn tar(names: &[&str]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for name in names {
        let mut header = Header::new_gnu();
        // Also what a careful program would not write.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(2);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, b"{}".as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// What of an archive is unpacked.
fn unpacked(archive: &[u8]) -> Result<Vec<String>> {
    let dir = tempfile::tempdir()?;
    let (path, into) = (dir.path().join("artifacts"), dir.path().join("a/b"));
    fs::create_dir_all(&into)?;
    fs::write(&path, archive)?;
    let folder = Artifacts::open(&path)?.folder(&into)?;
    assert_eq!(folder, into);
    assert_eq!(sorted(dir.path())?.len(), 2, "something lies outside");
    let names = sorted(&into)?.into_iter().flat_map(|contract| sorted(&contract).unwrap());
    Ok(names.map(|name| name.strip_prefix(&into).unwrap().display().to_string()).collect())
}

#[test]
fn they_lie_in_the_folder_or_where_forge_puts_them() {
    for under in UNDER {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(under);
        put(&folder, SCRIPT, "{}");
        let found = Artifacts::open(dir.path()).unwrap().folder(Path::new("")).unwrap();
        assert_eq!(found, folder.canonicalize().unwrap());
    }
}

#[test]
fn a_wrong_folder_is_named_with_what_was_expected() {
    let dir = tempfile::tempdir().unwrap();
    let missing = error_of(&dir.path().join("missing"));
    assert!(missing.starts_with("cannot read ") && missing.ends_with("(os error 2)"), "{missing}");
    put(&dir.path().join("forge-artifacts"), OTHER, "{}");
    let error = error_of(dir.path());
    assert!(
        error.contains("holds no artifacts of op-contracts: there is no DeployOPChain.s.sol/"),
        "{error}"
    );
    put(dir.path(), "state.json", "{}");
    assert!(error_of(dir.path()).ends_with("give it as --deployment"), "{}", error_of(dir.path()));
}

#[test]
fn the_hash_is_of_names_and_contents_alone() {
    let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    put(one.path(), SCRIPT, "{}");
    put(&two.path().join("forge-artifacts"), SCRIPT, "{}");
    let hash = hash_of(one.path());
    assert_eq!(hash_of(two.path()), hash, "another place");
    put(one.path(), SCRIPT, "{ }");
    assert_ne!(hash_of(one.path()), hash, "another content");
    put(one.path(), SCRIPT, "{}");
    assert_eq!(hash_of(one.path()), hash);
    put(one.path(), OTHER, "{}");
    assert_ne!(hash_of(one.path()), hash, "one more contract");
}

#[test]
fn an_archive_gives_its_artifacts_and_nothing_else() {
    let of_release = [
        "forge-artifacts/DeployOPChain.s.sol/DeployOPChain.json",
        "./out/Proxy.sol/Proxy.json",
        "artifacts/build-info/12.json",
        "README.md",
        "../Escaped.sol/Escaped.json",
        "/Absolute.sol/Absolute.json",
        "Up.sol/../../Up.json",
    ];
    let tar = tar(&of_release);
    let expected = ["Absolute.sol/Absolute.json", SCRIPT, "Escaped.sol/Escaped.json", OTHER]
        .map(str::to_owned);
    for archive in [gzip(&tar), zstd(&tar)] {
        assert_eq!(unpacked(&archive).unwrap(), expected);
    }
}

#[test]
fn an_archive_that_cannot_be_read_is_named() {
    let whole = tar(&["forge-artifacts/DeployOPChain.s.sol/DeployOPChain.json"; 200]);
    for (archive, message) in [
        (whole.clone(), "is neither a folder nor an archive packed with gzip or zstd"),
        (Vec::new(), "is neither a folder nor an archive packed with gzip or zstd"),
        (gzip(&whole)[..300].to_vec(), "is it whole?: "),
        (zstd(&whole)[..60].to_vec(), "is it whole?: "),
        (gzip(&whole[..700]), "is it whole?: "),
        (gzip(b"text"), "is it whole?: "),
        (
            gzip(&tar(&["forge-artifacts/Proxy.sol/Proxy.json"])),
            "holds no artifacts of op-contracts",
        ),
    ] {
        let error = format!("{:#}", unpacked(&archive).unwrap_err());
        assert!(error.contains(message), "no '{message}' in: {error}");
    }
}
