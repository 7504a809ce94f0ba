# Types that several options share.
{ lib }:
let
  inherit (lib) types;
in
{
  address = types.strMatching "0x[0-9a-fA-F]{40}";

  # A file that must not become part of the world-readable store.
  secretFile = types.pathWith {
    absolute = true;
    inStore = false;
  };
}
