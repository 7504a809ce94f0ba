//! All that is known of the running chain, and how news changes it. No I/O, no clock of its own.

mod accounts;
mod games;
mod heads;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use alloy_primitives::Address;
use eth_rpc::Reading;
use op_chain::rollup::RollupConfig;

use crate::{
    clock::Tick,
    condition::{Condition, State},
    judge,
    known::Known,
    memory::{self, Memory, Stand, push},
    number::{float, increase, whole},
    observe::{
        l1::{self, L1Answers},
        node::NodeAnswers,
        programs::Program,
        units::UnitState,
    },
    plan::Plan,
    status::{Event, Point, SequencingWindow},
};
use op_gate::{config::Config, record::Record};
use op_prove::compare;

pub(super) use self::heads::NodeNews;

/// Restarts that are remembered of a service.
const RESTARTS: usize = 16;
/// Seconds between two points of the charts.
const POINT: f64 = 60.0;
/// Seconds for which a step of the clock stays to be seen.
const STEP_SHOWN: f64 = 300.0;

/// All that is known.
pub(super) struct Watch {
    pub(super) config: Config,
    pub(super) plan: Plan,
    pub(super) memory: Memory,
    /// Seconds since the Unix epoch, by the host's clock.
    pub(super) now: f64,
    pub(super) watching_since: f64,
    /// The last record, or why there is none.
    pub(super) judgements: Result<Record, String>,
    pub(super) judging_interval: Duration,
    /// rollup.json, once it is there.
    pub(super) chain: Option<RollupConfig>,
    /// The addresses of the services' keys.
    pub(super) accounts: BTreeMap<String, Address>,
    pub(super) l1: Known<L1Answers>,
    pub(super) programs: BTreeMap<String, Known<Program>>,
    /// What each follower came to at the last poll.
    pub(super) verdicts: BTreeMap<String, Compared>,
    pub(super) disks: BTreeMap<PathBuf, Result<u64, String>>,
    pub(super) maintenance_until: Option<u64>,
    /// The services' systemd units, where they run in any.
    pub(super) units: BTreeMap<String, UnitState>,
    /// The worst first.
    pub(super) conditions: Vec<Condition>,
    /// Seconds for which this process watches, and for which what it has not read yet says nothing.
    watched: f64,
    grace: f64,
    engines: BTreeMap<String, Known<()>>,
    nodes: BTreeMap<String, Known<NodeAnswers>>,
    /// L1-info deposits whose receipts are to be looked at, by block.
    pending_l1_info: BTreeMap<u64, alloy_primitives::B256>,
    /// Steps of the host's clock: when, and by how much.
    steps: Vec<(f64, f64)>,
    /// Polls of L1, to look at all games in turn.
    l1_polls: u64,
    /// Since when op-dispute-mon has not been able to judge every game.
    unjudged_games_since: Option<f64>,
}

/// What this host tells.
pub(super) struct HostNews {
    pub(super) programs: Vec<(String, Reading<Program>)>,
    pub(super) disks: Vec<(PathBuf, Result<u64, String>)>,
    /// By service.
    pub(super) units: BTreeMap<String, UnitState>,
}

/// A follower's verdicts, and for how many polls there was none.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) unsafe_head: compare::Verdict,
    pub(super) safe_head: compare::Verdict,
    pub(super) unsafe_unknown: u32,
    pub(super) safe_unknown: u32,
}

impl Watch {
    pub(super) fn new(
        config: Config,
        plan: Plan,
        memory: Memory,
        judging_interval: Duration,
        grace: f64,
        now: f64,
    ) -> Self {
        let mut watch = Self {
            config,
            plan,
            memory,
            now,
            watching_since: now,
            judgements: Err("nothing is judged yet".to_owned()),
            judging_interval,
            chain: None,
            accounts: BTreeMap::new(),
            l1: Known::default(),
            programs: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            disks: BTreeMap::new(),
            maintenance_until: None,
            units: BTreeMap::new(),
            conditions: Vec::new(),
            watched: 0.0,
            grace,
            engines: BTreeMap::new(),
            nodes: BTreeMap::new(),
            pending_l1_info: BTreeMap::new(),
            steps: Vec::new(),
            l1_polls: 0,
            unjudged_games_since: None,
        };
        let asleep = (now - watch.memory.saved_at).max(0.0);
        if watch.memory.saved_at > 0.0 {
            watch.age(asleep);
        }
        watch.memory.counters.starts += 1;
        watch
    }

    /// Takes rollup.json. Whatever is remembered of another chain is forgotten: false if there was.
    pub(super) fn take_chain(&mut self, chain: RollupConfig) -> bool {
        let genesis = chain.genesis.l2.hash;
        let same = self.memory.genesis.is_none_or(|known| known == genesis);
        if !same {
            self.memory = Memory::new();
            self.memory.counters.starts = 1;
        }
        self.memory.genesis = Some(genesis);
        self.chain = Some(chain);
        same
    }

    /// Time passes.
    pub(super) fn take_time(&mut self, tick: Tick) {
        self.now = tick.now;
        self.watched += tick.passed;
        self.age(tick.passed);
        self.steps.retain(|(at, _)| (tick.now - at).abs() <= STEP_SHOWN);
        if tick.step != 0.0 {
            self.steps.push((tick.now, tick.step));
        }
    }

    fn age(&mut self, passed: f64) {
        for (name, node) in &mut self.memory.nodes {
            if let Some(seen) = self.verdicts.get(name) {
                let behind = |verdict: &compare::Verdict| match verdict {
                    compare::Verdict::Behind { .. } => passed,
                    _ => 0.0,
                };
                node.unsafe_behind += behind(&seen.unsafe_head);
                node.safe_behind += behind(&seen.safe_head);
            }
            let heads = [&mut node.unsafe_head, &mut node.safe_head, &mut node.finalized_head];
            for head in heads.into_iter().flatten() {
                head.stalled += passed;
            }
        }
        for account in self.memory.accounts.values_mut() {
            account.nonce_stalled += passed;
        }
    }

    /// Takes the gates' judgements.
    pub(super) fn take_judgements(&mut self, judgements: Result<Record, String>) {
        if let Ok(record) = &judgements {
            self.accounts.clone_from(&record.accounts);
        }
        self.judgements = judgements;
    }

    /// Takes what this host tells.
    pub(super) fn take_host(&mut self, news: HostNews) {
        for (service, reading) in news.programs {
            self.take_program(&service, reading);
        }
        for (service, unit) in &news.units {
            self.take_unit(service, unit);
        }
        self.units = news.units;
        self.disks = news.disks.into_iter().collect();
    }

    /// systemd also counts the starts of programs that die before they serve metrics, and of engines.
    fn take_unit(&mut self, service: &str, unit: &UnitState) {
        let now = self.now;
        let memory = self.memory.services.entry(service.to_owned()).or_default();
        // A start by hand begins to count anew.
        let before = memory.unit_restarts.filter(|&before| before <= unit.restarts);
        for _ in before.unwrap_or(unit.restarts)..unit.restarts {
            push(&mut memory.restarted_at, now, RESTARTS);
        }
        memory.restarts += unit.restarts - before.unwrap_or(unit.restarts);
        memory.unit_restarts = Some(unit.restarts);
    }

    fn take_program(&mut self, service: &str, reading: Reading<Program>) {
        if let Ok(program) = &reading {
            self.started(service, program.started);
            self.reset(service, program);
            if let Some(games) = program.failed_games {
                let since = self.unjudged_games_since.unwrap_or(self.now);
                self.unjudged_games_since = (games > 0.0).then_some(since);
            }
        }
        self.programs.entry(service.to_owned()).or_default().take(reading);
    }

    fn started(&mut self, service: &str, started: Option<f64>) {
        // A process' begin is computed from the boot time, which moves a little with the clock.
        const SAME: f64 = 2.0;
        // Where systemd counts, it has counted this one.
        if self.units.contains_key(service) {
            return;
        }
        let now = self.now;
        let Some(started) = started else { return };
        let memory = self.memory.services.entry(service.to_owned()).or_default();
        if memory.started.is_some_and(|before| started > before + SAME) {
            memory.restarts += 1;
            push(&mut memory.restarted_at, now, RESTARTS);
        }
        memory.started = Some(started);
    }

    fn reset(&mut self, service: &str, program: &Program) {
        let Some(resets) = program.derivation_resets else { return };
        let now = self.now;
        let node = self.memory.nodes.entry(service.to_owned()).or_default();
        let new = increase(node.resets_seen, resets);
        if new > 0.0 {
            node.resets += whole(new);
            node.reset_at = Some(now);
        }
        node.resets_seen = Some(resets);
    }

    /// Takes what L1 answered.
    pub(super) fn take_l1(&mut self, reading: Reading<L1Answers>) {
        self.l1_polls += 1;
        match &reading {
            Err(_) => self.memory.counters.l1_errors += 1,
            Ok(answers) => {
                self.memory.counters.l1_limited += u64::from(answers.limited);
                self.take_accounts(answers);
                if let Some(Ok(games)) = &answers.games {
                    self.take_games(games);
                }
            }
        }
        self.l1.take(reading);
    }

    /// What L1 is to be asked.
    pub(super) fn l1_questions(&self) -> l1::Questions {
        let plays = ["op-proposer", "op-challenger", "op-dispute-mon"]
            .iter()
            .any(|component| self.service_of(component).is_some());
        l1::Questions {
            contracts: self.chain.as_ref().map(|chain| l1::Contracts {
                system_config: chain.l1_system_config_address,
                portal: chain.deposit_contract_address,
                factory: plays.then_some(self.config.chain.dispute_game_factory),
            }),
            accounts: self.accounts.values().copied().collect::<BTreeSet<_>>(),
            next_game: self.memory.games.next,
            games: self.games_to_ask(),
        }
    }

    /// Judges every condition, and remembers what changed.
    pub(super) fn judge(&mut self) {
        let now = whole(self.now);
        let before = std::mem::take(&mut self.conditions);
        let mut conditions: Vec<Condition> =
            judge::all(self).into_iter().map(|verdict| self.turn(verdict, &before, now)).collect();
        conditions.sort_by_key(|condition| std::cmp::Reverse(condition.state));
        self.conditions = conditions;
        self.draw(now);
    }

    /// One condition. It becomes an event when it turns after it has once held: what a chain that comes up
    /// for the first time lacks is no event.
    fn turn(&mut self, verdict: judge::Verdict, before: &[Condition], now: u64) -> Condition {
        let same = |stand: &&mut Stand| {
            stand.condition == verdict.name && stand.subject == verdict.subject
        };
        let stand = self.memory.stands.iter_mut().find(same);
        let was_read = before.iter().any(|known| {
            known.name == verdict.name
                && known.subject == verdict.subject
                && (known.state != State::Unknown || known.since > whole(self.watching_since))
        });
        let unread = verdict.state == State::Unknown && !was_read && self.watched < self.grace;
        let since = match stand {
            // Not read since this process began, which says nothing of the chain.
            Some(_) if unread => whole(self.watching_since),
            Some(stand) if stand.state == verdict.state => stand.since,
            Some(stand) => {
                let event = Event {
                    at: now,
                    condition: verdict.name,
                    subject: verdict.subject.clone(),
                    from: stand.state,
                    to: verdict.state,
                    found: verdict.found.clone(),
                };
                tell(&event);
                push(&mut self.memory.events, event, memory::EVENTS);
                (stand.state, stand.since) = (verdict.state, now);
                now
            }
            None => {
                if verdict.state.is_ready() {
                    self.memory.stands.push(Stand {
                        condition: verdict.name,
                        subject: verdict.subject.clone(),
                        state: verdict.state,
                        since: now,
                    });
                }
                let known = before.iter().find(|known| {
                    known.name == verdict.name
                        && known.subject == verdict.subject
                        && known.state == verdict.state
                });
                known.map_or(now, |known| known.since)
            }
        };
        Condition {
            name: verdict.name,
            subject: verdict.subject,
            state: verdict.state,
            since,
            expected: verdict.expected,
            found: verdict.found,
            mend: verdict.mend,
        }
    }

    /// Adds a point to the charts once a minute.
    fn draw(&mut self, now: u64) {
        let last = self.memory.history.back().map_or(0, |point| point.at);
        // A clock that was set back must not stop the charts.
        if now >= last && float(now - last) < POINT {
            return;
        }
        let point = self.point(now);
        push(&mut self.memory.history, point, memory::POINTS);
    }

    fn point(&self, now: u64) -> Point {
        let sequencer = self.plan.sequencer().and_then(|node| self.memory.nodes.get(&node.name));
        let unsafe_head = sequencer.and_then(|node| node.unsafe_head).map(|head| head.block);
        let safe_head = sequencer.and_then(|node| node.safe_head).map(|head| head.block);
        let batcher = self.service_of("op-batcher").and_then(|name| self.accounts.get(name));
        let balance = batcher.and_then(|&account| self.balance(account).ok());
        Point {
            at: now,
            unsafe_head: unsafe_head.map(|block| block.number),
            safe_head: safe_head.map(|block| block.number),
            unsafe_age: unsafe_head.map(|block| now.saturating_sub(block.timestamp)),
            safe_lag: unsafe_head
                .zip(safe_head)
                .map(|(head, safe)| head.timestamp.saturating_sub(safe.timestamp)),
            window_left: self.window().map(|window| window.left),
            batcher_balance: balance.map(|wei| f64::from(wei) / 1e18),
            follower_lag: self.slowest_follower(),
            failed: u32::try_from(
                self.conditions.iter().filter(|one| !one.state.is_ready()).count(),
            )
            .unwrap_or(u32::MAX),
        }
    }

    fn slowest_follower(&self) -> Option<u64> {
        let behind = |verdict: &compare::Verdict| match verdict {
            compare::Verdict::Equal { .. } => Some(0),
            compare::Verdict::Behind { head, to } => Some(to.saturating_sub(*head)),
            compare::Verdict::Diverged { .. } | compare::Verdict::Unknown { .. } => None,
        };
        self.verdicts.values().filter_map(|seen| behind(&seen.unsafe_head)).max()
    }

    /// The service of the configuration that runs a component.
    pub(super) fn service_of(&self, component: &str) -> Option<&str> {
        let runs = |service: &op_gate::config::Service| {
            service.command.as_ref().is_some_and(|command| command.component == component)
        };
        let found = self.config.services.iter().find(|(_, service)| runs(service));
        found.map(|(name, _)| name.as_str())
    }

    pub(super) fn program(&self, service: &str) -> Option<&Known<Program>> {
        self.programs.get(service)
    }

    pub(super) fn engine(&self, node: &str) -> &Known<()> {
        const NEVER: &Known<()> = &Known::never();
        self.engines.get(node).unwrap_or(NEVER)
    }

    pub(super) fn node(&self, node: &str) -> &Known<NodeAnswers> {
        const NEVER: &Known<NodeAnswers> = &Known::never();
        self.nodes.get(node).unwrap_or(NEVER)
    }

    /// Whether the service's program answers; `None` where nothing tells, or not yet.
    pub(super) fn up(&self, service: &str) -> Option<Result<(), &str>> {
        if let Some(program) = self.programs.get(service) {
            return Some(program.get().map(|_| ()));
        }
        let (node, _) = self.plan.engines.iter().find(|(_, engine)| *engine == service)?;
        Some(self.engines.get(node)?.get().map(|&()| ()))
    }

    /// Seconds between L2 blocks.
    pub(super) fn block_time(&self) -> Option<u64> {
        self.chain.as_ref().map(|chain| chain.block_time)
    }

    /// Seconds for which op-dispute-mon has not been able to judge every game.
    pub(super) fn games_unjudged(&self) -> f64 {
        self.unjudged_games_since.map_or(0.0, |since| self.now - since)
    }

    /// When the L2 began.
    pub(super) fn genesis_time(&self) -> Option<u64> {
        self.chain.as_ref().map(|chain| chain.genesis.l2_time)
    }

    /// Seconds between L1 blocks since the L2 began.
    pub(super) fn l1_block_time(&self) -> Option<f64> {
        let begin = &self.chain.as_ref()?.genesis;
        let head = self.l1.get().ok()?.head;
        let blocks = head.number.checked_sub(begin.l1.number).filter(|&blocks| blocks > 0)?;
        let seconds = head.timestamp.checked_sub(begin.l2_time)?;
        Some(float(seconds) / float(blocks))
    }

    /// How much of the sequencing window is left.
    pub(super) fn window(&self) -> Option<SequencingWindow> {
        let size = self.chain.as_ref()?.seq_window_size;
        let sync = self.node(&self.plan.sequencer()?.name).get().ok()?.sync.as_ref().ok()?;
        let l1 = self.l1.get().map_or(0, |l1| l1.head.number).max(sync.head_l1.number);
        let left = size.saturating_sub(l1.saturating_sub(sync.safe_l2.l1_origin.number));
        let left_seconds = self.l1_block_time().map(|seconds| float(left) * seconds);
        Some(SequencingWindow { size, left, left_seconds })
    }

    /// Seconds by which the host's clock is wrong, as far as can be seen from here: behind of blocks
    /// that are made already (negative), or set by so much just now.
    pub(super) fn skew(&self) -> f64 {
        let sequencer =
            self.plan.sequencer().and_then(|node| self.memory.nodes.get(&node.name)?.unsafe_head);
        let blocks = [
            self.l1.get().ok().map(|l1| l1.head.timestamp),
            sequencer.map(|head| head.block.timestamp),
        ];
        let newest = blocks.into_iter().flatten().max().map_or(0.0, float);
        if newest > self.now + 1.0 {
            return self.now - newest;
        }
        // A sum of nothing is -0.
        self.steps.iter().map(|(_, step)| step).sum::<f64>() + 0.0
    }
}

/// Whoever reads the log sees each condition turn.
fn tell(event: &Event) {
    let Event { condition, subject, to, found, .. } = event;
    let to_name = to.name();
    if to.is_ready() {
        tracing::info!("{subject} {condition}: {to_name}: {found}");
    } else {
        tracing::warn!("{subject} {condition}: {to_name}: {found}");
    }
}
