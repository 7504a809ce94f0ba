//! Keys that are not secret.

use serde_json::{Value, json};
use test_kit::node::Say;

use crate::{
    case::Case,
    l1::{OF_L1, of_another_chain},
    verdict::Verdict::{self, Pass, Refuse, Skip, Wait},
    world::{
        World,
        file::File,
        names::{OWN, ROLES, STRANGER},
    },
};

pub(super) fn burned_keys(cases: &mut Vec<Case>) {
    // Of the key OWN.
    let own = "0xD936e88478262AbeE55f1EE09e9d2125Fe0F8716";
    let stranger = "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65";
    for (name, list, verdict) in [
        ("nobody", json!([]), Pass),
        ("another", json!([stranger]), Pass),
        ("this one", json!([stranger, own]), Refuse),
        ("this one in lower case", json!([own.to_lowercase()]), Refuse),
    ] {
        cases.push(Case::new(
            format!("the burned keys: {name}"),
            &[("published-key", verdict)],
            |world| {
                world.config["keys"] = json!({"burned": list});
            },
        ));
    }
    cases.push(Case::new(
        "a burned key that is published too",
        &[("published-key", Refuse)],
        |world| {
            world.text("own.key", STRANGER);
            world.config["keys"] = json!({"burned": [stranger]});
        },
    ));
}

pub(super) fn published_keys(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    for (name, content, verdict) in [
        ("with prefix", text(&format!("0x{OWN}\n")), Pass),
        ("is missing", File::Missing, Wait),
        ("is a directory", File::Directory, Wait),
        ("is empty", text(""), Refuse),
        ("is zero", text(&"0".repeat(64)), Refuse),
        ("is quoted", text(&format!("\"{OWN}\"")), Refuse),
        ("is published", text(STRANGER), Skip),
        ("is published, in capitals", text(&STRANGER.to_uppercase()), Skip),
    ] {
        let of_file = if verdict == Skip { Pass } else { verdict };
        let noticed = [("published-key", verdict), ("key-file", of_file)];
        cases.push(Case::new(format!("own.key {name}"), &noticed, |world| {
            world.files.insert("own.key", content);
        }));
    }
}

/// A published key by what is known of L1.
pub(super) fn published_keys_and_l1(cases: &mut Vec<Case>) {
    // Whatever is not known to be private is public.
    let public = [1_u64, 2, 10, 137, 8453, 42_161, 84_532, 17_000, 560_048, 11_155_111];
    // Where all agree, nothing but the key is wrong.
    let everywhere = World::settle_on;
    for id in public {
        cases.push(Case::new(format!("a key of one's own on L1 {id}"), &[], |world| {
            everywhere(world, id);
        }));
        for (role, key, _) in ROLES {
            cases.push(Case::new(
                format!("the published key of the {role} on L1 {id}"),
                &[("published-key", Refuse)],
                |world| {
                    everywhere(world, id);
                    world.text("own.key", key);
                },
            ));
        }
        for (what, also, spoil) in [
            (
                "rollup.json",
                &[("l1-beacon", Refuse), ("premine", Refuse)][..],
                (|world, id| {
                    world.json("rollup.json", "/l1_chain_id", json!(id));
                    world.json("l1.json", "/chainId", json!(id));
                }) as fn(&mut World, u64),
            ),
            ("the configuration", &[("premine", Refuse)], |world, id| {
                world.config["l1"]["chainId"] = json!(id);
            }),
            ("the node", &of_another_chain(), |world, id| {
                world.l1.result("eth_chainId", json!(format!("{id:#x}")));
            }),
        ] {
            let noticed = [&[("published-key", Refuse), ("l1-chain", Refuse)][..], also].concat();
            cases.push(Case::new(
                format!("a published key, and {what} says {id}"),
                &noticed,
                |world| {
                    world.text("own.key", STRANGER);
                    spoil(world, id);
                },
            ));
        }
    }
    for (id, private) in [
        (900, false),
        (1337, false),
        (31_337, false),
        (3_151_908, false),
        (0, false),
        (901, false),
        (11_155_112, true),
        (11_155_111, true),
        (u64::MAX, true),
        (u64::MAX, false),
    ] {
        let known = matches!(id, 900 | 1337 | 31_337 | 3_151_908);
        let verdict = if private || known { Skip } else { Refuse };
        let mut noticed = vec![("published-key", verdict)];
        // No chain, and the L2 itself.
        if matches!(id, 0 | 901) {
            noticed.push(("rollup-config", Refuse));
        }
        cases.push(Case::new(
            format!("a published key on L1 {id}, private: {private}"),
            &noticed,
            |world| {
                everywhere(world, id);
                world.text("own.key", STRANGER);
                world.config["l1"]["private"] = json!(private);
            },
        ));
    }
    // Ganache's first account, the key 1, and the key of go-ethereum's tests.
    for key in [
        "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291",
    ] {
        cases.push(Case::new(
            format!("the published key {} on Base", &key[..8]),
            &[("published-key", Refuse)],
            |world| {
                everywhere(world, 8453);
                world.text("own.key", key);
            },
        ));
    }
    for (lie, say, verdict) in [
        ("an error", Say::Error(-32000, "busy"), Wait),
        ("nothing", Say::Nothing, Wait),
        ("null", Say::Result(Value::Null), Refuse),
        ("0x", Say::Result(json!("0x")), Refuse),
        ("more than fits", Say::Result(json!("0x10000000000000001")), Refuse),
    ] {
        let noticed: [(&str, Verdict); 3] =
            ["published-key", "l1-chain", "l1-agreement"].map(|gate| (gate, verdict));
        cases.push(Case::new(
            format!("a published key, and L1 says {lie} for its chain id"),
            &noticed,
            |world| {
                world.text("own.key", STRANGER);
                world.l1.say("eth_chainId", say);
            },
        ));
    }
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("published-key", Wait));
    cases.push(Case::new("a published key, and nobody listens at L1", &noticed, |world| {
        world.text("own.key", STRANGER);
        world.l1_gone = true;
    }));
    noticed.extend([("published-key", Refuse), ("l1-chain", Refuse), ("premine", Refuse)]);
    cases.push(Case::new("a published key, Sepolia is meant, nobody listens", &noticed, |world| {
        world.text("own.key", STRANGER);
        world.config["l1"]["chainId"] = json!(11_155_111);
        world.l1_gone = true;
    }));
}
