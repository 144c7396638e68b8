//! The Chrome DevTools Protocol over one WebSocket: commands, their results, and every event that
//! came meanwhile. It must not know what a page or a click is; `page` does.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

/// How long one command may take; a browser on two busy cores can be slow.
const COMMAND: Duration = Duration::from_secs(60);

/// Something the browser reported by itself.
#[derive(Debug, Clone)]
pub struct Event {
    /// The page's session, or empty for the browser.
    pub session: String,
    /// Such as `Page.lifecycleEvent`.
    pub method: String,
    /// Its parameters.
    pub params: Value,
}

/// A connection to the browser, with the events seen so far in order.
#[derive(Debug)]
pub struct Connection {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: Vec<Event>,
}

impl Connection {
    /// Connects to `ws://127.0.0.1:port/path`.
    #[track_caller]
    pub fn open(port: u16, path: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port))
            .expect("the browser listens where it said it does");
        stream
            .set_read_timeout(Some(COMMAND))
            .expect("a read timeout can be set");
        let (socket, _) = tungstenite::client(format!("ws://127.0.0.1:{port}{path}"), stream)
            .unwrap_or_else(|problem| panic!("the browser refused DevTools: {problem}"));
        Self {
            socket,
            last_id: 0,
            events: Vec::new(),
        }
    }

    /// Sends a command, to a page's session or (empty) to the browser, and waits for its result.
    /// An error is the browser's own words.
    pub fn call(&mut self, session: &str, method: &str, params: Value) -> Result<Value, String> {
        self.last_id += 1;
        let id = self.last_id;
        let mut command = json!({"id": id, "method": method, "params": params});
        if !session.is_empty() {
            command["sessionId"] = session.into();
        }
        self.socket
            .send(Message::text(command.to_string()))
            .map_err(|problem| format!("{method} could not be sent: {problem}"))?;
        loop {
            let mut message = self.receive().ok_or_else(|| {
                format!("{method} was not answered within {} s", COMMAND.as_secs())
            })?;
            if message["id"] != id {
                self.keep(message);
            } else if let Some(error) = message.get("error") {
                return Err(format!("{method}: {}", error["message"]));
            } else {
                return Ok(message["result"].take());
            }
        }
    }

    /// How many events were seen so far: where to start looking with [`find_event`](Self::find_event).
    pub fn event_count(&self) -> usize {
        self.events.len()
    }

    /// All events seen so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Waits until an event from index `from` on answers `wanted`; `None` when `limit` has passed.
    pub fn find_event<T>(
        &mut self,
        from: usize,
        limit: Duration,
        wanted: impl Fn(&Event) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now() + limit;
        let mut next = from;
        loop {
            while next < self.events.len() {
                if let Some(found) = wanted(&self.events[next]) {
                    return Some(found);
                }
                next += 1;
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let left = left.max(Duration::from_millis(1));
            self.socket.get_ref().set_read_timeout(Some(left)).ok()?;
            let message = self.receive();
            self.socket.get_ref().set_read_timeout(Some(COMMAND)).ok()?;
            self.keep(message?);
        }
    }

    fn receive(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(_) => {}
                Err(Error::Io(problem)) if problem.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    fn keep(&mut self, mut message: Value) {
        if let Some(method) = message["method"].as_str().map(str::to_owned) {
            self.events.push(Event {
                session: message["sessionId"].as_str().unwrap_or("").to_owned(),
                method,
                params: message["params"].take(),
            });
        }
    }
}
