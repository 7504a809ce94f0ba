//! op-devnet: a whole OP Stack chain on one machine, from the official programs, behind op-warden's
//! gates.
//!
//! In the order of the data: [`components`] finds or builds the programs, [`stack`] says what runs,
//! [`source`] makes the chain on the private [`l1`] from [`op_contracts`] or a [`deployment`], [`wiring`]
//! fills in the services for it, [`devnet`] puts it all together,
//! [`supervisor`] runs it, [`prove`] shows that it works and [`fault`] that it refuses to start wrong.

#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

mod accounts;
mod beacon;
mod blocks;
mod chain;
mod cli;
mod clock;
mod devnet;
mod engine;
mod faucet;
mod fault;
mod faulty_l1;
mod follow;
mod guide;
mod health;
mod home;
mod keys;
mod l1;
mod logs;
mod out;
mod ports;
mod prove;
mod reset;
mod saved;
mod session;
mod source;
mod stack;
mod status;
mod supervisor;
mod up;
mod wiring;

fn main() -> std::process::ExitCode {
    // The kernel ends the services of a process that is gone; half a process would keep them.
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        show(panic);
        std::process::abort();
    }));
    cli::main()
}
