# ecp-forge: the sequencer of the chain, on Sepolia.
_: {
  imports = [
    ./hardware.nix
    ./operators.nix
  ];

  networking.hostName = "ecp-forge";
  system.stateVersion = "26.05";

  services.openssh = {
    enable = true;
    settings.PasswordAuthentication = false;
  };
  # Followers reject blocks, and gates judge L1's age, by this clock.
  services.chrony.enable = true;

  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];

  services.every-channel.op-stack = {
    enable = true;

    chain = {
      id = 20260619;
      # Put the files from op-deployer into /var/lib/op-stack/chain; until then every gate waits.
      # Replace the zero address at the same time: the gate refuses it. Then set `proposer` and
      # `challenger`, the addresses of their keys: the challenger claims the bonds of both.
      disputeGameFactory = "0x0000000000000000000000000000000000000000";
    };

    # Each key from secrets/ROLE.ecp-forge, once it is there: nix/README.md, "The first switch".
    secrets.sopsDirectory = ../../secrets;

    sequencer.node = {
      openFirewall = true;
      identityFile = "/run/secrets/op-stack-p2p-sequencer-node";
    };
    # Of secrets/p2p-sequencer-node.example; `op-warden keys generate` prints those of your own key.
    p2p.sequencerPeerId = "16Uiu2HAmGQVmprMtQwdPpJyvVZLEj3gbY3aJBmgfMzkUx3JWRydf";
    p2p.sequencerEnodeId = "37b84de6947b243626cc8b977bb1f1632610614842468dfa8f35dcbbc55a515e47f6fe259cffc671a719eaef444a0d689b16a90051985a13661840cf5e221503";

    followers.archive.index = 1;
  };

  # A witness of observations on this chain: off until there is a ledger (`ec-observe deploy`). Another host's
  # witness is the same lines, with `chain.rpc` of a node that it can reach.
  services.every-channel.observation = {
    enable = false;
    chain.id = 20260619;
    # The follower's engine, so that the sequencer's is left to its node.
    chain.rpc = "http://127.0.0.1:8645";
    ledger = "0x0000000000000000000000000000000000000000";
    witness = "0x0000000000000000000000000000000000000000";
    keyFile = "/run/secrets/observation-witness";
    archives = [ "/srv/archive/observations.jsonl" ];
  };
}
