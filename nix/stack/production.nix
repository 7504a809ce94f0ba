# The definitions for a production host: fixed ports, op-reth, Ethereum's times.
{
  # { rpc, beacon, beaconFallbacks, rateLimit, maxBatchSize, private, chainId, chainConfig }: the L1
  # that the chain settles on; `chainConfig` is for one that the programs do not know. Files with the URLs, as
  # the programs see them, take the place of the first two: `rpcFile` (`gateRpcFile`, if the gates see
  # it elsewhere) and `beaconFile` (`gateBeaconFile`). `others` and `otherFiles` are further endpoints
  # that the gates compare the first with.
  l1,
  # { genesis, rollup, l2ChainId, bundle, bundleKey, peers }: `bundle` is the published files' folder or manifest, or null;
  # `peers` are JSON-RPC endpoints of nodes that others run.
  chain,
  disputeGameFactory,
  # Address of the proposer's key, or null: the challenger claims its bonds.
  proposer ? null,
  # Addresses whose claims dispute-mon counts as ours.
  honestActors,
  # The challenger's absolute prestate, or null: permissioned games need none. Or a folder with one for each
  # program that games of this chain begin with, as HASH.bin.gz.
  prestate,
  prestates ? null,
  # { listenIp, advertiseIp, bootnodes, staticPeers, sequencer, sequencerEngine, engineIdentity }: `listenIp` is a
  # function of the service name, `sequencer` the multiaddr that followers dial, `sequencerEngine` the enode that
  # their engines dial, and `engineIdentity` the file with its key, or null.
  p2p,
  # How batches get to L1: "blobs", "calldata", or "auto", whichever is cheaper. Without a beacon node
  # nobody could read blobs.
  dataAvailability ? if l1.beacon or null == null && l1.beaconFile or null == null then "calldata" else "auto",
  # How often a root is claimed. Each claim's bond is away for ten and a half days.
  proposalInterval ? "12h",
  # Seconds between L2 blocks; with fewer than there are, more is kept than is needed.
  blockTime ? 1,
  # Blocks for which op-reth proves withdrawals: two claims and a channel take 24 h 48 min.
  proofWindow ? (import ./lib.nix).blocksIn 90000 blockTime,
  # Blocks for which the op-reth that the challenger asks keeps its state, or null.
  proofsHistory ? (import ./lib.nix).historyOf { inherit engine gameTypes blockTime; },
  # Names of the followers on this host.
  followers ? [ ],
  # Whom the challenger asks: the name of a follower, or "sequencer".
  challengerNode ? builtins.head (followers ++ [ "sequencer" ]),
  # "reth", or "geth" for a chain that still runs on it.
  engine ? "reth",
  # The permissioned type: what a fresh chain has.
  gameType ? 1,
  # What the challenger plays: also former types, whose games are not resolved yet.
  gameTypes ? [ gameType ],
  # { burned, allowReuse }: accounts that no role may have; whether one key may have two roles.
  keys ? {
    burned = [ ];
    allowReuse = false;
  },
  stateDir ? "/var/lib/op-stack",
  # Gigabytes that must be free where an engine, and where anything else, keeps its data.
  minFree ? {
    engine = 20;
    others = 1;
  },
  # Key files by name: as the programs see them, and as the gates do.
  key ? name: "/run/op-stack/keys/${name}",
  keyFile ? key,
  # Where the runner of a service that signs writes until when it ran.
  lastRun ? name: "${stateDir}/last-run/${name}",
  # P2P identity of an op-node by service name; op-node makes the file if there is none.
  identity ? name: "${stateDir}/${name}/p2p.key",
  jwt ? engineName: "${stateDir}/jwt/${engineName}",
  # Service name -> component -> { repository, tag, digest, allowUnpinned }
  image ? _name: component: (import ./images.nix).${component},
  # As ./ports.nix makes them; here with the followers' places in the list as their numbers.
  ports ? import ./ports.nix (
    builtins.listToAttrs (
      builtins.genList (n: {
        name = builtins.elemAt followers n;
        value = n + 1;
      }) (builtins.length followers)
    )
  ),
}:
let
  # op-challenger's names of the game types, and the prefix of their trace program's flags. Type 0 is
  # not among them: its program, op-program, has had no support since 2026-05-31, and the image has none.
  games = {
    "1" = {
      name = "permissioned";
      vm = "cannon";
    };
    "8" = {
      name = "cannon-kona";
      vm = "cannon-kona";
    };
  };
  known =
    type:
    games.${toString type}
      or (throw "game type ${toString type} is not one of ${toString (builtins.attrNames games)}");
  played = map known gameTypes;
  # Of open games a VM runs; op-challenger only resolves the others.
  open = builtins.any (type: type != 1) gameTypes;

  txmgr = {
    "txmgr.receipt-query-interval" = "12s";
    # How often a nonce must prove taken before it is given up; each time takes a resubmission.
    safe-abort-nonce-too-low-count = 3;
    resubmission-timeout = "48s";
  };
in
import ./default.nix {
  inherit
    engine
    followers
    chain
    disputeGameFactory
    gameType
    proposer
    honestActors
    dataAvailability
    proofWindow
    proofsHistory
    challengerNode
    keys
    key
    keyFile
    lastRun
    jwt
    l1
    image
    ports
    ;

  p2p = p2p // {
    inherit identity;
  };

  minFreeBytes = {
    op-reth = minFree.engine * 1000000000;
    op-geth = minFree.engine * 1000000000;
    # A VM's snapshots.
    op-challenger = (if open then 50 else minFree.others) * 1000000000;
    default = minFree.others * 1000000000;
  };

  dir = service: "${stateDir}/${service}";

  challenger = {
    gameTypes = map (game: game.name) played;
    inherit ((known (if open then 8 else gameType))) vm;
    inherit prestate prestates;
    # The official image brings cannon and kona-host.
    vmBin = null;
  };

  # The other set is in devnet.nix.
  settings = {
    op-node = {
      "l1.http-poll-interval" = "12s";
      "verifier.l1-confs" = 4;
      # With the default, 900 blocks with their receipts, catching up takes gigabytes.
      "l1.cache-size" = 128;
    };
    sequencer-node."sequencer.l1-confs" = 4;
    op-batcher = txmgr // {
      # One L1 block's reorganisation is no reason to send everything again.
      num-confirmations = 4;
      # With the default, 1, the next one waits for these confirmations: one a minute, and a backlog drifts
      # towards the end of the sequencing window. Their nonces keep the order (op-service `txmgr/queue.go`), and
      # L1's pools take 16 blob transactions of an account (go-ethereum `blobpool.go`).
      max-pending-tx = 10;
      # Nothing is sent twice after a restart: it waits until op-node has seen its newest transaction on L1. As many L1
      # blocks as op-node stays behind; with fewer it waits for those as well.
      wait-node-sync = true;
      check-recent-txs-depth = 4;
      # L1 blocks that a channel stays open, 48 minutes of them: on a quiet chain the safe head moves
      # more often than it is proposed. 0 would never close a channel there.
      max-channel-duration = 240;
      sub-safety-margin = 10;
      poll-interval = "6s";
    };
    op-proposer = txmgr // {
      # Longer than a channel stays open, else it proposes the same root twice (GameAlreadyExists).
      proposal-interval = proposalInterval;
      wait-node-sync = true;
      poll-interval = "12s";
    };
    op-challenger = txmgr // {
      num-confirmations = 3;
      # All sends of a claim end within two minutes.
      resubmission-timeout = "24s";
      http-poll-interval = "12s";
      # It reads every game of four weeks each time, of an L1 endpoint that others need as well.
      min-update-interval = if open then "1m" else "5m";
      # Each runs a VM and its host, in gigabytes; the default is one for each processor of the host.
      max-concurrency = 2;
    };
    op-dispute-mon.monitor-interval = "5m";
  };
}
