//! Names that a value of a shared session can't have.

/// What express-session has of its own on each session, `cookie` included, and what every object of JavaScript has: it
/// takes over no member of a stored session whose name is already there.
const RESERVED: [&str; 21] = [
    "cookie",
    "req",
    "id",
    "touch",
    "resetMaxAge",
    "save",
    "reload",
    "destroy",
    "regenerate",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}
