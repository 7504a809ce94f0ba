# Helpers of the service definitions. Builtins only.
rec {
  # null and false leave a flag out, true gives the bare flag, and the items of a list are joined with
  # commas: Go's urfave/cli and Rust's clap both accept that.
  renderFlags =
    settings: builtins.concatMap (name: renderFlag name settings.${name}) (builtins.attrNames settings);

  renderFlag =
    name: value:
    if value == null || value == false then
      [ ]
    else if value == true then
      [ "--${name}" ]
    else
      [ "--${name}=${renderValue value}" ];

  renderValue =
    value:
    if builtins.isList value then
      builtins.concatStringsSep "," (map toString value)
    else
      toString value;

  # Blocks within so many seconds, at least.
  blocksIn = seconds: blockTime: (seconds + blockTime - 1) / blockTime;

  # Blocks whose state the engine that the challenger asks keeps, null for no history. Of an open game
  # op-challenger asks for blocks of its last 28 days (`game-window`); two more, so that a claim can be made at
  # the end. Only op-reth has one: op-geth, an archive, keeps all.
  historyOf =
    {
      engine,
      gameTypes,
      blockTime,
    }:
    if engine == "reth" && builtins.any (type: type != 1) gameTypes then
      blocksIn (30 * 24 * 3600) blockTime
    else
      null;

  # Where a command of `init` makes what is to be there as a whole or not at all.
  initialising = dataDir: "${dataDir}/.initialising";

  http = port: "http://127.0.0.1:${toString port}";

  # Prometheus metrics of the Go programs, on loopback.
  goMetrics = port: {
    "metrics.enabled" = true;
    "metrics.addr" = "127.0.0.1";
    "metrics.port" = port;
  };

  # L2 JSON-RPC modules of both engines. The sequencer's has `miner`, which has no password: op-batcher
  # throttles through miner_setMaxDASize and stops without it. `debug` is for the dispute path.
  engineSettings = sequencing: {
    "http.api" = [
      "eth"
      "net"
      "web3"
      "debug"
    ]
    ++ (
      if sequencing then
        [
          "txpool"
          "miner"
        ]
      else
        [ ]
    );
    # A transaction by RPC is as good as any other: else one account fills the pool.
    "txpool.nolocals" = true;
  };

  unique = builtins.foldl' (seen: item: if builtins.elem item seen then seen else seen ++ [ item ]) [ ];

  # op-warden's `services`: what each must satisfy, and the command that is judged.
  gates = builtins.mapAttrs (
    _: service:
    service.gate
    // {
      command = { inherit (service) component args environment; };
    }
    // (if service.dataDir == null then { } else { inherit (service) dataDir; })
  );

  # How a program gets an endpoint ({ url, file }, or null for none): by its flag, or, if a file holds
  # the URL, by the flag's environment variable. The flag then has no value but stays in the wiring, so
  # that an operator cannot set it.
  endpoint =
    given: flag: variable:
    let
      file = given.file or null;
    in
    {
      wiring.${flag} = if file == null then given.url or null else null;
      credentials = if file == null then { } else { ${variable} = file; };
    };

  # How the Go programs send transactions to L1.
  txmgr = {
    num-confirmations = 1;
    # In Gwei. The L1 endpoint names the tip; above this nothing is sent, and it is tried again.
    "txmgr.max-tip-cap" = 50;
  };

  # JSON-RPC and Engine API of both engines: their flags have the same names.
  engineRpc = ports: jwt: {
    http = true;
    "http.addr" = "127.0.0.1";
    "http.port" = ports.http;
    "authrpc.addr" = "127.0.0.1";
    "authrpc.port" = ports.authrpc;
    "authrpc.jwtsecret" = jwt;
    ipcdisable = true;
  };

  goRpc = port: {
    "rpc.addr" = "127.0.0.1";
    "rpc.port" = port;
  };

  # Completes the definition in a file of ./services: fills in what most leave at its default, puts
  # the runner's settings over the service's own, and renders the argument list.
  service =
    runnerSettings:
    {
      # Component: key of images.json, and the name that op-devnet builds it under.
      component,
      # Program inside the image.
      program ? component,
      # Words before the flags.
      subcommand ? [ ],
      # Flags that follow from the parameters: who talks to whom, and where files are.
      wiring,
      # Flags that an operator may change. A flag that differs between production and the devnet is
      # in their `settings` instead.
      settings ? { },
      environment ? { },
      # Environment variable -> file. The runner starts the program through op-exec, which reads them.
      credentials ? { },
      # Files that the program reads beside the chain's own: path -> text.
      files ? { },
      dataDir ? null,
      # Commands that run to completion before a start, in their order: { args, done, makes }. With `done`, a path
      # in the data folder, one runs until that is there; with null each time, and finds out by itself that nothing
      # is to be done. One with `makes` writes that into the folder `initialising`, from where it comes to its place
      # in the data folder when the command has succeeded.
      init ? [ ],
      ports ? { },
      # Started before this one; `requires` also keeps this one from starting without it.
      after ? [ ],
      requires ? [ ],
      # What `op-warden gate` judges: an entry of its configuration's `services`.
      gate,
      # A JSON-RPC method that answers once the service can be used.
      ready ? null,
      # Time to close databases and wait for transactions, in seconds.
      stopTimeout,
    }:
    {
      inherit
        component
        program
        subcommand
        wiring
        environment
        credentials
        files
        dataDir
        init
        ports
        after
        requires
        gate
        ready
        stopTimeout
        ;
      settings = settings // runnerSettings;
      args = subcommand ++ renderFlags (settings // runnerSettings // wiring);
    };
}
