# Who may log in, by SSH key. Put yours in before the first switch: passwords are not taken.
{ config, lib, ... }:
{
  users.users.operator = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [ ];
  };
  security.sudo.wheelNeedsPassword = false;

  warnings =
    lib.optional (config.users.users.operator.openssh.authorizedKeys.keys == [ ])
      "hosts/ecp-forge/operators.nix: nobody can log in over the network until it names an SSH key.";
}
