//! A program that was killed for its memory is told as such.

use op_observe::units::UnitState;
use op_status::condition::{Name, State};
use op_util::text::KILLED;
use serde_json::json;

use super::all;
use super::tests::watch;
use crate::update::host::{HostNews, take};
use crate::watch::Watch;

const BY_LIMIT: &str = "killed by the kernel: it used more than its memory limit of 2g; give \
                        `batcher.resources.memory` more, or the program less to keep";

fn seen(result: &str, restarts: u64, said: &str) -> HostNews {
    let [active, sub, result] = ["activating", "auto-restart", result].map(str::to_owned);
    let unit = UnitState { restarts, active, sub, result };
    HostNews {
        units: [("batcher".to_owned(), unit)].into(),
        errors: [("batcher".to_owned(), said.to_owned())].into(),
        ..HostNews::default()
    }
}

fn told(watch: &Watch, name: Name) -> (State, String, String) {
    let found = all(watch).into_iter().find(|found| found.name == name).unwrap();
    (found.state, found.found, found.mend)
}

#[test]
fn it_is_told_by_its_name() {
    for (said, is_killed) in [(BY_LIMIT, true), ("lvl=crit msg=\"no key\"", false)] {
        assert_eq!(said.starts_with(KILLED), is_killed);
        let mut watch = watch(&json!({"batcher": {
            "gates": ["l1-chain"], "unit": "podman-op-stack-batcher.service", "lastError": "/run/x"
        }}));
        take(&mut watch, seen("success", 0, ""));
        for restarts in 1..=3 {
            take(&mut watch, seen("oom-kill", restarts, said));
        }
        let (state, found, mend) = told(&watch, Name::Restarts);
        assert_eq!(state, State::Failed);
        assert!(found.ends_with(&format!("its last error: {said}")), "{found}");
        assert_eq!(mend.starts_with("What was full is in its last error"), is_killed, "{mend}");
    }
}

/// As long as no other run has begun: what came before says nothing of a service that does not answer now.
#[test]
fn a_service_that_is_down_is_told_with_what_it_died_of() {
    let mut watch = watch(&json!({"batcher": {"gates": ["l1-chain"]}}));
    for (result, is_told) in
        [("oom-kill", true), ("exit-code", true), ("success", false), ("exec-condition", false)]
    {
        let mut news = seen(result, 0, BY_LIMIT);
        news.programs = vec![("batcher".to_owned(), Err(super::tests::gone()))];
        take(&mut watch, news);
        let (_, found, _) = told(&watch, Name::Service);
        assert_eq!(found.contains(BY_LIMIT), is_told, "{result}: {found}");
    }
}
