# op-challenger: disputes false output roots and resolves games.
{
  lib,
  dataDir,
  l1,
  chain,
  # What it judges by: { node, engineHttp, rollupRpc }, a service and its two endpoints.
  asked,
  ports,
  key,
  gate,
  disputeGameFactory,
  # Address whose bonds it claims beside its own, or null: nobody else claims the proposer's.
  proposer,
  gameTypes,
  # Prefix of the flags of the VM that a program is loaded for: "cannon", "cannon-kona".
  vm,
  # Null where there is none: permissioned games load none.
  prestate,
  # Folder with a HASH.bin.gz for each program, or null.
  prestates ? null,
  # Path of the VM; null where the image brings it, and what runs in it.
  vmBin,
}:
let
  rpc = lib.endpoint l1.rpc "l1-eth-rpc" "OP_CHALLENGER_L1_ETH_RPC";
  # Required even when all data is calldata.
  beacon = lib.endpoint (
    if l1.beacon == null then l1.rpc else l1.beacon
  ) "l1-beacon" "OP_CHALLENGER_L1_BEACON";
in
{
  component = "op-challenger";
  wiring =
    lib.goMetrics ports.metrics
    // rpc.wiring
    // beacon.wiring
    // {
      l2-eth-rpc = asked.engineHttp;
      rollup-rpc = asked.rollupRpc;
      game-factory-address = disputeGameFactory;
      additional-bond-claimants = if proposer == null then null else [ proposer ];
      # The default changes between releases, and an unlisted type is skipped silently.
      game-types = gameTypes;
      datadir = dataDir;
      rollup-config = chain.rollup;
      l2-genesis = chain.genesis;
      l1-genesis = l1.chainConfig;
      cannon-bin = vmBin;
    }
    // (if prestate == null then { } else { "${vm}-prestate" = prestate; })
    // (if prestates == null then { } else { "${vm}-prestates-url" = "file://${prestates}"; });
  settings = lib.txmgr;
  credentials =
    rpc.credentials
    // beacon.credentials
    // {
      OP_CHALLENGER_PRIVATE_KEY = key;
    };
  inherit dataDir gate ports;
  after = [ asked.node ];
  stopTimeout = 60;
}
