//! How long tests wait for what has to happen some time.

use std::time::Duration;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
