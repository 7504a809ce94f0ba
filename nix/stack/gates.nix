# Which gates judge which service, in the order in which their findings are printed.
# default.nix adds those that follow from a service's ports, data folder and image.
let
  # What must hold before any program reads the chain's files.
  chain = [
    "l1-chain"
    "l1-origin"
    "l2-chain"
    "genesis-hash"
    "genesis-timestamp"
    "l1-head"
    "l1-agreement"
    "fork-schedule"
    "rollup-config"
    "predeploys"
    "premine"
    "fee-parameters"
    "bundle"
  ];

  # The same, with the engine that the service uses.
  live = chain ++ [
    "contracts"
    "standard-validator"
    "genesis-live"
  ];

  # Of an engine, beside the chain's.
  engine = [
    "engine-data"
    "engine-durability"
    "proof-window"
    "engine-peers"
  ];

  # What a node needs, and what its flags must not break.
  node = [
    "clock"
    "l1-proofs"
    "l1-rate-limit"
    "l1-beacon"
    "jwt"
    "p2p"
    "p2p-paths"
    "static-peers"
    "safe-db"
  ];

  # For every key that signs.
  keys = [
    "key-file"
    "published-key"
    "reused-key"
    "alone"
  ];

  games = live ++ [
    "game-type"
    "root-source"
  ];
in
{
  engine = chain ++ engine;

  # A follower's files, beside what the sequencer runs.
  follower-engine = chain ++ [ "genesis-peers" ] ++ engine;

  sequencer-node = live ++ keys ++ [ "sequencer-key" ] ++ node;

  follower-node =
    live
    ++ [
      "genesis-peers"
      "unsafe-signer"
    ]
    ++ node;

  batcher =
    live
    ++ keys
    ++ [
      "batcher-key"
      "fee-scalars"
      "funding"
      "batch-cadence"
    ];

  proposer =
    games
    ++ keys
    ++ [
      "proposer-key"
      "funding"
      "bond"
      "proposal-cadence"
    ];

  challenger =
    games
    ++ keys
    ++ [
      "prestate"
      "bond-claimants"
      "challenger-key"
      "funding"
    ];

  # It computes every root itself and loads no prestate.
  dispute-mon = games;
}
