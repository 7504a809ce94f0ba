//! What is judged before the witness starts. What is absent or cannot be read now is `wait`, what is wrong
//! `refuse`; nothing that was not judged passes.

use std::path::Path;
use std::{fs::File, io::Read as _, os::unix::fs::PermissionsExt as _};

use alloy_primitives::{Address, Bytes};
use eth_rpc::{Batch, BlockHead, Unread, key::KeyError, key::SecretKey, units::ether};
use observation::archive::Mapping;
use observation::ledger::{Ledger, LedgerError};
use op_util::{foreign::clean, text::span, time::unix_now};
use serde::Serialize;

use crate::config::Config;

/// Seconds that this host's clock may be behind the newest block: a block is never of the future.
const BEHIND: u64 = 10;

/// An answer, in the order of their weight, with the exit codes of `ExecCondition=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Answer {
    Pass,
    Warn,
    Wait,
    Refuse,
}

impl Answer {
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass | Self::Warn => 0,
            Self::Wait => 75,
            Self::Refuse => 255,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub gate: &'static str,
    pub answer: Answer,
    pub expected: String,
    pub found: String,
    /// What to do about it; empty for a pass.
    pub mend: &'static str,
}

/// A gate's comparison, to be answered.
struct Compared(&'static str, String, String);

impl Compared {
    #[expect(clippy::needless_pass_by_value, reason = "texts, as they are made")]
    fn new(gate: &'static str, expected: impl ToString, found: impl ToString) -> Self {
        Self(gate, clean(&expected.to_string()), clean(&found.to_string()))
    }

    fn answered(self, answer: Answer, mend: &'static str) -> Finding {
        let Self(gate, expected, found) = self;
        let mend = if answer == Answer::Pass { "" } else { mend };
        Finding { gate, answer, expected, found, mend }
    }

    fn unless(self, holds: bool, answer: Answer, mend: &'static str) -> Finding {
        self.answered(if holds { Answer::Pass } else { answer }, mend)
    }
}

/// What is judged: systemd gives a unit's credentials to what comes after `ExecCondition=` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    Key,
    Rest,
}

/// Every gate has at least one finding.
pub async fn judge(config: &Config, part: Part) -> Vec<Finding> {
    if part == Part::Key {
        return vec![key(config)];
    }
    let mut findings = if part == Part::All { vec![key(config)] } else { Vec::new() };
    findings.extend(config.archives.iter().map(|path| archive(path)));
    findings.extend(config.mapping.iter().map(|path| mapping(path)));
    findings.push(journal(&config.journal));
    findings.extend(chain(config).await);
    findings
}

/// The worst answer.
#[must_use]
pub fn worst(findings: &[Finding]) -> Answer {
    // No finding at all is none that passed.
    findings.iter().map(|finding| finding.answer).max().unwrap_or(Answer::Wait)
}

fn key(config: &Config) -> Finding {
    const GATE: &str = "key-file";
    let path = config.key_path();
    let expected = format!("the key of {}, which its owner alone may read", config.witness);
    let compared = |found: String| Compared::new(GATE, &expected, found);
    match SecretKey::from_file(&path) {
        Err(KeyError::Missing) => compared(format!("no file {}", path.display())).answered(
            Answer::Wait,
            "Put the witness' key there: 64 hex digits (`op-warden keys generate --plain --out FILE`).",
        ),
        Err(KeyError::Unreadable(error)) => compared(format!("{}: {error}", path.display()))
            .answered(Answer::Wait, "Make it readable for the service's user alone."),
        Err(error) => compared(format!("{}: {error}", path.display()))
            .answered(Answer::Refuse, "Write the key as 64 hex digits, and nothing else, into the file."),
        Ok(key) if key.address() != config.witness => compared(format!("the key of {}", key.address()))
            .answered(
                Answer::Refuse,
                "It would sign as somebody else: give the key of the witness, or correct `witness`.",
            ),
        Ok(_) => {
            let mode = path.metadata().map_or(0, |metadata| metadata.permissions().mode() & 0o077);
            compared(format!("it, with mode {mode:o} for others")).unless(
                mode == 0 || path.starts_with("/run/credentials"),
                Answer::Refuse,
                "Others have had the key: chmod 600 it, and think of replacing it (`ec-observe witness replace`).",
            )
        }
    }
}

fn archive(path: &Path) -> Finding {
    let compared = |found: String| Compared::new("archive", "an archive that can be read", found);
    let read = File::open(path).and_then(|mut file| file.read(&mut [0; 1]));
    match read {
        Ok(_) => compared(path.display().to_string()).answered(Answer::Pass, ""),
        Err(error) => compared(format!("{}: {error}", path.display())).answered(
            Answer::Wait,
            "Put the archive there, readable for the service (option `archiveGroups`); it is tried again.",
        ),
    }
}

fn mapping(path: &Path) -> Finding {
    let compared =
        |found: String| Compared::new("archive", "a mapping of the archive's fields", found);
    match Mapping::read(path) {
        Ok(_) => compared(path.display().to_string()).answered(Answer::Pass, ""),
        Err(error) => compared(error.to_string()).answered(
            Answer::Refuse,
            "Correct the mapping: `ec-observe headers --help` says what it holds.",
        ),
    }
}

fn journal(path: &Path) -> Finding {
    let compared =
        |found: String| Compared::new("journal", "a folder for what the key has signed", found);
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            compared(path.display().to_string()).answered(Answer::Pass, "")
        }
        Ok(_) => compared(format!("{} is no folder", path.display()))
            .answered(Answer::Refuse, "Name a folder, and keep the journal with the key."),
        Err(error) => compared(format!("{}: {error}", path.display())).answered(
            Answer::Wait,
            "Make the folder, or mount its disk: without it a slot might be signed twice.",
        ),
    }
}

/// What the chain says, or why it says nothing.
async fn chain(config: &Config) -> Vec<Finding> {
    let node = match config.node() {
        Ok(node) => node,
        Err(error) => {
            return vec![
                Compared::new("chain", "a node of the chain", format!("{error:#}"))
                    .answered(Answer::Wait, "Put the node's URL there, in one line."),
            ];
        }
    };
    let shown = node.shown();
    let mut batch = Batch::default();
    let (id, code) =
        (batch.chain_id(), batch.request::<Bytes>("eth_getCode", (config.ledger, "latest")));
    let (balance, head) = (batch.balance(config.witness), batch.head("latest"));
    let answers = node.send(batch).await;
    let unread = |gate, what: &str, error: &Unread| {
        let answer = match error {
            Unread::Unreachable(_) | Unread::Denied(_) => Answer::Wait,
            _ => Answer::Refuse,
        };
        Compared::new(gate, what, format!("{error} ({shown})")).answered(
            answer,
            "Bring the node up, or correct its URL: it is a node of the ledger's chain.",
        )
    };
    let expected = config.chain_id;
    match answers.take(&id).map(|id| id.to::<u64>()) {
        Err(error) => return vec![unread("chain", "a node of the chain", &error)],
        Ok(found) if found != expected => {
            let found = format!("chain {found} at {shown}");
            return vec![Compared::new("chain", format!("chain {expected}"), found).answered(
                Answer::Refuse,
                "The node is of another chain, where nothing may be signed for this ledger: correct the URL.",
            )];
        }
        Ok(_) => {}
    }
    let mut findings = vec![
        Compared::new("chain", format!("chain {expected}"), &shown).answered(Answer::Pass, ""),
    ];
    findings.push(match answers.take(&head) {
        Ok(Some(head)) => clock(&head),
        Ok(None) => Compared::new("clock", "a newest block", "none")
            .answered(Answer::Wait, "Let the node sync."),
        Err(error) => unread("clock", "the newest block", &error),
    });
    findings.push(match answers.take(&balance) {
        Ok(found) => Compared::new(
            "gas",
            format!("at least {} ETH on {}", ether(config.min_balance), config.witness),
            format!("{} ETH", ether(found)),
        )
        .unless(
            found >= config.min_balance,
            Answer::Wait,
            "Send it ether on the ledger's chain: it pays for gas there.",
        ),
        Err(error) => unread("gas", "the witness' balance", &error),
    });
    match answers.take(&code) {
        Ok(code) if code.is_empty() => findings.push(no_ledger(config.ledger)),
        Ok(_) => findings
            .extend(ledger(config, Ledger::open(node, config.ledger, Some(expected)).await).await),
        Err(error) => findings.push(unread("ledger", "the ledger's code", &error)),
    }
    findings
}

fn no_ledger(address: Address) -> Finding {
    Compared::new("ledger", format!("an observation ledger at {address}"), "no contract").answered(
        Answer::Wait,
        "Deploy it (`ec-observe deploy`), or correct `ledger`: its address is in deployment.json.",
    )
}

fn clock(head: &BlockHead) -> Finding {
    let (now, block) = (unix_now(), head.timestamp.to::<u64>());
    let behind = block.saturating_sub(now);
    Compared::new(
        "clock",
        "a clock that is not behind the newest block",
        format!("{} behind it", span(behind)),
    )
    .unless(
        behind <= BEHIND,
        Answer::Refuse,
        "Set the host's clock (chrony): it says when an epoch is closed.",
    )
}

async fn ledger(config: &Config, opened: Result<Ledger, LedgerError>) -> Vec<Finding> {
    const GATE: &str = "ledger";
    let expected = format!("an observation ledger at {}", config.ledger);
    let ledger = match opened {
        Ok(ledger) => ledger,
        Err(error) => {
            return vec![
                Compared::new(GATE, expected, error)
                    .answered(Answer::Refuse, "Another contract is there: correct `ledger`."),
            ];
        }
    };
    let found = format!("it, with the registry {}", ledger.registry);
    let is_it = Compared::new(GATE, expected, found).answered(Answer::Pass, "");
    let expected = format!("{} as a member of the registry {}", config.witness, ledger.registry);
    let member = match ledger.is_witness(config.witness).await {
        Ok(is_member) => {
            Compared::new("member", expected, if is_member { "a member" } else { "no member" })
                .unless(
                    is_member,
                    Answer::Wait,
                    "The registry's owner adds it: `ec-observe witness add ADDRESS --quorum N`.",
                )
        }
        Err(error) => Compared::new("member", expected, error)
            .answered(Answer::Wait, "Bring the node up, or correct its URL."),
    };
    vec![is_it, member]
}
