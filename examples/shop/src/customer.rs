//! Who may sign in: everybody who knows the password.

use std::time::Duration;

use session_kit::{Expiry, Owner};

const PASSWORD: &str = "demo";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long "remember me" remembers.
pub(crate) const REMEMBERED: Expiry = Expiry::new()
    .idle(DAY.saturating_mul(14))
    .absolute(DAY.saturating_mul(90));

/// Somebody is not who they say they are. It does not tell which of the two was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This e-mail address and password do not go together.")]
pub(crate) struct WrongCredentials;

/// The customer with this e-mail address, in whichever case and with white space around it.
pub(crate) fn check(email: &str, password: &str) -> Result<Owner, WrongCredentials> {
    let email = email.trim().to_lowercase();
    let is_address = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !is_address || password != PASSWORD {
        return Err(WrongCredentials);
    }
    Owner::new(email).map_err(|_| WrongCredentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_one_customer() {
        let ann = check("ann@example.com", "demo").unwrap();
        assert_eq!(check(" Ann@Example.COM ", "demo"), Ok(ann));
    }

    #[test]
    fn neither_a_wrong_password_nor_half_an_address_signs_in() {
        for (email, password) in [
            ("ann@example.com", "Demo"),
            ("ann@example.com", ""),
            ("ann", "demo"),
            ("@", "demo"),
        ] {
            assert_eq!(check(email, password), Err(WrongCredentials), "{email}");
        }
        assert_eq!(
            check(&format!("{}@example.com", "a".repeat(255)), "demo"),
            Err(WrongCredentials)
        );
        assert_eq!(check("ann\u{1b}@example.com", "demo"), Err(WrongCredentials));
    }
}
