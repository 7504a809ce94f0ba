//! `op-warden images lock` against a registry on loopback that speaks the real protocol.

use std::{
    fmt::Write as _,
    fs,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, symlink},
        process::CommandExt,
    },
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::registry::{DOCKER_IMAGE, DOCKER_LIST, Fault, OCI_IMAGE, OCI_INDEX, Registry, image};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::Run;

fn finished(command: &mut Command) -> Run {
    // A proxy of the environment would be asked instead of the test's registry.
    let output = command.env_clear().output().unwrap();
    let run = Run::from(output);
    assert!(!format!("{run:?}").contains("SECRET"), "a token is shown: {run:?}");
    run
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_op-warden"));
    command.args(["images", "lock"]);
    command
}

/// A registry, and a folder with an images.json.
struct World {
    registry: Registry,
    folder: TempDir,
}

impl World {
    /// One line a component, as the project's own file: name, tag, digest.
    fn new(components: &[(&str, &str, Option<&str>)]) -> Self {
        let world = Self { registry: Registry::start(), folder: tempfile::tempdir().unwrap() };
        world.write(&world.list(components));
        world
    }

    fn list(&self, components: &[(&str, &str, Option<&str>)]) -> String {
        let mut text = "{\n".to_owned();
        for (position, (name, tag, digest)) in components.iter().enumerate() {
            let repository = self.registry.repository(&format!("images/{name}"));
            let comma = if position + 1 == components.len() { "" } else { "," };
            let digest = json!(digest);
            writeln!(
                text,
                "  \"{name}\": {{ \"repository\": \"{repository}\", \"tag\": \"{tag}\", \"digest\": {digest} }}{comma}"
            )
            .unwrap();
        }
        text + "}\n"
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("images.json")
    }

    fn write(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
    }

    /// Without what is said of when and from where the digests are.
    fn text(&self) -> String {
        let text = fs::read_to_string(self.file()).unwrap();
        let mut parts = text.split(", \"locked\": \"");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |before, part| {
            let (said, after) = part.split_once('"').unwrap();
            let (at, from) = said.split_once(" from ").unwrap();
            humantime::parse_rfc3339(at).unwrap();
            assert!(self.registry.repository("").starts_with(from), "{said}");
            before + after
        })
    }

    fn lock(&self, options: &[&str]) -> Run {
        let run = finished(command().arg(self.file()).args(options));
        let left: Vec<_> =
            fs::read_dir(&self.folder).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["images.json"], "{run:?}");
        run
    }
}

fn has(run: &Run, lines: &[&str]) {
    for line in lines {
        assert!(run.stderr.contains(line), "{line:?} is not in {run:?}");
    }
}

#[test]
fn every_tag_is_pinned_to_the_digest_of_its_index_and_a_second_run_changes_nothing() {
    let components = ["op-node", "op-geth", "op-reth", "op-batcher"];
    let world = World::new(&components.map(|name| (name, "v1.2.3", None)));
    let name = |component: &str| format!("images/{component}");
    let digests = [
        world.registry.push_usual(&name("op-node"), "v1.2.3"),
        world.registry.push_index(
            &name("op-geth"),
            "v1.2.3",
            DOCKER_LIST,
            &["linux/arm64", "linux/amd64", "unknown/unknown"],
        ),
        world.registry.push(
            &name("op-reth"),
            "v1.2.3",
            OCI_IMAGE,
            image(OCI_IMAGE, "a").to_string().as_bytes(),
        ),
        world.registry.push(
            &name("op-batcher"),
            "v1.2.3",
            DOCKER_IMAGE,
            image(DOCKER_IMAGE, "b").to_string().as_bytes(),
        ),
    ];
    fs::set_permissions(world.file(), fs::Permissions::from_mode(0o640)).unwrap();

    let run = world.lock(&[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let pinned: Vec<_> = components
        .iter()
        .zip(&digests)
        .map(|(&name, digest)| (name, "v1.2.3", Some(digest.as_str())))
        .collect();
    assert_eq!(world.text(), world.list(&pinned));
    let written = fs::read_to_string(world.file()).unwrap();
    assert_eq!(written.matches("\"locked\"").count(), 4, "{written}");
    assert_eq!(fs::metadata(world.file()).unwrap().mode() & 0o777, 0o640);
    assert_eq!(run.stderr.lines().count(), 4, "{run:?}");
    has(
        &run,
        &[
            &format!("op-node: v1.2.3 is {}, linux/amd64, linux/arm64\n", digests[0]),
            &format!("op-geth: v1.2.3 is {}, linux/amd64, linux/arm64\n", digests[1]),
            &format!("op-reth: v1.2.3 is {}, one image, not an index", digests[2]),
            &format!("op-batcher: v1.2.3 is {}, one image, not an index", digests[3]),
        ],
    );
    assert!(run.stdout.starts_with("op-node: pinned\nop-geth: pinned\n"), "{run:?}");
    assert!(run.stdout.ends_with("images.json: written\n"), "{run:?}");

    let before = fs::metadata(world.file()).unwrap();
    let run = world.lock(&[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout.ends_with("images.json: unchanged, every tag is what is pinned\n"),
        "{run:?}"
    );
    let after = fs::metadata(world.file()).unwrap();
    assert_eq!(world.text(), world.list(&pinned));
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn a_token_is_fetched_once_a_repository_and_only_after_a_refusal() {
    let world = World::new(&[("op-node", "v1", Some(&super::registry::digest(b"old")))]);
    let digest = world.registry.push_usual("images/op-node", "v1");
    let old = super::registry::digest(b"old");
    assert_eq!(world.lock(&["--check"]).code, Some(1));
    let manifest = |reference: &str| format!("GET /v2/images/op-node/manifests/{reference}");
    let token = "GET /token?service=test.registry&scope=repository%3Aimages%2Fop-node%3Apull";
    assert_eq!(
        world.registry.requests(),
        [manifest("v1"), token.to_owned(), manifest("v1"), manifest(&old)]
    );
    // The digest of a moved tag is not asked for when it is replaced.
    assert_eq!(world.lock(&[]).code, Some(0));
    assert_eq!(world.registry.requests().len(), 3);
    assert!(world.text().contains(&digest));
}

#[test]
fn what_is_not_a_digest_stays_as_it_was_written() {
    let world = World::new(&[]);
    let repository = |name: &str| world.registry.repository(name);
    let digest = world.registry.push_usual("b", "1");
    let other = world.registry.push_usual("a", "1");
    let text = format!(
        "\n{{\"b\" :\t{{\"digest\":null,\"note\":\"digest: null\",\"tag\":\"1\",\n\"repository\":\"{}\"}}  ,\r\n \"a\":{{\"repository\":\"{}\",\"tag\":\"1\",\"digest\" :  null }} }}",
        repository("b"),
        repository("a")
    );
    world.write(&text);
    let only = world.lock(&["--only", "b"]);
    assert_eq!(only.code, Some(0), "{only:?}");
    let pinned = text.replacen("null", &format!("\"{digest}\""), 1);
    assert_eq!(world.text(), pinned);
    assert_eq!(world.lock(&[]).code, Some(0));
    assert_eq!(world.text(), pinned.replace(":  null", &format!(":  \"{other}\"")));
}

#[test]
fn only_the_components_that_were_asked_for_are_asked_for() {
    let world = World::new(&[("a", "v1", None), ("b", "v1", None), ("c", "v1", None)]);
    let digests = ["a", "c"].map(|name| world.registry.push_usual(&format!("images/{name}"), "v1"));
    let run = world.lock(&["--only", "c", "a"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        world.text(),
        world.list(&[
            ("a", "v1", Some(&digests[0])),
            ("b", "v1", None),
            ("c", "v1", Some(&digests[1]))
        ])
    );
    assert_eq!(world.lock(&["--check", "--only", "a", "--only", "c"]).code, Some(0));
    let run = world.lock(&["--only", "d"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{run:?}");
    has(&run, &["there is no component \"d\" in", "it has: a, b, c"]);
}

#[test]
fn a_link_stays_a_link() {
    let world = World::new(&[("a", "v1", None)]);
    let digest = world.registry.push_usual("images/a", "v1");
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link.json");
    symlink(world.file(), &link).unwrap();
    let run = finished(command().arg(&link));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(world.text().contains(&digest));
}

/// A component that cannot be resolved: nothing is written, and the reason says what to do.
#[test]
fn what_cannot_be_resolved_is_told_with_what_to_do_and_nothing_is_written() {
    const MANY: usize = 1000;
    type Spoil = fn(&Registry);
    let cases = [
        (
            "the header is another digest",
            (|registry| registry.fault("images/bad", Fault::Header(super::registry::digest(b"x"))))
                as Spoil,
            &["wrong digest: the manifest should be sha256:2d711642b726b044", "do not use it"][..],
        ),
        (
            "the header is no digest",
            |registry| registry.fault("images/bad", Fault::Header("x".to_owned())),
            &["wrong digest: the manifest should be x and is sha256:"],
        ),
        (
            "no such tag",
            |registry| registry.remove("images/bad", "v1"),
            &["no such tag: correct \"tag\" or \"repository\""],
        ),
        (
            "a rate limit without end",
            |registry| {
                registry.fault(
                    "images/bad",
                    Fault::Manifest(MANY, "429 Too Many Requests", "retry-after: 0\r\n".to_owned()),
                );
            },
            &["limits the rate of requests (4 tries): run this again after 1 s"],
        ),
        (
            "a rate limit for longer than anybody waits",
            |registry| {
                registry.fault(
                    "images/bad",
                    Fault::Manifest(
                        MANY,
                        "429 Too Many Requests",
                        "retry-after: 3600\r\n".to_owned(),
                    ),
                );
            },
            &["limits the rate of requests (1 tries): run this again after 3600 s"],
        ),
        (
            "out of order",
            |registry| {
                registry.fault(
                    "images/bad",
                    Fault::Manifest(
                        MANY,
                        "503 Service Unavailable",
                        "retry-after: 0\r\n".to_owned(),
                    ),
                );
            },
            &["is out of order (HTTP 503, 4 tries): run this again later"],
        ),
        (
            "a status that means nothing",
            |registry| {
                registry
                    .fault("images/bad", Fault::Manifest(MANY, "418 I'm a teapot", String::new()));
            },
            &["answers HTTP 418: is it a container registry?"],
        ),
        (
            "the token service is down",
            |registry| {
                registry.fault(
                    "images/bad",
                    Fault::Token(MANY, "502 Bad Gateway", "retry-after: 0\r\n".to_owned()),
                );
            },
            &["no token: 127.0.0.1:", "is out of order (HTTP 502, 4 tries)"],
        ),
        (
            "nobody is where the token service should be",
            |registry| {
                let challenge =
                    format!("www-authenticate: Bearer realm=\"http://{}/\"\r\n", nobody());
                registry.fault("images/bad", Fault::Challenge(challenge));
            },
            &["no token: 127.0.0.2:", "gives no answer", "refused"],
        ),
        (
            "no token",
            |registry| registry.fault("images/bad", Fault::TokenBody("{}")),
            &["no token: 127.0.0.1:", "answers without a token"],
        ),
        (
            "a token that is two headers",
            |registry| {
                registry.fault("images/bad", Fault::TokenBody("{\"token\": \"a\\r\\nb\"}"));
            },
            &["answers without a token"],
        ),
        (
            "no token for everybody",
            |registry| {
                registry.fault("images/bad", Fault::Token(MANY, "403 Forbidden", String::new()));
            },
            &["no token: ", "refuses to show this image to everybody (HTTP 403)"],
        ),
        (
            "a private repository",
            |registry| registry.fault("images/bad", Fault::Private("403 Forbidden")),
            &["refuses to show this image to everybody (HTTP 403)", "use an image that is public"],
        ),
        (
            "a private repository that refuses in another way",
            |registry| registry.fault("images/bad", Fault::Private("401 Unauthorized")),
            &["refuses to show this image to everybody (HTTP 401)"],
        ),
        (
            "passwords only",
            |registry| {
                let challenge = "www-authenticate: Basic realm=\"x\"\r\n".to_owned();
                registry.fault("images/bad", Fault::Challenge(challenge));
            },
            &["offers no anonymous access (it names no token service)"],
        ),
        (
            "a token over plain HTTP from elsewhere",
            |registry| {
                let challenge =
                    "www-authenticate: Bearer realm=\"http://192.0.2.1/\"\r\n".to_owned();
                registry.fault("images/bad", Fault::Challenge(challenge));
            },
            &["offers no anonymous access (its token service is not on https)"],
        ),
        (
            "a redirect to plain HTTP elsewhere",
            |registry| {
                registry.fault(
                    "images/bad",
                    Fault::Manifest(
                        MANY,
                        "307 Temporary Redirect",
                        "location: http://192.0.2.1/\r\n".to_owned(),
                    ),
                );
            },
            &["a redirect away from https"],
        ),
        (
            "a redirect in a circle",
            |registry| {
                registry.fault(
                    "images/bad",
                    Fault::Manifest(MANY, "307 Temporary Redirect", "location: v1\r\n".to_owned()),
                );
            },
            &["too many redirects"],
        ),
        (
            "an index without linux/amd64",
            |registry| {
                registry.push_index(
                    "images/bad",
                    "v1",
                    OCI_INDEX,
                    &["linux/arm64", "windows/amd64"],
                );
            },
            &["has no linux/amd64, only linux/arm64, windows/amd64: choose another tag"],
        ),
        (
            "an index of platforms that steer a terminal",
            |registry| {
                registry.push_index("images/bad", "v1", OCI_INDEX, &["linux/\u{1b}[31m\n<2>arm64"]);
            },
            &["has no linux/amd64, only linux/\\u{1b}[31m\\n<2>arm64: choose another tag"],
        ),
        (
            "a digest of much text",
            |registry| {
                registry.push_usual("images/bad", "v1");
                registry.fault("images/bad", Fault::Header("x".repeat(9_999)));
            },
            &["wrong digest: the manifest should be xxx", "xxx… and is sha256:"],
        ),
        (
            "HTML",
            |registry| drop(registry.push("images/bad", "v1", OCI_INDEX, b"<html>")),
            &["the answer is no image manifest (expected value at line 1 column 1)"],
        ),
        (
            "JSON that is no manifest",
            |registry| {
                drop(registry.push("images/bad", "v1", OCI_INDEX, b"{\"schemaVersion\": 2}"));
            },
            &["the answer is no image manifest (neither an index nor an image)"],
        ),
        (
            "a body without end",
            |registry| drop(registry.push("images/bad", "v1", OCI_INDEX, &vec![b' '; 5 << 20])),
            &["sends more than 4194304 bytes: this is no manifest"],
        ),
        (
            "half a manifest",
            |registry| registry.fault("images/bad", Fault::Truncated),
            &["gives no answer: "],
        ),
        (
            "silence",
            |registry| registry.fault("images/bad", Fault::Hang),
            &["no answer within 6s: check the network, or allow more with --timeout"],
        ),
    ];
    let judge = |(name, spoil, reasons): (&str, Spoil, &[&str])| {
        let components = [("good", "v1", None), ("bad", "v1", None)];
        let world = World::new(&components);
        world.registry.push_usual("images/good", "v1");
        world.registry.push_usual("images/bad", "v1");
        spoil(&world.registry);
        let run = world.lock(&["--timeout", "6"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{name}: {run:?}");
        assert_eq!(world.text(), world.list(&components), "{name}");
        has(&run, &["1 of 2 images could not be resolved, nothing was written:\n  bad ("]);
        has(&run, &["good: v1 is sha256:", "bad: v1 was not resolved"]);
        has(&run, reasons);
    };
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || judge(case));
        }
    });
}

/// An address at which nobody listens: the registries take ports of 127.0.0.1 only.
fn nobody() -> String {
    TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn all_failures_are_told_together() {
    let world = World::new(&[("a", "v1", None), ("b", "v1", None), ("c", "v1", None)]);
    world.registry.push_usual("images/b", "v1");
    let unreachable = world.text().replacen("127.0.0.1:", "127.0.0.2:", 1);
    world.write(&unreachable);
    let run = world.lock(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{run:?}");
    assert_eq!(world.text(), unreachable);
    has(&run, &["2 of 3 images could not be resolved, nothing was written:", "\n  a (127.0.0.2:"]);
    has(&run, &["gives no answer: ", "Check the network and the host's name", "\n  c (127.0.0.1:"]);
    has(&run, &["images/c:v1): no such tag"]);
    assert!(!run.stderr.contains("\n  b ("), "{run:?}");
}

#[test]
fn what_passes_is_waited_for() {
    let busy = "429 Too Many Requests";
    for (fault, least) in [
        (Fault::Manifest(2, busy, "retry-after: 1\r\n".to_owned()), 2),
        (Fault::Token(1, busy, "retry-after: 1\r\n".to_owned()), 1),
        (Fault::Manifest(1, "500 Internal Server Error", "retry-after: 1\r\n".to_owned()), 1),
        (Fault::Token(1, "503 Service Unavailable", String::new()), 0),
    ] {
        let world = World::new(&[("a", "v1", None)]);
        let digest = world.registry.push_usual("images/a", "v1");
        world.registry.fault("images/a", fault.clone());
        let start = Instant::now();
        let run = world.lock(&[]);
        assert_eq!(run.code, Some(0), "{fault:?}: {run:?}");
        assert!(start.elapsed() >= Duration::from_secs(least), "{fault:?}: {run:?}");
        assert_eq!(world.text(), world.list(&[("a", "v1", Some(&digest))]));
    }
}

#[test]
fn an_index_without_arm64_is_pinned_with_a_warning() {
    let world = World::new(&[("a", "v1", None)]);
    let digest = world.registry.push_index("images/a", "v1", DOCKER_LIST, &["linux/amd64"]);
    let run = world.lock(&[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stderr, format!("a: v1 is {digest}, linux/amd64 (warning: no linux/arm64)\n"));
    assert!(world.text().contains(&digest));
}

#[test]
fn a_check_tells_what_differs_and_writes_nothing() {
    let world = World::new(&[]);
    let push = |name: &str, tag: &str| world.registry.push_usual(&format!("images/{name}"), tag);
    let (equal, moved, now) = (push("equal", "v1"), push("moved", "v0"), push("moved", "v1"));
    let (gone, since) = (super::registry::digest(b"gone"), push("gone", "v1"));
    push("unpinned", "v1");
    let components = [
        ("equal", "v1", Some(equal.as_str())),
        ("unpinned", "v1", None),
        ("moved", "v1", Some(&moved)),
        ("gone", "v1", Some(&gone)),
        ("vanished", "v1", Some(&gone)),
    ];
    world.write(&world.list(&components));
    let lines = [
        "equal: ok\n".to_owned(),
        "unpinned: unpinned\n".to_owned(),
        format!("moved: moved: pinned {moved}, tag is now {now}\n"),
        format!("gone: gone: pinned digest is no longer served ({gone})\n"),
        format!("vanished: gone: pinned digest is no longer served ({gone})\n"),
    ];
    let run = world.lock(&["--check"]);
    assert_eq!((run.code, &run.stdout), (Some(1), &lines.concat()), "{run:?}");
    has(&run, &[&format!("gone: v1 is {since}"), "vanished: v1 is no longer there\n"]);
    for ((name, _, _), line) in components.iter().zip(&lines) {
        let run = world.lock(&["--check", "--only", name]);
        let code = i32::from(*name != "equal");
        assert_eq!((run.code, &run.stdout), (Some(code), line), "{name}: {run:?}");
    }
    assert_eq!(world.text(), world.list(&components));
}

#[test]
fn a_check_that_cannot_compare_is_an_error_and_no_drift() {
    let world = World::new(&[]);
    let old = world.registry.push_usual("images/a", "v0");
    world.registry.push_usual("images/a", "v1");
    let only = world.registry.push_usual("images/b", "v0");
    world.write(&world.list(&[
        ("a", "v1", Some(&old)),
        ("b", "v1", Some(&only)),
        ("c", "v1", None),
    ]));
    world.registry.push_usual("images/c", "v1");
    world.registry.fault("images/a", Fault::Altered);
    let run = world.lock(&["--check"]);
    assert_eq!(run.code, Some(255), "{run:?}");
    assert_eq!(run.stdout, "a: not known\nb: not known\nc: unpinned\n");
    has(&run, &["2 of 3 images could not be resolved, what is pinned was not compared:"]);
    has(&run, &[&format!("v1): wrong digest: the manifest should be {old} and is sha256:")]);
    // The pinned image is still there, but nobody can say of what it is a version.
    has(&run, &["images/b:v1): no such tag"]);
}

#[test]
fn json_says_all_of_it() {
    let world = World::new(&[("a", "v1", None), ("b", "v1", None)]);
    let digest = world.registry.push_usual("images/a", "v1");
    let single = image(OCI_IMAGE, "b").to_string();
    let other = world.registry.push("images/b", "v1", OCI_IMAGE, single.as_bytes());
    let read = |run: &Run| -> Value { serde_json::from_str(&run.stdout).unwrap() };
    let run = world.lock(&["--json"]);
    let entry = |name: &str, pinned: Option<&str>, digest: &str, status: &str, platforms: Value| {
        json!({
            "component": name, "repository": world.registry.repository(&format!("images/{name}")),
            "tag": "v1", "pinned": pinned, "digest": digest, "platforms": platforms,
            "status": status, "error": null,
        })
    };
    let both = json!(["linux/amd64", "linux/arm64"]);
    assert_eq!(
        read(&run),
        json!({"written": true, "images": [
            entry("a", None, &digest, "unpinned", both.clone()),
            entry("b", None, &other, "unpinned", Value::Null),
        ]})
    );
    assert_eq!(read(&world.lock(&["--json"]))["written"], json!(false));
    let now = world.registry.push_index("images/a", "v1", OCI_INDEX, &["linux/amd64"]);
    world.registry.fault("images/b", Fault::Private("403 Forbidden"));
    let run = world.lock(&["--check", "--json"]);
    assert_eq!(run.code, Some(255), "{run:?}");
    let report = read(&run);
    let moved = entry("a", Some(&digest), &now, "moved", json!(["linux/amd64"]));
    assert_eq!(report["images"][0], moved);
    assert_eq!(report["images"][1]["status"], json!("error"));
    assert!(report["images"][1]["error"].as_str().unwrap().contains("HTTP 403"), "{report}");
    assert_eq!(report["images"][1]["digest"], Value::Null);
}

#[test]
fn a_list_that_is_none_is_refused_before_anybody_is_asked() {
    let world = World::new(&[]);
    let host = world.registry.repository("a");
    let entry = |fields: &str| format!("{{\"a\": {{{fields}}}}}");
    let right = format!("\"repository\": \"{host}\", \"tag\": \"v1\", \"digest\": null");
    for (text, reason) in [
        (String::new(), "is not valid: EOF"),
        ("[]".to_owned(), "expected an object of components"),
        ("{}".to_owned(), "has no components"),
        ("{\"a\": 1}".to_owned(), "component \"a\": invalid type: integer"),
        (format!("{}x", entry(&right)), "trailing characters at line 1"),
        (
            format!("{{\"a\": {{{right}}}, \"a\": {{{right}}}}}"),
            "component \"a\": it is there twice",
        ),
        (entry(&format!("{right}, \"digest\": null")), "duplicate field `digest`"),
        (entry(&right.replace(", \"digest\": null", "")), "missing field `digest`"),
        (entry(&right.replace("tag", "tags")), "missing field `tag`"),
        (entry(&right.replace("repository", "repo")), "missing field `repository`"),
        (entry(&right.replace("null", "1")), "invalid type: integer `1`"),
        (entry(&right.replace("null", "\"sha256:abc\"")), "\"sha256:abc\" is no digest"),
        (entry(&right.replace("v1", "v 1")), "\"v 1\" is no tag"),
        (entry(&right.replace("v1", "../v1")), "\"../v1\" is no tag"),
        (entry(&right.replace(&host, "op-node")), "does not begin with a registry's host"),
        (entry(&right.replace(&host, "a.example/A")), "\"a.example/A\" is no repository"),
        (entry(&right.replace(&host, &format!("http://{host}"))), "does not begin with a registry"),
    ] {
        world.write(&text);
        for options in [&[][..], &["--check"]] {
            let run = world.lock(options);
            assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{text}: {run:?}");
            has(&run, &[reason, "images.json"]);
        }
        assert_eq!(world.text(), text);
    }
    assert_eq!(world.registry.requests(), [""; 0]);
    let run = finished(command().arg(world.folder.path().join("none.json")));
    assert_eq!(run.code, Some(255), "{run:?}");
    has(&run, &["cannot read", "none.json", "No such file"]);
}

#[test]
fn a_list_that_somebody_edits_meanwhile_is_not_overwritten() {
    let world = World::new(&[("a", "v1", None)]);
    world.registry.push_usual("images/a", "v1");
    world.registry.fault("images/a", Fault::Edit(world.file()));
    let edited = format!("{}\n", world.text());
    let run = world.lock(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{run:?}");
    has(&run, &["was changed by somebody else meanwhile"]);
    assert_eq!(world.text(), edited);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    let world = World::new(&[("a", "v1", None)]);
    world.registry.push_usual("images/a", "v1");
    let before = world.text();
    // root may write everywhere; nobody may not, nor reach the program in the build's own folder.
    let program = tempfile::tempdir().unwrap();
    let open = fs::Permissions::from_mode(0o755);
    let mut command = command();
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let copy = program.path().join("op-warden");
        // A file that this process wrote is busy while another test's child still has it open.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_op-warden")).arg(&copy).status();
        assert!(copied.unwrap().success());
        fs::set_permissions(program.path(), open).unwrap();
        command = Command::new(copy);
        command.args(["images", "lock"]).uid(65534).gid(65534);
    }
    fs::set_permissions(&world.folder, fs::Permissions::from_mode(0o555)).unwrap();
    let run = finished(command.arg(world.file()));
    fs::set_permissions(&world.folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{run:?}");
    has(&run, &["cannot write ", "Permission denied", "Nothing was written"]);
    assert_eq!(world.text(), before);
}

#[test]
fn the_command_line_explains_itself() {
    for words in [&["images"][..], &["images", "lock"]] {
        let run = finished(Command::new(env!("CARGO_BIN_EXE_op-warden")).args(words).arg("--help"));
        assert_eq!(run.code, Some(0), "{words:?}: {run:?}");
        assert!(run.stdout.contains("Example: op-warden images lock"), "{words:?}: {run:?}");
    }
    for words in ["", "lock --only", "lock a b", "lock --timeout 0", "lock --write"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_op-warden"));
        let run = finished(command.arg("images").args(words.split_whitespace()));
        assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{words:?}: {run:?}");
    }
    // The default is the project's own list, from its top folder.
    let elsewhere = tempfile::tempdir().unwrap();
    let run = finished(command().current_dir(&elsewhere));
    has(&run, &["cannot read nix/stack/images.json"]);
}
