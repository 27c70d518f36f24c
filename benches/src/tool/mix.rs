//! What is done, and how often.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a request does to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Act {
    /// Loads it.
    Read,
    /// Loads it, and updates it on condition of its revision.
    Write,
    /// Begins one.
    New,
    /// Moves its end.
    Touch,
    /// Loads it, and gives it a new key and an owner.
    SignIn,
}

impl Act {
    pub(super) const ALL: [Self; 5] = [Self::Read, Self::Write, Self::New, Self::Touch, Self::SignIn];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::New => "new",
            Self::Touch => "touch",
            Self::SignIn => "sign-in",
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// How often each is done, among so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mix {
    shares: Vec<(Act, u32)>,
    total: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no share, needs a name of {names} and a number up to 1000, such as read=90", names = Act::ALL.map(Act::name).join(" "))]
pub(super) struct InvalidMix(String);

impl FromStr for Mix {
    type Err = InvalidMix;

    fn from_str(text: &str) -> Result<Self, InvalidMix> {
        let mut shares = Vec::new();
        for share in text.split(',') {
            let invalid = || InvalidMix(share.to_owned());
            let (name, number) = share.split_once('=').ok_or_else(invalid)?;
            let act = Act::ALL
                .into_iter()
                .find(|act| act.name() == name)
                .ok_or_else(invalid)?;
            let number: u32 = number
                .parse()
                .ok()
                .filter(|number| *number <= 1_000)
                .ok_or_else(invalid)?;
            shares.push((act, number));
        }
        let total = shares.iter().map(|(_, number)| number).sum();
        if total == 0 {
            return Err(InvalidMix(text.to_owned()));
        }
        Ok(Self { shares, total })
    }
}

impl Mix {
    /// The act that `random` chooses.
    pub(super) fn choose(&self, random: &mut fastrand::Rng) -> Act {
        let mut chosen = random.u32(..self.total);
        for (act, number) in &self.shares {
            match chosen.checked_sub(*number) {
                Some(rest) => chosen = rest,
                None => return *act,
            }
        }
        Act::Read
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares: Vec<_> = self
            .shares
            .iter()
            .map(|(act, number)| format!("{act}={number}"))
            .collect();
        formatter.write_str(&shares.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_is_done_in_its_shares() {
        let mix: Mix = "read=90,write=9,new=1".parse().unwrap();
        let mut random = fastrand::Rng::with_seed(1);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..100_000 {
            *counts.entry(mix.choose(&mut random)).or_insert(0) += 1;
        }
        assert!((89_000..91_000).contains(&counts[&Act::Read]), "{counts:?}");
        assert!((8_500..9_500).contains(&counts[&Act::Write]), "{counts:?}");
        assert!((800..1_200).contains(&counts[&Act::New]), "{counts:?}");
        assert_eq!(mix.to_string(), "read=90,write=9,new=1");
    }

    #[test]
    fn what_is_no_mix_says_what_would_be_one() {
        for text in ["", "read", "read=", "read=1001", "read=-1", "delete=1", "read=0"] {
            let error = text.parse::<Mix>().unwrap_err().to_string();
            assert!(
                error.contains("needs a name of read write new touch sign-in and a number"),
                "{error}"
            );
        }
    }
}
