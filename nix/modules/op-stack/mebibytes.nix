# "8g", as podman takes a memory limit, in MiB.
{ lib }:
memory:
let
  parts = builtins.match "([0-9]+)([bkmg])" memory;
  number = lib.toInt (lib.head parts);
in
{
  b = number / 1048576;
  k = number / 1024;
  m = number;
  g = number * 1024;
}
.${lib.last parts}
