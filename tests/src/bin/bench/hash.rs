//! The password hash by itself, at the parameters the server uses: the most sign-ins these cores allow.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};

use super::server::Cpu;

const MEMORY_KIB: u32 = 19_456;
const ITERATIONS: u32 = 2;

/// What hashing alone reaches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hashes {
    /// Hashes a second on all cores.
    pub(crate) rate: f64,
    /// CPU of one hash in microseconds.
    pub(crate) cpu_each: f64,
}

/// Hashes on every core for `length`.
pub(crate) fn measure(length: Duration) -> Result<Hashes, String> {
    let params =
        Params::new(MEMORY_KIB, ITERATIONS, 1, Some(32)).map_err(|problem| problem.to_string())?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (done, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (began, cpu) = (Instant::now(), Cpu::of("self"));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut out = [0u8; 32];
                    while !stop.load(Ordering::Relaxed) {
                        hasher
                            .hash_password_into(
                                b"correct horse battery",
                                b"sixteen bytes ok",
                                &mut out,
                            )
                            .map_err(|problem| problem.to_string())?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        std::thread::sleep(length);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("hashing panicked".to_owned()))
        })
    })?;
    let (wall, cpu) = (began.elapsed(), Cpu::of("self").since(cpu).total());
    let done = done.load(Ordering::Relaxed).max(1) as f64;
    Ok(Hashes {
        rate: done / wall.as_secs_f64(),
        cpu_each: cpu.as_secs_f64() * 1e6 / done,
    })
}
