//! Which member of the session says who is signed in.

use std::borrow::Cow;

use super::members::quoted;
use crate::record::Owner;
use crate::values::Edited;

/// The way to a text in the session, such as `user.email`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnerMember(Vec<String>);

impl OwnerMember {
    /// `None`: a name on the way is empty, or reserved.
    pub(super) fn new(way: &str) -> Option<Self> {
        let names: Vec<String> = way.split('.').map(str::to_owned).collect();
        let is_possible =
            names.iter().all(|name| !name.is_empty()) && !names.first().is_some_and(|name| super::is_reserved(name));
        is_possible.then_some(Self(names))
    }

    /// Who is signed in. A member of another kind says nothing, for the app may use it otherwise.
    pub(super) fn read(&self, values: &Edited<'_>) -> Option<Owner> {
        let (first, rest) = self.0.split_first()?;
        let (_, value) = values.iter().find(|(name, _)| name == first)?;
        let value: serde_json::Value = serde_json::from_slice(value).ok()?;
        let end = rest.iter().try_fold(&value, |value, name| value.get(name))?;
        Owner::new(end.as_str()?).ok()
    }

    /// Makes the values say that `owner` is signed in. What else was in the member of somebody else goes.
    pub(super) fn write(&self, values: &mut Edited<'_>, owner: Option<&Owner>) {
        if self.read(values).as_ref() == owner {
            return;
        }
        let Some((first, rest)) = self.0.split_first() else {
            return;
        };
        values.retain(|(name, _)| name != first);
        if let Some(owner) = owner {
            let innermost = quoted(owner.as_str());
            let value = rest
                .iter()
                .rev()
                .fold(innermost, |inner, name| format!("{{{}:{inner}}}", quoted(name)));
            values.push((Cow::Owned(first.clone()), Cow::Owned(value.into_bytes())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(members: &[(&str, &str)]) -> Edited<'static> {
        members
            .iter()
            .map(|(name, value)| (name.to_string().into(), value.as_bytes().to_vec().into()))
            .collect()
    }

    fn owner(name: &str) -> Owner {
        Owner::new(name).unwrap()
    }

    #[test]
    fn who_signed_in_there_is_found() {
        let way = OwnerMember::new("user.email").unwrap();
        let signed_in = values(&[("cart", "[]"), ("user", r#"{"email":"ann@example.com","name":"Ann"}"#)]);
        assert_eq!(way.read(&signed_in), Some(owner("ann@example.com")));
        for other in [
            "null",
            "7",
            "{}",
            r#"{"email":7}"#,
            r#"{"email":""}"#,
            r#""ann""#,
            r#"{"email":{"x":"y"}}"#,
        ] {
            assert_eq!(way.read(&values(&[("user", other)])), None, "{other}");
        }
        assert_eq!(way.read(&values(&[])), None);
        assert_eq!(
            OwnerMember::new("uid").unwrap().read(&values(&[("uid", r#""7""#)])),
            Some(owner("7"))
        );
    }

    #[test]
    fn who_signs_in_here_is_written_there() {
        let way = OwnerMember::new("user.email").unwrap();
        let mut session = values(&[("cart", "[]")]);
        way.write(&mut session, Some(&owner("a\"b")));
        assert_eq!(session, values(&[("cart", "[]"), ("user", r#"{"email":"a\"b"}"#)]));
        way.write(&mut session, Some(&owner("c")));
        assert_eq!(session, values(&[("cart", "[]"), ("user", r#"{"email":"c"}"#)]));
        way.write(&mut session, None);
        assert_eq!(session, values(&[("cart", "[]")]));
    }

    #[test]
    fn what_else_is_known_of_the_same_user_stays() {
        let way = OwnerMember::new("user.email").unwrap();
        let session = values(&[("user", r#"{"email":"c","name":"C"}"#)]);
        let mut same = session.clone();
        way.write(&mut same, Some(&owner("c")));
        assert_eq!(same, session);
        let mut not_ours = values(&[("user", "7")]);
        way.write(&mut not_ours, None);
        assert_eq!(not_ours, values(&[("user", "7")]));
    }

    #[test]
    fn a_way_has_names() {
        for bad in ["", "user.", ".email", "a..b", "cookie", "cookie.path", "__proto__"] {
            assert_eq!(OwnerMember::new(bad), None, "{bad}");
        }
    }
}
