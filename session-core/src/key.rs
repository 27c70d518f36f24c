//! The names of values, with or without their type.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The name of a value together with its type, so that the two can't come apart.
///
/// ```
/// use session_core::Key;
///
/// const CART: Key<Vec<String>> = Key::new("cart");
/// assert_eq!(CART.name(), "cart");
/// ```
pub struct Key<T: ?Sized> {
    name: &'static str,
    value: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> Key<T> {
    /// The key of the value called `name`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            value: PhantomData,
        }
    }

    /// The value's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<T: ?Sized> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Key<T> {}

impl<T: ?Sized> fmt::Debug for Key<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Key").field(&self.name).finish()
    }
}

/// What names a value: a `&str` or a [`Key`].
pub trait KeyName: sealed::Sealed + Sized {
    /// The value's name.
    fn name(&self) -> &str;

    /// The value's name, to be kept.
    fn into_name(self) -> Cow<'static, str>;
}

/// What names a value of type `T`: a `&str` for any type, a [`Key`] for its own.
pub trait ValueKey<T: ?Sized>: KeyName {}

impl KeyName for &str {
    fn name(&self) -> &str {
        self
    }

    fn into_name(self) -> Cow<'static, str> {
        Cow::Owned(self.to_owned())
    }
}

impl<T: ?Sized> KeyName for Key<T> {
    fn name(&self) -> &str {
        self.name
    }

    fn into_name(self) -> Cow<'static, str> {
        Cow::Borrowed(self.name)
    }
}

impl<T: ?Sized> ValueKey<T> for &str {}

impl<T: ?Sized> ValueKey<T> for Key<T> {}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else names values")]
    pub trait Sealed {}

    impl Sealed for &str {}

    impl<T: ?Sized> Sealed for super::Key<T> {}
}
