# Ports of a production host: unique, because four of the official programs default to
# 7300 (metrics), 6060 (pprof) and 8545 (RPC). All on loopback except `p2p`.
# A follower's ports are the sequencer's plus 100 times its number: `numbers` has each by name, so that
# a new follower moves nobody's ports.
numbers:
let
  sequencer = {
    engine = {
      http = 8545;
      authrpc = 8551;
      p2p = 30303;
      metrics = 9001;
    };
    node = {
      rpc = 9545;
      p2p = 9222;
      metrics = 7300;
    };
  };

  shift = offset: ports: builtins.mapAttrs (_: builtins.mapAttrs (_: port: port + offset)) ports;
in
{
  inherit sequencer;

  follower = name: shift (100 * numbers.${name}) sequencer;

  batcher = {
    rpc = 8548;
    metrics = 7301;
  };
  proposer = {
    rpc = 8560;
    metrics = 7302;
  };
  challenger.metrics = 7303;
  dispute-mon.metrics = 7304;
}
