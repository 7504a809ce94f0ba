# Options that are no more, with what takes their place.
{ lib, ... }:
let
  inOurs = lib.splitString "." "services.every-channel.op-stack";
  removed = option: lib.mkRemovedOptionModule (inOurs ++ lib.splitString "." option);
in
{
  imports = [
    (removed "uid" ''
      NixOS gives the user op-stack a number and remembers it; a host that has it keeps the one it has. Data
      of another number are given to the user before anything starts.'')
  ];
}
