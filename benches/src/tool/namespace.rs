//! A place of the tool's own in somebody's store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use session_core::{Clock as _, Store, SystemClock};

use super::target::{Cause, Opened, Target};

/// A store under a name that nobody else has, which is removed in the end.
pub(super) struct Namespace {
    /// The URL without what is secret in it.
    pub(super) label: String,
    opened: Opened,
}

/// The URL names no store that this program knows.
#[derive(Debug, thiserror::Error)]
#[error("--store: `{0}:` is no store that this program knows")]
struct UnknownStore(String);

#[derive(Debug, thiserror::Error)]
#[error("--store: {label}: {source}")]
struct NoStore {
    label: String,
    source: Cause,
}

#[derive(Debug, thiserror::Error)]
#[error("{label}: what the tool has made there can't be removed")]
struct NotRemoved {
    label: String,
    source: Cause,
}

impl Namespace {
    pub(super) async fn open(url: &str, targets: &[Box<dyn Target>]) -> Result<Self, Cause> {
        let scheme = url.split(':').next().unwrap_or_default().to_lowercase();
        let target = targets.iter().find(|target| target.takes(&scheme));
        let target = target.ok_or_else(|| UnknownStore(scheme.clone()))?;
        let label = label(url);
        match target.open(url, &any_name()).await {
            Ok(opened) => Ok(Self { label, opened }),
            Err(source) => Err(NoStore { label, source }.into()),
        }
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        &self.opened.store
    }

    pub(super) async fn remove(self) -> Result<(), Cause> {
        let Self { label, opened } = self;
        let removed = async {
            opened.store.clear().await?;
            drop(opened.store);
            opened.remove.await
        };
        removed.await.map_err(|source| NotRemoved { label, source }.into())
    }
}

/// By the time and a number, since one process can have several, and two processes the same number.
fn any_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("session_bench_{:x}_{number}", SystemClock.now().as_millis())
}

/// The URL up to its user and from its host on, without parameters.
fn label(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.split('?').next().unwrap_or_default();
    if scheme.is_empty() {
        return host.to_owned();
    }
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_shows_no_secret() {
        for (url, shown) in [
            ("redis://:hidden@cache:6379/1?password=hidden", "redis://cache:6379/1"),
            ("postgres://shop:hid@den@db/shop", "postgres://db/shop"),
            ("sqlite:shop.db", "sqlite:shop.db"),
            ("memory:", "memory:"),
        ] {
            assert_eq!(label(url), shown);
        }
    }
}
