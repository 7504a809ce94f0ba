# Types and options that several places share.
{ lib }:
let
  inherit (lib) mkOption types;

  isPlain =
    path:
    builtins.match "(/[A-Za-z0-9+_.@=-]+)+" (toString path) != null
    && !(lib.any (part: part == "." || part == "..") (lib.splitString "/" (toString path)));
in
rec {
  address = types.strMatching "0x[0-9a-fA-F]{40}";

  # A folder as scripts, units and podman's volumes can name it without quotes.
  plainFolder = types.addCheck (types.pathWith { absolute = true; }) isPlain // {
    description = "absolute path of letters, digits and +-_.@=, without .. and without a slash at its end";
    descriptionClass = "noun";
  };

  # A file that must not become part of the world-readable store. Units and volumes name it too. NixOS 26.11 looks at
  # real paths of the store only.
  secretFile = types.addCheck (types.pathWith {
    absolute = true;
    inStore = false;
  }) (path: isPlain path && !(lib.hasPrefix "${builtins.storeDir}/" (toString path)));

  # For endpoints that a list of URLs names, too.
  urlFiles =
    example:
    mkOption {
      type = types.listOf secretFile;
      default = [ ];
      description = "Files with the URLs of such endpoints, each in one line.";
      example = [ example ];
    };
}
