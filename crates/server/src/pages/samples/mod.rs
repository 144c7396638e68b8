//! Every page, filled with typed sample data: plain, in trouble, and with names that mean harm.
//!
//! Tests render them all; `stepwell templates --out DIR` writes them out to be looked at. A new page or a new variant belongs here first.

mod account;
mod delivered;
mod enrol;
mod errors;
mod leaving;
mod links;
mod passkey;
mod sign_in;
mod step_up;

use std::sync::Arc;

use super::{Account, App, Chrome, Html, Locale, Offers};

/// One rendered page.
#[derive(Debug)]
pub struct Sample {
    /// File name without ending, unique.
    pub name: &'static str,
    pub html: String,
}

/// Markup, an attribute to break out of, direction changes and letters without width.
pub const NASTY: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202E}moc.knab\u{2066}\u{200B}\u{FEFF}&amp;";

/// A name longer than any line, without a place to break.
pub const LONG: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft-International";

/// A name written from right to left.
pub const RTL: &str = "بنك الأمان والثقة";

/// All pages.
pub fn samples() -> Vec<Sample> {
    samples_with(&chrome())
}

/// All pages in another frame: another language, another brand.
pub fn samples_with(chrome: &Chrome) -> Vec<Sample> {
    let mut out = Vec::new();
    let mut add = |name: &'static str, page: &dyn Html| {
        out.push(Sample {
            name,
            html: page.render(chrome),
        });
    };
    account::add(&mut add);
    sign_in::add(&mut add);
    step_up::add(&mut add);
    delivered::add(&mut add);
    passkey::add(&mut add);
    enrol::add(&mut add);
    leaving::add(&mut add);
    links::add(&mut add);
    errors::add(&mut add);
    for (name, left, page) in enrol::after_a_recovery_code() {
        let chrome = Chrome {
            codes_left: Some(left),
            ..chrome.clone()
        };
        out.push(Sample {
            name,
            html: page.render(&chrome),
        });
    }
    out
}

/// The frame of the samples.
pub fn chrome() -> Chrome {
    Chrome {
        locale: Locale::default(),
        here: Some("/i/01JZX3M5Q8".to_owned()),
        product_name: "Example ID".to_owned(),
        reference: "7KQ2-M4TX".to_owned(),
        csrf: "sample-csrf-token".to_owned(),
        privacy_url: Some("https://id.example/privacy".to_owned()),
        help_url: Some("https://id.example/help".to_owned()),
        offers: Offers {
            recovery: true,
            registration: true,
        },
        brand: Arc::default(),
        codes_left: None,
    }
}

fn id() -> String {
    "01JZX3M5Q8".to_owned()
}

fn acme() -> App {
    App::new("Acme Bank", "acme.example")
}

fn nasty_app() -> App {
    App::new(NASTY, "xn--cme-8la.example")
}

fn bob() -> Account {
    Account::new("bob@example.com").named("Bob Archer")
}
