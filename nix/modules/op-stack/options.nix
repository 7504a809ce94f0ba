# Declarations only.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.every-channel.op-stack;

  serviceOptions = import ./service-options.nix { inherit lib; };
  defaultPorts = import ../../stack/ports.nix;

  # A file that must not become part of the world-readable store.
  secretFile = types.pathWith {
    absolute = true;
    inStore = false;
  };

  engineOptions =
    whose: given:
    serviceOptions (
      {
        what = "the execution engine of ${whose}";
        component = "op-${cfg.engine}";
        componentText = "op-\${engine}";
        memory = "8g";
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
          Key file of the P2P identity of ${whose}'s op-node: 64 hex digits. Null lets op-node make
          one in its data folder.
        '';
      };
    };

  roleOptions =
    {
      what,
      component,
      ports,
      role ? component,
    }:
    serviceOptions {
      inherit what component ports;
      memory = "2g";
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
        File with the ${what}: 64 hex digits. As long as it is missing, the gate answers `wait`.
      '';
    };

  urlFile =
    option: api:
    mkOption {
      type = types.nullOr secretFile;
      default = null;
      description = ''
        File with the URL of the L1's ${api} endpoint in one line, in the place of
        {option}`l1.${option}`: the URL of an endpoint of one's own often holds a key. It reaches the
        programs in their environment, and is in no store path, unit or argument list of this module.
        The programs themselves tell it: op-dispute-mon logs it at its start, op-challenger logs it and
        hands it to cannon's command line while it disputes, and all log it when the endpoint fails. A
        proxy on this host that holds the key, such as proxyd, keeps it from there too.

        The file belongs to root. It may be a sops secret, `config.sops.secrets.NAME.path`; services
        take a change up when they start, so name them in the secret's `restartUnits`.
      '';
      example = "/etc/op-stack/keys/l1-${option}";
    };

  follower =
    { name, ... }:
    {
      options =
        let
          ports = (defaultPorts (lib.attrNames cfg.followers)).follower name;
          given = kind: {
            # The names of the ports are the sequencer's, whoever the follower is.
            ports = lib.mapAttrs (port: _: ports.${kind}.${port}) fixedPorts.sequencer.${kind};
            portText = port: _: "sequencer.${kind}.ports.${port} + 100 * position";
          };
        in
        {
          engine = engineOptions "follower ${name}" (given "engine");
          node = nodeOptions "follower ${name}" (given "node");
        };
    };

  fixedPorts = defaultPorts [ ];

  remoteFollower.options = {
    engineRpc = mkOption {
      type = types.str;
      description = "JSON-RPC endpoint of its engine. It is world-readable.";
      example = "http://10.0.0.2:8545";
    };
    nodeRpc = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "JSON-RPC endpoint of its op-node, where that can be reached.";
      example = "http://10.0.0.2:9545";
    };
  };

  # Limits of the health service, and what they bound.
  limits = {
    unsafeStall = "how long the unsafe head may stand";
    safeStall = "how long the safe head may stand";
    finalizedStall = "how long the finalized head may stand";
    safeLag = "how far the safe head may be behind the unsafe one";
    gameAge = "how old the newest game may be";
    followerLag = "how far a follower's unsafe head may be behind";
    l1Age = "how old L1's newest block may be";
  };

  portOption =
    default: what:
    mkOption {
      type = types.port;
      inherit default;
      description = "Port of ${what} on loopback.";
    };
in
{
  options.services.every-channel.op-stack = {
    enable = lib.mkEnableOption "an OP Stack chain, every service behind its gate";

    package = mkOption {
      type = types.package;
      defaultText = lib.literalExpression "op-warden-static of this flake";
      description = ''
        op-warden. It must be linked statically: it also runs inside the containers, to hand them
        their keys.
      '';
    };

    chain = {
      id = mkOption {
        type = types.ints.positive;
        description = "Chain id of the L2.";
        example = 20260619;
      };
      genesisFile = mkOption {
        type = types.path;
        default = "${cfg.stateDir}/chain/genesis.json";
        defaultText = lib.literalExpression ''"''${stateDir}/chain/genesis.json"'';
        description = "genesis.json, as `op-deployer inspect genesis` prints it.";
      };
      rollupFile = mkOption {
        type = types.path;
        default = "${cfg.stateDir}/chain/rollup.json";
        defaultText = lib.literalExpression ''"''${stateDir}/chain/rollup.json"'';
        description = "rollup.json, as `op-deployer inspect rollup` prints it.";
      };
      bundle = mkOption {
        type = types.nullOr types.path;
        default = null;
        example = "/var/lib/op-stack/bundle";
        description = ''
          The set of files that the chain's operator published: its folder, or the manifest in it. The
          gates then refuse a genesis.json and a rollup.json that are not the published ones. Followers
          of somebody else's chain should have it.
        '';
      };
      disputeGameFactory = mkOption {
        type = types.strMatching "0x[0-9a-fA-F]{40}";
        description = "Address of the chain's DisputeGameFactory proxy on L1.";
      };
      gameType = mkOption {
        type = types.enum [
          0
          1
          8
        ];
        default = 1;
        description = ''
          Dispute game type that proposer and challenger work with: 0 cannon, 1 permissioned, 8
          cannon-kona. The gate refuses a type that is not the respected one.
        '';
      };
      honestActors = mkOption {
        type = types.listOf (types.strMatching "0x[0-9a-fA-F]{40}");
        default = [ ];
        description = "Addresses of proposer and challenger, whose claims dispute-mon counts as ours.";
      };
      prestateFile = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = ''
          Absolute prestate of the fault proof program for this chain ({file}`prestate.bin.gz`).
          While it is null or missing, the core rollup runs, and challenger and dispute-mon are
          gated off.
        '';
      };
    };

    l1 = {
      chainId = mkOption {
        type = types.ints.positive;
        default = 11155111;
        description = "Chain id of the L1. The default is Sepolia.";
      };
      rpc = mkOption {
        type = types.str;
        default = "https://ethereum-sepolia-rpc.publicnode.com";
        description = ''
          JSON-RPC endpoint of the L1. The official programs take one: for several, put a proxy such
          as proxyd before them. It is world-readable: use {option}`l1.rpcFile` for a URL that holds a
          key.
        '';
      };
      rpcFile = urlFile "rpc" "JSON-RPC";
      others = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = ''
          Further JSON-RPC endpoints of the L1, which no program uses: the gates compare the first with
          them, and refuse to start anything while two name different blocks at one finalized height.
          One that is behind or does not answer is only told of. They are world-readable.
        '';
        example = [ "https://rpc.sepolia.org" ];
      };
      otherFiles = mkOption {
        type = types.listOf secretFile;
        default = [ ];
        description = "Files with the URLs of such endpoints, each in one line.";
        example = [ "/etc/op-stack/keys/l1-other" ];
      };
      beacon = mkOption {
        type = types.nullOr types.str;
        default = "https://ethereum-sepolia-beacon-api.publicnode.com";
        description = ''
          Beacon API endpoint of the L1; null for an L1 without blobs. It is world-readable: use
          {option}`l1.beaconFile` for a URL that holds a key.
        '';
      };
      beaconFile = urlFile "beacon" "Beacon API";
      beaconFallbacks = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = ''
          Beacon API endpoints that op-node asks when the first has no blobs. They are world-readable.
        '';
      };
      chainConfigFile = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = ''
          Fork schedule of an L1 that the official programs do not know, in geth's format. Not needed
          for Sepolia and mainnet.
        '';
      };
      rateLimit = mkOption {
        type = types.nullOr types.ints.positive;
        default = null;
        description = "Requests per second that each op-node allows itself on L1; null for no limit.";
        example = 10;
      };
    };

    engine = mkOption {
      type = types.enum [
        "reth"
        "geth"
      ];
      default = "reth";
      description = ''
        Execution engine: op-reth, or op-geth for a chain that still runs on it. A data folder of
        one is of no use to the other.
      '';
    };

    stateDir = mkOption {
      type = types.strMatching "/[^/ ]+/[^ ]+";
      default = "/var/lib/op-stack";
      description = "Folder with the chain's data. It outlives the module: `op-warden purge` lists it.";
    };

    minFree = {
      engine = mkOption {
        type = types.ints.unsigned;
        default = 20;
        description = ''
          Gigabytes that must be free on the disk of an engine's data before it starts. An engine that
          meets the end of its disk may have to sync anew, and grows by gigabytes while somebody is
          being woken.
        '';
      };
      others = mkOption {
        type = types.ints.unsigned;
        default = 1;
        description = "The same, in gigabytes, for every other service that keeps data.";
      };
    };

    uid = mkOption {
      type = types.ints.positive;
      # Systemd's documentation leaves 60578 to 61183 to nobody.
      default = 60700;
      description = "User and group id that the programs run with, in their containers and outside.";
    };

    p2p = {
      advertiseIp = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Address that op-node tells its peers; null lets it find out.";
      };
      bootnodes = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "ENRs or enodes of P2P boot nodes.";
      };
      staticPeers = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Multiaddrs that every op-node of this host keeps a connection to.";
        example = [ "/ip4/192.0.2.1/tcp/9222/p2p/16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY" ];
      };
      sequencerPeerId = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = ''
          libp2p peer id of {option}`sequencer.node.identityFile`, which followers dial;
          `op-warden keys address` prints it.
        '';
        example = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";
      };
    };

    sequencer = {
      engine = engineOptions "the sequencer" { ports = fixedPorts.sequencer.engine; };
      node = nodeOptions "the sequencer" { ports = fixedPorts.sequencer.node; };
      keyFile = keyFile "sequencer" "key that signs unsafe blocks, `unsafeBlockSigner` of SystemConfig";
    };

    batcher = roleOptions {
      what = "op-batcher";
      component = "op-batcher";
      role = "batcher";
      ports = fixedPorts.batcher;
    };
    proposer = roleOptions {
      what = "op-proposer";
      component = "op-proposer";
      role = "proposer";
      ports = fixedPorts.proposer;
    };
    challenger = roleOptions {
      what = "op-challenger";
      component = "op-challenger";
      role = "challenger";
      ports = fixedPorts.challenger;
    };
    dispute-mon = serviceOptions {
      what = "op-dispute-mon";
      component = "op-dispute-mon";
      ports = fixedPorts.dispute-mon;
      memory = "1g";
    };

    followers = mkOption {
      type = types.attrsOf (types.submodule follower);
      default = { };
      description = ''
        Nodes that follow the sequencer, by name. Their default ports are the sequencer's plus 100
        times their position in the order of their names.
      '';
      example = lib.literalExpression "{ archive = { }; }";
    };

    gate.retryInterval = mkOption {
      type = types.str;
      default = "30s";
      description = "How often a service whose gate said `wait` is tried again.";
    };

    dangerouslyRunUnpinnedImages = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Pull and run images by tag. Whoever controls the tag then controls the chain's keys: for
        trying out only.
      '';
    };

    dangerouslyReuseKeys = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Let batcher and proposer have one key. They take each other's nonces: for a chain whose
        contracts name one account for both.
      '';
    };

    burnedKeys = mkOption {
      type = types.listOf (types.strMatching "0x[0-9a-fA-F]{40}");
      default = [ ];
      description = ''
        Accounts whose keys were lost or shown. The gates refuse them in every role, beside those
        that everybody knows.
      '';
    };

    secrets = {
      directory = mkOption {
        type = secretFile;
        default = "/etc/op-stack/keys";
        description = "Folder of the key files, unless they come from sops or are given one by one.";
      };
      sopsDirectory = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = ''
          Folder with the sops files {file}`ROLE.HOSTNAME`, one for each key; needs the sops-nix
          module. A key that changes restarts its service.
        '';
        example = lib.literalExpression "../../secrets";
      };
    };

    warden = {
      port = mkOption {
        type = types.port;
        default = 7399;
        description = "Port of op-warden's health service on loopback.";
      };
      interval = mkOption {
        type = types.ints.positive;
        default = 60;
        description = "Seconds between two judgements of all gates by the health service.";
      };
      pollInterval = mkOption {
        type = types.ints.positive;
        default = 2;
        description = "Seconds between two looks of the health service at the nodes.";
      };
      l1PollInterval = mkOption {
        type = types.ints.positive;
        default = 12;
        description = "Seconds between two looks of the health service at L1.";
      };
      followers = mkOption {
        type = types.attrsOf (types.submodule remoteFollower);
        default = { };
        description = ''
          Followers on other hosts, by the names that they are told of under: the health service compares
          every block of theirs with the sequencer's.
        '';
        example = lib.literalExpression ''{ elsewhere.engineRpc = "http://10.0.0.2:8545"; }'';
      };
      limits = lib.mapAttrs (
        _: what:
        mkOption {
          type = types.nullOr types.ints.positive;
          default = null;
          description = ''
            Seconds: ${what}. Null lets it follow from the commands of the services.
          '';
        }
      ) limits;
    };

    monitoring = {
      enable = lib.mkEnableOption ''
        the alert rules of op-warden and the scrape jobs of the chain in the Prometheus of this host. The
        jobs are `op-warden`, and `op-stack` for the official programs, with the service's name as
        `instance`'';
      url = mkOption {
        type = types.str;
        default = "http://127.0.0.1:${toString cfg.warden.port}";
        defaultText = lib.literalExpression ''"http://127.0.0.1:''${toString warden.port}"'';
        description = ''
          Address that people reach op-warden at, for the links from alerts to their runbooks. It becomes
          Prometheus' external label `op_warden_url`.
        '';
        example = "https://op-warden.example";
      };
      prometheus = {
        enable = lib.mkEnableOption "a Prometheus on this host, on loopback";
        port = portOption 9090 "Prometheus";
      };
      alertmanager = {
        enable = lib.mkEnableOption "an Alertmanager on this host, on loopback, for the Prometheus of this host";
        port = portOption 9093 "Alertmanager";
        receivers = mkOption {
          type = types.listOf (types.attrsOf types.anything);
          default = [ ];
          description = ''
            Whom Alertmanager tells, in its own words; the first gets everything. Give secrets by file: the
            configuration is world-readable.
          '';
          example = lib.literalExpression ''
            [
              {
                name = "operators";
                webhook_configs = [ { url_file = "/run/credentials/alertmanager.service/webhook"; } ];
              }
            ]
          '';
        };
      };
      grafana = {
        enable = lib.mkEnableOption ''
          a Grafana on this host, on loopback, with the dashboard of the chain. Whoever reaches it may look,
          and nobody may change anything, unless Grafana's own options say otherwise'';
        port = portOption 3000 "Grafana";
      };
    };
  };
}
