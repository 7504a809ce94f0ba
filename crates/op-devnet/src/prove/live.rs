//! temporary
use crate::prove::{deposit, wallet::Wallet};
use crate::{accounts, chain::Chain};
use alloy_primitives::U256;
use op_chain::rpc::Rpc;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

pub(super) struct Live {
    pub(super) chain: Chain,
    pub(super) ports: BTreeMap<String, u16>,
    pub(super) dir: std::path::PathBuf,
}
impl Live {
    pub(super) fn open() -> Self {
        let dir = std::path::PathBuf::from(std::env::var("LIVE").unwrap());
        Self {
            chain: serde_json::from_slice(&std::fs::read(dir.join("chain/chain.json")).unwrap())
                .unwrap(),
            ports: serde_json::from_slice(&std::fs::read(dir.join("ports.json")).unwrap()).unwrap(),
            dir,
        }
    }
    pub(super) fn rpc(&self, port: &str) -> Rpc {
        Rpc::new(&format!("http://127.0.0.1:{}", self.ports[port]), Duration::from_secs(10))
            .unwrap()
    }
    pub(super) fn user_l1(&self) -> Wallet {
        Wallet::new(
            self.rpc("l1.rpc"),
            self.chain.l1_chain_id,
            accounts::signer(accounts::USER).unwrap(),
        )
    }
}

#[tokio::test]
#[ignore]
async fn deposits() {
    let live = Live::open();
    let t = Instant::now();
    let user = live.user_l1();
    let d = deposit::send(&user, live.chain.optimism_portal, U256::from(10).pow(U256::from(18)))
        .await
        .unwrap();
    eprintln!("{:?} {}", t.elapsed(), serde_json::to_string_pretty(&d).unwrap());
    for engine in ["sequencer-engine.http", "follower-1-engine.http"] {
        let block = deposit::arrival(&d, &live.rpc(engine)).await.unwrap();
        eprintln!("{:?} {engine} {block:?}", t.elapsed());
    }
    // too much
    let e = deposit::send(&user, live.chain.optimism_portal, U256::MAX).await.unwrap_err();
    eprintln!("{e:#}");
    let e = deposit::send(&user, live.chain.dispute_game_factory, U256::ONE).await.unwrap_err();
    eprintln!("{e:#}");
}

#[tokio::test]
#[ignore]
async fn full() {
    use crate::prove::{
        agreement::DisputeMon,
        delays::Delays,
        dispute,
        withdrawal::{self, Bridge},
    };
    let live = Live::open();
    let clock = crate::clock::Clock::start(false);
    let chain = &live.chain;
    let l1 = live.rpc("l1.rpc");
    let node = live.rpc("sequencer-node.rpc");
    let delays = Delays::read(&l1, chain).await.unwrap();
    eprintln!("{delays:?}");
    delays.ensure_short().unwrap();
    let user1 = live.user_l1();
    let user2 = Wallet::new(
        live.rpc("sequencer-engine.http"),
        chain.l2_chain_id,
        accounts::signer(accounts::USER).unwrap(),
    );
    let proposer =
        Wallet::new(l1.clone(), chain.l1_chain_id, accounts::signer(accounts::PROPOSER).unwrap());
    let mon = DisputeMon::new(&format!("http://127.0.0.1:{}", live.ports["dispute-mon.metrics"]))
        .unwrap();
    eprintln!("{:?}", mon.read().await);
    let amount = U256::from(10).pow(U256::from(17));
    let before: u64 = std::env::var("FALSE").map_or(0, |n| n.parse().unwrap());
    let d = deposit::send(&user1, chain.optimism_portal, amount).await.unwrap();
    clock.say(format!("deposited {}", d.l2_transaction));
    let dispute = async {
        let game = dispute::propose(chain, &proposer, &node).await?;
        clock.say(format!("dispute: false root proposed {}", serde_json::to_string(&game)?));
        let attack = dispute::attack(chain, &l1, &game).await?;
        clock.say(format!("dispute: {}", serde_json::to_string(&attack)?));
        clock.say(format!("{:?}", mon.read().await));
        dispute::loss(&l1, &game, delays).await?;
        clock.say("dispute: lost");
        let a = mon.conclusion(before + 1).await?;
        clock.say(format!("{a:?}"));
        anyhow::Ok(game)
    };
    let bridge = Bridge { chain, l1: &user1, l2: &user2, node: &node };
    let withdrawal = withdrawal::run(bridge, amount, delays, &clock);
    let both = async { tokio::try_join!(dispute, withdrawal) };
    tokio::select! {
        r = both => { let (_, w) = r.unwrap(); clock.say(serde_json::to_string_pretty(&w).unwrap()); }
        e = mon.disagreement(before + 1) => panic!("{e:#}"),
    }
    clock.say(format!("{:?}", dispute::honest_games(chain, &l1, &node).await.unwrap()));
    clock.say(format!("{:?}", mon.conclusion(before + 1).await));
}
