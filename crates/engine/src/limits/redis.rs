//! Limits that several nodes share, on Redis, each operation one script.
//!
//! Every answer is mirrored into this node's own memory. When Redis is away, throttling goes on from
//! there and the memory of used things refuses (spec §5 line 118); after a failure Redis is left alone
//! for a second, so that a dead server costs one timeout and not one per request. Redis keeps time only
//! for dropping keys; instants come from the caller.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use r2d2::{ManageConnection, NopErrorHandler, Pool};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, Connection, ConnectionLike, IntoConnectionInfo as _, RedisError, Script};
use stepwell_core::time::{Seconds, Timestamp};

use super::bucket::{Rule, Verdict};
use super::key::LimitKey;
use super::memory::MemoryLimits;
use super::{Limits, LimitsDown};

/// Nothing on Redis is waited for longer than this.
const PATIENCE: Duration = Duration::from_millis(200);
const POOL: u32 = 8;
/// Opening a connection happens beside the requests; a TLS handshake may take longer than they wait.
const OPENING: Duration = Duration::from_secs(1);
/// A handshake has no timeout of its own, so that a machine that went away has to be noticed below it.
const PROBE_AFTER: Duration = Duration::from_secs(10);
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// After a failure Redis is not asked again for this long.
const REST: Seconds = Seconds(1);
/// Counted attempts and used things live apart, also under one name.
const COUNTS: &str = "count";
const USES: &str = "used";

/// The arithmetic of `bucket`, on the server: answers whether the attempt counted, and what is kept.
const HIT: &str = r"
local now, share, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
if full < now then full = now end
if full > now + window then full = now + window end
local pushed = full + share
if pushed > now + window then return {0, string.format('%.0f', full)} end
local text = string.format('%.0f', pushed)
redis.call('SET', KEYS[1], text, 'PX', math.ceil((pushed - now) / 1000) + 1000)
return {1, text}
";

const REFUND: &str = r"
local now, share = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or now) - share
if full <= now then redis.call('DEL', KEYS[1]) return '0' end
local text = string.format('%.0f', full)
redis.call('SET', KEYS[1], text, 'PX', math.ceil((full - now) / 1000) + 1000)
return text
";

/// The instant is compared too, so that a node whose clock is ahead of the server's sees what it kept.
const FIRST_USE: &str = r"
local now, until_ = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = tonumber(redis.call('GET', KEYS[1]) or 0)
if kept > now then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', math.ceil((until_ - now) / 1000) + 1000)
return 1
";

const CLEAR: &str = "return redis.call('DEL', KEYS[1])";

#[derive(Debug)]
struct Scripts {
    hit: Script,
    refund: Script,
    first_use: Script,
    clear: Script,
}

/// See the module.
#[derive(Debug)]
pub struct RedisLimits {
    pool: Pool<Connector>,
    scripts: Scripts,
    prefix: String,
    local: MemoryLimits,
    /// Microseconds: Redis is not asked before this instant.
    rests_until: AtomicI64,
    /// Microseconds: the latest instant that a caller named.
    seen: AtomicI64,
}

impl RedisLimits {
    /// Prepares a pool; nothing is connected yet, so a node starts while Redis is away. `prefix` keeps
    /// several installations on one Redis apart.
    ///
    /// # Errors
    /// When the address is not one of Redis.
    pub fn new(url: &str, prefix: &str) -> Result<Self, String> {
        let unusable = |error: RedisError| {
            format!(
                "redis_url is not usable ({}); write it as redis://[user:password@]host[:port][/database], or rediss:// over TLS",
                error.category()
            )
        };
        let probes = TcpKeepalive::new()
            .with_time(PROBE_AFTER)
            .with_interval(PROBE_EVERY);
        let tcp = TcpSettings::default().set_keepalive(probes);
        let info = url.into_connection_info().map_err(unusable)?;
        let client = Client::open(info.set_tcp_settings(tcp)).map_err(unusable)?;
        let pool = Pool::builder()
            .max_size(POOL)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(Connector(client));
        let scripts = Scripts {
            hit: Script::new(HIT),
            refund: Script::new(REFUND),
            first_use: Script::new(FIRST_USE),
            clear: Script::new(CLEAR),
        };
        Ok(Self {
            pool,
            scripts,
            prefix: prefix.to_owned(),
            local: MemoryLimits::default(),
            rests_until: AtomicI64::new(i64::MIN),
            seen: AtomicI64::new(0),
        })
    }

    #[cfg(test)]
    pub(super) fn prefix_for_tests(&self) -> &str {
        &self.prefix
    }

    fn ask<T: redis::FromRedisValue>(
        &self,
        script: &Script,
        space: &str,
        key: &LimitKey,
        args: &[i64],
        now: Timestamp,
    ) -> Option<T> {
        self.seen.store(now.as_micros(), Ordering::Relaxed);
        if self.is_resting(now) {
            return None;
        }
        let mut call = script.key(format!("{}:{space}:{}", self.prefix, key.as_str()));
        for arg in args {
            call.arg(*arg);
        }
        let why = match self.try_each(|redis| call.invoke(redis)) {
            Ok(answer) => return Some(answer),
            Err(why) => why,
        };
        tracing::warn!(
            why,
            "Redis does not answer; throttling goes on per node, and replay checks refuse"
        );
        self.rests_until
            .store(now.plus(REST).as_micros(), Ordering::Relaxed);
        None
    }

    /// Asks; goes on to the next connection when one turns out to have been closed, as all are after
    /// Redis was restarted. An attempt may then count twice, and a first use seem a second one: both
    /// err on the safe side.
    fn try_each<T>(
        &self,
        ask: impl Fn(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, String> {
        let mut left = POOL;
        loop {
            let mut conn = self.pool.get().map_err(|_| "no connection".to_owned())?;
            match conn.run(&ask) {
                Err(error) if left > 0 && error.is_io_error() && !error.is_timeout() => left -= 1,
                answer => return answer.map_err(|error| error.category().to_owned()),
            }
        }
    }

    fn is_resting(&self, now: Timestamp) -> bool {
        let until = self.rests_until.load(Ordering::Relaxed);
        // Also not when the clock was set back behind the failure.
        now.as_micros() < until && now.plus(REST).as_micros() >= until
    }
}

impl Limits for RedisLimits {
    fn hit(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<Verdict, LimitsDown> {
        let args = [now.as_micros(), rule.share_micros(), rule.window_micros()];
        match self.ask::<(bool, i64)>(&self.scripts.hit, COUNTS, key, &args, now) {
            Some((counted, full_at)) => {
                self.local.keep(key, Some(full_at), now);
                Ok(rule.verdict(counted, full_at, now))
            }
            None => self.local.hit(key, rule, now),
        }
    }

    fn peek(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<Verdict, LimitsDown> {
        self.local.peek(key, rule, now)
    }

    fn refund(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<(), LimitsDown> {
        let args = [now.as_micros(), rule.share_micros()];
        match self.ask::<i64>(&self.scripts.refund, COUNTS, key, &args, now) {
            Some(full_at) => self.local.keep(key, Some(full_at), now),
            None => self.local.refund(key, rule, now)?,
        }
        Ok(())
    }

    /// Where Redis is away, other nodes keep the count until it has passed: too strict, never too lax.
    fn clear(&self, key: &LimitKey) -> Result<(), LimitsDown> {
        let now = Timestamp::from_micros(self.seen.load(Ordering::Relaxed));
        let _: Option<i64> = self.ask(&self.scripts.clear, COUNTS, key, &[], now);
        self.local.clear(key)
    }

    fn first_use(
        &self,
        key: &LimitKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, LimitsDown> {
        let until = until.max(now.plus(Seconds(1)));
        let args = [now.as_micros(), until.as_micros()];
        self.ask(&self.scripts.first_use, USES, key, &args, now)
            .ok_or(LimitsDown)
    }

    /// Also while requests leave Redis alone after a failure.
    fn shared_is_up(&self) -> Option<bool> {
        let answer = self.try_each(|redis| redis::cmd("PING").query::<String>(redis));
        Some(answer.is_ok())
    }
}

/// Opens connections with timeouts, which the library's own manager does not set.
#[derive(Debug)]
struct Connector(Client);

/// A connection, and whether an answer may still be on its way to the wrong question.
struct Conn {
    inner: Connection,
    broken: bool,
}

impl Conn {
    fn run<T>(
        &mut self,
        ask: impl FnOnce(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, RedisError> {
        let answer = ask(&mut self.inner);
        // After a timeout the late answer would be read as the next one's; such a connection is dropped.
        self.broken |= answer
            .as_ref()
            .is_err_and(|error| error.is_io_error() || error.is_timeout());
        answer
    }
}

impl ManageConnection for Connector {
    type Connection = Conn;
    type Error = RedisError;

    fn connect(&self) -> Result<Conn, RedisError> {
        let inner = self.0.get_connection_with_timeout(OPENING)?;
        inner.set_read_timeout(Some(PATIENCE))?;
        inner.set_write_timeout(Some(PATIENCE))?;
        Ok(Conn {
            inner,
            broken: false,
        })
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), RedisError> {
        conn.run(|redis| redis::cmd("PING").query::<String>(redis))
            .map(drop)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.broken || !conn.inner.is_open()
    }
}
