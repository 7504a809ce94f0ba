{
  description = "The sequencer of an OP Stack chain";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    # Where this template came from.
    op-stack.url = "git+file:///path/to/this/repository";
    op-stack.inputs.nixpkgs.follows = "nixpkgs";
    # Only its own host and checks use it.
    op-stack.inputs.sops-nix.follows = "";
  };

  outputs =
    { nixpkgs, op-stack, ... }:
    {
      nixosConfigurations.forge = nixpkgs.lib.nixosSystem {
        modules = [
          # ./configuration.nix
          op-stack.nixosModules.op-stack
          {
            services.every-channel.op-stack = {
              enable = true;
              # A copy of nix/stack/images.json: `op-warden images lock` writes the digests into it.
              # images.file = ./op-stack-images.json;
              chain = {
                id = 20260619;
                # From op-deployer's state.json. The gates refuse the zero address.
                disputeGameFactory = "0x0000000000000000000000000000000000000000";
                # Addresses of their keys: `op-warden keys address`. The challenger claims the proposer's
                # bonds, and dispute-mon counts the claims of both as ours.
                proposer = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
                challenger = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
              };
              l1.rateLimit = 10;
            };
          }
        ];
      };
    };
}
