//! The colours of the style sheet can be read by people with weak sight, light and dark
//! (WCAG 2.2 §1.4.3 and §1.4.11).

use crate::assets;

/// A token in its light and its dark form.
fn token(css: &str, name: &str) -> [String; 2] {
    let start = format!("--{name}: light-dark(");
    let (_, rest) = css
        .split_once(&start)
        .unwrap_or_else(|| panic!("no --{name}"));
    let (pair, _) = rest.split_once(')').unwrap();
    let (light, dark) = pair.split_once(", ").unwrap();
    [light.to_owned(), dark.to_owned()]
}

fn luminance(colour: &str) -> f64 {
    let hex = colour.trim_start_matches('#');
    let step = hex.len() / 3;
    let channel = |at: usize| {
        let digits = hex[at * step..(at + 1) * step].repeat(3 - step);
        let value = f64::from(u8::from_str_radix(&digits, 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn assert_pairs(pairs: &[(&str, &str)], least: f64) {
    let asset = assets::all()
        .iter()
        .find(|asset| asset.name == "stepwell.css")
        .unwrap();
    let css = std::str::from_utf8(asset.bytes).unwrap();
    for (front, back) in pairs {
        for (front_colour, back_colour) in token(css, front).iter().zip(token(css, back)) {
            let found = contrast(front_colour, &back_colour);
            assert!(
                found >= least,
                "{front} {front_colour} on {back} {back_colour}: {found:.2}"
            );
        }
    }
}

#[test]
fn text_stands_out_from_what_is_behind_it() {
    assert!((contrast("#000", "#FFFFFF") - 21.0).abs() < 0.01);
    let pairs = [
        ("text", "surface"),
        ("text", "warn-soft"),
        ("text-2", "surface"),
        ("text-3", "surface"),
        ("text-3", "sunken"),
        ("text-3", "bg"),
        ("text-3", "accent-soft"),
        ("link", "surface"),
        ("link", "accent-soft"),
        ("danger", "surface"),
        ("danger", "danger-soft"),
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("on-ok", "ok"),
    ];
    assert_pairs(&pairs, 4.5);
}

#[test]
fn borders_of_controls_and_the_focus_ring_stand_out() {
    assert_pairs(
        &[
            ("control", "surface"),
            ("ring", "surface"),
            ("ring", "bg"),
            ("danger", "surface"),
        ],
        3.0,
    );
}
