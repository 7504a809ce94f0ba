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
      ];
      few = [ ];
      alias = true;
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
  } ''.batcher.settings."max-chanel-duration": op-batcher v1.16.10 has no such flag. Did you mean "max-channel-duration"?'';

  testTwoLettersThatChangedPlaces = says {
    sequencer.node.settings."l1.trustrcp" = true;
  } ''.sequencer.node.settings."l1.trustrcp": op-node v1.16.10 has no such flag. Did you mean "l1.trustrpc"?'';

  testAnUnknownFlagOfTheKnownRelease = says {
    batcher.image.tag = "v1.16.10";
    batcher.settings.unheard-of = true;
  } ''.batcher.settings."unheard-of": op-batcher v1.16.10 has no such flag.'';

  testAnUnknownFlagOfALaterRelease = {
    expr = warningsOf { batcher.settings.unheard-of = true; };
    expected = [ ];
  };

  testAKnownFlag = {
    expr = warningsOf { batcher.settings.approx-compr-ratio = "0.5"; };
    expected = [ ];
  };
}
