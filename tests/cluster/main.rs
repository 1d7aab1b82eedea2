//! What is said of clusters, shown with a real API server: etcd, kube-apiserver and kwok out of `KUBEBUILDER_ASSETS`
//! (kwok may also be on PATH), as child processes on loopback. Where they are not, one line says so:
//!
//! ```sh
//! KUBEBUILDER_ASSETS=$(tests/cluster/assets) cargo test --locked --test cluster
//! ```
//!
//! `-- --ignored` runs what takes long: ten thousand Services, and the comparison with `kubectl port-forward`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod backends;
mod comparing;
mod control_plane;
mod forwarding;
mod gateway;
mod load;
mod many;
mod objects;
mod reading;
mod secrets;
mod serving;
