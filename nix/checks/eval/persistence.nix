# What a host whose root is new at each boot has to keep: nix/README.md names what the module makes, and nothing
# else.
{
  lib,
  full,
  hostOf,
  servicesOf,
  textOf,
  textsOf,
  values,
  words,
  ...
}:
let
  section =
    title: text:
    lib.head (lib.splitString "\n## " (lib.last (lib.splitString "\n## ${title}\n" text)));
  page = section "What to persist" (builtins.readFile ../../README.md);
  named = lib.concatMap (line: lib.toList (builtins.match "[*] `(/[^`]*)`.*" line)) (
    lib.filter (lib.hasPrefix "* ") (lib.splitString "\n" page)
  );

  stateDir = "/var/lib/op-stack";
  isElsewhere = path: path != stateDir && !(lib.hasPrefix "${stateDir}/" path);

  # Of op-warden, who has no number of its own, the folder is a private one.
  folders = lib.concatMap (
    text: map (folder: "/var/lib/private/${folder}") (words "StateDirectory" text)
  ) (lib.attrValues (textsOf full));
  # Outside of it, units need what is mounted there.
  mounts = lib.concatMap (name: lib.filter isElsewhere (words "RequiresMountsFor" (textOf full name))) (
    lib.attrNames (servicesOf full)
  );
  keys = map dirOf (
    lib.filter (lib.hasPrefix "/etc") (
      lib.concatMap (service: lib.attrValues service.keyFiles) (lib.attrValues (servicesOf full))
    )
  );
  # NixOS remembers numbers that it gave.
  numbers = lib.optional (full.users.users.op-stack.uid == null) "/var/lib/nixos";

  # Whatever of ours lies outside of the data, as rules of tmpfiles.
  made = lib.filter (path: isElsewhere path && !(lib.hasPrefix "/run/" path)) (
    map (rule: lib.elemAt (lib.splitString " " rule) 1) (
      lib.filter (lib.hasInfix "op-stack") full.systemd.tmpfiles.rules
    )
  );
in
{
  testThePageNamesWhatIsMade = {
    expr = lib.sort lib.lessThan named;
    expected = lib.sort lib.lessThan (
      lib.unique ([ stateDir ] ++ folders ++ mounts ++ keys ++ numbers ++ made)
    );
  };

  # What the page says to set is what units then have.
  testTheLogOfAUnitIsNotCut = {
    expr =
      let
        config = hostOf [
          {
            systemd.services.podman-op-stack-batcher.serviceConfig.LogRateLimitIntervalSec = 0;
            services.journald.extraConfig = "SystemMaxUse=8G";
          }
        ];
      in
      {
        unit = values "LogRateLimitIntervalSec" (textOf config "batcher");
        page = lib.all (line: lib.hasInfix line page) [
          "systemd.services.podman-op-stack-batcher.serviceConfig.LogRateLimitIntervalSec = 0;"
          ''services.journald.extraConfig = "SystemMaxUse=8G";''
        ];
        said = lib.hasInfix "SystemMaxUse=8G" config.environment.etc."systemd/journald.conf".text;
      };
    expected = {
      unit = [ "0" ];
      page = true;
      said = true;
    };
  };
}
