//! What clients send to servers, so far as tests tell it apart.

pub(crate) use session_test_support::proxy::{Protocol, Sent};

/// PostgreSQL's: a letter, a length, and so much more. The first message has no letter.
#[derive(Default)]
pub(crate) struct PostgresProtocol {
    header: Vec<u8>,
    /// So much of a message is still to come.
    rest: usize,
    has_entered: bool,
    /// Something was sent for which a Sync is the end.
    is_in_series: bool,
}

impl Protocol for PostgresProtocol {
    fn read(&mut self, mut bytes: &[u8]) -> Vec<Sent> {
        let mut sent = Vec::new();
        while let Some((&byte, others)) = bytes.split_first() {
            if self.rest > 0 {
                let passed = self.rest.min(bytes.len());
                self.rest -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            self.header.push(byte);
            bytes = others;
            let letters = usize::from(self.has_entered);
            if self.header.len() == letters + 4 {
                let length = u32::from_be_bytes(self.header[letters..].try_into().unwrap());
                self.rest = length as usize - 4;
                sent.extend(self.begin(self.header[0]));
                self.has_entered = true;
                self.header.clear();
            }
        }
        sent
    }
}

impl PostgresProtocol {
    fn begin(&mut self, letter: u8) -> Option<Sent> {
        if !self.has_entered {
            return Some(Sent::Enter);
        }
        let is_in_series = std::mem::replace(&mut self.is_in_series, !matches!(letter, b'S' | b'Q' | b'p' | b'X'));
        match letter {
            b'p' | b'X' => Some(Sent::Enter),
            b'P' => Some(Sent::Prepare),
            b'E' => Some(Sent::Execute),
            b'Q' => Some(Sent::Query),
            b'S' if !is_in_series => Some(Sent::Ping),
            _ => None,
        }
    }
}

/// MySQL's: a length, the number of the packet since the command, and in the first of them a byte that tells the command.
#[derive(Default)]
pub(crate) struct MySqlProtocol {
    header: Vec<u8>,
    /// So much of a packet is still to come.
    rest: usize,
}

impl Protocol for MySqlProtocol {
    fn read(&mut self, mut bytes: &[u8]) -> Vec<Sent> {
        let mut sent = Vec::new();
        while let Some((&byte, others)) = bytes.split_first() {
            if self.rest > 0 {
                let passed = self.rest.min(bytes.len());
                self.rest -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            self.header.push(byte);
            bytes = others;
            let [a, b, c, number, rest @ ..] = self.header.as_slice() else {
                continue;
            };
            let length = u32::from_le_bytes([*a, *b, *c, 0]) as usize;
            let [command] = rest else {
                if length == 0 {
                    self.header.clear();
                }
                continue;
            };
            sent.extend(command_of(*number, *command));
            self.rest = length - 1;
            self.header.clear();
        }
        sent
    }
}

fn command_of(number: u8, command: u8) -> Option<Sent> {
    match (number, command) {
        (0, 0x03) => Some(Sent::Query),
        (0, 0x0e) => Some(Sent::Ping),
        (0, 0x16) => Some(Sent::Prepare),
        (0, 0x17) => Some(Sent::Execute),
        (0, 0x01) | (1.., _) => Some(Sent::Enter),
        _ => None,
    }
}
