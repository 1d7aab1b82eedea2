//! What HTTP/2's connections need of a runtime that stays on one thread.

use std::future::Future;

/// Runs hyper's tasks on the thread that asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalExecutor;

impl<F: Future + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, task: F) {
        drop(tokio::task::spawn_local(async move {
            task.await;
        }));
    }
}
