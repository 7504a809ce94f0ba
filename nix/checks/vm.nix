# The life of a chain on a NixOS machine: the steps of crates/e2e/tests/nixos/chain.rs, with
# the switch, the kernel and the podman of NixOS. It needs a host with KVM, but no registry and no
# network.
{ pkgs, self }:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system;
  packages = self.packages.${system};

  pins = import ../stack/images.nix;
  devnet = import ../stack/devnet.nix { };

  l1Port = 18545;

  # Image -> program inside -> program of op-devnet.
  contents =
    lib.genAttrs [ "op-node" "op-batcher" "op-proposer" "op-dispute-mon" ] (program: {
      ${program} = program;
    })
    // {
      op-geth.geth = "op-geth";
      op-challenger = lib.genAttrs [ "op-challenger" "cannon" ] lib.id;
    };

  environment.op-challenger = [
    "OP_CHALLENGER_CANNON_BIN=/usr/local/bin/cannon"
    "OP_CHALLENGER_CANNON_SERVER=/usr/local/bin/cannon"
  ];

  image =
    component: programs:
    pkgs.dockerTools.buildLayeredImage {
      name = pins.${component}.repository;
      inherit (pins.${component}) tag;
      # Copies: a link would bring all programs into each image.
      contents = pkgs.runCommand "${component}-programs" { } ''
        mkdir -p $out/usr/local/bin
        ${lib.concatLines (
          lib.mapAttrsToList (
            inside: program: "cp ${packages.official-programs}/bin/${program} $out/usr/local/bin/${inside}"
          ) programs
        )}
      '';
      config.Env = environment.${component} or [ ];
      # It is loaded at every start of a container.
      compressor = "none";
    };
  images = lib.mapAttrs image contents;

  # With the short times of a private L1.
  ofDevnet = name: {
    image.file = images.${devnet.services.${name}.component};
    inherit (devnet.services.${name}) settings;
  };
  # op-devnet fills the window in: what it says for the contracts that `--l1-only` deploys.
  ofDisputes = name: lib.recursiveUpdate (ofDevnet name) { settings.game-window = "5m"; };

  machine =
    { config, ... }:
    let
      cfg = config.services.every-channel.op-stack;
    in
    {
      imports = [ self.nixosModules.op-stack ];

      services.every-channel.op-stack = {
        enable = true;
        engine = "geth";
        minFree.engine = 1;
        gate.retryInterval = "2s";
        warden.interval = 2;
        # What op-devnet deploys is the same each time, but for its first second.
        chain = {
          id = 901;
          disputeGameFactory = "0x0b306bf915c4d645ff596e518faf3f9669b97016";
          proposer = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
          challenger = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
        };
        l1 = {
          chainId = 900;
          rpc = "http://127.0.0.1:${toString l1Port}";
          beacon = null;
          chainConfigFile = "${cfg.stateDir}/chain/l1-chain-config.json";
        };
        # Of the key in vm.py.
        p2p.sequencerPeerId = "16Uiu2HAmFUPyKahPDHNfQXkbCiik3jXDXGyR5kYqLiGnJyQbLFUL";
        p2p.sequencerEnodeId = "29dc6167b00c4a050541535811c9a2f52605fbdbccc045500cc8cd0f77689c21f9009d63ca059917ab681bcdfe4b3895a728fc27f8d96b119acafb6ae2fe2633";
        sequencer = {
          engine = ofDevnet "sequencer-engine";
          node = ofDevnet "sequencer-node" // {
            identityFile = "${cfg.secrets.directory}/p2p";
          };
        };
        followers.one = {
          index = 1;
        }
        // lib.genAttrs [ "engine" "node" ] (kind: ofDevnet "follower-@{follower}-${kind}");
      }
      // lib.genAttrs [ "batcher" "proposer" ] ofDevnet
      // lib.genAttrs [ "challenger" "dispute-mon" ] ofDisputes;

      virtualisation = {
        cores = 4;
        memorySize = 6144;
        diskSize = 16384;
      };

      # Nothing of the host itself may come to listen while the test looks.
      networking.useDHCP = false;
      services.timesyncd.enable = false;

      environment.systemPackages = [
        packages.purge
        pkgs.curl
        pkgs.foundry
        pkgs.jq
        # The module's own is gone with it.
        pkgs.podman
      ];

      systemd.services = {
        l1 = {
          description = "A private L1 with the contracts of the chain";
          environment = {
            OP_DEVNET_BIN_DIR = packages.devnet-components;
            OP_DEVNET_CACHE = "/var/cache/l1";
            OP_DEVNET_CONTRACTS_DIR = packages.contracts-bedrock;
          };
          serviceConfig = {
            ExecStart = "${lib.getExe packages.op-devnet} up --l1-only --dir /var/lib/l1";
            CacheDirectory = "l1";
            StateDirectory = "l1";
          };
        };
        # Its port is any free one.
        l1-port = {
          description = "The L1 at the port that the chain is configured with";
          path = [
            pkgs.jq
            pkgs.socat
          ];
          script = ''
            url=$(jq -r .l1.rpc /var/lib/l1/op-warden.json)
            exec socat TCP-LISTEN:${toString l1Port},bind=127.0.0.1,reuseaddr,fork "TCP:''${url#http://}"
          '';
        };
      };

      specialisation.off.configuration = {
        services.every-channel.op-stack.enable = lib.mkForce false;
      };
      # Test machines cannot be switched otherwise.
      system.switch.enable = true;
    };
in
pkgs.testers.runNixOSTest {
  name = "op-stack";
  globalTimeout = 30 * 60;
  nodes = { inherit machine; };
  testScript = builtins.readFile ./vm.py;
}
