//! All games of the factory, and what the accounts have in them.

use std::{collections::BTreeMap, time::Duration};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall as _;
use eth_rpc::{Answers, Batch, Reading, Rpc, Slot, Unread};
use op_chain::contracts::{DelayedWETH, DisputeGame, DisputeGameFactory};
use op_gate::config::Config;
use op_gate::read::endpoint;
use serde_json::json;

use super::error::BondsError;
use super::{Bond, Place};

/// For one request, all retries included.
const PATIENCE: Duration = Duration::from_secs(30);
/// Games a request.
const CHUNK: u64 = 200;

/// L1, once it is known to be the configuration's.
pub(super) async fn l1(config: &Config) -> Result<Rpc, BondsError> {
    let l1 = endpoint::of_l1(&config.l1, PATIENCE)
        .map_err(|error| BondsError::Config(error.to_string()))?;
    let mut batch = Batch::default();
    let id = batch.chain_id();
    let found = l1.send(batch).await.take(&id).map_err(unread(&l1, "the chain id"))?.to();
    let expected = config.l1.chain_id;
    if found == expected {
        Ok(l1)
    } else {
        Err(BondsError::WrongL1 { expected, found, endpoint: l1.shown() })
    }
}

/// Every bond of the accounts, by the age of the games, at L1's newest block.
pub async fn read(config: &Config, recipients: &[Address]) -> Result<Vec<Bond>, BondsError> {
    let l1 = l1(config).await?;
    let factory = config.chain.dispute_game_factory;
    let mut batch = Batch::default();
    let head = batch.head("latest");
    let head = l1.send(batch).await.take(&head).and_then(|head| {
        head.ok_or_else(|| Unread::Malformed("it has no newest block".to_owned()))
    });
    let head = head.map_err(unread(&l1, "the newest block"))?;
    let mut batch = Batch::at(head.hash);
    let count = batch.call(factory, &DisputeGameFactory::gameCountCall {});
    let count = l1.send(batch).await.take(&count).map_err(unread(&l1, "the number of games"))?;
    let count = u64::try_from(count).map_err(|_| BondsError::TooMany(count))?;
    let reader = Reader { l1: &l1, block: head.hash, now: head.timestamp.to(), recipients };
    let mut bonds = Vec::new();
    let mut first = 0;
    while first < count {
        let last = count.min(first + CHUNK);
        bonds.extend(reader.bonds(factory, first..last).await?);
        first = last;
    }
    Ok(bonds)
}

struct Reader<'a> {
    l1: &'a Rpc,
    block: B256,
    /// That block's time.
    now: u64,
    recipients: &'a [Address],
}

/// A game, and the questions about it.
struct Game {
    index: u64,
    address: Address,
    created: u64,
    status: Slot<u8>,
    creator: Slot<Address>,
    weth: Slot<Address>,
    proposal: Slot<DisputeGame::claimDataReturn>,
    credits: Vec<(Address, Slot<U256>)>,
}

/// Credit in a resolved game, and the questions about it.
struct Credit {
    bond: Bond,
    /// It returns nothing.
    claim: Slot<Bytes>,
    withdrawal: Slot<DelayedWETH::withdrawalsReturn>,
    delay: Slot<U256>,
}

impl Reader<'_> {
    async fn bonds(
        &self,
        factory: Address,
        games: std::ops::Range<u64>,
    ) -> Result<Vec<Bond>, BondsError> {
        let mut batch = Batch::at(self.block);
        let entries: Vec<_> = games
            .map(|index| {
                let call = DisputeGameFactory::gameAtIndexCall { index: U256::from(index) };
                (index, batch.call(factory, &call))
            })
            .collect();
        let answers = self.l1.send(batch).await;
        let mut batch = Batch::at(self.block);
        let games = entries
            .into_iter()
            .map(|(index, entry)| {
                let entry = answers.take(&entry)?;
                Ok(self.ask(&mut batch, index, entry.proxy, entry.timestamp))
            })
            .collect::<Reading<Vec<_>>>()
            .map_err(unread(self.l1, "a game"))?;
        let answers = self.l1.send(batch).await;
        let mut batch = Batch::at(self.block);
        let (mut bonds, mut credits) = (BTreeMap::new(), Vec::new());
        for game in games {
            for found in self.of_game(&game, &answers, &mut batch)? {
                match found {
                    Found::InPlay(bond) => {
                        bonds.insert((bond.index, bond.recipient), bond);
                    }
                    Found::Credit(credit) => credits.push(credit),
                }
            }
        }
        let answers = self.l1.send(batch).await;
        for credit in credits {
            let place = self.place(&credit, &answers)?;
            let bond = Bond { place, ..credit.bond };
            bonds.insert((bond.index, bond.recipient), bond);
        }
        Ok(bonds.into_values().collect())
    }

    fn ask(&self, batch: &mut Batch, index: u64, address: Address, created: u64) -> Game {
        Game {
            index,
            address,
            created,
            status: batch.call(address, &DisputeGame::statusCall {}),
            creator: batch.call(address, &DisputeGame::gameCreatorCall {}),
            weth: batch.call(address, &DisputeGame::wethCall {}),
            proposal: batch.call(address, &DisputeGame::claimDataCall { index: U256::ZERO }),
            credits: self
                .recipients
                .iter()
                .map(|&recipient| {
                    (recipient, batch.call(address, &DisputeGame::creditCall { recipient }))
                })
                .collect(),
        }
    }

    /// What the accounts have in a game. One that keeps no bonds of this kind has none.
    fn of_game(
        &self,
        game: &Game,
        answers: &Answers,
        batch: &mut Batch,
    ) -> Result<Vec<Found>, BondsError> {
        let bond = |recipient, amount, place| Bond {
            index: game.index,
            game: game.address,
            created: game.created,
            recipient,
            amount,
            place,
        };
        let status = answers.take(&game.status).map_err(unread(self.l1, "a game's status"))?;
        let weth = match answers.take(&game.weth) {
            Err(Unread::Reverted(_)) => return Ok(Vec::new()),
            weth => weth.map_err(unread(self.l1, "where a game's bonds are"))?,
        };
        if status == 0 {
            let creator = answers.take(&game.creator).map_err(unread(self.l1, "who proposed"))?;
            let proposal =
                answers.take(&game.proposal).map_err(unread(self.l1, "a game's proposal"))?;
            let ours = self.recipients.contains(&creator);
            let bond = bond(creator, U256::from(proposal.bond), Place::InPlay);
            return Ok(if ours { vec![Found::InPlay(bond)] } else { Vec::new() });
        }
        let mut found = Vec::new();
        for (recipient, credit) in &game.credits {
            let amount = answers.take(credit).map_err(unread(self.l1, "a game's credit"))?;
            if amount.is_zero() {
                continue;
            }
            let (game, recipient) = (game.address, *recipient);
            found.push(Found::Credit(Credit {
                bond: bond(recipient, amount, Place::Claimable),
                claim: self.try_claim(batch, game, recipient),
                withdrawal: batch.call(weth, &DelayedWETH::withdrawalsCall { game, recipient }),
                delay: batch.call(weth, &DelayedWETH::delayCall {}),
            }));
        }
        Ok(found)
    }

    fn try_claim(&self, batch: &mut Batch, game: Address, recipient: Address) -> Slot<Bytes> {
        let input = Bytes::from(DisputeGame::claimCreditCall { recipient }.abi_encode());
        let call = json!({"to": game, "data": input});
        batch.request("eth_call", (call, json!({"blockHash": self.block})))
    }

    /// What a call of `claimCredit` would do now.
    fn place(&self, credit: &Credit, answers: &Answers) -> Result<Place, BondsError> {
        let what = "what DelayedWETH holds back";
        let withdrawal = answers.take(&credit.withdrawal).map_err(unread(self.l1, what))?;
        let delay = answers.take(&credit.delay).map_err(unread(self.l1, what))?;
        let released = withdrawal.amount >= credit.bond.amount && !withdrawal.timestamp.is_zero();
        let until = withdrawal.timestamp.saturating_add(delay).saturating_to();
        Ok(match answers.take(&credit.claim) {
            Ok(_) if released => Place::Claimable,
            Ok(_) => Place::Unlockable,
            Err(Unread::Reverted(_)) if released && until > self.now => Place::Held { until },
            Err(Unread::Reverted(why)) => Place::Locked { why },
            Err(source) => return Err(unread(self.l1, "whether a bond can be claimed")(source)),
        })
    }
}

enum Found {
    InPlay(Bond),
    Credit(Credit),
}

pub(super) fn unread(l1: &Rpc, what: &'static str) -> impl Fn(Unread) -> BondsError {
    let endpoint = l1.shown();
    move |source| BondsError::L1 { what, endpoint: endpoint.clone(), source }
}
