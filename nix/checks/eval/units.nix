# The units' own texts.
{
  lib,
  full,
  fullGeth,
  small,
  host,
  fullSettings,
  wardenOf,
  namesOf,
  textOf,
  textsOf,
  containerOf,
  eachText,
  values,
  words,
  ...
}:
let
  same = config: value: lib.genAttrs (namesOf config) (_: value);
  isOurs = unit: lib.hasInfix "op-stack" unit || lib.hasInfix "podman" unit;

  # "--stop-timeout=300" -> 300, "330s" -> 330
  seconds = text: lib.toInt (lib.head (builtins.match "[^0-9]*([0-9]+)s?" text));
  containerSeconds =
    name:
    seconds (lib.findFirst (lib.hasPrefix "--stop-timeout=") "" (containerOf full name).extraOptions);
  unitSeconds = name: seconds (lib.head (values "TimeoutStopSec" (textOf full name)));

  credentials = {
    batcher = [ "batcher:/etc/op-stack/keys/batcher" ];
    proposer = [ "proposer:/etc/op-stack/keys/proposer" ];
    challenger = [ "challenger:/etc/op-stack/keys/challenger" ];
    sequencer-node = [
      "p2p-sequencer-node:/keys/p2p"
      "sequencer:/etc/op-stack/keys/sequencer"
    ];
  };

  follower = name: {
    "follower-${name}-engine" = [ "sequencer-node" ];
    "follower-${name}-node" = [ "follower-${name}-engine" ];
  };
  order = {
    sequencer-engine = [ ];
    sequencer-node = [ "sequencer-engine" ];
    batcher = [ "sequencer-node" ];
    proposer = [ "sequencer-node" ];
    challenger = [ "sequencer-node" ];
    dispute-mon = [ "sequencer-node" ];
  }
  // follower "one"
  // follower "two"
  // follower "zoe";
in
{
  testTheGateOfEachServiceIsItsCondition = {
    expr = eachText full (values "ExecCondition");
    expected = lib.genAttrs (namesOf full) (name: [
      (
        "/etc/op-stack/bin/op-warden gate ${name} --config /etc/op-stack/op-warden.json --told /run/op-stack/told/${name}"
        + lib.optionalString (credentials ? ${name}) " --stamp /run/op-stack/stamps/${name}"
      )
    ]);
  };

  testOrderFollowsTheDefinitions = {
    expr = eachText full (text: lib.filter (lib.hasPrefix "podman-") (words "After" text));
    expected = lib.mapAttrs (_: map (name: "podman-op-stack-${name}.service")) order;
  };

  testEveryServiceWaitsForTheSharedSecrets = {
    expr = eachText full (text: {
      after = lib.elem "op-stack-setup.service" (words "After" text);
      wants = lib.filter isOurs (words "Wants" text);
    });
    expected = same full {
      after = true;
      wants = [ "op-stack-setup.service" ];
    };
  };

  # A restart of one service must not become one of another.
  testNoServiceIsBoundToAnother = {
    expr = eachText full (
      text:
      lib.filter isOurs (
        lib.concatMap (key: words key text) [
          "Requires"
          "BindsTo"
          "Requisite"
          "Upholds"
          "PropagatesStopTo"
          "StopPropagatedFrom"
        ]
      )
    );
    expected = same full [ ];
  };

  testTheTargetStartsAndStopsEveryService = {
    expr = eachText full (text: {
      partOf = words "PartOf" text;
      wantedBy = words "WantedBy" text;
    });
    expected = same full {
      partOf = [ "op-stack.target" ];
      wantedBy = [ "op-stack.target" ];
    };
  };

  testTheTargetStartsWithTheHost = {
    expr = full.systemd.targets.op-stack.wantedBy;
    expected = [ "multi-user.target" ];
  };

  testARefusalIsNotStartedAgainAtOnce = {
    expr = eachText full (text: {
      restart = values "Restart" text;
      exits = words "RestartForceExitStatus" text;
      limit = values "StartLimitIntervalSec" text;
      delays = map (key: values key text) [
        "RestartSec"
        "RestartSteps"
        "RestartMaxDelaySec"
      ];
    });
    expected = same full {
      restart = [ "on-abnormal" ];
      # 255, a refusal, and 75, a wait, are not among them.
      exits = map toString [
        0
        1
        2
        101
        125
        126
        127
        134
        137
        139
        143
      ];
      limit = [ "0" ];
      delays = [
        [ "2s" ]
        [ "5" ]
        [ "1min" ]
      ];
    };
  };

  testAStartTakesAnEnd = {
    expr = eachText full (values "TimeoutStartSec");
    expected = same full [ "15min" ];
  };

  testPodmanGetsItsTimeToStop = {
    expr = lib.filter (name: unitSeconds name <= containerSeconds name) (namesOf full);
    expected = [ ];
  };

  testEnginesGetTheTimeToCloseTheirDatabases = {
    expr = map containerSeconds [
      "sequencer-engine"
      "follower-one-engine"
    ];
    expected = [
      300
      300
    ];
  };

  testEachServiceGetsItsOwnKeysOnly = {
    expr = eachText full (values "LoadCredential");
    expected = same full [ ] // credentials;
  };

  testKeysGoToTheContainersUser = {
    expr = lib.concatMap (line: lib.drop 1 (lib.splitString "bin/install " line)) (
      values "ExecStartPre" (textOf small "batcher")
    );
    expected = [
      "-o 60700 -g 60700 -d -m 0700 /run/op-stack-batcher/keys"
      "-o 60700 -g 60700 -m 0400 %d/batcher /run/op-stack-batcher/keys/batcher"
    ];
  };

  testAHoldFileKeepsAServiceStopped = {
    expr = eachText full (values "ConditionPathExists");
    expected = lib.genAttrs (namesOf full) (name: [ "!/var/lib/op-stack/hold/${name}" ]);
  };

  # LoadCredential or podman would fail the unit without one.
  testEveryFileOfAUnitHasAGate =
    let
      files = {
        l1 = {
          rpcFile = "/keys/l1-rpc";
          beaconFile = "/keys/l1-beacon";
          chainConfigFile = "/chain/l1.json";
        };
      };
      services = (wardenOf (host (fullSettings // files))).services;
    in
    {
      expr = lib.mapAttrs (_: service: {
        inherit (service) files;
        judged = lib.elem "given-files" service.gates;
      }) (lib.filterAttrs (_: service: service ? files) services);
      expected =
        let
          node = {
            files = [ "/chain/l1.json" ];
            judged = true;
          };
        in
        {
          sequencer-node = {
            files = [
              "/keys/p2p"
              "/chain/l1.json"
            ];
            judged = true;
          };
          follower-one-node = node;
          follower-two-node = node;
          follower-zoe-node = node;
          challenger = {
            files = [
              "/keys/l1-beacon"
              "/chain/l1.json"
            ];
            judged = true;
          };
        };
    };

  testReadinessNeverFailsAStart = {
    expr = lib.mapAttrs (_: lib.all (lib.hasPrefix "-")) (eachText full (values "ExecStartPost"));
    expected = same full true;
  };

  testEnginesAndNodesAreAwaited = {
    expr = lib.filter (name: values "ExecStartPost" (textOf small name) != [ ]) (namesOf small);
    expected = [
      "sequencer-engine"
      "sequencer-node"
    ];
  };

  testThereAreNoTemplates = {
    expr = lib.filter (lib.hasInfix "@") (
      lib.attrNames (textsOf full) ++ lib.concatMap (words "After") (lib.attrValues (textsOf full))
    );
    expected = [ ];
  };

  # Only op-geth has one; op-reth initialises its database itself.
  testGethIsInitialisedOnce = {
    expr = lib.mapAttrs (
      _: config:
      lib.filter (
        name: lib.any (lib.hasInfix "${name}-init") (values "ExecStartPre" (textOf config name))
      ) (namesOf config)
    ) { inherit full fullGeth; };
    expected = {
      full = [ ];
      fullGeth = [
        "follower-one-engine"
        "follower-two-engine"
        "follower-zoe-engine"
        "sequencer-engine"
      ];
    };
  };

  testTimersAreOfTheTarget = {
    expr = lib.mapAttrs (_: text: {
      partOf = words "PartOf" text;
      wantedBy = words "WantedBy" text;
    }) (lib.filterAttrs (name: _: lib.hasSuffix ".timer" name) (textsOf small));
    expected =
      lib.genAttrs
        [
          "op-stack-judge.timer"
          "op-stack-retry.timer"
          "op-stack-retry-refused.timer"
        ]
        (_: {
          partOf = [ "op-stack.target" ];
          wantedBy = [ "op-stack.target" ];
        });
  };

  testRetriesNameEveryService = {
    expr = lib.mapAttrs (
      unit: _:
      lib.filter (
        name: !(lib.hasInfix "${name}" full.systemd.services.${unit}.script)
      ) (namesOf full)
    ) { inherit (full.systemd.services) op-stack-retry op-stack-retry-refused; };
    expected = {
      op-stack-retry = [ ];
      op-stack-retry-refused = [ ];
    };
  };
}
