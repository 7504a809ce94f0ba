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
            # Of the host's own packages: of its nixpkgs, and for its platform, wherever they are built.
            services.every-channel.op-stack.package =
              lib.mkDefault
                (import ./nix/packages { inherit pkgs; }).host-programs;
          };
        observation =
          { lib, pkgs, ... }:
          {
            key = "every-channel/observation";
            imports = [ ./nix/modules/ec-observation.nix ];
            services.every-channel.observation.package =
              lib.mkDefault
                (import ./nix/packages { inherit pkgs; }).witness-programs;
          };
      };

      nixosConfigurations = lib.mapAttrs (
        host: _:
        lib.nixosSystem {
          modules = [
            sops-nix.nixosModules.sops
            self.nixosModules.op-stack
            self.nixosModules.observation
            ./hosts/${host}
          ];
        }
      ) (lib.filterAttrs (_: kind: kind == "directory") (builtins.readDir ./hosts));

      packages = eachSystem (system: import ./nix/packages { pkgs = pkgsOf system; });

      # With the packages of the host, whatever nixpkgs it has.
      overlays.default = final: _: { op-stack = import ./nix/packages { pkgs = final; }; };

      templates = rec {
        default = sequencer;
        sequencer = {
          path = ./nix/templates/sequencer;
          description = "A NixOS host with the sequencer of an OP Stack chain, every service behind its gate";
        };
      };

      apps = eachSystem (
        system:
        lib.mapAttrs
          (_: program: {
            type = "app";
            program = lib.getExe program;
            meta.description = program.meta.description or "";
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
