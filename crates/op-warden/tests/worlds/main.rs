//! Every gate in every world that is spoilt in one place. What each must answer is written down here
//! by hand: nothing but a world in which everything is right may start a service.
//!
//! The cases stand by the headings under which the gates do. Each world is a test of its own, named
//! `heading::what is spoilt`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases")]

mod case;
mod disputes;
mod files;
mod host;
mod judge;
mod keys;
mod l1;
mod lies;
mod nodes;
mod pairs;
mod verdict;
#[allow(dead_code, reason = "the tests of the commands use the rest of it")]
#[path = "../world/mod.rs"]
mod world;

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use libtest_mimic::{Arguments, Trial};

use crate::case::Case;

type Heading = (&'static str, fn(&mut Vec<Case>));

const HEADINGS: [Heading; 7] = [
    ("right", |cases| cases.push(Case::new("everything is right", &[], |_| ()))),
    ("files", files::cases),
    ("l1", l1::cases),
    ("keys", keys::cases),
    ("disputes", disputes::cases),
    ("nodes", nodes::cases),
    ("host", host::cases),
];

/// What was judged so far.
#[derive(Default)]
struct Count {
    worlds: AtomicUsize,
    judgements: AtomicUsize,
    wrong: AtomicUsize,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A world waits for its processes, not for a processor.
    arguments.test_threads.get_or_insert(8);
    let count = Arc::new(Count::default());
    let mut trials = Vec::new();
    let mut all = Vec::new();
    for (heading, list) in HEADINGS {
        let mut cases = Vec::new();
        list(&mut cases);
        for case in cases.into_iter().map(Arc::new) {
            trials.push(trial(heading, &case, &count));
            all.push(case);
        }
    }
    trials.push(Trial::test("pairs::two_wrongs_never_make_a_right", move || {
        pairs::two_wrongs_never_make_a_right(&all);
        Ok(())
    }));
    let conclusion = libtest_mimic::run(&arguments, trials);
    let [worlds, judgements, wrong] = [&count.worlds, &count.judgements, &count.wrong]
        .map(|counted| counted.load(Ordering::SeqCst));
    println!("{worlds} worlds, {judgements} judgements, {wrong} wrong");
    conclusion.exit_code()
}

fn trial(heading: &str, case: &Arc<Case>, count: &Arc<Count>) -> Trial {
    let (case, count) = (case.clone(), count.clone());
    // A list of tests pads them all to the longest name.
    let name: String = case.name.chars().take(100).collect();
    Trial::test(format!("{heading}::{name}"), move || {
        let mut errors = Vec::new();
        count.judgements.fetch_add(judge::run(&case, &mut errors), Ordering::SeqCst);
        count.worlds.fetch_add(1, Ordering::SeqCst);
        count.wrong.fetch_add(errors.len(), Ordering::SeqCst);
        if errors.is_empty() { Ok(()) } else { Err(errors.join("\n").into()) }
    })
}
