# The units' own texts.
{
  lib,
  full,
  fullGeth,
  small,
  host,
  hostOf,
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
  # Not the drop-ins of others, nor what NixOS has for podman.
  everyUnit =
    config:
    lib.filterAttrs (name: _: !(lib.hasPrefix "podman-prune" name)) (textsOf config)
    // {
      "opstack.slice" = config.systemd.units."opstack.slice".text;
    };
  isOurs = unit: lib.hasInfix "op-stack" unit || lib.hasInfix "podman" unit;

  # "--stop-timeout=300" -> 300, "330s" -> 330
  seconds = text: lib.toInt (lib.head (builtins.match "[^0-9]*([0-9]+)s?" text));
  containerSeconds =
    name:
    seconds (lib.findFirst (lib.hasPrefix "--stop-timeout=") "" (containerOf full name).words);
  unitSeconds = name: seconds (lib.head (values "TimeoutStopSec" (textOf full name)));

  credentials = {
    batcher = [ "batcher:/etc/op-stack/keys/batcher" ];
    proposer = [ "proposer:/etc/op-stack/keys/proposer" ];
    challenger = [ "challenger:/etc/op-stack/keys/challenger" ];
    # The key of its op-node: followers know both by it.
    sequencer-engine = [ "p2p-sequencer-node:/keys/p2p" ];
    sequencer-node = [
      "p2p-sequencer-node:/keys/p2p"
      "sequencer:/etc/op-stack/keys/sequencer"
    ];
  };

  # What uses the sequencer comes after all of it: op-node may be held.
  users = [
    "sequencer-node"
    "sequencer-engine"
  ];
  follower = name: {
    "follower-${name}-engine" = users;
    "follower-${name}-node" = [ "follower-${name}-engine" ] ++ users;
  };
  order = {
    sequencer-engine = [ ];
    sequencer-node = [ "sequencer-engine" ];
    batcher = users;
    proposer = users;
    # It asks a follower.
    challenger = [ "follower-one-node" ] ++ (follower "one").follower-one-node;
    dispute-mon = users;
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
        + (
          if credentials ? ${name} && name != "sequencer-engine" then " --stamp /run/op-stack/stamps/${name}" else " --skip"
        )
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
      exits = map toString (lib.range 0 74 ++ lib.range 76 254);
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
    expected = same full [ "900" ];
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

  testAHoldFileKeepsAServiceStopped = {
    expr = eachText full (values "ConditionPathExists");
    expected = lib.genAttrs (namesOf full) (name: [
      "!/var/lib/op-stack/hold/${name}"
      "!/var/lib/op-stack/hold/all"
    ]);
  };

  # LoadCredential or podman would fail the unit without one.
  # What systemd loads for a unit is judged: a file that is not there would fail the unit.
  testEveryFileOfAUnitHasAGate =
    let
      config = host (
        lib.recursiveUpdate fullSettings {
          l1 = {
            rpcFile = "/keys/l1-rpc";
            beaconFile = "/keys/l1-beacon";
            chainConfigFile = "/chain/l1.json";
          };
          batcher.environmentFiles.OP_BATCHER_SIGNER_HEADER = "/keys/header";
        }
      );
      inherit (wardenOf config) services l1;
      # l1-rpc has the gates of L1, and the beacon of op-node a gate of its own.
      judged =
        service:
        service.files or [ ]
        ++ service.credentialFiles or [ ]
        ++ lib.optional (service ? key) service.key
        ++ [ l1.rpcFile ]
        ++ lib.optional (lib.elem "l1-beacon" service.gates) l1.beaconFile;
      loaded =
        name:
        map (value: lib.last (lib.splitString ":" value)) (values "LoadCredential" (textOf config name));
    in
    {
      expr = {
        unjudged = lib.filterAttrs (_: files: files != [ ]) (
          lib.mapAttrs (name: service: lib.subtractLists (judged service) (loaded name)) services
        );
        files = lib.sort lib.lessThan (
          lib.unique (lib.concatMap (service: service.files or [ ]) (lib.attrValues services))
        );
        credentials = lib.mapAttrs (_: service: service.credentialFiles) (
          lib.filterAttrs (_: service: service ? credentialFiles) services
        );
        ungated = lib.filterAttrs (
          _: service:
          (service ? files || service ? credentialFiles) && !(lib.elem "given-files" service.gates)
        ) services;
      };
      expected = {
        unjudged = { };
        files = [ "/chain/l1.json" ];
        credentials = {
          sequencer-engine = [ "/keys/p2p" ];
          sequencer-node = [ "/keys/p2p" ];
          batcher = [ "/keys/header" ];
          challenger = [ "/keys/l1-beacon" ];
        };
        ungated = { };
      };
    };

  # podman copies them when a container starts.
  testTheNameServersOfContainersFollowTheHosts = {
    expr = {
      watched = values "PathChanged" (textsOf small)."op-stack-resolver.path";
      wantedBy = words "WantedBy" (textsOf small)."op-stack-resolver.path";
      runs = lib.length (values "ExecStart" (textsOf small)."op-stack-resolver.service");
    };
    expected = {
      watched = [ "/etc/resolv.conf" ];
      wantedBy = [ "op-stack.target" ];
      runs = 1;
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

  # What nixpkgs changes behind a unit is no change of the service.
  testNoServiceHasPathsOfTheStore = {
    expr = lib.filterAttrs (_: lines: lines != [ ]) (
      eachText fullGeth (
        text:
        lib.filter (
          line: lib.hasInfix builtins.storeDir line && !(lib.hasPrefix "X-Restart-Triggers=" line)
        ) (lib.splitString "\n" text)
      )
    );
    expected = { };
  };

  # One restart, after the switch has put everything in place.
  testAChangedServiceIsRestartedNotStoppedFirst = {
    expr = eachText full (values "X-StopIfChanged");
    expected = same full [ "false" ];
  };

  testAnOperatorsTimeoutsHold = {
    expr =
      let
        config = host {
          sequencer.engine = {
            stopTimeout = 1200;
            startTimeout = 3600;
          };
        };
        text = textOf config "sequencer-engine";
        byUnit = textOf (hostOf [
          { systemd.services.podman-op-stack-batcher.serviceConfig.TimeoutStopSec = "20min"; }
        ]) "batcher";
      in
      {
        unit = values "TimeoutStopSec" text ++ values "TimeoutStartSec" text;
        podman = lib.filter (lib.hasPrefix "--stop-timeout=") (containerOf config "sequencer-engine").words;
        byUnit = values "TimeoutStopSec" byUnit;
      };
    expected = {
      unit = [
        "1230"
        "3600"
      ];
      podman = [ "--stop-timeout=1200" ];
      byUnit = [ "20min" ];
    };
  };

  testWhatDoesNotSignIsSkippedWhereItIsRefused = {
    expr = {
      default = lib.attrNames (lib.filterAttrs (_: lib.any (lib.hasInfix " --skip")) (eachText small (values "ExecCondition")));
      all = lib.filterAttrs (_: gate: !(lib.hasInfix " --skip" (toString gate))) (
        eachText (host { gate.refusal = "skip"; }) (values "ExecCondition")
      );
      none = lib.filterAttrs (_: gate: lib.hasInfix " --skip" (toString gate)) (
        eachText (host { gate.refusal = "fail"; }) (values "ExecCondition")
      );
    };
    expected = {
      default = [
        "dispute-mon"
        "sequencer-engine"
      ];
      all = { };
      none = { };
    };
  };

  # The disk is there, or nothing starts.
  testDataThatIsNotMountedIsNoEmptyData = {
    expr = lib.genAttrs [ "sequencer-engine" "batcher" ] (
      name: words "RequiresMountsFor" (textOf small name)
    )
    // {
      setup = words "RequiresMountsFor" small.systemd.units."op-stack-setup.service".text;
    };
    expected = {
      sequencer-engine = [
        "/var/lib/op-stack"
        "/var/lib/containers"
        "/var/lib/op-stack/sequencer-engine"
      ];
      batcher = [
        "/var/lib/op-stack"
        "/var/lib/containers"
      ];
      setup = [ "/var/lib/op-stack" ];
    };
  };

  # An op-node keeps to a head that its engine lost when it was killed.
  testEnginesBringTheirNodesBack = {
    expr = lib.filter (
      name: lib.any (lib.hasSuffix " rejoin") (values "ExecStartPost" (textOf full name))
    ) (namesOf full);
    expected = lib.filter (lib.hasSuffix "-engine") (namesOf full);
  };

  # `+` takes a line out of the gate's sandbox: the gate itself has none, and what needs no rights neither.
  testOnlyPodmanRunsAsRoot = {
    expr = lib.mapAttrs (_: lines: lib.unique lines) (
      eachText full (
        text:
        map (line: lib.last (lib.splitString " " line)) (
          lib.filter (line: !(lib.hasPrefix "+" line || lib.hasPrefix "-+" line)) (
            lib.concatMap (key: values key text) [
              "ExecStartPre"
              "ExecStart"
              "ExecStartPost"
              "ExecStop"
              "ExecStopPost"
            ]
          )
        )
      )
    );
    expected = lib.genAttrs (namesOf full) (
      name:
      lib.optional (lib.hasSuffix "-engine" name || lib.hasSuffix "-node" name) "ready"
      ++ [ "last-error" ]
    );
  };

  # With `Delegate=` systemd's default is to go on, and the unit of a killed program ends as any other does. A VM of
  # the challenger that is killed does not take it along.
  testAKilledProgramIsToldBySystemd = {
    expr = eachText full (values "OOMPolicy");
    expected = same full [ "stop" ] // {
      challenger = [ "continue" ];
    };
  };

  testTheGateHasNoRights = {
    expr = eachText full (text: {
      user = values "User" text;
      rights = values "CapabilityBoundingSet" text;
      system = values "ProtectSystem" text;
      more = values "NoNewPrivileges" text;
      # With what it gives its last right up by: another filter would kill it there.
      calls = values "SystemCallFilter" text;
    });
    expected = same full {
      user = [ "op-stack" ];
      rights = [ "CAP_DAC_READ_SEARCH" ];
      system = [ "strict" ];
      more = [ "true" ];
      calls = [
        "@system-service"
        "~@privileged @resources"
        "capset"
      ];
    };
  };

  # Whoever finds a unit finds what to do about it.
  testEveryUnitNamesTheBook = {
    expr = lib.filterAttrs (_: documentation: !(lib.elem "file:/etc/op-stack/README.md" documentation)) (
      lib.mapAttrs (_: words "Documentation") (everyUnit full)
    );
    expected = { };
  };

  # The page of the health service has the runbooks.
  testHealthNamesItsPage = {
    expr = words "Documentation" (textsOf full)."op-warden.service";
    expected = [
      "file:/etc/op-stack/README.md"
      "http://127.0.0.1:7399"
    ];
  };

  testSomebodyHearsOfEveryFailure = {
    expr =
      let
        deaf =
          settings:
          lib.attrNames (
            lib.filterAttrs (
              name: text: lib.hasSuffix ".service" name && words "OnFailure" text != [ "notify@%n.service" ]
            ) (everyUnit (host (lib.recursiveUpdate fullSettings settings)))
          );
      in
      {
        told = deaf {
          onFailure = [ "notify@%n.service" ];
          l1 = {
            rpcFile = "/keys/l1-rpc";
            beaconFile = "/keys/l1-beacon";
          };
        };
        # For it to mean something.
        byDefault = lib.length (deaf { }) > 15;
      };
    expected = {
      told = [ ];
      byDefault = true;
    };
  };

  # Of systemd's own lines, three for each start, nobody wants to read what a timer starts.
  testTheJournalIsQuietAtRest = {
    expr =
      let
        units = everyUnit full;
        timed = map (lib.replaceStrings [ ".timer" ] [ ".service" ]) (
          lib.filter (lib.hasSuffix ".timer") (lib.attrNames units)
        );
      in
      lib.genAttrs timed (name: values "LogLevelMax" units.${name} ++ values "SyslogLevel" units.${name});
    expected = lib.genAttrs [
      "op-stack-images.service"
      "op-stack-judge.service"
      "op-stack-retry.service"
      "op-stack-retry-refused.service"
    ] (_: [
      "notice"
      "notice"
    ]);
  };

  # A prune takes the image of whatever waits, is held or was refused.
  testImagesAreLookedAfter = {
    expr =
      let
        pruned = hostOf [
          {
            virtualisation.podman.autoPrune = {
              enable = true;
              flags = [ "--all" ];
            };
          }
        ];
        unit = config: (textsOf config)."op-stack-images.service";
      in
      {
        beside = words "WantedBy" (unit small);
        pruned = words "WantedBy" (unit pruned);
        after = lib.elem "podman-prune.service" (words "After" (unit pruned));
        again = values "OnUnitInactiveSec" (textsOf small)."op-stack-images.timer";
      };
    expected = {
      beside = [ "op-stack.target" ];
      pruned = [
        "op-stack.target"
        "podman-prune.service"
      ];
      after = true;
      again = [ "1d" ];
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
          "op-stack-images.timer"
          "op-stack-judge.timer"
          "op-stack-retry.timer"
          "op-stack-retry-refused.timer"
        ]
        (_: {
          partOf = [ "op-stack.target" ];
          wantedBy = [ "op-stack.target" ];
        });
  };
}
