//! What clients of MongoDB send, so far as tests tell it apart.

use session_test_support::proxy::{Protocol, Sent};

/// A message's length, its id, the id that it answers to, and its kind.
const HEADER: usize = 16;
/// Of a command: its flags, the kind of the section, a length, and the type of the first element, whose name is the command's.
const BEFORE_NAME: usize = HEADER + 4 + 1 + 4 + 1;
/// Longer than the names of those who enter.
const NAME: usize = 16;

/// MongoDB's: a length that counts itself, and so much.
#[derive(Default)]
pub(crate) struct MongoProtocol {
    beginning: Vec<u8>,
    /// So much of a message is still to come.
    rest: usize,
}

impl Protocol for MongoProtocol {
    fn read(&mut self, bytes: &[u8]) -> Vec<Sent> {
        let mut sent = Vec::new();
        for &byte in bytes {
            if self.rest > 0 && self.beginning.is_empty() {
                self.rest -= 1;
                continue;
            }
            self.beginning.push(byte);
            if self.beginning.len() == BEFORE_NAME + NAME || self.is_complete() {
                let length = self.length().unwrap();
                self.rest = length - self.beginning.len();
                sent.push(self.kind());
                self.beginning.clear();
            }
        }
        sent
    }
}

impl MongoProtocol {
    fn length(&self) -> Option<usize> {
        let length = self.beginning.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*length) as usize)
    }

    fn is_complete(&self) -> bool {
        self.length().is_some_and(|length| self.beginning.len() == length)
    }

    fn kind(&self) -> Sent {
        let name = self.beginning.get(BEFORE_NAME..).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let enters = [
            "hello",
            "isMaster",
            "ismaster",
            "saslStart",
            "saslContinue",
            "endSessions",
        ];
        if enters.iter().any(|enters| enters.as_bytes() == name) || self.is_legacy() {
            return Sent::Enter;
        }
        Sent::Execute
    }

    /// The first message of a connection may be of the kind that servers had before commands had their own.
    fn is_legacy(&self) -> bool {
        self.beginning.get(12..HEADER) != Some(&2013_u32.to_le_bytes())
    }
}
