//! The servers of `scripts/services`.

/// The value of a variable that it prints.
pub fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| {
        format!("{name} is not set: run scripts/bench, or `set -a; eval \"$(scripts/services up)\"; set +a` first")
    })
}
