//! What a session holds, in plain words: the specification that the real merge is compared with.

use std::collections::BTreeMap;

use super::program::{Act, Program};
use crate::payload::Snapshot;
use crate::record::Record;

/// The values and the owner of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) values: BTreeMap<String, String>,
    pub(super) owner: Option<String>,
}

/// How much of a request's program counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Nothing,
    /// The session was forwarded across a sign-in.
    Updates,
    Everything,
}

impl Content {
    pub(super) fn of(record: &Record) -> Self {
        let snapshot = Snapshot::read(record.clone()).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let values = snapshot.values().iter().map(|entry| {
            let (name, value) = entry.unwrap();
            (name.to_owned(), text(value))
        });
        Self {
            values: values.collect(),
            owner: record.owner.as_ref().map(|owner| owner.as_str().to_owned()),
        }
    }

    /// What the program of request number `request` makes of this, run alone.
    pub(super) fn after(&self, program: &Program, request: usize, extent: Extent) -> Self {
        let mut after = self.clone();
        for act in program.acts {
            match (extent, act) {
                (Extent::Updates, Act::Append) | (Extent::Everything, _) => after.act(act, request),
                (Extent::Nothing | Extent::Updates, _) => {}
            }
        }
        after
    }

    fn act(&mut self, act: &Act, request: usize) {
        match act {
            Act::Insert(name) => {
                self.values.insert(name.of(request).to_owned(), letter(request));
            }
            Act::Append => self
                .values
                .entry("trail".to_owned())
                .or_default()
                .push_str(&letter(request)),
            Act::Remove(name) => {
                self.values.remove(name.of(request));
            }
            Act::Clear | Act::Destroy => self.values.clear(),
            Act::SignIn(owner) => {
                if self.owner.as_deref().is_some_and(|old| old != *owner) {
                    self.values.clear();
                }
                self.owner = Some((*owner).to_owned());
            }
            Act::SignOut(keeping) => {
                self.values.retain(|name, _| keeping.contains(&name.as_str()));
                self.owner = None;
            }
            Act::Regenerate | Act::SetExpiry => {}
        }
    }
}

/// What a request writes, so that it can be told whose a value is.
pub(super) fn letter(request: usize) -> String {
    ["p", "q", "r"][request].to_owned()
}
