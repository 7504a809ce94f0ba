# A flag that its program does not know is warned of.
{
  lib,
  prefix,
  host,
  full,
  fullSettings,
  messagesOf,
  servicesOf,
  ...
}:
let
  known = import ../../stack/known-flags.nix;
  listed = lib.filterAttrs (_: service: known ? ${service.component}) (servicesOf full);
  warningsOf = settings: (messagesOf (host (lib.recursiveUpdate fullSettings settings))).warnings;
  says = settings: message: {
    expr = warningsOf settings;
    expected = [ "${prefix}${message}" ];
  };
in
{
  testTheTableIsRead = {
    expr = {
      programs = lib.attrNames known;
      few = lib.attrNames (lib.filterAttrs (_: program: lib.length program.flags < 20) known);
      alias = lib.elem "trace-type" known.op-challenger.flags;
    };
    expected = {
      programs = [
        "op-batcher"
        "op-challenger"
        "op-dispute-mon"
        "op-geth"
        "op-node"
        "op-proposer"
        "op-reth"
      ];
      few = [ ];
      alias = true;
    };
  };

  # In nix/stack/flags.md, with the default as it was when somebody looked at the flag.
  testEveryFlagHasItsReason =
    let
      # [ { component, flag, default } ]
      reasons = lib.concatMap (
        line:
        let
          row = builtins.match "[|] ([a-z, -]+) [|] `([^`]+)` [|] (none|`[^`]+`) [|] .{12,} [|]" line;
        in
        if row == null then
          [ ]
        else
          map (component: {
            inherit component;
            flag = lib.elemAt row 1;
            default = lib.elemAt row 2;
          }) (lib.splitString ", " (lib.head row))
      ) (lib.splitString "\n" (builtins.readFile ../../stack/flags.md));

      hosts = map (settings: host (lib.recursiveUpdate fullSettings settings)) [
        {
          l1 = {
            beaconFallbacks = [ "https://archive.example" ];
            rateLimit = 10;
            maxBatchSize = 10;
            chainConfigFile = "/chain/l1.json";
          };
          p2p = {
            advertiseIp = "192.0.2.1";
            bootnodes = [ "enr:one" ];
            staticPeers = [ "/ip4/192.0.2.2/tcp/9222/p2p/peer" ];
          };
          chain.prestateFile = "/chain/prestate.bin.gz";
        }
        {
          l1.beacon = null;
          engine = "geth";
        }
        {
          chain.gameType = 8;
          chain.prestateFile = "/chain/prestate.bin.gz";
        }
        {
          challenger.gameTypes = [
            1
            8
          ];
          challenger.prestates = "/chain/prestates";
        }
      ];
      flagOf = arg: builtins.match "--([^=]+)(=.*)?" arg;
      given = lib.unique (
        lib.concatMap (
          config:
          lib.concatMap (
            service:
            map (arg: "${service.component} ${lib.head (flagOf arg)}") (
              lib.filter (arg: flagOf arg != null) service.args
            )
          ) (lib.attrValues (servicesOf config))
        ) hosts
      );
      named = map (reason: "${reason.component} ${reason.flag}") reasons;
      default =
        { component, flag, ... }:
        let
          default = known.${component}.defaults.${flag};
        in
        if default == null then
          "none"
        else
          "`${default}`";
    in
    {
      expr = {
        without = lib.subtractLists named given;
        ofNone = lib.subtractLists given named;
        twice = lib.length named - lib.length (lib.unique named);
        # Look at what the release changed, then write the new default down.
        changed = map (reason: reason // { default = default reason; }) (
          lib.filter (reason: reason.default != default reason) reasons
        );
      };
      expected = {
        without = [ ];
        ofNone = [ ];
        twice = 0;
        changed = [ ];
      };
    };

  # Our own flags are no slips.
  testTheDefinitionsAreNotWarnedOf = {
    expr = lib.mapAttrs (
      _: service:
      lib.filter (flag: !(lib.elem flag known.${service.component}.flags)) (
        lib.attrNames (service.settings // service.wiring)
      )
    ) listed;
    expected = lib.mapAttrs (_: _: [ ]) listed;
  };

  testAMisspeltFlag = says {
    batcher.settings.max-chanel-duration = 10;
  } ''.batcher.settings."max-chanel-duration": op-batcher v1.19.6 has no such flag. Did you mean "max-channel-duration"?'';

  testTwoLettersThatChangedPlaces = says {
    sequencer.node.settings."l1.trustrcp" = true;
  } ''.sequencer.node.settings."l1.trustrcp": op-node v1.19.6 has no such flag. Did you mean "l1.trustrpc"?'';

  testAnUnknownFlagOfTheKnownRelease = says {
    batcher.image.tag = "v1.19.6";
    batcher.settings.unheard-of = true;
  } ''.batcher.settings."unheard-of": op-batcher v1.19.6 has no such flag.'';

  testAnUnknownFlagOfALaterRelease = {
    expr = warningsOf { batcher.settings.unheard-of = true; };
    expected = [ ];
  };

  testAKnownFlag = {
    expr = warningsOf { batcher.settings.approx-compr-ratio = "0.5"; };
    expected = [ ];
  };
}
