# The inventory that a purge reads after the module is gone.
{
  lib,
  host,
  small,
  servicesOf,
  namesOf,
  ...
}:
let
  # The inventory as systemd-tmpfiles writes it.
  inventoryOf =
    config:
    let
      rule = lib.findFirst (lib.hasInfix "/inventory.json ") "" config.systemd.tmpfiles.rules;
      argument = lib.concatStringsSep " " (lib.drop 6 (lib.splitString " " rule));
    in
    builtins.fromJSON (lib.replaceStrings [ "\\\\" "%%" ] [ "\\" "%" ] argument);
in
{
  testTheInventory = {
    expr = inventoryOf small;
    expected = {
      version = 2;
      stateDir = "/var/lib/op-stack";
      data = [
        "chain"
        "hold"
        "jwt"
        "last-run"
        "ran"
      ]
      ++ lib.filter (name: (servicesOf small).${name}.dataDir != null) (namesOf small);
      folders = [ "/var/lib/op-warden" ];
      containers = map (name: "op-stack-${name}") (namesOf small);
      images = map (name: (servicesOf small).${name}.imageRef) (namesOf small);
      secrets = map (role: "/etc/op-stack/keys/${role}") [
        "batcher"
        "challenger"
        "proposer"
        "sequencer"
      ];
      units = [
        "op-stack.target"
      ]
      ++ map (name: "podman-op-stack-${name}.service") (namesOf small);
      user = "op-stack";
    };
  };

  testTheInventorySurvivesOddPaths = {
    expr =
      (inventoryOf (host {
        batcher.keyFile = "/keys/100%/back\\slash/batcher";
      })).secrets;
    expected = [
      "/keys/100%/back\\slash/batcher"
      "/etc/op-stack/keys/challenger"
      "/etc/op-stack/keys/proposer"
      "/etc/op-stack/keys/sequencer"
    ];
  };

  testTheInventoryListsTheUrlFiles = {
    expr =
      (inventoryOf (host {
        l1 = {
          rpcFile = "/keys/l1-rpc";
          beaconFile = "/keys/l1-beacon";
          otherFiles = [ "/keys/l1-other" ];
        };
      })).secrets;
    expected = [
      "/etc/op-stack/keys/batcher"
      "/etc/op-stack/keys/challenger"
      "/keys/l1-beacon"
      "/keys/l1-rpc"
      "/etc/op-stack/keys/proposer"
      "/etc/op-stack/keys/sequencer"
      "/keys/l1-other"
    ];
  };
}
