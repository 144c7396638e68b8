//! A person who has a keyboard and no mouse. Everything is key events; focus moves by Tab alone, and at every stop it
//! must be seen. It must not set focus, click or submit by script.

use serde_json::{Value, json};

use crate::page::Page;

/// More stops than any page has.
const MOST_STOPS: usize = 80;

/// What has the focus, in words, whether it matches a selector, and whether a person sees where they are: the browser's
/// own ring or an outline of two pixels or more, not see-through, on something that is drawn inside the window.
const LOOK: &str = "(selector => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return null;
    const style = getComputedStyle(at), box = at.getBoundingClientRect();
    const thick = style.outlineStyle === 'auto' || parseFloat(style.outlineWidth) >= 2;
    const outlined = style.outlineStyle !== 'none' && thick
        && !/^rgba\\(.*, 0\\)$/.test(style.outlineColor);
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
        && box.top < innerHeight && box.left < innerWidth;
    return {
        name: at.tagName.toLowerCase() + (at.id ? '#' + at.id : ''),
        there: at.matches(selector),
        seen: at.matches(':focus-visible') && outlined && inside && style.visibility === 'visible',
    };
})";

/// The keyboard before a page.
#[derive(Debug)]
pub struct Keyboard<'p> {
    page: &'p Page,
}

impl<'p> Keyboard<'p> {
    /// Sits down before a page.
    pub fn of(page: &'p Page) -> Self {
        Self { page }
    }

    /// Moves on by Tab until the focus is on an element for this selector. Where it is there already, as on a page
    /// that begins in a field, no key is pressed.
    #[track_caller]
    pub fn reach(&self, selector: &str) {
        self.page.wait_for(selector);
        let mut stops = Vec::new();
        for _ in 0..MOST_STOPS {
            if let Some(stop) = self.look(selector) {
                let name = stop["name"].as_str().unwrap_or_default().to_owned();
                assert_eq!(
                    stop["seen"],
                    true,
                    "the focus is on {name} of {} and nobody sees it",
                    self.page.url()
                );
                if stop["there"] == true {
                    return;
                }
                stops.push(name);
            }
            self.strike("Tab", "");
        }
        panic!(
            "{selector} of {} is out of reach: {stops:?}",
            self.page.url()
        );
    }

    /// Whether the focus is on an element for this selector, and seen.
    #[track_caller]
    pub fn is_at(&self, selector: &str) -> bool {
        let stop = self.look(selector);
        stop.is_some_and(|stop| stop["there"] == true && stop["seen"] == true)
    }

    /// Reaches a field and types over what is in it.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        self.reach(selector);
        let all = json!({
            "type": "rawKeyDown", "key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65,
            "modifiers": 2, "commands": ["selectAll"],
        });
        self.page.call("Input.dispatchKeyEvent", all);
        for letter in text.chars() {
            self.strike(&letter.to_string(), &letter.to_string());
        }
    }

    /// Reaches a field, types, and sends its form with Enter.
    #[track_caller]
    pub fn fill_and_enter(&self, selector: &str, text: &str) {
        self.fill(selector, text);
        self.enter();
    }

    /// Reaches a link or a button and follows it with Enter to another page.
    #[track_caller]
    pub fn follow(&self, selector: &str) {
        self.reach(selector);
        self.enter();
    }

    /// Reaches a box, or a button that stays on its page, and presses Space.
    #[track_caller]
    pub fn space(&self, selector: &str) {
        self.reach(selector);
        self.strike(" ", " ");
    }

    /// Reaches a group of radio buttons and goes down with the arrow until the one for this selector is chosen.
    #[track_caller]
    pub fn choose(&self, selector: &str) {
        let name = self.page.attribute(selector, "name").unwrap_or_default();
        self.reach(&format!("input[type=radio][name='{name}']"));
        let chosen = format!("document.querySelector({}).checked", Value::from(selector));
        // Space first: where nothing is chosen yet, the arrow would step over the first.
        self.strike(" ", " ");
        for _ in 0..MOST_STOPS {
            if self.page.eval(&chosen) == true {
                assert!(
                    self.is_at(selector),
                    "nobody sees that {selector} is chosen"
                );
                return;
            }
            self.strike("ArrowDown", "");
        }
        panic!("{selector} of {} cannot be chosen", self.page.url());
    }

    /// Enter, and another page.
    #[track_caller]
    pub fn enter(&self) {
        self.page.navigate("Enter", || self.strike("Enter", "\r"));
    }

    /// A key, down and up again. `text` is what it types.
    #[track_caller]
    pub fn strike(&self, key: &str, text: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            " " => 32,
            "ArrowDown" => 40,
            _ => 0,
        };
        let kind = if text.is_empty() {
            "rawKeyDown"
        } else {
            "keyDown"
        };
        for (kind, text) in [(kind, text), ("keyUp", "")] {
            let named = if code == 0 || key == " " { "" } else { key };
            let event = json!({
                "type": kind, "key": key, "text": text, "code": named, "windowsVirtualKeyCode": code,
            });
            self.page.call("Input.dispatchKeyEvent", event);
        }
    }

    fn look(&self, selector: &str) -> Option<Value> {
        let asked = format!("{LOOK}({})", Value::from(selector));
        Some(self.page.eval(&asked)).filter(Value::is_object)
    }
}
