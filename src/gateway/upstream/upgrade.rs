//! WebSockets and other upgrades: after `101` bytes go both ways.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::Lease;
use super::connect::Wire;
use crate::gateway::account::Account;
use crate::gateway::prefixed::Prefixed;
use crate::gateway::tcp::tunnel;

/// What a client's connection becomes.
pub(crate) struct Tunnel {
    pub(crate) upstream: Prefixed<Wire>,
    pub(crate) account: Account,
    pub(crate) lease: Lease,
    /// The longest silence.
    pub(crate) idle: Option<Duration>,
}

impl Tunnel {
    /// Carries bytes both ways until one side ends, or nothing moves for too long.
    pub(crate) async fn carry(self, client: impl AsyncRead + AsyncWrite + Unpin) {
        let Self { upstream, mut account, lease: _lease, idle } = self;
        let carried = tunnel(client, upstream, idle).await;
        account.sent(usize::try_from(carried.sent).unwrap_or(usize::MAX));
        account.note(|entry| {
            if let Some(progress) = &entry.progress {
                progress.carried(carried.received);
            }
        });
        if carried.client_left { account.leave() } else { account.complete() }
    }
}
