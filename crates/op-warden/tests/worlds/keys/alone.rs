//! Somebody else signs with the service's key.

use std::net::TcpListener;

use serde_json::json;
use test_kit::node::Say;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{World, file::File},
};

const STOPPED: &str = "stopped\n";
/// This host was started since, and longer ago than what it is judged by.
const OF_ANOTHER_BOOT: &str = "running 01234567-89ab-cdef-0123-456789abcdef\n";

fn ran(world: &mut World, last_run: Option<&str>) {
    let file = last_run.map_or(File::Missing, |text| File::Text(text.to_owned()));
    world.files.insert("last-run", file);
}

fn sends(world: &mut World) {
    world.l1.result("past transactions", json!("0x1110"));
}

fn waits(world: &mut World) {
    world.l1.result("pending transactions", json!("0x1112"));
}

/// The account of a challenger.
pub(super) fn transactions(cases: &mut Vec<Case>) {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let running = format!("running {boot}");
    for (name, last_run, spoil, verdict) in [
        ("sends, and the service never ran here", None, sends as fn(&mut World), Refuse),
        ("waits in the pool, and the service never ran here", None, waits, Wait),
        // Its own last ones.
        ("sent, and the service has just stopped", Some(STOPPED), sends, Pass),
        ("waits in the pool, and the service has just stopped", Some(STOPPED), waits, Pass),
        ("sent, and the service was killed", Some(&running[..]), sends, Pass),
        ("sends, and the service ran before this boot", Some(OF_ANOTHER_BOOT), sends, Refuse),
        ("waits, and the service ran before this boot", Some(OF_ANOTHER_BOOT), waits, Warn),
        ("is quiet, and the service ran before this boot", Some(OF_ANOTHER_BOOT), |_| {}, Pass),
        ("is quiet, and nobody knows when the service ran", Some("yesterday"), |_| {}, Wait),
        ("is quiet, and the file is empty", Some(""), |_| {}, Wait),
    ] {
        cases.push(Case::new(format!("the account {name}"), &[("alone", verdict)], |world| {
            ran(world, last_run);
            spoil(world);
        }));
    }
    for (name, content, verdict) in [
        ("missing", File::Missing, Wait),
        ("a directory", File::Directory, Wait),
        ("no key", File::Text("x".to_owned()), Refuse),
    ] {
        let mut noticed = vec![("alone", verdict)];
        if name == "a directory" {
            // Nobody knows whether it is the batcher's.
            noticed.push(("reused-key", Wait));
        }
        cases.push(Case::new(format!("the sender's key is {name}"), &noticed, |world| {
            world.files.insert("sender.key", content);
        }));
    }
    cases.push(Case::new("another service may send with the key", &[("alone", Skip)], |world| {
        world.service("unsafe-signer")["key"] = json!("sender.key");
        sends(world);
    }));
    cases.push(Case::new("a batcher that waits to be told", &[("alone", Skip)], |world| {
        world.service("alone")["command"] =
            json!({"component": "op-batcher", "args": ["--stopped"]});
        sends(world);
    }));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Taken for as long as the tests run.
    std::mem::forget(listener);
    cases.push(Case::new("the service runs", &[("alone", Skip)], |world| {
        world.service("alone")["command"]["args"] =
            json!(["--metrics.enabled", format!("--metrics.port={port}")]);
        sends(world);
    }));
}

/// A sequencer, by the newest block of a follower.
pub(super) fn blocks(cases: &mut Vec<Case>) {
    fn sequencer(world: &mut World, flag: &str, follower: &str, newest: (u64, &str)) {
        world.service("alone")["command"] = json!({
            "component": "op-node", "args": ["--rpc.addr=127.0.0.4", "--rpc.port=1235", flag],
        });
        world.service("alone")["engineRpc"] = json!("http://127.0.0.4:1");
        world.service("p2p")["engineRpc"] = json!(follower);
        let mut block = world.engine.value("eth_getBlockByNumber").clone();
        block["number"] = json!(format!("{:#x}", newest.0));
        block["timestamp"] = json!(newest.1);
        world.engine.says.insert("latest", Say::Result(block));
    }
    const ENABLED: &str = "--sequencer.enabled";
    for (name, last_run, newest, verdict) in [
        ("gets new blocks", None, "NOW-2", Refuse),
        ("got a block of the future", None, "NOW+60", Refuse),
        ("got no block for two minutes", None, "NOW-120", Pass),
        ("got a block just before the sequencer stopped", Some(STOPPED), "NOW-2", Pass),
        ("gets new blocks after a loss of power", Some(OF_ANOTHER_BOOT), "NOW-2", Refuse),
        ("derives old blocks after a loss of power", Some(OF_ANOTHER_BOOT), "NOW-120", Pass),
    ] {
        cases.push(Case::new(format!("a follower {name}"), &[("alone", verdict)], |world| {
            sequencer(world, ENABLED, "ENGINE", (5, newest));
            ran(world, last_run);
        }));
    }
    cases.push(Case::new("a follower has the genesis block only", &[("alone", Pass)], |world| {
        sequencer(world, ENABLED, "ENGINE", (0, "NOW-2"));
    }));
    cases.push(Case::new("no follower answers a sequencer", &[("alone", Skip)], |world| {
        sequencer(world, ENABLED, "http://127.0.0.4:2", (5, "NOW-2"));
    }));
    for flag in ["--sequencer.stopped", "--conductor.enabled"] {
        cases.push(Case::new(format!("a sequencer with {flag}"), &[("alone", Skip)], |world| {
            sequencer(world, flag, "ENGINE", (5, "NOW-2"));
        }));
    }
}
