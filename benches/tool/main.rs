//! Measures stores by their URLs, and checks that they keep the contract.

use std::process::ExitCode;

use session_bench::tool;

fn main() -> ExitCode {
    tool::main(&tool::built_in())
}
