# Every host of this repository, as a whole. Its sops files are the operator's: whether they are there
# is a matter for the build of the host.
{
  lib,
  evalHost,
  module,
  sopsModule,
  allTextsOf,
  servicesOf,
  ...
}:
let
  hosts = lib.mapAttrs (
    host: _:
    evalHost [
      module
      ../../modules/ec-observation.nix
      sopsModule
      (../../../hosts + "/${host}")
      (
        { pkgs, ... }:
        {
          sops.validateSopsFiles = false;
          sops.package = pkgs.writeTextDir "bin/sops-install-secrets" "";
          services.every-channel.op-stack.package = pkgs.writeTextDir "bin/op-warden" "";
          services.every-channel.observation.package = pkgs.writeTextDir "bin/ec-witness" "";
        }
      )
    ]
  ) (builtins.readDir ../../../hosts);

  each = f: lib.mapAttrs (_: f) hosts;
  all = value: lib.mapAttrs (_: _: value) hosts;
in
{
  testNoAssertionFails = {
    expr = each (
      config: map (failed: failed.message) (lib.filter (check: !check.assertion) config.assertions)
    );
    expected = all [ ];
  };

  testEveryUnitHasAText = {
    expr = each (config: lib.all lib.isString (lib.attrValues (allTextsOf config)));
    expected = all true;
  };

  testTheSequencerAndItsSettlementRun = {
    expr = each (
      config:
      lib.subtractLists (lib.attrNames (servicesOf config)) [
        "sequencer-engine"
        "sequencer-node"
        "batcher"
        "proposer"
        "challenger"
        "dispute-mon"
      ]
    );
    expected = all [ ];
  };

  testEverySecretRestartsServicesOfItsHost = {
    expr = each (
      config:
      lib.filterAttrs (
        _: secret:
        secret.restartUnits == [ ] || lib.any (unit: !(config.systemd.units ? ${unit})) secret.restartUnits
      ) config.sops.secrets
    );
    expected = all { };
  };

  # Nothing of a bare clone is encrypted for the host, so nothing is asked of it: each service waits for its key.
  testABareCloneSwitches = {
    expr = each (config: {
      secrets = lib.attrNames config.sops.secrets;
      elsewhere = lib.filter (path: !(lib.hasPrefix "/run/secrets/op-stack-" path)) (
        lib.concatMap (service: lib.attrValues service.keyFiles) (lib.attrValues (servicesOf config))
      );
    });
    expected = all {
      secrets = [ ];
      elsewhere = [ ];
    };
  };

  testTheWitnessIsOff = {
    expr = each (config: config.systemd.services ? ec-observe);
    expected = all false;
  };
}
