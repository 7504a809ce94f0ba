# Types that several options share.
{ lib }:
let
  inherit (lib) types;
in
{
  address = types.strMatching "0x[0-9a-fA-F]{40}";

  # A folder as scripts, units and podman's volumes can name it without quotes.
  plainFolder = lib.mkOptionType {
    name = "plainFolder";
    description = "absolute path of letters, digits and +-_.@=, without .. and without a slash at its end";
    descriptionClass = "noun";
    check =
      path:
      lib.isString path
      && builtins.match "(/[A-Za-z0-9+_.@=-]+)+" path != null
      && !(lib.any (part: part == "." || part == "..") (lib.splitString "/" path));
    merge = lib.mergeEqualOption;
  };

  # A file that must not become part of the world-readable store.
  secretFile = types.pathWith {
    absolute = true;
    inStore = false;
  };
}
