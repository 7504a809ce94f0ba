# The inventory that a purge reads after the module is gone.
{
  lib,
  host,
  hostOf,
  small,
  sopsModule,
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
        "accepted"
        "bundle"
        "chain"
        "hold"
        "jwt"
        "last-run"
        "ran"
      ]
      ++ lib.filter (name: (servicesOf small).${name}.dataDir != null) (namesOf small);
      folders = [
        "/var/lib/op-warden"
        "/run/op-stack"
      ];
      containers = map (name: "op-stack-${name}") (namesOf small);
      images = map (name: (servicesOf small).${name}.imageRef) (namesOf small);
      secrets = [ ];
      operatorsSecrets = map (role: "/etc/op-stack/keys/${role}") [
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
    expr = lib.head (inventoryOf (host { batcher.image.repository = "100%/back\\slash"; })).images;
    expected = "100%/back\\slash:${(servicesOf small).batcher.image.tag}";
  };

  # After a purge the host may still use what the operator has declared.
  testWhatTheOperatorDeclaredIsHis = {
    expr =
      let
        inventory = inventoryOf (hostOf [
          sopsModule
          {
            sops.age.keyFile = "/var/lib/sops/key";
            services.every-channel.op-stack = {
              secrets.sopsDirectory = ./.;
              batcher.keyFile = "/run/agenix/batcher";
              l1.rpcFile = "/run/secrets/my-l1";
            };
          }
        ]);
      in
      {
        inherit (inventory) secrets operatorsSecrets;
      };
    expected = {
      secrets = map (role: "/run/secrets/op-stack-${role}") [
        "challenger"
        "proposer"
        "sequencer"
      ];
      operatorsSecrets = [
        "/run/agenix/batcher"
        "/run/secrets/my-l1"
      ];
    };
  };

  testTheInventoryListsTheUrlFiles = {
    expr =
      (inventoryOf (host {
        l1 = {
          rpcFile = "/keys/l1-rpc";
          beaconFile = "/keys/l1-beacon";
          otherFiles = [ "/keys/l1-other" ];
        };
      })).operatorsSecrets;
    expected = [
      "/etc/op-stack/keys/batcher"
      "/keys/l1-rpc"
      "/etc/op-stack/keys/challenger"
      "/keys/l1-beacon"
      "/etc/op-stack/keys/proposer"
      "/etc/op-stack/keys/sequencer"
      "/keys/l1-other"
    ];
  };
}
