//! `follow`: somebody else's chain on this machine, from the bundle that its operator publishes.
//!
//! The bundle is proven and kept; the services are a follower's, of the same definitions as in a devnet, each
//! behind its gate; what they arrive at is compared with what the chain publishes.

mod wiring;

use std::{fs, path::PathBuf, time::Duration};

use alloy_primitives::B256;
use anyhow::{Context, Result, bail, ensure};
use eth_rpc::Rpc;
use op_bundle::keep::{Change, Kept};
use op_bundle::source::Source;
use op_bundle::ssh::PublicKey;
use op_bundle::verify::{Verified, verify};
use op_components::{Component, Components, Environment, warden};
use op_prove::compare::Verdict;
use op_prove::heads::{self, Options as Range};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::clock::Clock;
use crate::devnet::{Parts, service_unit};
use crate::engine::Engine;
use crate::home::Home;
use crate::session::Session;
use crate::{logs, out, up};

/// Between two comparisons.
const POLL: Duration = Duration::from_secs(1);
/// For one answer of a node, all retries included.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) dir: PathBuf,
    /// The bundle: a folder or a URL.
    pub(crate) place: String,
    pub(crate) key: PublicKey,
    /// JSON-RPC of L1; else what the bundle names.
    pub(crate) l1: Option<String>,
    /// The same of a beacon node of L1.
    pub(crate) beacon: Option<String>,
    /// JSON-RPC of the L2 to compare with; else what the bundle names.
    pub(crate) rpc: Option<String>,
    pub(crate) engine: Option<Engine>,
    pub(crate) accept_genesis: Option<B256>,
    /// Ends once the heads are equal, within that time.
    pub(crate) prove: Option<Duration>,
    pub(crate) json: bool,
}

/// What a follower has arrived at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Followed {
    chain_id: u64,
    serial: u64,
    genesis_hash: B256,
    /// Equal by gossip and by derivation from L1.
    equal: bool,
    /// What came by gossip.
    result: Verdict,
    /// What was derived from L1.
    safe: Verdict,
}

/// Follows until Ctrl-C, or until the heads are equal; true where they are.
pub(crate) async fn run(options: &Options, clock: &Clock) -> Result<bool> {
    let session = Session::open(&options.dir)?;
    let ended = session.run(clock, follow(&session, options, clock)).await;
    session.close(clock).await?;
    let Some(followed) = ended? else { return Ok(options.prove.is_none()) };
    if options.json {
        out::json(&followed)?;
    }
    Ok(followed.equal)
}

async fn follow(session: &Session, options: &Options, clock: &Clock) -> Result<Followed> {
    let home = &session.home;
    ensure!(
        !home.chain().exists(),
        "{} holds a devnet of its own: choose another --dir",
        home.dir().display()
    );
    let bundle = bundle(home, options, clock).await?;
    let l1 = l1_endpoints(options, &bundle)?;
    let environment = Environment::from_process()?;
    let engine = options.engine.unwrap_or_else(|| {
        let reth = environment.provided(Component::OpReth).is_some();
        if reth { Engine::Reth } else { Engine::Geth }
    });
    let needs = [Component::OpNode, engine.component()];
    let components = Components::locate_or_build(environment.clone(), &needs);
    let (components, op_warden) =
        tokio::try_join!(components, warden::locate_or_build(&environment))?;
    clock.programs_are_there();
    for folder in [home.data(), home.keys(), home.logs()] {
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let made = wiring::make(home, &bundle, options.key, engine, &l1)?;
    session.supervisor.set_endpoints(made.endpoints.clone());
    let parts = Parts { home, programs: &needs, components: &components, op_warden: &op_warden };
    for (name, service) in &made.stack.services {
        session.supervisor.start(service_unit(&parts, name, service, None)?);
    }
    let reference = options.rpc.clone().or_else(|| bundle.about.endpoints.rpc.clone());
    tokio::select! {
        ended = logs::rotate(home) => bail!("the logs are no longer looked after: {ended:?}"),
        ended = up::show_phases(session.supervisor.board(), clock) => match ended? {},
        followed = compare(&bundle, &made.engine_url, reference, options, clock) => followed,
    }
}

/// Proves the bundle and keeps it in the folder.
async fn bundle(home: &Home, options: &Options, clock: &Clock) -> Result<Verified> {
    let source = Source::parse(&options.place)?;
    let folder = home.bundle();
    let kept = Kept::open(&folder)?;
    let bundle = verify(&source, kept.trusted(options.key)).await?;
    let change = kept.judge(&bundle, options.accept_genesis)?;
    if change != Change::Same {
        kept.take(options.key, &bundle)?;
    }
    let manifest = &bundle.head.manifest;
    clock.say(format!(
        "bundle: {} ({}), serial {}, genesis {}, signed by {}",
        bundle.about.name,
        manifest.l2_chain_id,
        manifest.serial,
        manifest.l2_genesis_hash,
        bundle.head.signed_by
    ));
    Ok(bundle)
}

fn l1_endpoints(options: &Options, bundle: &Verified) -> Result<wiring::L1> {
    let published = &bundle.about.endpoints;
    let rpc = options.l1.clone().or_else(|| published.l1.clone()).with_context(|| {
        format!(
            "the bundle names no endpoint of L1 (chain id {}): give --l1, and --beacon for blobs",
            bundle.about.l1_chain_id
        )
    })?;
    Ok(wiring::L1 { rpc, beacon: options.beacon.clone().or_else(|| published.beacon.clone()) })
}

/// Compares with what the chain publishes, and says so whenever it changes.
async fn compare(
    bundle: &Verified,
    engine: &str,
    reference: Option<String>,
    options: &Options,
    clock: &Clock,
) -> Result<Followed> {
    let Some(reference) = reference else {
        ensure!(
            options.prove.is_none(),
            "the bundle names no endpoint to compare with: give --rpc"
        );
        clock.say("nothing to compare with: the bundle names no endpoint, and --rpc is not given");
        return std::future::pending().await;
    };
    let (reference, follower) = (Rpc::new(&reference, PATIENCE)?, Rpc::new(engine, PATIENCE)?);
    let begin = Instant::now();
    // What was compared once is not read again.
    let (mut from, mut said) = (0, None);
    loop {
        let range = Range { from, ..Range::default() };
        let proof =
            heads::prove(&reference, std::slice::from_ref(&follower), range, |_, _| {}).await;
        let Some(found) = proof.followers.into_iter().next() else { bail!("nothing was compared") };
        let (result, safe) = (found.result, found.safe);
        let equal = is_equal(&result) && is_equal(&safe) && height(&safe) > Some(0);
        let line = told(&result, &safe);
        if said.as_ref() != Some(&line) {
            clock.say(&line);
            said = Some(line);
        }
        let late = options.prove.is_some_and(|limit| begin.elapsed() > limit);
        let diverged =
            [&result, &safe].iter().any(|verdict| matches!(verdict, Verdict::Diverged { .. }));
        if options.prove.is_some() && (equal || late || diverged) {
            let manifest = &bundle.head.manifest;
            return Ok(Followed {
                chain_id: manifest.l2_chain_id,
                serial: manifest.serial,
                genesis_hash: manifest.l2_genesis_hash,
                equal,
                result,
                safe,
            });
        }
        if equal {
            from = height(&safe).unwrap_or_default();
        }
        sleep(POLL).await;
    }
}

/// A block or two are always on their way to a follower.
fn is_equal(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Equal { .. } => true,
        Verdict::Behind { head, to } => *head > 0 && to - head <= 2,
        _ => false,
    }
}

/// The newest block that both have.
const fn height(verdict: &Verdict) -> Option<u64> {
    match verdict {
        Verdict::Equal { to, .. } => Some(*to),
        Verdict::Behind { head, .. } => Some(*head),
        _ => None,
    }
}

fn told(result: &Verdict, safe: &Verdict) -> String {
    match (height(result).filter(|_| is_equal(result)), height(safe).filter(|_| is_equal(safe))) {
        (Some(block), Some(safe)) if safe > 0 => {
            format!("equal up to block {block}, of which {safe} were derived from L1")
        }
        (Some(block), _) => format!("equal up to block {block}; derived from L1: {safe}"),
        _ => format!("{result}; derived from L1: {safe}"),
    }
}
