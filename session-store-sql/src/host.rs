//! Where a server is.

/// The address of IPv6 that stands in brackets in a URL, where drivers leave them around it and look it up as a name.
pub(crate) fn without_brackets(host: &str) -> Option<String> {
    let address = host.strip_prefix('[')?.strip_suffix(']')?;
    Some(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_taken_from_addresses_only() {
        assert_eq!(without_brackets("[::1]").as_deref(), Some("::1"));
        for host in ["::1", "127.0.0.1", "database.example", "[::1", "/run/postgresql"] {
            assert_eq!(without_brackets(host), None, "{host}");
        }
    }
}
