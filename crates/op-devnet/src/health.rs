//! The health service of a devnet.

use std::net::{Ipv4Addr, SocketAddr};
use std::{collections::BTreeMap, num::NonZeroU32, path::PathBuf, time::Duration};

use op_gate::config::{Bounds, Pause, Serve};
use rustix::process::Signal;

use crate::home::Home;
use crate::supervisor::{process::Spec, unit::Unit};

pub(crate) const WARDEN: &str = "op-warden";
pub(crate) const PORT: &str = "op-warden.http";

/// Its configuration: everything is faster here than on Ethereum.
pub(crate) fn serve(home: &Home, port: u16) -> Serve {
    let seconds = |seconds: u32| NonZeroU32::MIN.saturating_add(seconds - 1);
    Serve {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        hosts: Vec::new(),
        interval_seconds: seconds(4),
        judgements: None,
        poll_seconds: Pause::seconds(seconds(1)),
        l1_poll_seconds: seconds(2),
        state: Some(home.data().join("op-warden.json")),
        maintenance: Some(home.data().join("maintenance")),
        hold: None,
        bundle: None,
        accepted: Some(home.data().join("accepted")),
        runners: None,
        started: None,
        followers: BTreeMap::new(),
        verify_headers: true,
        limits: Bounds {
            unsafe_stall: Some(10),
            safe_stall: Some(30),
            finalized_stall: Some(90),
            safe_lag: Some(40),
            game_age: Some(90),
            follower_lag: Some(10),
            l1_age: Some(15),
        },
    }
}

/// It watches from the first moment on, so it waits for nothing.
pub(crate) fn unit(home: &Home, op_warden: PathBuf) -> Unit {
    let spec = Spec {
        program: op_warden,
        args: vec!["serve".into(), "--config".into(), home.warden_config().into()],
        environment: BTreeMap::new(),
        home: home.dir().to_owned(),
        log: home.log(WARDEN),
        at_end: Signal::KILL,
    };
    Unit::outside(WARDEN, spec, Duration::from_secs(5))
}
