//! The terms of a game type: they are this chain's, and games of it can begin and count.

use std::fmt::Display;

use alloy_primitives::{B256, U256, b256};
use eth_rpc::{Reading, Unread};
use op_chain::contracts::AnchorStateRegistry::getAnchorRootReturn;
use op_chain::game_args::{GameArgs, is_super};
use op_chain::getters::{ANCHOR_STATE_REGISTRY, DELAYED_WETH, GAME_ARGS};

use super::game_type::{Access, access};
use crate::finding::{Comparison, Finding, with};
use crate::gate::Gate;
use crate::gates::l1::getter::{Contract, registry};
use crate::read::Facts;
use crate::read::l1::{contracts::Registry, games::Game};

const GATE: Gate = Gate::GameType;

/// What op-deployer gives a registry before there is any game.
const PLACEHOLDER: B256 = b256!("dead000000000000000000000000000000000000000000000000000000000000");

/// What the game type is registered with.
pub(super) fn arguments(game_type: u32, game: &Game, facts: &Facts) -> Vec<Finding> {
    let factory = Contract::factory(facts);
    let source = factory.source(&format!("gameArgs({game_type})"));
    let args = match &game.args {
        Some(Ok(args)) => args,
        Some(Err(unread @ Unread::Reverted(_))) => {
            let getter = (GAME_ARGS, &Err::<(), _>(unread.clone()));
            return vec![factory.judge(GATE, getter, |&(), _| Finding::not_judged(GATE))];
        }
        Some(Err(unread)) => return vec![Finding::unread(GATE, "arguments", source, unread)],
        None => {
            let none = format!("gameArgs({game_type}) is empty: the implementation has the terms");
            return vec![Finding::skip(GATE, none)];
        }
    };
    let (chain_id, why) = if is_super(game_type) {
        (0, "super roots are of several chains")
    } else {
        (facts.rollup.l2_chain_id, "l2_chain_id of rollup.json")
    };
    let mut findings = vec![
        is("L2 chain id", &args.chain_id, (U256::from(chain_id), why), &source),
        Contract::portal(facts).judge(
            GATE,
            (ANCHOR_STATE_REGISTRY, &facts.l1.contracts.registry),
            |&own, of_portal| is("registry", &args.registry, (own, of_portal), &source),
        ),
        Contract::system_config(facts).judge(
            GATE,
            (DELAYED_WETH, &facts.l1.contracts.delayed_weth),
            |&own, of_system| {
                if own.is_zero() && has_a_weth_each(facts) {
                    return Finding::skip(
                        GATE,
                        format!("{of_system} is zero: each game type has its own WETH"),
                    );
                }
                is("WETH", &args.weth, (own, of_system), &source)
            },
        ),
    ];
    findings.extend(vm(game, args, &source));
    findings
}

/// Before v7 each game type has a WETH of its own: v6 has the getter, and nobody sets what it answers.
fn has_a_weth_each(facts: &Facts) -> bool {
    facts.l1.contracts.system_version.as_ref().is_ok_and(|version| !DELAYED_WETH.is_in(version))
}

fn is<T: PartialEq + Display>(
    what: &str,
    found: &T,
    (expected, expected_source): (T, &str),
    source: &str,
) -> Finding {
    Comparison::new(
        GATE,
        (format!("{what} {expected}"), expected_source),
        (format!("{what} {found}"), source),
    )
    .refuse_unless(
        *found == expected,
        "Games of this type are registered with the terms of another chain, and prove nothing to \
         this chain's portal: the factory's owner registers the type again (setImplementation).",
    )
}

/// Whether there is code at the VM's address. Older VMs do not say which states they execute, but revert.
fn vm(game: &Game, args: &GameArgs, source: &str) -> Option<Finding> {
    let found = format!("VM {}", args.vm);
    let answers = Comparison::new(GATE, ("a VM with code", "gameArgs"), (&found, source));
    game.state_version.as_ref().map(|version| match version {
        Ok(_) | Err(Unread::Reverted(_)) => answers.holds(),
        Err(unread) => Finding::unread(GATE, "code", format!("{found} of {source}"), unread),
    })
}

/// Games that are open to everybody must cost something.
pub(super) fn bond(game_type: u32, game: &Game, facts: &Facts) -> Finding {
    let source = Contract::factory(facts).source(&format!("initBonds({game_type})"));
    with(&game.bond, GATE, "a bond", &source, |bond| {
        Comparison::new(GATE, ("a bond", "games for everybody"), (format!("{bond} wei"), &source))
            .warn_unless(
                !bond.is_zero() || matches!(access(game_type), Access::Roles),
                format!(
                    "Everybody can make games for nothing, and honest challengers pay gas to answer \
                     each: the factory's owner sets a bond with setInitBond({game_type}, …)."
                ),
            )
    })
}

/// What the portal's registry says of games; `respected` judges the type that it names.
pub(super) fn registered(
    facts: &Facts,
    respected: impl Fn(&Reading<u32>, &str) -> Finding,
) -> Vec<Finding> {
    let (at, registry) = match registry(GATE, facts) {
        Ok(registry) => registry,
        Err(finding) => return vec![finding],
    };
    let source =
        |call: &str| format!("AnchorStateRegistry.{call} at {at} on {}", facts.l1.endpoint);
    vec![
        respected(&registry.respected_game_type, &source("respectedGameType()")),
        anchor(registry, &source("getAnchorRoot()")),
        retirement(registry, facts, &source("retirementTimestamp()")),
    ]
}

fn anchor(registry: &Registry, source: &str) -> Finding {
    with(&registry.anchor, GATE, "a root", source, |getAnchorRootReturn { root, block }| {
        let found = match *root {
            PLACEHOLDER => "the placeholder: no game has been won yet".to_owned(),
            B256::ZERO => "none".to_owned(),
            root => format!("{root} of L2 block {block}"),
        };
        Comparison::new(GATE, ("a root to begin at", "every game"), (found, source)).refuse_unless(
            *root != B256::ZERO,
            "No game can be made (AnchorRootNotFound): the chain's owner initialises the registry \
             with a root.",
        )
    })
}

/// A game of now must not be retired already.
fn retirement(registry: &Registry, facts: &Facts, source: &str) -> Finding {
    let newest = facts.l1.latest.as_ref().ok().and_then(Option::as_ref);
    let now = newest.map_or(0, |block| block.timestamp.to());
    with(&registry.retirement, GATE, "a time", source, |&until| {
        Comparison::new(
            GATE,
            (format!("{now} or earlier"), format!("latest of {}", facts.l1.endpoint)),
            (format!("games made until {until} do not count"), source),
        )
        .warn_unless(
            until <= now,
            "No withdrawal can be proven against games of now: ask the guardian, who retires games \
             (updateRetirementTimestamp).",
        )
    })
}
