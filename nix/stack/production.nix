# The definitions for a production host: fixed ports, op-reth, Ethereum's times.
{
  # { rpc, beacon, chainId }: the L1 that the chain settles on.
  l1,
  # { genesis, rollup, l2ChainId }
  chain,
  disputeGameFactory,
  # Addresses of proposer and challenger.
  honestActors,
  # The challenger's absolute prestate.
  prestate,
  # { listenIp, bootnodes, sequencer }: `sequencer` is the multiaddr that followers dial.
  p2p,
  # Names of the followers on this host.
  followers ? [ ],
  # "reth", or "geth" for a chain that still runs on it.
  engine ? "reth",
  # The permissioned type: what a fresh chain has.
  gameType ? 1,
  stateDir ? "/var/lib/op-stack",
  # Service credentials and keys, by name.
  key ? name: "/run/op-stack/keys/${name}",
  jwt ? engineName: "/run/op-stack/keys/${engineName}.jwt",
}:
let
  ports = import ./ports.nix;
  position =
    name:
    builtins.head (
      builtins.filter (index: builtins.elemAt followers (index - 1) == name) (
        builtins.genList (index: index + 1) (builtins.length followers)
      )
    );
  # 0.1 ETH in wei.
  minBalance = "100000000000000000";
in
import ./default.nix {
  inherit
    engine
    followers
    chain
    disputeGameFactory
    p2p
    key
    jwt
    ;

  l1 = l1 // {
    private = false;
    chainConfig = null;
    pollInterval = "12s";
    epochPollInterval = null;
    receiptInterval = "12s";
    nonceTooLowCount = 3;
    resubmissionTimeout = "48s";
    confirmations = 4;
  };

  dir = service: "${stateDir}/${service}";

  ports = ports // {
    follower = name: ports.follower (position name);
  };

  batcher = {
    # Five hours of L1 blocks, well inside the sequencing window of twelve.
    maxChannelDuration = 1500;
    subSafetyMargin = 10;
    pollInterval = "6s";
    inherit minBalance;
  };
  proposer = {
    inherit gameType minBalance;
    proposalInterval = "1h";
    pollInterval = "12s";
    allowNonFinalized = false;
  };
  challenger = {
    gameTypes = [ "permissioned" ];
    # The permissioned type's flags, whatever executes its traces.
    vm = "cannon";
    inherit prestate minBalance;
    # The official image brings both.
    vmBin = null;
    vmServer = null;
    customChain = false;
    pollInterval = "12s";
  };
  disputeMon = {
    inherit honestActors;
    monitorInterval = "30s";
  };
}
