{
  description = "The OP Stack chain that refuses to start wrong";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      sops-nix,
    }:
    let
      inherit (nixpkgs) lib;
      eachSystem = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ];
      pkgsOf = system: nixpkgs.legacyPackages.${system};
    in
    {
      nixosModules = {
        default = self.nixosModules.op-stack;
        op-stack =
          { lib, pkgs, ... }:
          {
            # Under both of its names it is one module: a host may import it twice.
            key = "every-channel/op-stack";
            imports = [ ./nix/modules/ec-op-stack.nix ];
            services.every-channel.op-stack.package =
              lib.mkDefault
                self.packages.${pkgs.stdenv.hostPlatform.system}.host-programs;
          };
      };

      nixosConfigurations = lib.mapAttrs (
        host: _:
        lib.nixosSystem {
          modules = [
            sops-nix.nixosModules.sops
            self.nixosModules.op-stack
            ./hosts/${host}
          ];
        }
      ) (builtins.readDir ./hosts);

      packages = eachSystem (system: import ./nix/packages { pkgs = pkgsOf system; });

      apps = eachSystem (
        system:
        lib.mapAttrs
          (_: program: {
            type = "app";
            program = lib.getExe program;
          })
          {
            devnet = self.packages.${system}.op-devnet;
            inherit (self.packages.${system}) purge;
          }
      );

      checks = eachSystem (
        system:
        import ./nix/checks {
          pkgs = pkgsOf system;
          inherit self;
          sopsModule = sops-nix.nixosModules.sops;
        }
      );

      devShells = eachSystem (system: {
        default = import ./nix/packages/shell.nix { pkgs = pkgsOf system; };
      });

      formatter = eachSystem (system: (pkgsOf system).nixfmt-tree);
    };
}
