//! A statement for several sessions, where an engine has no arrays.

use session_batching::MOST_TOGETHER;

use crate::names::Names;
use crate::statement::{Form, Statement};

/// A statement of which parts are there once for each session.
///
/// In its file such a part stands in braces, with what separates it from the next after a bar: `IN ({?|, })`. There are texts for a few
/// numbers of sessions alone, so that a connection prepares few: 2, 4, 8 and so on. Whoever has fewer names the last one again.
#[derive(Debug)]
pub(crate) struct Repeated(Vec<(usize, Statement)>);

impl Repeated {
    /// From a SQL file of this crate.
    pub(crate) fn new(sql: &'static str, names: &Names, form: Form) -> Self {
        let sizes = (1..).map(|power| 1 << power).take_while(|size| *size <= MOST_TOGETHER);
        Self(
            sizes
                .map(|size| (size, Statement::repeated(sql, size, names, form)))
                .collect(),
        )
    }

    /// The statement for so many sessions or more, and for how many.
    pub(crate) fn of(&self, sessions: usize) -> Option<(usize, &Statement)> {
        let (size, statement) = self.0.iter().find(|(size, _)| *size >= sessions)?;
        Some((*size, statement))
    }
}

/// A text with each of its parts in braces so many times.
pub(crate) fn repeat(sql: &str, times: usize) -> String {
    let mut text = String::new();
    let mut rest = sql;
    while let Some((before, part, separator, after)) = split(rest) {
        text.push_str(before);
        text.push_str(&vec![part; times].join(separator));
        rest = after;
    }
    text + rest
}

/// What comes before a part in braces, the part, what separates it from the next, and what comes after.
fn split(sql: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = sql.split_once('{')?;
    let (part, after) = rest.split_once('}')?;
    let (part, separator) = part.split_once('|')?;
    Some((before, part, separator, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_in_braces_is_there_once_for_each() {
        assert_eq!(repeat("a IN ({?|, }) b", 3), "a IN (?, ?, ?) b");
        assert_eq!(repeat("{a|-} {b|; }", 2), "a-a b; b");
        assert_eq!(repeat("a", 3), "a");
    }

    #[test]
    fn sizes_grow_to_the_most_that_go_together() {
        let repeated = Repeated::new("({?|, })", &Names::default(), Form::Prepared);
        for (sessions, size) in [(1, 2), (2, 2), (3, 4), (65, 128), (128, 128)] {
            let (found, statement) = repeated.of(sessions).unwrap();
            assert_eq!(found, size);
            assert_eq!(statement.as_str().matches('?').count(), size);
        }
        assert!(repeated.of(MOST_TOGETHER + 1).is_none());
    }
}
