//! What is in the cart where there are no sessions, and whose it is: the same for everybody.

pub(crate) const EMAIL: &str = "visitor-0000@example.com";
pub(crate) const LINES: [(&str, u32); 3] = [("teapot", 1), ("sencha", 2), ("spoon", 1)];
