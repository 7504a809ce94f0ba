# What a program is told of the memory that its container has.
{
  lib,
  host,
  full,
  fullGeth,
  servicesOf,
  ...
}:
let
  limitOf = service: service.environment.GOMEMLIMIT or null;
  cacheOf = service: lib.filter (lib.hasPrefix "--engine.cross-block-cache-size=") service.args;
  told = service: {
    limit = limitOf service;
    cache = cacheOf service;
  };
  batcher =
    settings:
    told
      (servicesOf (host {
        batcher = settings;
      })).batcher;
  engine =
    settings:
    told
      (servicesOf (host {
        sequencer.engine = settings;
      })).sequencer-engine;

  nothing = {
    limit = null;
    cache = [ ];
  };
in
{
  testEveryProgramIsToldItsBudget = {
    expr = lib.mapAttrs (_: told) (removeAttrs (servicesOf full) [
      "follower-two-engine"
      "follower-two-node"
      "follower-zoe-engine"
      "follower-zoe-node"
    ]);
    expected =
      let
        go = limit: {
          inherit limit;
          cache = [ ];
        };
        # An eighth of 8 GiB.
        reth = {
          limit = null;
          cache = [ "--engine.cross-block-cache-size=1024" ];
        };
      in
      {
        # Nine tenths of 2, 1 and 4 GiB.
        batcher = go "1843MiB";
        proposer = go "1843MiB";
        challenger = go "1843MiB";
        dispute-mon = go "921MiB";
        sequencer-node = go "3686MiB";
        follower-one-node = go "3686MiB";
        sequencer-engine = reth;
        follower-one-engine = reth;
      };
  };

  testTheOtherEngineIsAProgramOfGo = {
    expr = told (servicesOf fullGeth).sequencer-engine;
    expected = {
      limit = "7372MiB";
      cache = [ ];
    };
  };

  testABudgetFollowsTheOption = {
    expr = {
      go = batcher { resources.memory = "512m"; };
      reth = engine { resources.memory = "64g"; };
      # Less is of no use to it.
      small = engine { resources.memory = "256m"; };
    };
    expected = {
      go = {
        limit = "460MiB";
        cache = [ ];
      };
      reth = {
        limit = null;
        cache = [ "--engine.cross-block-cache-size=8192" ];
      };
      small = {
        limit = null;
        cache = [ "--engine.cross-block-cache-size=64" ];
      };
    };
  };

  testWithoutALimitThereIsNoBudget = {
    expr = {
      go = batcher { resources.memory = null; };
      reth = engine { resources.memory = null; };
    };
    expected = {
      go = nothing;
      reth = nothing;
    };
  };

  testTheOperatorsOwnBudgetStands = {
    expr = {
      go = batcher { environment.GOMEMLIMIT = "1GiB"; };
      reth = engine { settings."engine.cross-block-cache-size" = 2048; };
    };
    expected = {
      go = {
        limit = "1GiB";
        cache = [ ];
      };
      reth = {
        limit = null;
        cache = [ "--engine.cross-block-cache-size=2048" ];
      };
    };
  };
}
