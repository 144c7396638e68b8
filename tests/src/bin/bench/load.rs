//! Connections that do the same thing again and again, and what that costs the server.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, LocalSet};

use super::http::Connection;
use super::server::{Cpu, Server};

/// Threads that drive connections.
const DRIVERS: usize = 2;
const TICK: Duration = Duration::from_millis(5);
/// No measurement goes on for longer, whatever was asked.
const LONGEST: Duration = Duration::from_secs(900);

/// One thing that a connection does over and over.
pub(crate) trait Turn {
    /// Does it once; `false` when there is nothing left to do.
    async fn turn(&mut self, http: &mut Connection) -> Result<bool, String>;
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Unmeasured time before.
    pub(crate) warm_up: Duration,
    /// Measured time.
    pub(crate) length: Duration,
    /// Turns at most, all connections together.
    pub(crate) most: u64,
}

/// What came out.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Turns that were done and right.
    pub(crate) turns: u64,
    /// Measured time.
    pub(crate) wall: Duration,
    /// What the server used of its cores.
    pub(crate) cpu: Cpu,
    /// Microseconds of each turn, sorted.
    latencies: Vec<u32>,
}

impl Measured {
    /// Turns a second.
    pub(crate) fn rate(&self) -> f64 {
        self.turns as f64 / self.wall.as_secs_f64()
    }

    /// Server CPU for one turn, in microseconds.
    pub(crate) fn cpu_each(&self) -> f64 {
        self.cpu.total().as_secs_f64() * 1e6 / self.turns as f64
    }

    /// The part of it that the kernel took.
    pub(crate) fn system_each(&self) -> f64 {
        self.cpu.system.as_secs_f64() * 1e6 / self.turns as f64
    }

    /// The latency that `share` of all turns stayed within, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let at = ((self.latencies.len() as f64 * share) as usize)
            .min(self.latencies.len().saturating_sub(1));
        self.latencies
            .get(at)
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

#[derive(Debug, Default)]
struct Shared {
    answered: AtomicU64,
    stop: AtomicBool,
    driving: AtomicU64,
    latencies: Mutex<Vec<u32>>,
    problem: Mutex<Option<String>>,
}

/// Lets `connections` turn until a limit is reached. `make` makes what the connection of a number does.
pub(crate) fn run<T: Turn + 'static>(
    server: &Server,
    connections: usize,
    limits: Limits,
    make: impl Fn(usize) -> T + Sync,
) -> Result<Measured, String> {
    let shared = &*Box::leak(Box::new(Shared::default()));
    let make = &make;
    let (address, began) = (server.address, Instant::now());
    shared.driving.store(DRIVERS as u64, Ordering::SeqCst);
    let (wall, turns, cpu) = std::thread::scope(|scope| {
        for driver in 0..DRIVERS {
            scope.spawn(move || {
                let mine = (0..connections)
                    .filter(|number| number % DRIVERS == driver)
                    .map(make)
                    .collect();
                if let Err(problem) = drive(shared, address, mine, limits, began) {
                    keep(&shared.problem, Some(problem));
                    shared.stop.store(true, Ordering::SeqCst);
                }
                shared.driving.fetch_sub(1, Ordering::SeqCst);
            });
        }
        observe(shared, server, limits)
    });
    if let Some(problem) = shared
        .problem
        .lock()
        .ok()
        .and_then(|mut problem| problem.take())
    {
        return Err(problem);
    }
    let mut latencies = shared
        .latencies
        .lock()
        .map(|mut all| std::mem::take(&mut *all))
        .unwrap_or_default();
    latencies.sort_unstable();
    if turns == 0 {
        return Err("nothing was answered in the measured time; give it more --seconds".to_owned());
    }
    Ok(Measured {
        turns,
        wall,
        cpu,
        latencies,
    })
}

/// Waits through warm-up and measurement, and reads the server's clocks at both ends.
fn observe(shared: &Shared, server: &Server, limits: Limits) -> (Duration, u64, Cpu) {
    let over = |shared: &Shared| shared.driving.load(Ordering::SeqCst) == 0;
    let wait = |length: Duration| {
        let until = Instant::now() + length.min(LONGEST);
        while Instant::now() < until && !over(shared) {
            std::thread::sleep(TICK);
        }
    };
    wait(limits.warm_up);
    let (began, cpu, turns) = (
        Instant::now(),
        server.cpu(),
        shared.answered.load(Ordering::SeqCst),
    );
    wait(limits.length);
    let turns = shared.answered.load(Ordering::SeqCst) - turns;
    let (wall, cpu) = (began.elapsed(), server.cpu().since(cpu));
    shared.stop.store(true, Ordering::SeqCst);
    (wall, turns, cpu)
}

/// One thread's connections, to their end.
fn drive<T: Turn + 'static>(
    shared: &'static Shared,
    address: SocketAddr,
    turns: Vec<T>,
    limits: Limits,
    began: Instant,
) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|problem| problem.to_string())?;
    LocalSet::new().block_on(&runtime, async move {
        let mut all = JoinSet::new();
        for turn in turns {
            all.spawn_local(connection(shared, address, turn, limits, began));
        }
        while let Some(ended) = all.join_next().await {
            let latencies = ended.map_err(|problem| problem.to_string())??;
            if let Ok(mut every) = shared.latencies.lock() {
                every.extend(latencies);
            }
        }
        Ok(())
    })
}

async fn connection<T: Turn>(
    shared: &Shared,
    address: SocketAddr,
    mut turn: T,
    limits: Limits,
    began: Instant,
) -> Result<Vec<u32>, String> {
    let mut http = Connection::open(address).await?;
    let mut latencies = Vec::new();
    while !shared.stop.load(Ordering::Relaxed)
        && shared.answered.load(Ordering::Relaxed) < limits.most
    {
        let sent = Instant::now();
        if !turn.turn(&mut http).await? {
            break;
        }
        if sent.duration_since(began) >= limits.warm_up {
            latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        shared.answered.fetch_add(1, Ordering::Relaxed);
    }
    Ok(latencies)
}

fn keep(place: &Mutex<Option<String>>, problem: Option<String>) {
    if let Ok(mut place) = place.lock() {
        *place = place.take().or(problem);
    }
}
