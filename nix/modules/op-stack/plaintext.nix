# Whatever options hold is in the world-readable store, and flags are in every process list. So what
# looks like a secret there is an error, by its kind: the name that it has, or the URL that it is part of.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.op-stack;
  prefix = "services.every-channel.op-stack";
  inherit (cfg.definition) services;

  matches = regex: text: builtins.match ".*(${regex}).*" text != null;

  # Names of flags whose value is a key, and of those whose value may be its file's path.
  isKeyFlag = matches "private-key|mnemonic|sequencer[.]key|priv[.]raw|keyhex|secret|password";
  isTokenFlag = matches "header|jwt|bearer|token|api-?key|credential";
  isKeyVariable = matches "KEY|MNEMONIC|PRIV_RAW|SECRET|PASSWORD|TOKEN|HEADER|JWT|BEARER|CREDENTIAL";
  isPath = lib.hasPrefix "/";

  # Of the arguments as a whole, for a value may be the next one: [ { flag, value } ].
  pairsOf =
    args:
    lib.concatLists (
      lib.imap0 (
        index: arg:
        let
          match = builtins.match "--?([^-=][^=]*)(=(.*))?" arg;
          next = if index + 1 < lib.length args then lib.elemAt args (index + 1) else "";
          follows = if lib.hasPrefix "-" next then "" else next;
        in
        lib.optional (match != null) {
          flag = lib.head match;
          value = if lib.elemAt match 1 == null then follows else lib.elemAt match 2;
        }
      ) args
    );

  # The parts of the URLs in a text: [ { scheme, user, host, rest } ].
  urlsIn =
    text:
    map (parts: {
      scheme = lib.elemAt parts 0;
      user = toString (lib.elemAt parts 1);
      host = lib.elemAt parts 3;
      rest = lib.elemAt parts 4;
    }) (lib.filter lib.isList (builtins.split "([a-z]+)://(([^/@ ,]*)@)?([^/?# ,]*)([^ ,]*)" text));

  # Of Ethereum's peers, the part before @ is the public key.
  isPeer = url: url.scheme == "enode";
  isLoopback =
    url: builtins.match "(127[.].*|localhost|\\[::1])?(:[0-9]+)?" url.host != null;
  # A provider's key is one long word, of letters and digits.
  isRandom =
    word:
    lib.stringLength word >= 20
    && builtins.match "[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*" word != null
    && matches "[A-Za-z]" word
    && builtins.match "0x[0-9a-fA-F]{40}" word == null;
  wordsOf = text: lib.filter lib.isString (builtins.split "[/?&#=.:]" text);
  keyParameter = matches "[?&]([A-Za-z_-]*([Kk]ey|KEY|[Tt]oken)|auth|secret|password)=[^&]";
  holdsSecret =
    url:
    !(isPeer url)
    && (
      url.user != ""
      # Some providers give each customer a name of his own.
      || (
        !(isLoopback url)
        && (lib.any isRandom (wordsOf url.host ++ wordsOf url.rest) || keyParameter url.rest)
      )
    );
  # What a text gives away, in words; null for nothing.
  spilt =
    text:
    if matches "(Bearer|Basic) [A-Za-z0-9+/=._-]" text then
      "credentials"
    else if lib.any (url: url.user != "" && holdsSecret url) (urlsIn text) then
      "a user or a password in a URL"
    else if lib.any holdsSecret (urlsIn text) then
      "a URL that looks as if it held a key"
    else
      null;

  textOf =
    value: if lib.isList value then lib.concatMapStringsSep "," toString value else toString value;

  complain = at: what: wayOut: {
    assertion = what == null;
    message = "${at}: ${toString what} would be in the world-readable store. ${wayOut}";
  };

  ofService =
    service:
    let
      where = "${prefix}.${service.option}";
      byFile = "Put it into a file, and name that in ${where}.environmentFiles by the flag's environment variable.";
      ofFlag =
        { at, flag, value }:
        let
          text = textOf value;
          isToken = isTokenFlag flag && lib.isString value && text != "" && !(isPath text);
        in
        [
          {
            assertion = !(isKeyFlag flag) || service.wiring ? ${flag};
            message = "${at}: a key in a flag would be in the world-readable store and in every process list. Use the key file options.";
          }
          (complain at (
            if service.wiring ? ${flag} || isKeyFlag flag then
              null
            else if isToken then
              "a token in a flag"
            else
              spilt text
          ) byFile)
        ];
      ofVariable =
        name: value:
        let
          at = "${where}.environment.${name}";
        in
        [
          {
            assertion = !(isKeyVariable name) || isPath value;
            message = "${at}: a key in the environment would be in the world-readable store and in podman's database. Use the key file options, or ${where}.environmentFiles.";
          }
          (complain at (if isKeyVariable name then null else spilt value) byFile)
        ];
    in
    lib.concatMap (
      flag:
      ofFlag {
        inherit flag;
        at = ''${where}.settings."${flag}"'';
        value = service.overrides.settings.${flag};
      }
    ) (lib.attrNames service.overrides.settings)
    ++ lib.concatMap (
      { flag, value }:
      ofFlag {
        inherit flag value;
        at = "${where}.extraArgs (--${flag})";
      }
    ) (pairsOf service.overrides.extraArgs)
    ++ lib.concatLists (lib.mapAttrsToList ofVariable service.overrides.environment);

  endpoint = option: file: value: complain "${prefix}.${option}" (spilt (toString value)) file;
  ofL1 = [
    (endpoint "l1.rpc" "Use ${prefix}.l1.rpcFile." cfg.l1.rpc)
    (endpoint "l1.beacon" "Use ${prefix}.l1.beaconFile." (toString cfg.l1.beacon))
  ]
  ++ map (endpoint "chain.peers" "Use ${prefix}.chain.peerFiles.") cfg.chain.peers
  ++ map (endpoint "l1.others" "Use ${prefix}.l1.otherFiles.") cfg.l1.others
  ++ map (
    endpoint "l1.beaconFallbacks" "Put all of them into a file, with commas between, and name it in ${prefix}.sequencer.node.environmentFiles.OP_NODE_L1_BEACON_FALLBACKS, and in that of each follower."
  ) cfg.l1.beaconFallbacks;
  ofFollowers = lib.concatLists (
    lib.mapAttrsToList (
      name: follower:
      map
        (
          api:
          endpoint "warden.followers.${name}.${api}" "Use ${prefix}.warden.followers.${name}.${api}File."
            follower.${api}
        )
        [
          "engineRpc"
          "nodeRpc"
        ]
    ) cfg.warden.followers
  );

  # Alertmanager's own fields, each of which has a sibling that names a file.
  isSecretField = matches "password|secret|token|_key|credentials|api_url|webhook_url";
  ofReceivers =
    let
      leavesOf =
        at: value:
        if lib.isAttrs value then
          lib.concatLists (lib.mapAttrsToList (name: leavesOf (at ++ [ name ])) value)
        else if lib.isList value then
          lib.concatLists (lib.imap0 (index: leavesOf (at ++ [ (toString index) ])) value)
        else
          [ { inherit at value; } ];
      judge =
        { at, value }:
        let
          field = lib.last at;
          isText = lib.isString value && value != "" && !(lib.hasSuffix "_file" field);
        in
        complain "${prefix}.monitoring.alertmanager.receivers.${lib.concatStringsSep "." at}" (
          if !isText then
            null
          else if isSecretField field then
            "a secret of a receiver"
          else
            spilt value
        ) "Put it into a file, and name that in ${field}_file.";
    in
    map judge (leavesOf [ ] cfg.monitoring.alertmanager.receivers);
in
{
  config = lib.mkIf cfg.enable {
    assertions =
      lib.concatMap ofService (lib.attrValues services) ++ ofL1 ++ ofFollowers ++ ofReceivers;
  };
}
