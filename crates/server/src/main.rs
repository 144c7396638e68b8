//! The `stepwell` binary: hands the command line to the library and its exit code to the system.
//!
//! It keeps the system's allocator, which gives a password hash's 19 MiB back.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before libpq does it: initialised by libpq, OpenSSL takes itself apart when the process exits, while a
    // connection that the pool is just opening still uses it, and a finished command ends with a crash.
    openssl::init();
    stepwell_server::cli::main()
}
