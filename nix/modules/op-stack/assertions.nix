# What cannot work is an error at evaluation, with the way out.
{
  config,
  lib,
  options,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  prefix = "services.every-channel.op-stack";
  paths = import ./paths.nix;
  inherit (cfg.definition) services;

  # Endpoint of L1 -> the option that it comes from.
  givenBy = name: if cfg.l1."${name}File" == null then "l1.${name}" else "l1.${name}File";

  # Flag -> the chain's option that it follows from.
  owners = {
    l1 = givenBy "rpc";
    l1-eth-rpc = givenBy "rpc";
    "l1.beacon" = givenBy "beacon";
    "l1.beacon.ignore" = givenBy "beacon";
    l1-beacon = givenBy "beacon";
    "l1.beacon-fallbacks" = "l1.beaconFallbacks";
    "l1.rpc-rate-limit" = "l1.rateLimit";
    "l1.rpc-max-batch-size" = "l1.maxBatchSize";
    "rollup.l1-chain-config" = "l1.chainConfigFile";
    l1-genesis = "l1.chainConfigFile";
    chain = "chain.genesisFile";
    l2-genesis = "chain.genesisFile";
    "rollup.config" = "chain.rollupFile";
    rollup-config = "chain.rollupFile";
    networkid = "chain.id";
    game-factory-address = "chain.disputeGameFactory";
    game-type = "chain.gameType";
    game-types = "challenger.gameTypes";
    honest-actors = "chain.honestActors";
    additional-bond-claimants = "chain.proposer";
    cannon-prestate = "chain.prestateFile";
    cannon-kona-prestate = "chain.prestateFile";
    cannon-prestates-url = "challenger.prestates";
    cannon-kona-prestates-url = "challenger.prestates";
    datadir = "stateDir";
    proofs-history = "proofsHistory";
    "proofs-history.storage-path" = "proofsHistory";
    "proofs-history.storage-version" = "proofsHistory";
    "proofs-history.window" = "proofsHistory";
    "safedb.path" = "stateDir";
    "l2.enginekind" = "engine";
    "p2p.advertise.ip" = "p2p.advertiseIp";
    "p2p.bootnodes" = "p2p.bootnodes";
    "p2p.static" = "p2p.staticPeers";
    trusted-peers = "p2p.sequencerEnodeId";
    nodekey = "sequencer.node.identityFile";
    p2p-secret-key = "sequencer.node.identityFile";
    maxpeers = "followers";
    max-inbound-peers = "followers";
  };

  # Flag -> the service's option that it follows from.
  serviceOwners = {
    "p2p.listen.ip" = "openFirewall";
    "p2p.listen.tcp" = "ports";
    "p2p.listen.udp" = "ports";
    "p2p.priv.path" = "identityFile";
    data-availability-type = "dataAvailability";
    # Of op-reth.
    port = "ports";
    metrics = "ports";
  };

  wayOut =
    service: flag:
    if lib.hasSuffix ".port" flag then
      "set ${prefix}.${service.option}.ports"
    else if serviceOwners ? ${flag} then
      "set ${prefix}.${service.option}.${serviceOwners.${flag}}"
    else if
      service.component == "op-challenger"
      && lib.elem flag [
        "l2-eth-rpc"
        "rollup-rpc"
      ]
    then
      "set ${prefix}.challenger.node"
    else if owners ? ${flag} then
      "set ${prefix}.${owners.${flag}}"
    else
      "it is part of the wiring between the services and has no option";

  # "--flag=value" and "--flag" -> "flag"; Go's programs accept one dash too.
  flagsOf =
    args:
    lib.concatMap (
      arg:
      let
        match = builtins.match "--?([^-=][^=]*)(=.*)?" arg;
      in
      lib.optional (match != null) (lib.head match)
    ) args;

  # In one program, they take the place of what all programs read from the chain's files.
  beatsFiles =
    flag: builtins.match "override[.].*|(beta[.])?(op-)?network|beta[.]extra-networks" flag != null;
  variableBeatsFiles = name: builtins.match ".*_OVERRIDE_.*|.*_NETWORK" name != null;
  beaten = "it beats the chain's files in this program alone. Leave it out: fork times stand in rollup.json and genesis.json";

  # The L1s that op-node knows.
  knownL1s = [
    1
    17000
    560048
    11155111
  ];

  ofService =
    service:
    let
      where = "${prefix}.${service.option}";
      given =
        map (flag: {
          inherit flag;
          at = ''${where}.settings."${flag}"'';
        }) (lib.attrNames service.overrides.settings)
        ++ map (flag: {
          inherit flag;
          at = "${where}.extraArgs (--${flag})";
        }) (flagsOf service.overrides.extraArgs);
    in
    map (
      { flag, at }:
      {
        assertion = !(service.wiring ? ${flag});
        message = "${at}: the module owns this flag; ${wayOut service flag}.";
      }
    ) given
    ++ map (
      { flag, at }:
      {
        assertion = !(beatsFiles flag);
        message = "${at}: ${beaten}.";
      }
    ) given
    ++ map (
      { flag, at }:
      {
        assertion = flag != "sequencer.enabled" || service.wiring ? ${flag};
        message = "${at}: a chain has one sequencer, and here that is ${prefix}.sequencer. Two with one key make two chains.";
      }
    ) given
    ++ lib.concatMap (
      option:
      lib.concatMap (name: [
        {
          assertion = !(variableBeatsFiles name);
          message = "${where}.${option}.${name}: ${beaten}.";
        }
        {
          assertion = name != "OP_NODE_SEQUENCER_ENABLED";
          message = "${where}.${option}.${name}: a chain has one sequencer, and here that is ${prefix}.sequencer. Two with one key make two chains.";
        }
      ]) (lib.attrNames service.overrides.${option})
    ) [ "environment" "environmentFiles" ];

  # The wiring's own variables hold keys and URLs that options give.
  wiredVariables =
    service:
    map (name: {
      assertion = !(services.${service}.wiredVariables ? ${name});
      message = "${prefix}.${services.${service}.option}.environmentFiles.${name}: the module owns this variable; set the key file, or l1.rpcFile and l1.beaconFile.";
    }) (lib.attrNames services.${service}.overrides.environmentFiles);

  # Port -> the services that use it.
  claims = lib.zipAttrs (
    lib.concatLists (
      lib.mapAttrsToList (
        name: service: map (port: { ${toString port} = name; }) (lib.attrValues service.ports)
      ) services
    )
    ++ [ { ${toString cfg.warden.port} = "op-warden"; } ]
    ++ map (name: { ${toString cfg.monitoring.${name}.port} = "monitoring.${name}"; }) (
      lib.filter (name: cfg.monitoring.enable && cfg.monitoring.${name}.enable) [
        "prometheus"
        "alertmanager"
        "grafana"
      ]
    )
  );
  portAssertions = lib.mapAttrsToList (port: names: {
    assertion = lib.length names == 1;
    message = "${prefix}: port ${port} is used by ${lib.concatStringsSep " and " names}. Set their `port` or `ports` options.";
  }) claims;

  # The file wins: a URL next to it would only mislead, and everybody could read it.
  endpointAssertion = name: {
    assertion =
      cfg.l1."${name}File" == null
      || cfg.l1.${name} == options.services.every-channel.op-stack.l1.${name}.default;
    message = "${prefix}.l1.${name}: ${prefix}.l1.${name}File is set too, and replaces it. Leave one of them out.";
  };

  keysInState = lib.filter (lib.hasPrefix "${cfg.stateDir}/") (
    lib.unique (lib.concatMap (service: lib.attrValues service.keyFiles) (lib.attrValues services))
  );
  # What `op-warden purge` takes for a folder that others use too.
  isShared =
    builtins.match "/[^/]+|/(var|home)/[^/]+|/(bin|boot|dev|etc|lib|lib64|nix|proc|root|run|sbin|sys|usr)/.*" cfg.stateDir
    != null;

  # With one name for two nodes, a report could mean either.
  twice = lib.filter (name: services ? ${name}) (lib.attrNames cfg.warden.followers);
  unclear = lib.attrNames (
    lib.filterAttrs (
      _: follower:
      (follower.engineRpc == null) == (follower.engineRpcFile == null)
      || (follower.nodeRpc != null && follower.nodeRpcFile != null)
    ) cfg.warden.followers
  );

  parts = lib.filter (name: cfg.monitoring.${name}.enable) [
    "prometheus"
    "alertmanager"
    "grafana"
  ];

  # A line may have `+` before it, which is systemd's; with `-` its failure would be none, and an empty one
  # takes away what stands before it.
  ofUnit =
    name: service:
    let
      unit = config.systemd.services.${service.unit}.serviceConfig;
      lines = key: map toString (lib.toList (unit.${key} or ""));
      ours = words: line: lib.hasPrefix words (lib.removePrefix "+" line);
      holds = key: words: lib.any (ours words) (lines key) && !(lib.elem "" (lines key));
    in
    map
      (
        { key, words }:
        {
          assertion = holds key words && (key != "ExecStart" || lib.length (lines key) == 1);
          message = "${prefix}: systemd.services.${service.unit}.serviceConfig.${key}: the gate and the sandbox of a service cannot be taken away. Disable the service and write a unit of your own, or leave it out.";
        }
      )
      [
        {
          key = "ExecCondition";
          words = "${paths.warden} gate ${name} ";
        }
        {
          key = "ExecStart";
          words = "${paths.runner name} start";
        }
      ];

  # With one number for two, both would have the same ports.
  numberAssertions =
    let
      byNumber = lib.zipAttrs (
        lib.mapAttrsToList (name: follower: { ${toString follower.index} = name; }) cfg.followers
      );
    in
    lib.mapAttrsToList (_: names: {
      assertion = lib.length names == 1;
      message = "${prefix}.followers: ${lib.concatStringsSep " and " names} have the same index. Give the newer one a free number.";
    }) byNumber;

  # Stub packages of tests have no platform, so it is the one that the host declares.
  platform = config.nixpkgs.hostPlatform.system or "x86_64-linux";

  # A tmpfs is empty after each boot. What a path lies on is the innermost of the mounts above it.
  isOnTmpfs =
    path:
    let
      above = lib.filter (mount: mount == "/" || path == mount || lib.hasPrefix "${mount}/" path) (
        lib.attrNames config.fileSystems
      );
      innermost = lib.last (lib.sortOn lib.stringLength ([ "/" ] ++ above));
    in
    config.fileSystems.${innermost}.fsType or null == "tmpfs";

  # Files that the operator puts on the host, once; below /run something makes them at each boot.
  placedKeys = lib.filter (file: !(lib.hasPrefix "/run/" file)) (
    import ./secret-files.nix { inherit lib cfg; }
  );
  lostKeys = lib.filter isOnTmpfs placedKeys;

  # An /etc that is an overlay without an upper layer takes no file.
  etcIsFixed =
    let
      overlay = config.system.etc.overlay or { };
    in
    overlay.enable or false && !(overlay.mutable or true);
  # A folder of it may be a link to elsewhere.
  isLinked =
    file:
    lib.any (entry: lib.hasPrefix "/etc/${entry.target}/" "${file}/") (
      lib.filter (entry: entry.enable) (lib.attrValues config.environment.etc)
    );
  impossibleKeys = lib.filter (
    file: etcIsFixed && lib.hasPrefix "/etc/" file && !(isLinked file)
  ) placedKeys;
  elsewhere = "Set ${prefix}.secrets.directory (or each key file) to a folder that stays, such as /var/lib/op-stack-keys";

  needSequencer = lib.filter (name: lib.elem "sequencer-node" services.${name}.after) (
    lib.attrNames services
  );
in
{
  config = lib.mkIf cfg.enable {
    assertions =
      lib.concatMap ofService (lib.attrValues services)
      ++ lib.concatMap wiredVariables (lib.attrNames services)
      ++ portAssertions
      ++ map endpointAssertion [
        "rpc"
        "beacon"
      ]
      ++ [
        {
          assertion = lib.elem cfg.l1.chainId knownL1s || cfg.l1.chainConfigFile != null;
          message = "${prefix}.l1.chainConfigFile: op-node does not know L1 ${toString cfg.l1.chainId}. Give it the L1's genesis.json or chain configuration.";
        }
        {
          assertion = !(paths.isUrl cfg.chain.bundle) || cfg.chain.bundleKey != null;
          message = "${prefix}.chain.bundle: what comes from a URL is trusted only as far as it is signed. Set ${prefix}.chain.bundleKey to the public key that the chain's operator has told you.";
        }
        {
          assertion = cfg.sequencer.engine.enable == cfg.sequencer.node.enable;
          message = "${prefix}.sequencer: engine and node need each other. Enable both or none.";
        }
        {
          assertion = needSequencer == [ ] || cfg.sequencer.node.enable;
          message = "${prefix}: ${lib.concatStringsSep ", " needSequencer} use the sequencer of this host. Enable ${prefix}.sequencer.node, or disable them.";
        }
        {
          assertion =
            cfg.followers == { }
            || (
              cfg.p2p.sequencerPeerId != null
              && cfg.p2p.sequencerEnodeId != null
              && cfg.sequencer.node.identityFile != null
            );
          message = "${prefix}.followers: followers dial the sequencer by its peer id, and their engines its engine by its enode id. Make a key with `op-warden keys generate`, set ${prefix}.sequencer.node.identityFile to its file, and ${prefix}.p2p.sequencerPeerId and ${prefix}.p2p.sequencerEnodeId to the ids that it prints; `op-warden keys address` prints those of a key that is there.";
        }
        {
          assertion = lib.elem cfg.chain.gameType cfg.challenger.gameTypes;
          message = "${prefix}.challenger.gameTypes: it lacks ${prefix}.chain.gameType, ${toString cfg.chain.gameType}. Nobody would dispute a false claim of that type: name both.";
        }
        {
          assertion = cfg.challenger.node == "sequencer" || cfg.followers ? ${cfg.challenger.node};
          message = "${prefix}.challenger.node: there is no follower ${cfg.challenger.node} on this host. Name one of ${prefix}.followers, or \"sequencer\".";
        }
        {
          assertion = cfg.chain.prestateFile == null || cfg.challenger.prestates == null;
          message = "${prefix}.chain.prestateFile: op-challenger takes it for every game, and does not look into ${prefix}.challenger.prestates. Put it into that folder as HASH.bin.gz (`op-warden prestate hash` prints the hash), and leave prestateFile out.";
        }
        {
          assertion = keysInState == [ ];
          message = "${prefix}: ${lib.concatStringsSep ", " keysInState} lies below ${prefix}.stateDir. Keep keys outside: a purge of the chain's data must not come near them.";
        }
        {
          assertion = !isShared;
          message = "${prefix}.stateDir: ${cfg.stateDir} may hold more than the chain, and a purge removes this folder. Give the chain one of its own, below a disk's: /data/op-stack.";
        }
        {
          assertion = twice == [ ];
          message = "${prefix}.warden.followers: ${lib.concatStringsSep ", " twice} is the name of a service of this host. Choose another name.";
        }
        {
          assertion = unclear == [ ];
          message = "${prefix}.warden.followers: ${lib.concatStringsSep ", " unclear}: expected engineRpc or engineRpcFile, one of them, and of nodeRpc and nodeRpcFile one at most.";
        }
        {
          assertion = parts == [ ] || cfg.monitoring.enable;
          message = "${prefix}.monitoring: ${lib.concatStringsSep ", " parts} would have nothing to show. Set ${prefix}.monitoring.enable.";
        }
      ]
      ++ lib.concatLists (lib.mapAttrsToList ofUnit services)
      ++ numberAssertions;

    warnings =
      let
        unpinned = lib.attrNames (
          lib.filterAttrs (_: service: service.image.digest == null && service.image.file == null) services
        );
        withSigner = lib.attrNames (
          lib.filterAttrs (
            _: service:
            lib.any (lib.hasPrefix "signer.") (
              lib.attrNames service.overrides.settings ++ flagsOf service.overrides.extraArgs
            )
            || lib.any (lib.hasInfix "_SIGNER_") (
              lib.attrNames service.overrides.environment ++ lib.attrNames service.overrides.environmentFiles
            )
          ) services
        );
        # Whose claims op-dispute-mon takes for a stranger's.
        unnamed =
          if cfg.chain.honestActors == [ ] then
            [
              "proposer"
              "challenger"
            ]
          else if lib.length cfg.chain.honestActors == 1 then
            lib.filter (role: cfg.chain.${role} == null) [
              "proposer"
              "challenger"
            ]
          else
            [ ];
        isPublic =
          name: cfg.l1."${name}File" == null && lib.hasInfix "publicnode.com" (toString cfg.l1.${name});
      in
      lib.optional (unpinned != [ ] && !cfg.dangerouslyRunUnpinnedImages)
        "${prefix}: no digest for the images of ${lib.concatStringsSep ", " unpinned}. Their gates answer `wait` until `op-warden images lock nix/stack/images.json` has run on a host that reaches the registry."
      ++ lib.optional (isOnTmpfs cfg.stateDir) "${prefix}.stateDir: ${cfg.stateDir} lies on a tmpfs, and the chain's data would be gone after each boot. Mount a disk there."
      ++ lib.optional (platform != "x86_64-linux") "${prefix}: this host is ${platform}, where nothing of this was ever run. Each image must have that platform: look before the first start (`podman image inspect --format '{{.Architecture}}'`)."
      ++ lib.optional (isOnTmpfs paths.images) "${prefix}: ${paths.images} lies on a tmpfs: each boot pulls the images again, into memory. Mount a disk there."
      ++ lib.optional (lostKeys != [ ]) "${prefix}.secrets: ${lib.concatStringsSep ", " lostKeys} would be gone after each boot: a tmpfs is there. ${elsewhere}."
      ++ lib.optional (impossibleKeys != [ ]) "${prefix}.secrets: ${lib.concatStringsSep ", " impossibleKeys} cannot be put there: the /etc of this host cannot be written. ${elsewhere}."
      ++ lib.optional (
        cfg.monitoring.enable
        && cfg.monitoring.alertmanager.enable
        && cfg.monitoring.alertmanager.receivers == [ ]
      ) "${prefix}.monitoring.alertmanager.receivers: alerts reach nobody until there is one."
      ++
        lib.optional (services ? dispute-mon && unnamed != [ ])
          "${prefix}.chain.honestActors: op-dispute-mon is not told the address of ${lib.concatStringsSep " and " unnamed}: what they claim wrongly, and the bonds that they lose, go unseen. Set ${
            lib.concatMapStringsSep " and " (role: "${prefix}.chain.${role}") unnamed
          } (`op-warden keys address` prints it)."
      ++ lib.optional (withSigner != [ ])
        "${prefix}: ${lib.concatStringsSep ", " withSigner} is given a remote signer (signer.*). The programs refuse a signer beside a key, and the module always gives the key: they will not start."
      ++ lib.optional cfg.dangerouslyRunUnpinnedImages "${prefix}.dangerouslyRunUnpinnedImages: images run by tag. Whoever controls the tag controls the chain's keys."
      ++
        lib.optional (cfg.engine == "geth")
          "${prefix}.engine: op-geth has had no support since 2026-05-31 and does not know Karst. Use it only for a chain that never activates Karst; op-reth cannot take over its data folder."
      ++
        lib.optional (cfg.l1.rateLimit == null && (isPublic "rpc" || isPublic "beacon"))
          "${prefix}.l1: the public endpoints are rate-limited, and everybody shares the limit. Use endpoints of your own for a chain that others rely on, or set ${prefix}.l1.rateLimit.";
  };
}
