# ecp-forge: the sequencer of the chain, on Sepolia.
_: {
  imports = [ ./hardware.nix ];

  networking.hostName = "ecp-forge";
  system.stateVersion = "26.05";

  services.openssh = {
    enable = true;
    settings.PasswordAuthentication = false;
  };
  # Followers reject blocks, and gates judge L1's age, by the clock.
  services.chrony.enable = true;

  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];

  services.every-channel.op-stack = {
    enable = true;

    chain = {
      id = 20260619;
      # What op-deployer made is put into /var/lib/op-stack/chain; until then every gate waits.
      # The zero address has to be replaced along with it: the gate refuses it.
      disputeGameFactory = "0x0000000000000000000000000000000000000000";
    };

    secrets.sopsDirectory = ../../secrets;

    sequencer.node = {
      openFirewall = true;
      identityFile = "/run/secrets/op-stack-p2p-sequencer-node";
    };
    # Of the example key in secrets/, like all keys there: `op-warden keys address` tells another's.
    p2p.sequencerPeerId = "16Uiu2HAmGQVmprMtQwdPpJyvVZLEj3gbY3aJBmgfMzkUx3JWRydf";

    followers.archive = { };
  };
}
