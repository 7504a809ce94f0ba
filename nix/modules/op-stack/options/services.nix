# The services, and how their nodes find each other.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) secretFile;
  cfg = config.services.every-channel.op-stack;

  serviceOptions = import ./service.nix { inherit lib; };
  defaultPorts = import ../../../stack/ports.nix;
  fixedPorts = defaultPorts { };
  pins = lib.importJSON cfg.images.file;
  stackLib = import ../../../stack/lib.nix;

  engineOptions =
    whose: given:
    serviceOptions (
      {
        what = "the execution engine of ${whose}";
        component = "op-${cfg.engine}";
        componentText = "op-\${engine}";
        memory = "8g";
        inherit pins;
      }
      // given
    );

  nodeOptions =
    whose: given:
    serviceOptions (
      {
        what = "op-node of ${whose}";
        component = "op-node";
        memory = "4g";
        inherit pins;
      }
      // given
    )
    // {
      openFirewall = mkOption {
        type = types.bool;
        default = false;
        description = ''
          Open the P2P port of ${whose}'s op-node, TCP and UDP, and listen beyond loopback. Nothing
          else of the chain is ever reachable from outside.
        '';
      };
      identityFile = mkOption {
        type = types.nullOr secretFile;
        default = null;
        description = ''
          Key file of the P2P identity of ${whose}'s op-node: 64 hex digits. If it is null, op-node
          makes one in its data folder.
        '';
      };
    };

  roleOptions =
    {
      what,
      component,
      ports,
      role ? component,
      oomScore ? 0,
      memory ? "2g",
      memoryText ? null,
    }:
    serviceOptions {
      inherit
        what
        component
        ports
        oomScore
        memory
        memoryText
        pins
        ;
    }
    // {
      keyFile = keyFile role "key that ${what} signs L1 transactions with";
    };

  keyFile =
    role: what:
    mkOption {
      type = secretFile;
      default = "${cfg.secrets.directory}/${role}";
      defaultText = lib.literalExpression ''"''${secrets.directory}/${role}"'';
      description = ''
        File with the ${what}: 64 hex digits. While it is missing, the gate answers `wait`.
      '';
    };

  # The last to be killed, and the first to be served.
  sequencing = {
    oomScore = -500;
    weight = 500;
  };

  follower =
    { name, config, ... }:
    {
      options =
        let
          ports = (defaultPorts { ${name} = config.index; }).follower name;
          given = kind: {
            # The names of the ports are the same for every follower as for the sequencer.
            ports = lib.mapAttrs (port: _: ports.${kind}.${port}) fixedPorts.sequencer.${kind};
            portText = port: _: "sequencer.${kind}.ports.${port} + 100 * index";
            # Of two that want the same memory, the sequencer gets it.
            oomScore = 300;
            weight = 50;
          };
        in
        {
          index = mkOption {
            type = types.ints.positive;
            description = ''
              Number of the follower on this host, which no other has: its default ports are the
              sequencer's plus 100 times this. Keep it for as long as the follower lives.
            '';
            example = 1;
          };
          engine = engineOptions "follower ${name}" (given "engine");
          node = nodeOptions "follower ${name}" (given "node");
        };
    };
in
{
  options.services.every-channel.op-stack = {
    images.file = mkOption {
      type = types.path;
      default = ../../../stack/images.json;
      defaultText = lib.literalExpression "nix/stack/images.json of this flake";
      description = ''
        File with repository, tag and digest of each component's image. Keep a copy of your own in your
        repository: `op-warden images lock FILE` writes the digests of its tags into it.
      '';
      example = lib.literalExpression "./op-stack-images.json";
    };

    engine = mkOption {
      type = types.enum [
        "reth"
        "geth"
      ];
      default = "reth";
      description = ''
        Execution engine: op-reth, or op-geth for a chain that still runs on it. Neither can use the
        other's data folder.
      '';
    };

    proofWindow = mkOption {
      type = types.ints.between 0 1209600;
      default = stackLib.blocksIn 90000 cfg.chain.blockTime;
      defaultText = lib.literalExpression "90000 / chain.blockTime";
      description = ''
        Blocks back from the newest for which op-reth answers `eth_getProof`; older withdrawals cannot be
        proven by this host. It has to hold two claims of {option}`proposer.interval` and a channel: the
        default does for 12 hours, and the gate of the engine computes it. Proofs of old blocks take
        memory. For what open games need see {option}`proofsHistory`.
      '';
      example = 180000;
    };

    proofsHistory = mkOption {
      type = types.nullOr types.ints.positive;
      default =
        if cfg.challenger.enable then
          stackLib.historyOf {
            inherit (cfg) engine;
            inherit (cfg.challenger) gameTypes;
            inherit (cfg.chain) blockTime;
          }
        else
          null;
      defaultText = lib.literalMD "the blocks of 30 days where op-reth serves a challenger of open games, else null";
      description = ''
        Blocks back from the newest whose state the engine that the challenger asks ({option}`challenger.node`) keeps in
        a store of its own (op-reth's `--proofs-history`), in {file}`historical-proofs` of its data folder: open games
        are disputed for 28 days, and without its state an honest claim is lost. The store is filled before a
        start, also with what the chain has already, and brought to another length. A chain that has
        run for long takes long (100 to 370 blocks a second, measured on a quiet chain), and the engine is down meanwhile:
        give the challenger a follower first, which fills its store while it follows. null switches it
        off, and the store stays: switched on again, it is filled from where it ends. The newest few
        blocks have no proof there yet.
      '';
      example = 1296000;
    };

    sequencer = {
      engine = engineOptions "the sequencer" (sequencing // { ports = fixedPorts.sequencer.engine; });
      node = nodeOptions "the sequencer" (sequencing // { ports = fixedPorts.sequencer.node; });
      keyFile = keyFile "sequencer" "key that signs unsafe blocks, `unsafeBlockSigner` of SystemConfig";
    };

    batcher = roleOptions {
      what = "op-batcher";
      component = "op-batcher";
      role = "batcher";
      ports = fixedPorts.batcher;
    }
    // {
      dataAvailability = mkOption {
        type = types.enum [
          "auto"
          "blobs"
          "calldata"
        ];
        default = if cfg.l1.beacon == null && cfg.l1.beaconFile == null then "calldata" else "auto";
        defaultText = lib.literalExpression ''if l1.beacon or l1.beaconFile is given then "auto" else "calldata"'';
        description = ''
          How batches get to L1: as blobs, as calldata, or as whichever is cheaper. Nodes need a beacon
          node for blobs. The gate compares the chain's fee scalars with it: op-deployer's are made for
          blobs, and return about a 550th of what calldata costs.
        '';
      };
    };
    proposer = roleOptions {
      what = "op-proposer";
      component = "op-proposer";
      role = "proposer";
      ports = fixedPorts.proposer;
    }
    // {
      interval = mkOption {
        type = types.strMatching "([0-9]+h)?([0-9]+m)?([0-9]+s)?";
        default = "12h";
        description = ''
          How often an output root is claimed on L1; withdrawals wait for the next one. Each claim's bond
          is away for ten and a half days at least: 0.08 ETH every 12 hours are 1.68 ETH, every hour 20.16
          ETH. The gate computes it from the delays on L1. Where the factory asks for no bond, an hour is
          usual.
        '';
        example = "1h";
      };
    };
    challenger = roleOptions {
      what = "op-challenger";
      component = "op-challenger";
      role = "challenger";
      ports = fixedPorts.challenger;
      oomScore = 300;
      # Of open games it runs two VMs side by side, each with its host, in gigabytes.
      memory = if lib.elem 8 cfg.challenger.gameTypes then "16g" else "2g";
      memoryText = ''if 8 is among challenger.gameTypes then "16g" else "2g"'';
    }
    // {
      gameTypes = mkOption {
        type = types.listOf (
          types.enum [
            1
            8
          ]
        );
        default = [ cfg.chain.gameType ];
        defaultText = lib.literalExpression "[ chain.gameType ]";
        description = ''
          Dispute game types that the challenger plays: the respected one, and former ones until their
          games are resolved. Withdrawals rest on these still; op-challenger passes over games of a type
          that is not named. The gate reads the factory's newest 96 games and refuses a list that lacks
          the type of one that is in play.
        '';
        example = [
          1
          8
        ];
      };
      node = mkOption {
        type = types.str;
        default = lib.head (
          lib.filter (
            name: cfg.followers.${name}.engine.enable && cfg.followers.${name}.node.enable
          ) (lib.attrNames cfg.followers)
          ++ [ "sequencer" ]
        );
        defaultText = lib.literalExpression ''the first of followers, or "sequencer" where there is none'';
        description = ''
          Whom the challenger asks about the chain: the name of a follower on this host, or `sequencer`. A
          wrong sequencer agrees with itself. dispute-mon asks them all, and compares.
        '';
        example = "archive";
      };
      prestates = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = ''
          Folder with the absolute prestates of this chain's fault proof programs, each under its own
          hash ({file}`0x….bin.gz`, in lower case), in the place of {option}`chain.prestateFile`: a
          game keeps the program that it began with. Keep the former one beside the new one when a fork
          changes it. The gate of the challenger answers `wait` while the program of new games, or of one
          that is in play, is missing.
        '';
        example = "/var/lib/op-stack/chain/prestates";
      };
    };
    dispute-mon = serviceOptions {
      what = "op-dispute-mon";
      component = "op-dispute-mon";
      ports = fixedPorts.dispute-mon;
      memory = "1g";
      oomScore = 300;
      inherit pins;
    };

    followers = mkOption {
      type = types.attrsOf (types.submodule follower);
      default = { };
      description = ''
        Nodes on this host that follow the sequencer, by name.
      '';
      example = lib.literalExpression "{ archive.index = 1; }";
    };

    p2p = {
      listenIp = mkOption {
        type = types.str;
        default = "0.0.0.0";
        description = ''
          Address that op-nodes with {option}`openFirewall` listen on for their peers; `::` on a host with
          IPv6 only.
        '';
        example = "::";
      };
      interfaces = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Interfaces on which the firewall is opened for P2P; all of them if there are none.";
        example = [ "eth0" ];
      };
      advertiseIp = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Address that op-node announces to its peers; if null, op-node finds it out.";
      };
      bootnodes = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "ENRs or enodes of P2P boot nodes.";
      };
      staticPeers = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Multiaddrs that every op-node of this host stays connected to.";
        example = [ "/ip4/192.0.2.1/tcp/9222/p2p/16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY" ];
      };
      sequencerPeerId = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = ''
          libp2p peer id of the key in {option}`sequencer.node.identityFile`. Followers dial it;
          `op-warden keys address` prints it.
        '';
        example = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";
      };
      sequencerEnodeId = mkOption {
        type = types.nullOr (types.strMatching "[0-9a-f]{128}");
        default = null;
        description = ''
          devp2p id of the key in {option}`sequencer.node.identityFile`, which is that of the sequencer's engine as
          well where there are followers. Their engines fetch from it, on loopback and from nobody else, the blocks
          that their op-nodes did not hear of; `op-warden keys address` prints it.
        '';
        example = "7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca991b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1";
      };
    };
  };
}
