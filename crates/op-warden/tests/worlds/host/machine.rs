//! Clock, disks and ports.

use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::file::File,
};

pub(super) fn clocks(cases: &mut Vec<Case>) {
    for (name, time, noticed) in [
        ("now", "NOW", &[][..]),
        ("four seconds ahead", "NOW+4", &[]),
        ("a minute ahead", "NOW+60", &[("clock", Refuse)]),
        (
            "at the end of time",
            "0xffffffffffffffff",
            &[("clock", Refuse), ("proposal-cadence", Warn)],
        ),
        ("three minutes old", "NOW-180", &[]),
        ("six minutes old", "NOW-360", &[("l1-head", Wait)]),
        ("at the beginning of time", "0x0", &[("l1-head", Wait)]),
    ] {
        cases.push(Case::new(format!("L1's newest block is {name}"), noticed, |world| {
            world.l1.edit("latest", "timestamp", json!(time));
        }));
    }
    let noticed = [("clock", Wait), ("genesis-timestamp", Refuse)];
    cases.push(Case::new("a genesis to come", &noticed, |world| {
        world.json("rollup.json", "/genesis/l2_time", json!(4_102_444_800_u64));
    }));
}

pub(super) fn disks(cases: &mut Vec<Case>) {
    for (name, place, value, verdict) in [
        ("too little room", "minFreeBytes", json!(u64::MAX), Wait),
        ("no least room", "minFreeBytes", json!(0), Pass),
        ("a folder below a file", "dataDir", json!("own.key"), Pass),
    ] {
        cases.push(Case::new(format!("a disk with {name}"), &[("disk", verdict)], |world| {
            world.service("disk")[place] = value;
        }));
    }
    cases.push(Case::new("a folder that is not there yet", &[], |world| {
        world.files.insert("data", File::Missing);
    }));
    cases.push(Case::new("a folder that cannot be there", &[("disk", Wait)], |world| {
        world.service("disk")["dataDir"] = json!("/proc/self/comm/data");
    }));
    cases.push(Case::new("a relative folder that is not there", &[("disk", Wait)], |world| {
        world.service("disk")["dataDir"] = json!("no/such/folder");
    }));
}

pub(super) fn given_files(cases: &mut Vec<Case>) {
    for (name, files, verdict) in [
        ("is not there", json!(["peer.key", "no/such/file"]), Wait),
        ("is a folder", json!(["data"]), Wait),
        ("is a device", json!(["/dev/zero"]), Wait),
    ] {
        let noticed = [("given-files", verdict)];
        cases.push(Case::new(format!("a given file that {name}"), &noticed, |world| {
            world.service("given-files")["files"] = files;
        }));
    }
    // op-exec ends with it, again and again.
    cases.push(Case::new("a credential of two lines", &[("given-files", Wait)], |world| {
        world.text("lines", "one\ntwo\n");
        world.service("given-files")["credentialFiles"] = json!(["lines"]);
    }));
    cases.push(Case::new("an empty given file", &[("given-files", Wait)], |world| {
        world.text("empty", "");
        world.service("given-files")["files"] = json!(["empty"]);
    }));
}

pub(super) fn ports(cases: &mut Vec<Case>) {
    let args = |rpc: &str| json!(["--rpc.addr=127.0.0.1", rpc, "--p2p.disable"]);
    for (name, args, verdict) in [
        // The test's own node listens there.
        ("a taken port", args("--rpc.port=@AUTHPORT@"), Wait),
        (
            "a port that is taken on one address",
            json!(["--rpc.port=@AUTHPORT@", "--p2p.disable"]),
            Wait,
        ),
        (
            "a port that is taken on another address",
            json!(["--rpc.addr=127.0.0.5", "--rpc.port=@AUTHPORT@", "--p2p.disable"]),
            Pass,
        ),
        (
            "one free and one taken port",
            json!(["--rpc.addr=127.0.0.4", "--rpc.port=1234", "--p2p.listen.tcp=@AUTHPORT@"]),
            Wait,
        ),
        ("no port", args("--rpc.port=0"), Skip),
        ("a port in words", args("--rpc.port=http"), Refuse),
        ("a negative port", args("--rpc.port=-1"), Refuse),
        ("a port too high", args("--rpc.port=65536"), Refuse),
        ("an empty port", args("--rpc.port="), Refuse),
        (
            "another host's address",
            json!(["--rpc.addr=192.0.2.1", "--rpc.port=1234", "--p2p.disable"]),
            Wait,
        ),
    ] {
        cases.push(Case::new(format!("op-node with {name}"), &[("ports", verdict)], |world| {
            world.service("ports")["command"]["args"] = args;
        }));
    }
    cases.push(Case::new("op-challenger, which listens nowhere", &[("ports", Skip)], |world| {
        world.service("ports")["command"] = json!({"component": "op-challenger"});
    }));
}
