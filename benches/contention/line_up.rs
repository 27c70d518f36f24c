//! Who writes where.

use std::sync::Arc;

use session_core::Store;

/// Writers, spread over nodes and sessions.
pub(crate) struct LineUp<'a> {
    pub(crate) name: &'static str,
    /// Each with a store of its own.
    pub(crate) nodes: &'a [Arc<dyn Store>],
    pub(crate) sessions: usize,
}

impl<'a> LineUp<'a> {
    /// Those that there are for so many writers. The first is the one to which the others are compared.
    pub(crate) fn all(nodes: &'a [Arc<dyn Store>], writers: usize) -> Vec<Self> {
        let of = |name, nodes, sessions| Self { name, nodes, sessions };
        let one = &nodes[..1];
        let mut all = vec![of("a session each", one, writers), of("one session", one, 1)];
        if nodes.len() > 1 && writers > 1 {
            all.push(of("one session, two nodes", nodes, 1));
        }
        all
    }
}
