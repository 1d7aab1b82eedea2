//! Changes of files, and signals.

use std::sync::mpsc::Sender;

use super::{Told, tell};
use crate::cli::args::InputArgs;
use crate::cli::exit::Failure;
use crate::input::Watch;

/// Watches the files that are served. Nothing is watched of a git revision: it does not change.
pub(super) fn files(input: &InputArgs, sender: Sender<Told>) -> Result<(), Failure> {
    let Some(mut watch) = Watch::new(input.input(&[])) else { return Ok(()) };
    std::thread::Builder::new().name("files".to_owned()).spawn(move || {
        loop {
            watch.wait();
            tell(&sender, Told::Changed);
        }
    })?;
    Ok(())
}

/// Listens to signals: SIGHUP reads everything anew, SIGTERM and SIGINT stop.
#[cfg(unix)]
pub(super) fn signals(sender: Sender<Told>) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut hangup, mut terminate, mut interrupt) = {
        let _entered = runtime.enter();
        (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = hangup.recv() => tell(&sender, Told::Reload),
                    _ = terminate.recv() => tell(&sender, Told::Stop),
                    _ = interrupt.recv() => tell(&sender, Told::Stop),
                }
            }
        });
    })?;
    Ok(())
}

/// Listens to an interrupt, which stops.
#[cfg(not(unix))]
pub(super) fn signals(sender: Sender<Told>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                tell(&sender, Told::Stop);
            }
        });
    })?;
    Ok(())
}
