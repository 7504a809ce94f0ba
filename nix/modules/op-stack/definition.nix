# nix/stack with the options of this host: what runs, before it becomes units.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.op-stack;
  stackLib = import ../../stack/lib.nix;
  files = import ./paths.nix;
  mebibytes = import ./mebibytes.nix { inherit lib; };

  # Service of nix/stack -> path of its options.
  paths = {
    sequencer-engine = [
      "sequencer"
      "engine"
    ];
    sequencer-node = [
      "sequencer"
      "node"
    ];
  }
  // lib.genAttrs [ "batcher" "proposer" "challenger" "dispute-mon" ] lib.singleton
  // lib.concatMapAttrs (name: _: {
    "follower-${name}-engine" = [
      "followers"
      name
      "engine"
    ];
    "follower-${name}-node" = [
      "followers"
      name
      "node"
    ];
  }) cfg.followers;

  containerOf = name: "op-stack-${name}";
  optionsOf = name: lib.getAttrFromPath paths.${name} cfg;

  # Where a container finds its copies of the key files.
  keysInside = "/run/op-stack/keys";
  inside = name: "${keysInside}/${name}";
  identityKey = node: "p2p-${node}";
  identityCopy = engine: "${files.identities}/${engine}";

  # Name -> file on the host, for the files with the L1's URLs.
  urlFiles = lib.filterAttrs (_: file: file != null) {
    l1-rpc = cfg.l1.rpcFile;
    l1-beacon = cfg.l1.beaconFile;
  };
  urlInside = name: if urlFiles ? ${name} then inside name else null;
  urlFilesOf =
    service:
    lib.filterAttrs (name: _: lib.elem (inside name) (lib.attrValues service.credentials)) urlFiles;

  # Service -> key name -> file on the host.
  keyFiles = {
    sequencer-node.sequencer = cfg.sequencer.keyFile;
  }
  // lib.genAttrs [ "batcher" "proposer" "challenger" ] (role: {
    ${role} = cfg.${role}.keyFile;
  });
  # With followers, the sequencer's engine has the key of its op-node: one file, by which followers know both.
  identityFiles =
    name:
    let
      node = if name == "sequencer-engine" && cfg.followers != { } then "sequencer-node" else name;
      file = (optionsOf node).identityFile or null;
    in
    lib.optionalAttrs (file != null) { ${identityKey node} = file; };
  # Variables whose values the operator gives by file.
  environmentKeys =
    name:
    lib.mapAttrs' (
      variable: file: lib.nameValuePair "env-${variable}" file
    ) (optionsOf name).environmentFiles;
  keysOf = name: keyFiles.${name} or { } // identityFiles name;

  # A file of the repository becomes part of the system this way; toString would only name it.
  inSystem = file: "${file}";

  sequencerNode = cfg.sequencer.node;
  isPublic = name: (optionsOf name).openFirewall or false;
  listenIp = name: if isPublic name then cfg.p2p.listenIp else "127.0.0.1";
  # Where the other nodes of this host dial one that listens there: op-node's `::` is IPv6 only.
  dialled =
    ip:
    if ip == "0.0.0.0" then
      "/ip4/127.0.0.1"
    else if ip == "::" then
      "/ip6/::1"
    else if lib.hasInfix ":" ip then
      "/ip6/${ip}"
    else
      "/ip4/${ip}";

  stack = import ../../stack/production.nix {
    inherit (cfg) engine stateDir minFree;
    inherit (cfg.chain)
      disputeGameFactory
      proposer
      honestActors
      gameType
      ;
    l1 = {
      inherit (cfg.l1)
        rpc
        beacon
        beaconFallbacks
        rateLimit
        maxBatchSize
        private
        chainId
        others
        otherFiles
        ;
      rpcFile = urlInside "l1-rpc";
      gateRpcFile = cfg.l1.rpcFile;
      beaconFile = urlInside "l1-beacon";
      gateBeaconFile = cfg.l1.beaconFile;
      chainConfig = lib.mapNullable inSystem cfg.l1.chainConfigFile;
    };
    chain = {
      genesis = inSystem cfg.chain.genesisFile;
      rollup = inSystem cfg.chain.rollupFile;
      l2ChainId = cfg.chain.id;
      bundle =
        if (import ./paths.nix).isUrl cfg.chain.bundle then
          (import ./paths.nix).bundleIn cfg.stateDir
        else
          lib.mapNullable inSystem cfg.chain.bundle;
      inherit (cfg.chain) bundleKey;
      inherit (cfg.chain) peers peerFiles;
    };
    inherit (cfg) proofWindow proofsHistory;
    inherit (cfg.chain) blockTime;
    inherit (cfg.batcher) dataAvailability;
    proposalInterval = cfg.proposer.interval;
    prestate = lib.mapNullable inSystem cfg.chain.prestateFile;
    prestates = lib.mapNullable inSystem cfg.challenger.prestates;
    inherit (cfg.challenger) gameTypes;
    challengerNode = cfg.challenger.node;
    followers = lib.attrNames cfg.followers;
    p2p = {
      inherit listenIp;
      inherit (cfg.p2p) advertiseIp staticPeers bootnodes;
      sequencer = "${dialled (listenIp "sequencer-node")}/tcp/${toString sequencerNode.ports.p2p}/p2p/${toString cfg.p2p.sequencerPeerId}";
      sequencerEngine = "enode://${toString cfg.p2p.sequencerEnodeId}@127.0.0.1:${toString cfg.sequencer.engine.ports.p2p}";
      engineIdentity = if identityFiles "sequencer-engine" == { } then null else identityCopy "sequencer-engine";
    };
    keys = {
      burned = cfg.burnedKeys;
      allowReuse = cfg.dangerouslyReuseKeys;
    };
    key = inside;
    keyFile = name: keyFiles.${if name == "sequencer" then "sequencer-node" else name}.${name};
    identity =
      name:
      if identityFiles name == { } then "${cfg.stateDir}/${name}/p2p.key" else inside (identityKey name);
    image =
      name: _component:
      (optionsOf name).image
      // {
        allowUnpinned = cfg.dangerouslyRunUnpinnedImages;
        container = containerOf name;
      };
    ports = {
      sequencer = {
        engine = cfg.sequencer.engine.ports;
        node = cfg.sequencer.node.ports;
      };
      follower = name: {
        engine = cfg.followers.${name}.engine.ports;
        node = cfg.followers.${name}.node.ports;
      };
    }
    // lib.genAttrs [ "batcher" "proposer" "challenger" "dispute-mon" ] (name: cfg.${name}.ports);
  };

  # Files that the program is given and that no other gate looks at. op-node's beacon URL has a gate.
  filesOf =
    name: service:
    let
      chainConfig = lib.mapNullable inSystem cfg.l1.chainConfigFile;
    in
    lib.filterAttrs (_: files: files != [ ]) {
      files = lib.filter (value: value != null && value == chainConfig) (lib.attrValues service.wiring);
      credentialFiles =
        lib.attrValues (identityFiles name // environmentKeys name)
        ++ lib.optional (name == "challenger" && urlFiles ? l1-beacon) urlFiles.l1-beacon;
    };

  # What only this runner has: units, and the files that they need.
  ofUnit =
    name: gate:
    let
      service = services.${name};
      given = filesOf name service;
    in
    gate
    // {
      unit = "${service.unit}.service";
      lastError = "${files.lastErrors}/${name}";
    }
    # Where the container sees a copy, of which its flag has the path.
    // lib.mapAttrs' (_: lib.nameValuePair "identity") (identityFiles name)
    // lib.optionalAttrs (given != { }) (given // { gates = gate.gates ++ [ "given-files" ]; });

  # What a program is told of the memory that its container has, so that it is not killed for more.
  budgetOf =
    component: memory:
    if memory == null then
      { }
    else if component == "op-reth" then
      { settings."engine.cross-block-cache-size" = lib.max 64 (mebibytes memory / 8); }
    else
      { environment.GOMEMLIMIT = "${toString (mebibytes memory * 9 / 10)}MiB"; };

  isEnabled = name: _: (optionsOf name).enable;

  complete =
    name: service:
    let
      options = optionsOf name;
      budget = budgetOf service.component options.resources.memory;
    in
    service
    // {
      inherit keysInside;
      inherit (options) resources startTimeout;
      stopTimeout = if options.stopTimeout == null then service.stopTimeout else options.stopTimeout;
      gate =
        service.gate
        // lib.optionalAttrs (lib.hasSuffix "-engine" name) {
          ran = "${files.ranIn cfg.stateDir}/${name}";
        };
      option = lib.concatStringsSep "." paths.${name};
      container = containerOf name;
      unit = "podman-op-stack-${name}";
      # { key, path } of an engine's key, and of the copy that the engine reads.
      identityCopy =
        if lib.hasSuffix "-engine" name && identityFiles name != { } then
          {
            key = lib.head (lib.attrNames (identityFiles name));
            path = identityCopy name;
          }
        else
          null;
      keyFiles = keysOf name // environmentKeys name // urlFilesOf service;
      wiredVariables = service.credentials;
      credentials =
        service.credentials
        // lib.mapAttrs (variable: _: inside "env-${variable}") options.environmentFiles;
      environment = service.environment // budget.environment or { } // options.environment;
      args =
        service.subcommand
        ++ stackLib.renderFlags (
          service.settings // budget.settings or { } // options.settings // service.wiring
        )
        ++ options.extraArgs;
      overrides = {
        inherit (options) settings extraArgs environment environmentFiles;
      };
      # podman verifies the digest when it pulls; a tag proves nothing.
      imageRef =
        if options.image.digest == null || options.image.file != null then
          "${options.image.repository}:${options.image.tag}"
        else
          "${options.image.repository}@${options.image.digest}";
      public = isPublic name;
    };

  services = lib.mapAttrs complete (lib.filterAttrs isEnabled stack.services);
in
{
  options.services.every-channel.op-stack.definition = lib.mkOption {
    type = lib.types.raw;
    internal = true;
    readOnly = true;
    description = "The enabled services of nix/stack, complete for this host, the files with the L1's URLs, and op-warden's configuration.";
  };

  config.services.every-channel.op-stack.definition = {
    inherit services urlFiles;
    # What the operator declares where it is a sops secret; all other key files have a default there.
    operatorsKeys =
      lib.attrNames urlFiles
      ++ lib.concatMap (name: lib.attrNames (environmentKeys name)) (lib.attrNames services);
    warden = stack.warden // {
      services = lib.mapAttrs ofUnit (stackLib.gates services);
    };
  };
}
