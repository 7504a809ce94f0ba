//! op-devnet: a whole OP Stack chain on one machine, from the official programs, behind op-warden's
//! gates.
//!
//! In the order of the data: [`components`] finds or builds the programs, [`stack`] says what runs,
//! [`source`] makes the chain on the private [`l1`] from [`op_contracts`] or a [`deployment`], [`wiring`]
//! fills in the services for it, [`devnet`] puts it all together,
//! [`supervisor`] runs it, [`prove`] shows that it works and [`fault`] that it refuses to start wrong.

mod accounts;
mod chain;
mod cli;
mod clock;
mod components;
mod deployment;
mod devnet;
mod fault;
mod faulty_l1;
mod health;
mod home;
mod l1;
mod ports;
mod prove;
mod source;
mod stack;
mod status;
mod supervisor;
mod up;
mod wiring;

fn main() -> std::process::ExitCode {
    cli::main()
}
