//! One browser page, used as a person uses it: clicks and typing are input events at the place
//! where the control is drawn, so they work (and fail) exactly as by hand, with JavaScript off too.
//! Reading the page goes through the debugger, which the page's own script setting does not touch.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::cdp::{Connection, Event};
use crate::wait;

const PATIENCE: Duration = Duration::from_secs(30);

/// Tells of every `securitypolicyviolation` event by the console, where `csp_violations` finds it.
const WATCH_POLICY: &str = "addEventListener('securitypolicyviolation', event => console.error(\
    'Content Security Policy event', event.violatedDirective, event.blockedURI))";

/// A page with its own cookies. Every method fails the test when the page does not do as asked.
#[derive(Debug)]
pub struct Page {
    connection: Rc<RefCell<Connection>>,
    session: String,
    patience: Cell<Duration>,
}

impl Page {
    /// Takes over an attached target.
    #[track_caller]
    pub fn attach(connection: Rc<RefCell<Connection>>, session: &str) -> Self {
        let page = Self {
            connection,
            session: session.to_owned(),
            patience: Cell::new(PATIENCE),
        };
        for domain in ["Page", "DOM", "Runtime", "Log", "Network", "Audits"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.call("Page.setLifecycleEventsEnabled", json!({"enabled": true}));
        page.call(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": WATCH_POLICY}),
        );
        page.call(
            "Emulation.setFocusEmulationEnabled",
            json!({"enabled": true}),
        );
        page
    }

    /// How long this page waits for what it is told to expect; half a minute to begin with.
    pub fn set_patience(&self, patience: Duration) {
        self.patience.set(patience);
    }

    /// Opens an address and waits until it, or what it redirects to, is loaded.
    #[track_caller]
    pub fn goto(&self, address: &str) {
        self.navigate(address, || {
            let answer = self.call("Page.navigate", json!({"url": address}));
            if let Some(problem) = answer["errorText"].as_str() {
                panic!("{address} could not be opened: {problem}");
            }
        });
    }

    /// Waits until the page has an element for this CSS selector.
    #[track_caller]
    pub fn wait_for(&self, selector: &str) {
        if wait::poll(self.patience.get(), || self.node(selector)).is_none() {
            panic!("there is no {selector} on the page.\n{}", self.state());
        }
    }

    /// True when the page has an element for this selector now.
    #[track_caller]
    pub fn has(&self, selector: &str) -> bool {
        self.node(selector).is_some()
    }

    /// Replaces what a field holds by typing.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        self.on_node(selector, |node| {
            self.try_call("DOM.focus", json!({"nodeId": node}))
        });
        let select_all = json!({
            "type": "rawKeyDown", "key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65,
            "modifiers": 2, "commands": ["selectAll"],
        });
        self.call("Input.dispatchKeyEvent", select_all);
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Clicks a link or button and waits until the page it leads to is loaded. Where that page
    /// refreshes itself to another at once, follow up with [`wait_for`](Self::wait_for).
    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.navigate(selector, || self.press(selector));
    }

    /// Clicks without expecting a navigation.
    #[track_caller]
    pub fn press(&self, selector: &str) {
        let centre = self.on_node(selector, |node| {
            let target = json!({"nodeId": node});
            self.try_call("DOM.scrollIntoViewIfNeeded", target.clone())?;
            let quads = self.try_call("DOM.getContentQuads", target)?;
            centre(&quads["quads"][0]).ok_or_else(|| format!("{selector} is not drawn"))
        });
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": centre.0, "y": centre.1, "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// The visible text of an element.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        self.wait_for(selector);
        let quoted = Value::from(selector);
        let text = self.eval(&format!("document.querySelector({quoted}).innerText"));
        text.as_str().unwrap_or("").trim().to_owned()
    }

    /// The value of an attribute; `None` when the element lacks it.
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.wait_for(selector);
        let (quoted, name) = (Value::from(selector), Value::from(name));
        let value = self.eval(&format!(
            "document.querySelector({quoted}).getAttribute({name})"
        ));
        value.as_str().map(str::to_owned)
    }

    /// The result of a JavaScript expression, promises awaited. It runs from the debugger, also when
    /// scripts of the page itself are switched off.
    #[track_caller]
    pub fn eval(&self, expression: &str) -> Value {
        // A navigation in between destroys the place where it ran: asked again of the new page.
        wait::until(expression, self.patience.get(), || {
            let asked = json!({
                "expression": expression, "returnByValue": true, "awaitPromise": true,
            });
            let mut answer = self.try_call("Runtime.evaluate", asked).ok()?;
            if let Some(problem) = answer.get("exceptionDetails") {
                panic!("{expression} failed: {problem}\n{}", self.state());
            }
            Some(answer["result"]["value"].take())
        })
    }

    /// The address shown.
    #[track_caller]
    pub fn url(&self) -> String {
        let tree = self.call("Page.getFrameTree", json!({}));
        let frame = &tree["frameTree"]["frame"];
        format!(
            "{}{}",
            frame["url"].as_str().unwrap_or(""),
            frame["urlFragment"].as_str().unwrap_or("")
        )
    }

    /// The page's title.
    #[track_caller]
    pub fn title(&self) -> String {
        self.eval("document.title")
            .as_str()
            .unwrap_or("")
            .to_owned()
    }

    /// Writes a PNG of the whole page.
    #[track_caller]
    pub fn screenshot(&self, path: &Path) {
        let shot = self.call(
            "Page.captureScreenshot",
            json!({"format": "png", "captureBeyondViewport": true, "clip": self.full_size()}),
        );
        let png = base64::engine::general_purpose::STANDARD
            .decode(shot["data"].as_str().unwrap_or(""))
            .expect("the browser sends base64");
        std::fs::write(path, png).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
    }

    /// Switches the page's scripts on or off, from the next navigation on.
    #[track_caller]
    pub fn set_javascript(&self, on: bool) {
        self.call(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": !on}),
        );
    }

    /// Runs a script in every page from the next navigation on, before its own: a browser that is older, or whose
    /// clock runs faster.
    #[track_caller]
    pub fn before_each_page(&self, script: &str) {
        self.call(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": script}),
        );
    }

    /// Pretends that the person prefers `light` or `dark`.
    #[track_caller]
    pub fn set_colour_scheme(&self, scheme: &str) {
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": feature}));
    }

    /// Sets the viewport in CSS pixels; below 600 wide it is a phone.
    #[track_caller]
    pub fn set_size(&self, width: u32, height: u32) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// A window of this size in pixels, zoomed in by this factor: the page has less room and larger letters.
    #[track_caller]
    pub fn set_zoom(&self, width: u32, height: u32, factor: u32) {
        let size = json!({
            "width": width / factor, "height": height / factor, "deviceScaleFactor": factor, "mobile": false,
        });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// What broke the Content-Security-Policy on any page so far.
    #[track_caller]
    pub fn csp_violations(&self) -> Vec<String> {
        self.reports(|event| {
            let issue = &event.params["issue"]["details"]["contentSecurityPolicyIssueDetails"];
            let text = event.params["entry"]["text"].as_str().unwrap_or("");
            match event.method.as_str() {
                "Audits.issueAdded" if issue.is_object() => Some(issue.to_string()),
                "Log.entryAdded" if text.contains("Content Security Policy") => {
                    Some(text.to_owned())
                }
                "Runtime.consoleAPICalled" => {
                    let said = event.params["args"].to_string();
                    said.contains("Content Security Policy").then_some(said)
                }
                _ => None,
            }
        })
    }

    /// Errors and warnings in the console and uncaught exceptions, on any page so far.
    #[track_caller]
    pub fn console(&self) -> Vec<String> {
        self.reports(|event| {
            let params = &event.params;
            match event.method.as_str() {
                "Log.entryAdded" => Some(format!(
                    "{}: {} ({})",
                    params["entry"]["level"], params["entry"]["text"], params["entry"]["url"]
                )),
                "Runtime.consoleAPICalled" => {
                    Some(format!("{}: {}", params["type"], params["args"]))
                }
                "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
                _ => None,
            }
        })
    }

    fn reports(&self, wanted: impl Fn(&Event) -> Option<String>) -> Vec<String> {
        // A round trip: everything reported before its answer is then in the list.
        self.call("Page.getFrameTree", json!({}));
        let connection = self.connection.borrow();
        let mine = |event: &&Event| event.session == self.session;
        connection
            .events()
            .iter()
            .filter(mine)
            .filter_map(wanted)
            .collect()
    }

    #[track_caller]
    pub(crate) fn navigate(&self, what: &str, action: impl FnOnce()) {
        let tree = self.call("Page.getFrameTree", json!({}));
        let frame = tree["frameTree"]["frame"]["id"].clone();
        let before = tree["frameTree"]["frame"]["loaderId"].clone();
        let from = self.connection.borrow().event_count();
        action();
        let loaded = |event: &Event| {
            let params = &event.params;
            (event.session == self.session
                && event.method == "Page.lifecycleEvent"
                && params["name"] == "load"
                && params["frameId"] == frame
                && params["loaderId"] != before)
                .then_some(())
        };
        let arrived = self
            .connection
            .borrow_mut()
            .find_event(from, self.patience.get(), loaded);
        if arrived.is_none() {
            panic!("{what} led to no new page.\n{}", self.state());
        }
    }

    /// Runs a step on an element, again while the page is still changing under it.
    #[track_caller]
    fn on_node<T>(&self, selector: &str, step: impl Fn(u64) -> Result<T, String>) -> T {
        let problem = RefCell::new(String::from("it is not on the page"));
        let done = wait::poll(self.patience.get(), || {
            step(self.node(selector)?)
                .map_err(|error| problem.replace(error))
                .ok()
        });
        match done {
            Some(result) => result,
            None => panic!(
                "{selector} could not be used: {}\n{}",
                problem.borrow(),
                self.state()
            ),
        }
    }

    fn node(&self, selector: &str) -> Option<u64> {
        let root = self.try_call("DOM.getDocument", json!({"depth": 0})).ok()?;
        let asked = json!({"nodeId": root["root"]["nodeId"], "selector": selector});
        let node = self.try_call("DOM.querySelector", asked).ok()?;
        node["nodeId"].as_u64().filter(|id| *id != 0)
    }

    fn full_size(&self) -> Value {
        let metrics = self.call("Page.getLayoutMetrics", json!({}));
        let content = &metrics["cssContentSize"];
        json!({
            "x": 0, "y": 0, "scale": 1, "width": content["width"], "height": content["height"],
        })
    }

    /// Where the page stands, for the message of a failed test.
    fn state(&self) -> String {
        let ask = json!({
            "expression": "location.href + '\\n' + document.title + '\\n' + \
                           (document.body ? document.body.innerText : '')",
            "returnByValue": true,
        });
        let shown = self.try_call("Runtime.evaluate", ask).unwrap_or_default();
        format!(
            "The page shows:\n{}\nConsole: {:#?}",
            shown["result"]["value"].as_str().unwrap_or("nothing"),
            self.console()
        )
    }

    #[track_caller]
    pub(crate) fn call(&self, method: &str, params: Value) -> Value {
        match self.try_call(method, params) {
            Ok(result) => result,
            Err(problem) => panic!("the browser refused: {problem}"),
        }
    }

    fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
        self.connection
            .borrow_mut()
            .call(&self.session, method, params)
    }
}

/// The middle of a quad `[x1, y1, …, x4, y4]`, in CSS pixels.
fn centre(quad: &Value) -> Option<(f64, f64)> {
    let corners: Vec<f64> = quad.as_array()?.iter().filter_map(Value::as_f64).collect();
    let mean = |offset: usize| corners.iter().skip(offset).step_by(2).sum::<f64>() / 4.0;
    (corners.len() == 8).then(|| (mean(0), mean(1)))
}
