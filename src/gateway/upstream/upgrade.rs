//! WebSockets and other upgrades: after `101` bytes go both ways.

use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use super::Lease;
use super::connect::Wire;
use crate::gateway::account::Account;
use crate::gateway::prefixed::Prefixed;
use crate::gateway::tcp::tunnel;

/// Carries bytes both ways until one side ends, or nothing moves for too long.
pub(crate) fn bridge(
    client: OnUpgrade,
    upstream: Prefixed<Wire>,
    mut account: Account,
    lease: Lease,
    idle: Option<Duration>,
) {
    tokio::task::spawn_local(async move {
        let Ok(client) = client.await else { return };
        let carried = tunnel(TokioIo::new(client), upstream, idle).await;
        account.sent(usize::try_from(carried.sent).unwrap_or(usize::MAX));
        account.note(|entry| {
            if let Some(progress) = &entry.progress {
                progress.carried(carried.received);
            }
        });
        if carried.client_left {
            account.leave()
        } else {
            account.complete()
        }
        drop(lease);
    });
}
