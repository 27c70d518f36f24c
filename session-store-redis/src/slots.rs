//! Which node of a cluster has a key.

use crc16::{State, XMODEM};
use redis::Value;

/// How many slots a cluster's keys are spread over.
pub(crate) const SLOTS: u16 = 16_384;

/// The host and the port of a node.
pub(crate) type NodeAddress = (String, u16);

/// The slot of `key`: by what stands between the first braces, or else by all of it.
pub(crate) fn slot_of(key: &[u8]) -> u16 {
    State::<XMODEM>::calculate(hash_tag(key).unwrap_or(key)) % SLOTS
}

fn hash_tag(key: &[u8]) -> Option<&[u8]> {
    let start = key.iter().position(|byte| *byte == b'{')? + 1;
    let rest = key.get(start..)?;
    let length = rest.iter().position(|byte| *byte == b'}')?;
    rest.get(..length).filter(|tag| !tag.is_empty())
}

/// Slots from `first` to `last`, and their master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SlotRange {
    pub(crate) first: u16,
    pub(crate) last: u16,
    pub(crate) master: NodeAddress,
}

/// The answer to `CLUSTER SLOTS` of the node at `asked`; what can't be read is left out.
pub(crate) fn read_slot_ranges(answer: Value, asked: &str) -> Vec<SlotRange> {
    let Value::Array(ranges) = answer else {
        return Vec::new();
    };
    let ranges = ranges.into_iter().filter_map(|range| read_slot_range(range, asked));
    ranges.collect()
}

fn read_slot_range(range: Value, asked: &str) -> Option<SlotRange> {
    let Value::Array(parts) = range else { return None };
    let [Value::Int(first), Value::Int(last), Value::Array(master), ..] = parts.as_slice() else {
        return None;
    };
    let [host, Value::Int(port), ..] = master.as_slice() else {
        return None;
    };
    let host: Option<String> = redis::from_redis_value_ref(host).unwrap_or_default();
    let host = match host {
        Some(host) if !host.is_empty() && host != "?" => host,
        // It does not know its own address, but whoever asked does.
        Some(_) | None => asked.to_owned(),
    };
    Some(SlotRange {
        first: u16::try_from(*first).ok()?,
        last: u16::try_from(*last).ok().filter(|last| *last < SLOTS)?,
        master: (host, u16::try_from(*port).ok()?),
    })
}

/// The address in a `MOVED` or an `ASK`, as host and port; an empty host is the one that answered.
pub(crate) fn redirected_to(address: &str, answered: &str) -> Option<NodeAddress> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = if host.is_empty() || host == "?" { answered } else { host };
    Some((host.to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_cluster_specification() {
        assert_eq!(slot_of(b"123456789"), 0x31C3);
        assert_eq!(slot_of(b"foo"), 12_182);
        assert_eq!(slot_of(b"{foo}bar"), slot_of(b"foo"));
        assert_eq!(slot_of(b"a{foo}{bar}"), slot_of(b"foo"));
        assert_eq!(slot_of(b"a{}{foo}"), State::<XMODEM>::calculate(b"a{}{foo}") % SLOTS);
        assert_eq!(slot_of(b"a{foo"), State::<XMODEM>::calculate(b"a{foo") % SLOTS);
    }

    #[test]
    fn a_node_that_does_not_know_its_address_is_the_one_that_was_asked() {
        let node = |host: Value| Value::Array(vec![host, Value::Int(7000), Value::BulkString(b"id".into())]);
        let range = |host| Value::Array(vec![Value::Int(0), Value::Int(5460), node(host)]);
        let answer = Value::Array(vec![
            range(Value::BulkString(b"10.0.0.1".into())),
            range(Value::Nil),
            range(Value::BulkString(b"".into())),
            Value::Int(3),
        ]);
        let masters = read_slot_ranges(answer, "seed").into_iter().map(|range| range.master.0);
        assert_eq!(masters.collect::<Vec<_>>(), ["10.0.0.1", "seed", "seed"]);
    }

    #[test]
    fn redirections_name_a_host_and_a_port() {
        for (text, host, port) in [
            ("10.0.0.1:7000", "10.0.0.1", 7000),
            (":7000", "here", 7000),
            ("::1:7000", "::1", 7000),
            ("[::1]:7000", "::1", 7000),
            ("node.example:1", "node.example", 1),
        ] {
            assert_eq!(redirected_to(text, "here"), Some((host.to_owned(), port)));
        }
        for text in ["", "host", "host:port", "host:70000"] {
            assert_eq!(redirected_to(text, "here"), None);
        }
    }
}
