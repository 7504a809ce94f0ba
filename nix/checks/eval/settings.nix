# How options become arguments.
{
  lib,
  host,
  small,
  followers,
  servicesOf,
  containerOf,
  textOf,
  values,
  throws,
  ...
}:
let
  argsOf =
    batcher:
    (servicesOf (host {
      inherit batcher;
    })).batcher.args;
  defaults = (servicesOf small).batcher.args;

  # What some settings add to the defaults, and what they take away.
  change =
    settings:
    let
      args = argsOf { inherit settings; };
    in
    {
      added = lib.subtractLists defaults args;
      removed = lib.subtractLists args defaults;
    };
  adds = added: {
    inherit added;
    removed = [ ];
  };
in
{
  testTrueIsABareFlag = {
    expr = change { stopped = true; };
    expected = adds [ "--stopped" ];
  };

  testFalseAndNullAreNoFlag = {
    expr = change {
      stopped = false;
      throttle-unsafe-da-bytes-lower-threshold = null;
    };
    expected = adds [ ];
  };

  testNullTakesADefaultAway = {
    expr = change { sub-safety-margin = null; };
    expected = {
      added = [ ];
      removed = [ "--sub-safety-margin=10" ];
    };
  };

  testANumber = {
    expr = change { target-num-frames = 6; };
    expected = adds [ "--target-num-frames=6" ];
  };

  testATextStaysOneArgument = {
    expr = change { "log.format" = "a b'c"; };
    expected = adds [ "--log.format=a b'c" ];
  };

  testAListIsJoined = {
    expr = change {
      active-sequencer-check = [
        "a"
        1
      ];
    };
    expected = adds [ "--active-sequencer-check=a,1" ];
  };

  testADefaultCanBeOverridden = {
    expr = change { compression-algo = "zlib"; };
    expected = {
      added = [ "--compression-algo=zlib" ];
      removed = [ "--compression-algo=brotli-10" ];
    };
  };

  testExtraArgumentsComeLast = {
    expr = lib.drop (lib.length defaults) (argsOf {
      extraArgs = [
        "--log.level=debug"
        "a word"
      ];
    });
    expected = [
      "--log.level=debug"
      "a word"
    ];
  };

  testArgumentsReachTheContainer = {
    expr = lib.drop 3 (containerOf small "batcher").cmd;
    expected = defaults;
  };

  testNoFlagIsGivenTwice = {
    expr = lib.mapAttrs (
      _: service:
      let
        flags = map (arg: lib.head (lib.splitString "=" arg)) service.args;
      in
      lib.length flags == lib.length (lib.unique flags)
    ) (servicesOf small);
    expected = lib.mapAttrs (_: _: true) (servicesOf small);
  };

  testEnvironment = {
    expr = (containerOf (host { batcher.environment.GOMEMLIMIT = "1GiB"; }) "batcher").environment;
    expected = {
      GOMEMLIMIT = "1GiB";
      HOME = "/tmp";
    };
  };

  testOptionsReachTheFlagsThatTheyOwn = {
    expr =
      let
        services = servicesOf (host {
          l1 = {
            beacon = lib.mkForce null;
            rateLimit = 7;
            maxBatchSize = 10;
          };
          p2p = {
            advertiseIp = "192.0.2.1";
            bootnodes = [
              "enr:one"
              "enr:two"
            ];
            staticPeers = [ "/ip4/192.0.2.2/tcp/9222/p2p/peer" ];
          };
          chain.gameType = 8;
          chain.prestateFile = "/chain/prestate.bin.gz";
        });
        has = name: lib.filter (flag: !(lib.elem flag services.${name}.args));
      in
      {
        node = has "sequencer-node" [
          "--l1.beacon.ignore"
          "--l1.rpc-rate-limit=7"
          "--l1.rpc-max-batch-size=10"
          "--p2p.advertise.ip=192.0.2.1"
          "--p2p.bootnodes=enr:one,enr:two"
          "--p2p.static=/ip4/192.0.2.2/tcp/9222/p2p/peer"
        ];
        proposer = has "proposer" [ "--game-type=8" ];
        challenger = has "challenger" [
          "--game-types=cannon-kona"
          "--cannon-kona-prestate=/chain/prestate.bin.gz"
        ];
      };
    expected = {
      node = [ ];
      proposer = [ ];
      challenger = [ ];
    };
  };

  # A wrong sequencer agrees with itself.
  testTheChallengerAsksAFollower = {
    expr =
      let
        asked =
          settings:
          let
            service = (servicesOf (host settings)).challenger;
          in
          {
            flags = map (name: service.wiring.${name}) [
              "l2-eth-rpc"
              "rollup-rpc"
            ];
            inherit (service.gate) engineRpc;
            node = lib.head service.after;
          };
        with' = settings: asked (lib.recursiveUpdate (followers [ "one" "two" ]) settings);
      in
      {
        none = asked { };
        some = with' { };
        named = with' { challenger.node = "two"; };
        sequencer = with' { challenger.node = "sequencer"; };
        # Nobody is asked who does not run here.
        disabled = with' { followers.one.node.enable = false; };
      };
    expected =
      let
        of = node: engine: rpc: {
          flags = [
            "http://127.0.0.1:${toString engine}"
            "http://127.0.0.1:${toString rpc}"
          ];
          engineRpc = "http://127.0.0.1:${toString engine}";
          inherit node;
        };
      in
      {
        none = of "sequencer-node" 8545 9545;
        some = of "follower-one-node" 8645 9645;
        named = of "follower-two-node" 8745 9745;
        sequencer = of "sequencer-node" 8545 9545;
        disabled = of "follower-two-node" 8745 9745;
      };
  };

  testDisputeMonAsksEveryNode = {
    expr =
      map (settings: (servicesOf (host settings)).dispute-mon.wiring.rollup-rpc)
        [
          { }
          (followers [
            "one"
            "two"
          ])
        ];
    expected = [
      [ "http://127.0.0.1:9545" ]
      [
        "http://127.0.0.1:9545"
        "http://127.0.0.1:9645"
        "http://127.0.0.1:9745"
      ]
    ];
  };

  # After a change of the type, or of the program, the games before it are still in play.
  testFormerGamesArePlayed = {
    expr =
      let
        challenger =
          gameType: settings:
          let
            config = host {
              chain = { inherit gameType; };
              challenger = settings;
            };
            service = (servicesOf config).challenger;
          in
          {
            flags = lib.filter (flag: builtins.match "--(game-types|cannon-).*" flag != null) service.args;
            inherit (service.gate) gameType prestate;
            inherit (service.resources) memory;
            interval = service.settings.min-update-interval;
            free = service.gate.minFreeBytes;
            mounted = lib.elem "/chain/prestates:/chain/prestates:ro" (containerOf config "challenger").volumes;
          };
        prestates = "/chain/prestates";
      in
      {
        respected = challenger 1 { };
        former = challenger 8 {
          gameTypes = [
            1
            8
          ];
          inherit prestates;
        };
        # Before the guardian respects it.
        coming = challenger 1 {
          gameTypes = [
            1
            8
          ];
          inherit prestates;
        };
      };
    expected =
      let
        both = {
          flags = [
            "--cannon-kona-prestates-url=file:///chain/prestates"
            "--game-types=permissioned,cannon-kona"
          ];
          prestate = {
            file = null;
            folder = "/chain/prestates";
          };
          memory = "16g";
          interval = "1m";
          free = 50000000000;
          mounted = true;
        };
      in
      {
        respected = {
          flags = [ "--game-types=permissioned" ];
          gameType = 1;
          prestate.file = null;
          memory = "2g";
          interval = "5m";
          free = 1000000000;
          mounted = false;
        };
        former = both // {
          gameType = 8;
        };
        coming = both // {
          gameType = 1;
        };
      };
  };

  # 30 days of it, on the engine that the challenger asks and on no other; what is filled before a start is what
  # the engine keeps.
  testStateIsKeptForOpenGames =
    let
      historyOf =
        settings: chain:
        let
          services = servicesOf (host (settings // { inherit chain; }));
          windows = map (lib.removePrefix "--proofs-history.window=");
          kept = service: {
            on = lib.elem "--proofs-history" service.args;
            window = windows (lib.filter (lib.hasPrefix "--proofs-history.window=") service.args);
            filled = lib.concatMap (
              command: windows (lib.filter (lib.hasPrefix "--proofs-history.window=") command.args)
            ) service.init;
            commands = lib.length service.init;
          };
          engines = lib.filterAttrs (name: _: lib.hasSuffix "-engine" name) services;
        in
        lib.filterAttrs (_: kept: kept.on) (lib.mapAttrs (_: kept) engines);
      open = {
        gameType = 8;
      };
      of = blocks: {
        on = true;
        window = [ blocks ];
        filled = [
          blocks
          blocks
        ];
        commands = 5;
      };
    in
    {
      expr = {
        permissioned = historyOf { } { };
        open = historyOf { } open;
        slower = historyOf { } (open // { blockTime = 2; });
        uneven = historyOf { } (open // { blockTime = 7; });
        former = historyOf {
          challenger.gameTypes = [
            1
            8
          ];
        } { };
        follower = historyOf (followers [ "one" ]) open;
        sequencer = historyOf (followers [ "one" ] // { challenger.node = "sequencer"; }) open;
        geth = historyOf { engine = "geth"; } open;
        off = historyOf { proofsHistory = null; } open;
        nobodyAsks = historyOf { challenger.enable = false; } open;
        own = historyOf { proofsHistory = 1000; } { };
      };
      expected = {
        permissioned = { };
        open.sequencer-engine = of "2592000";
        slower.sequencer-engine = of "1296000";
        uneven.sequencer-engine = of "370286";
        former.sequencer-engine = of "2592000";
        follower.follower-one-engine = of "2592000";
        sequencer.sequencer-engine = of "2592000";
        geth = { };
        off = { };
        nobodyAsks = { };
        own.sequencer-engine = of "1000";
      };
    };

  # A start that fills a history takes as long as the chain is old.
  testAStartThatFillsAHistoryIsNotGivenUp = {
    expr = map (type: values "TimeoutStartSec" (textOf (host { chain.gameType = type; }) "sequencer-engine")) [
      1
      8
    ];
    expected = [
      [ "900" ]
      [ "infinity" ]
    ];
  };

  testTheWindowOfProofsFollowsFromTheBlockTime = {
    expr =
      map
        (blockTime: (servicesOf (host { chain = { inherit blockTime; }; })).sequencer-engine.settings."rpc.eth-proof-window")
        [
          1
          2
          7
        ];
    expected = [
      90000
      45000
      12858
    ];
  };

  # Two claims and a channel, also where blocks come every second.
  testTheWindowOfProofsHoldsTwoClaims = {
    expr = (servicesOf small).sequencer-engine.settings."rpc.eth-proof-window" >= 24 * 3600 + 240 * 12;
    expected = true;
  };

  testTheWindowOfProofsIsThatOfEveryEngine = {
    expr =
      let
        windowsOf =
          settings:
          lib.mapAttrs (_: service: service.settings."rpc.eth-proof-window" or null) (
            lib.filterAttrs (name: _: lib.hasSuffix "-engine" name) (servicesOf (host settings))
          );
        settings = followers [ "one" ] // {
          proofWindow = 180000;
        };
      in
      {
        reth = windowsOf settings;
        # An archive.
        geth = windowsOf (settings // { engine = "geth"; });
        refused = throws (windowsOf {
          proofWindow = 1209601;
        });
      };
    expected = {
      reth = {
        sequencer-engine = 180000;
        follower-one-engine = 180000;
      };
      geth = {
        sequencer-engine = null;
        follower-one-engine = null;
      };
      refused = true;
    };
  };

  # A beacon node that is down keeps no sequencer from its start that reads nothing there. A follower may
  # read blobs of the past.
  testABeaconIsIgnoredWhereNothingIsReadThere = {
    expr =
      let
        ignored =
          settings:
          lib.mapAttrs (_: service: service.wiring."l1.beacon.ignore") (
            lib.filterAttrs (name: _: lib.hasSuffix "-node" name) (
              servicesOf (host (followers [ "one" ] // settings))
            )
          );
      in
      {
        auto = ignored { };
        blobs = ignored { batcher.dataAvailability = "blobs"; };
        calldata = ignored { batcher.dataAvailability = "calldata"; };
        none = ignored { l1.beacon = lib.mkForce null; };
      };
    expected =
      let
        nodes = sequencer: follower: {
          sequencer-node = sequencer;
          follower-one-node = follower;
        };
      in
      {
        auto = nodes false false;
        blobs = nodes false false;
        calldata = nodes true false;
        none = nodes true true;
      };
  };

  # One that waits for its confirmations keeps no other back; L1's pools take 16 blob transactions of an account.
  testTheBatcherSendsWhileItWaits = {
    expr =
      let
        inherit ((servicesOf small).batcher) settings;
      in
      {
        waits = settings.num-confirmations > 1;
        several = settings.max-pending-tx > 1;
        few = settings.max-pending-tx <= 16;
      };
    expected = {
      waits = true;
      several = true;
      few = true;
    };
  };

  testFoldersThatOthersReadOtherwiseAreRefused = {
    expr = lib.filter (stateDir: !(throws (host { inherit stateDir; }).systemd.tmpfiles.rules)) [
      "/var/lib/op stack"
      "/var/lib/op-stack/"
      "/var/lib/../op-stack"
      "/var//op-stack"
      "/data/50%free"
      "/data/a;reboot"
      "/data/$x"
      "/data/a:b"
      "data"
      "/"
      ""
    ];
    expected = [ ];
  };

  testKeyFilesThatUnitsReadOtherwiseAreRefused = {
    expr = lib.filter (keyFile: !(throws (host { batcher = { inherit keyFile; }; }).systemd.units)) [
      "/run/keys/100%n"
      "/run/keys/a:b"
      "/run/keys/a b"
      "/run/keys/../batcher"
      "/nix/store/batcher"
      "batcher"
    ];
    expected = [ ];
  };
}
