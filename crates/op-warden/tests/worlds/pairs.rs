//! Two things wrong at once. A pair of spoilt worlds that do not spoil the same place is one world; the
//! gates judge it in this process. What stops a service in either of the two must stop it still.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use op_gate::{Judgement, config::Config};
use serde_json::Value;
use test_kit::node::Whole;

use crate::{
    case::Case,
    verdict::Verdict,
    world::{World, names::gates, script::Script},
};

/// Pairs to judge; with the gates of each more than 100,000 judgements.
const PAIRS: usize = 2300;

pub(crate) fn two_wrongs_never_make_a_right(cases: &[Arc<Case>]) {
    let right = World::right();
    // Silence and retries take their time; by themselves they are judged elsewhere.
    let cases: Vec<&Case> =
        cases.iter().map(|case| &**case).filter(|case| case.world.is_quick()).collect();
    let next = AtomicUsize::new(0);
    let judged = AtomicUsize::new(0);
    let errors = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while judged.load(Ordering::SeqCst) < PAIRS * gates().count() {
                    let (one, other) = pair(&cases, next.fetch_add(1, Ordering::SeqCst));
                    let Some(world) = one.world.and(&other.world, &right) else { continue };
                    let judgements = judge(&world);
                    judged.fetch_add(judgements.len(), Ordering::SeqCst);
                    let wrong =
                        judgements.iter().filter_map(|found| compare(one, other, &right, found));
                    errors.lock().unwrap().extend(wrong);
                }
            });
        }
    });
    let errors = errors.into_inner().unwrap();
    println!("{} judgements of pairs, {} wrong", judged.into_inner(), errors.len());
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// The pairs in an order without pattern, the same in each run (splitmix64).
fn pair<'a>(cases: &[&'a Case], index: usize) -> (&'a Case, &'a Case) {
    let mut bits = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let at = |bits: u64| cases[usize::try_from(bits & 0xffff_ffff).unwrap() % cases.len()];
    (at(bits), at(bits >> 32))
}

fn judge(world: &World) -> Vec<Judgement> {
    let started = world.start();
    let config = Config::load(Path::new(&started.path("op-warden.json"))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let gates: Vec<&str> = gates().collect();
    runtime.block_on(op_gate::run(&config, &gates)).unwrap()
}

fn compare(one: &Case, other: &Case, right: &World, found: &Judgement) -> Option<String> {
    let gate = found.service.as_str();
    // What one of them takes away, or makes right in another way, the other cannot spoil.
    if one.settles(gate) || other.settles(gate) {
        return None;
    }
    // After a wrong answer L1 is asked less, and may not come to its limit.
    let spoils_l1 = |case: &Case| case.world.l1 != right.l1;
    if gate == "l1-rate-limit" && spoils_l1(one) && spoils_l1(other) {
        return None;
    }
    // Which flags a program cannot start without follows from the L1, and what another one says is not read.
    let has_another_l1 = |case: &Case| {
        let id = |world: &World| world.l1.says.get("eth_chainId").cloned();
        case.world.config["l1"] != right.config["l1"] || id(&case.world) != id(right)
    };
    if gate == "flags" && (has_another_l1(one) || has_another_l1(other)) {
        return None;
    }
    let stops = |case: &Case| matches!(case.expected(gate), Verdict::Wait | Verdict::Refuse);
    let wrong = (stops(one) || stops(other)) && found.answer.starts();
    wrong.then(|| format!("{} and {}: {gate}: {found:?}", one.name, other.name))
}

impl World {
    fn is_quick(&self) -> bool {
        let quick = |script: &Script| {
            [script.always, script.first, script.second].iter().all(|whole| *whole == Whole::Calls)
        };
        self.config.get("deadlineSeconds").is_none() && self.nodes().into_iter().all(quick)
    }

    fn nodes(&self) -> [&Script; 6] {
        [&self.l1, &self.engine, &self.sequencer, &self.authrpc, &self.other, &self.beacon]
    }

    /// Both worlds' differences from the right one in one world, if no place has two.
    fn and(&self, other: &Self, right: &Self) -> Option<Self> {
        Some(Self {
            files: map(&self.files, &other.files, &right.files)?,
            config: json(&self.config, &other.config, &right.config)?,
            l1: script(&self.l1, &other.l1, &right.l1)?,
            engine: script(&self.engine, &other.engine, &right.engine)?,
            sequencer: script(&self.sequencer, &other.sequencer, &right.sequencer)?,
            authrpc: script(&self.authrpc, &other.authrpc, &right.authrpc)?,
            other: script(&self.other, &other.other, &right.other)?,
            beacon: script(&self.beacon, &other.beacon, &right.beacon)?,
            l1_gone: value(&self.l1_gone, &other.l1_gone, &right.l1_gone)?,
            engine_gone: value(&self.engine_gone, &other.engine_gone, &right.engine_gone)?,
            key_mode: value(&self.key_mode, &other.key_mode, &right.key_mode)?,
        })
    }
}

/// Whichever of the two is not as it was.
fn value<T: PartialEq + Clone>(one: &T, other: &T, right: &T) -> Option<T> {
    match (one == right, other == right) {
        (_, true) => Some(one.clone()),
        (true, false) => Some(other.clone()),
        (false, false) => None,
    }
}

type Map<K, V> = BTreeMap<K, V>;

fn map<K: Ord + Clone, V: PartialEq + Clone>(
    one: &Map<K, V>,
    other: &Map<K, V>,
    right: &Map<K, V>,
) -> Option<Map<K, V>> {
    let keys = one.keys().chain(other.keys());
    let mut both = Map::new();
    for key in keys {
        if let Some(value) = value(&one.get(key), &other.get(key), &right.get(key))? {
            both.insert(key.clone(), value.clone());
        }
    }
    Some(both)
}

fn script(one: &Script, other: &Script, right: &Script) -> Option<Script> {
    Some(Script {
        says: map(&one.says, &other.says, &right.says)?,
        gone: value(&one.gone, &other.gone, &right.gone)?,
        registered: value(&one.registered, &other.registered, &right.registered)?,
        ..right.clone()
    })
}

/// Objects are merged field by field.
fn json(one: &Value, other: &Value, right: &Value) -> Option<Value> {
    let (Value::Object(one_fields), Value::Object(other_fields), Value::Object(right_fields)) =
        (one, other, right)
    else {
        return value(one, other, right);
    };
    let mut both = serde_json::Map::new();
    for key in one_fields.keys().chain(other_fields.keys()) {
        let field = match (one_fields.get(key), other_fields.get(key), right_fields.get(key)) {
            (Some(one), Some(other), Some(right)) => Some(json(one, other, right)?),
            (one, other, right) => value(&one, &other, &right)?.cloned(),
        };
        if let Some(field) = field {
            both.insert(key.clone(), field);
        }
    }
    Some(Value::Object(both))
}
