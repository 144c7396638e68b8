//! The colours of the style sheet can be read by people with weak sight, light and dark
//! (WCAG 2.2 §1.4.3 and §1.4.11).

use crate::assets;
use crate::brand::colour::Colour;
use crate::brand::palette::{DARK, LIGHT, Palette};

/// A token in its light and its dark form.
fn token(css: &str, name: &str) -> [Colour; 2] {
    let start = format!("--{name}: light-dark(");
    let (_, rest) = css
        .split_once(&start)
        .unwrap_or_else(|| panic!("no --{name}"));
    let (pair, _) = rest.split_once(')').unwrap();
    let (light, dark) = pair.split_once(", ").unwrap();
    [light, dark].map(|colour| colour.parse().unwrap())
}

fn stylesheet() -> &'static str {
    let asset = assets::all()
        .iter()
        .find(|asset| asset.name == "stepwell.css")
        .unwrap();
    std::str::from_utf8(asset.bytes).unwrap()
}

fn assert_pairs(pairs: &[(&str, &str)], least: f64) {
    let css = stylesheet();
    for (front, back) in pairs {
        for (front_colour, back_colour) in token(css, front).iter().zip(token(css, back)) {
            let found = front_colour.contrast(back_colour);
            assert!(
                found >= least,
                "{front} {front_colour} on {back} {back_colour}: {found:.2}"
            );
        }
    }
}

#[test]
fn text_stands_out_from_what_is_behind_it() {
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

#[test]
fn a_brand_is_held_against_the_colours_that_pages_have() {
    for (name, ours) in [
        ("surface", [LIGHT.surface, DARK.surface]),
        ("bg", [LIGHT.bg, DARK.bg]),
        ("on-accent", [LIGHT.on_accent, DARK.on_accent]),
        ("text-3", [LIGHT.text_3, DARK.text_3]),
    ] {
        assert_eq!(token(stylesheet(), name), ours, "{name}");
    }
    let palette = Palette::dark("#FFFFFF".parse().unwrap());
    for (name, light, _) in palette.tokens() {
        // Every token that a brand sets is one that the style sheet has.
        let [ours, _] = token(stylesheet(), name);
        assert!(name != "accent" || ours == light, "{name}");
    }
    assert!(stylesheet().contains(&format!("--radius-s: {}px;", crate::brand::RADIUS)));
}
