//! What a request does, and the list of what requests do.

use std::sync::Arc;

use super::content::letter;
use crate::changes::{Log, SeenOn, Step};
use crate::commit::Intent;
use crate::expiry::Expiry;
use crate::record::Owner;

/// One thing that a handler does to its session.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Insert(Name),
    /// An update: adds the request's letter to the value `trail`.
    Append,
    Remove(Name),
    Clear,
    Regenerate,
    SignIn(&'static str),
    SignOut(&'static [&'static str]),
    Destroy,
    SetExpiry,
}

/// Which value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Name {
    /// One that no other request writes.
    Own,
    /// One that is there from the start.
    Shared,
    Trail,
}

/// The cookie that a request comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presents {
    /// The id of the session that is there from the start.
    First,
    /// An id with our signature that the store does not know.
    Unknown,
    Nothing,
    /// The id that this earlier request was sent.
    CookieOf(usize),
}

/// What one request does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) presents: Presents,
    /// It reads before it writes.
    pub(super) looks: bool,
    pub(super) acts: &'static [Act],
    /// It is no session's request: it ends all sessions of this owner.
    pub(super) revokes: Option<&'static str>,
}

impl Name {
    pub(super) fn of(self, request: usize) -> &'static str {
        match self {
            Self::Own => ["p's own", "q's own", "r's own"][request],
            Self::Shared => "shared",
            Self::Trail => "trail",
        }
    }
}

impl Program {
    const fn new(name: &'static str, acts: &'static [Act]) -> Self {
        Self {
            name,
            presents: Presents::First,
            looks: true,
            acts,
            revokes: None,
        }
    }

    const fn blind(mut self) -> Self {
        self.looks = false;
        self
    }

    pub(super) const fn presenting(mut self, presents: Presents) -> Self {
        self.presents = presents;
        self
    }

    pub(super) fn has(&self, wanted: impl Fn(&Act) -> bool) -> bool {
        self.acts.iter().any(wanted)
    }

    pub(super) fn signs_in(&self) -> Option<&'static str> {
        self.acts.iter().find_map(|act| match act {
            Act::SignIn(owner) => Some(*owner),
            Act::Insert(_)
            | Act::Append
            | Act::Remove(_)
            | Act::Clear
            | Act::Regenerate
            | Act::SignOut(_)
            | Act::Destroy
            | Act::SetExpiry => None,
        })
    }

    /// What the session handle would have recorded.
    pub(super) fn intent(&self, request: usize) -> Intent {
        let mut intent = Intent::default();
        for act in self.acts {
            match act {
                Act::Regenerate => intent.regenerates = true,
                Act::SetExpiry => intent.expiry = Some(Expiry::owasp_low_risk()),
                Act::Destroy => {
                    intent = Intent {
                        destroys: true,
                        ..Intent::default()
                    };
                }
                Act::Insert(_) | Act::Append | Act::Remove(_) | Act::Clear | Act::SignIn(_) | Act::SignOut(_) => {
                    push(&mut intent.log, act, request);
                }
            }
        }
        intent
    }
}

fn push(log: &mut Log, act: &Act, request: usize) {
    log.push(match act {
        Act::Insert(name) => Step::Insert {
            name: name.of(request).into(),
            value: letter(request).into(),
        },
        Act::Append => Step::Update {
            name: Name::Trail.of(request).into(),
            updater: Arc::new(move |old| Ok(Some([old.unwrap_or_default(), letter(request).as_bytes()].concat()))),
            seen: None,
            seen_on: SeenOn::Nothing,
        },
        Act::Remove(name) => Step::Remove {
            name: name.of(request).into(),
        },
        Act::SignIn(owner) => Step::SignIn {
            owner: Owner::new(owner).unwrap(),
        },
        Act::SignOut(keeping) => Step::SignOut {
            keeping: keeping.iter().map(|name| (*name).to_owned()).collect(),
        },
        Act::Clear | Act::Regenerate | Act::Destroy | Act::SetExpiry => Step::Clear,
    });
}

pub(super) const LOOK: Program = Program::new("look", &[]);
pub(super) const INSERT: Program = Program::new("insert", &[Act::Insert(Name::Own), Act::Insert(Name::Shared)]);
pub(super) const BLIND_INSERT: Program = Program::new("blind insert", INSERT.acts).blind();
pub(super) const APPEND: Program = Program::new("append", &[Act::Append]);
pub(super) const APPEND_AND_INSERT: Program = Program::new("append and insert", &[Act::Append, Act::Insert(Name::Own)]);
pub(super) const REMOVE: Program = Program::new("remove", &[Act::Remove(Name::Shared), Act::Remove(Name::Trail)]);
pub(super) const CLEAR: Program = Program::new("clear", &[Act::Clear, Act::Insert(Name::Own)]);
pub(super) const REGENERATE: Program = Program::new("regenerate", &[Act::Regenerate, Act::Append]);
pub(super) const SIGN_IN_A: Program =
    Program::new("sign in A", &[Act::Insert(Name::Own), Act::SignIn("A"), Act::Append]);
pub(super) const SIGN_IN_B: Program = Program::new("sign in B", &[Act::SignIn("B"), Act::Insert(Name::Own)]);
pub(super) const SIGN_OUT: Program = Program::new("sign out", &[Act::SignOut(&[])]);
pub(super) const BLIND_SIGN_OUT: Program = Program::new("blind sign out", SIGN_OUT.acts).blind();
pub(super) const SIGN_OUT_KEEPING: Program = Program::new("sign out keeping", &[Act::Append, Act::SignOut(&["trail"])]);
pub(super) const DESTROY: Program = Program::new("destroy", &[Act::Destroy]).blind();
pub(super) const DESTROY_AND_INSERT: Program =
    Program::new("destroy and insert", &[Act::Destroy, Act::Insert(Name::Own)]);
pub(super) const SET_EXPIRY: Program = Program::new("set expiry", &[Act::SetExpiry, Act::Append]);
pub(super) const NO_COOKIE: Program =
    Program::new("append without a cookie", &[Act::Append]).presenting(Presents::Nothing);
pub(super) const UNKNOWN_ID: Program =
    Program::new("append with an unknown id", &[Act::Append]).presenting(Presents::Unknown);
pub(super) const REVOKE_A: Program = Program {
    revokes: Some("A"),
    presents: Presents::Nothing,
    ..Program::new("revoke all of A", &[])
};

/// What is paired with what.
pub(super) const ALL: &[Program] = &[
    LOOK,
    INSERT,
    BLIND_INSERT,
    APPEND,
    APPEND_AND_INSERT,
    REMOVE,
    CLEAR,
    REGENERATE,
    SIGN_IN_A,
    SIGN_IN_B,
    SIGN_OUT,
    BLIND_SIGN_OUT,
    SIGN_OUT_KEEPING,
    DESTROY,
    DESTROY_AND_INSERT,
    SET_EXPIRY,
    NO_COOKIE,
    UNKNOWN_ID,
    REVOKE_A,
];
