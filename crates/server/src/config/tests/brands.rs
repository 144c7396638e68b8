//! `[brand]`: what is refused, and that it is told with its line, the rule and a way out.

use super::*;

#[test]
fn a_faint_accent_is_refused_with_its_line_ratio_rule_and_a_colour_that_would_do() {
    let told = problem("[brand]\naccent = \"#FFCC00\"", &[]);
    let start = "stepwell.toml:2:10: brand.accent: #FFCC00 has a contrast of 1.51:1 with the text on it in the light scheme (#FFFFFF); text needs 4.5:1 (WCAG 2.2 §1.4.3). #";
    assert!(told.starts_with(start), "{told}");
    let would_do = told.trim_end_matches(" would do").rsplit(' ').next();
    let text = format!("[brand]\naccent = {:?}", would_do.unwrap());
    assert!(read(&text, &[]).is_ok(), "{told}");
    let told = problem("", &[("STEPWELL__BRAND__ACCENT_DARK", "#3347D6")]);
    assert!(
        told.starts_with("environment STEPWELL__BRAND__ACCENT_DARK: brand.accent_dark: #3347D6"),
        "{told}"
    );
    assert!(
        told.contains("the surface behind it in the dark scheme"),
        "{told}"
    );
}

#[test]
fn what_is_no_colour_radius_or_address_is_refused() {
    for (text, start) in [
        (
            "[brand]\naccent = \"blue\"",
            "stepwell.toml:2:10: brand.accent takes a colour such as \"#3347D6\"",
        ),
        (
            "[brand]\naccent = 3",
            "stepwell.toml:2:10: brand.accent takes a text in quotes, not a number",
        ),
        (
            "[brand]\naccent_dark = \"#12345\"",
            "stepwell.toml:2:15: brand.accent_dark takes a colour such as",
        ),
        (
            "[brand]\nradius = 17",
            "stepwell.toml:2:10: brand.radius takes a whole number from 0 to 16",
        ),
        (
            "[brand]\nprivacy_url = \"javascript:alert(1)\"",
            "stepwell.toml:2:15: brand.privacy_url takes an absolute address (https, http) such as",
        ),
        (
            "[brand]\nprivacy_url = \"mailto:me@example.com\"",
            "stepwell.toml:2:15: brand.privacy_url takes an absolute address",
        ),
        (
            "[brand]\nhelp_url = \"/help\"",
            "stepwell.toml:2:12: brand.help_url takes an absolute address (https, http, mailto)",
        ),
        (
            "[brand]\nlogo = \"/nowhere/logo.svg\"",
            "stepwell.toml:2:8: brand.logo: /nowhere/logo.svg cannot be read: ",
        ),
        (
            "[brand]\nname = \"Acme\"",
            "stepwell.toml:2:1: there is no key \"name\" in [brand]; it belongs below [product]",
        ),
    ] {
        let told = problem(text, &[]);
        assert!(told.starts_with(start), "{told}\n{start}");
    }
}

#[test]
fn a_logo_is_read_at_the_start_and_a_hostile_one_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        format!("[brand]\nlogo = {:?}", path.display().to_string())
    };
    let svg = |inside: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
    let good = written("good.svg", &svg("<path d=\"M0 0h9v9z\"/>"));
    let brand = read(&good, &[])
        .map_err(|p| p.to_string())
        .unwrap()
        .config
        .brand;
    let url = brand.logo_url().unwrap();
    assert!(
        url.starts_with("/static/") && url.ends_with("/logo.svg"),
        "{url}"
    );
    for (inside, why) in [
        ("<script>alert(1)</script>", "<script>"),
        ("<path onload=\"alert(1)\"/>", "an event handler, onload="),
        ("<foreignObject/>", "<foreignObject>"),
        (
            "<use href=\"https://evil.example/x.svg#a\"/>",
            "something outside",
        ),
    ] {
        let told = problem(&written("bad.svg", &svg(inside)), &[]);
        assert!(
            told.starts_with("stepwell.toml:2:8: brand.logo: "),
            "{told}"
        );
        assert!(
            told.contains("bad.svg has ") && told.contains(why),
            "{told}"
        );
    }
}

#[test]
fn a_brand_is_taken_as_it_is_written() {
    let text = "[product]\nname = \"Acme ID\"\n[brand]\naccent = \"#0F7A43\"\naccent_dark = \"#5CC98B\"\nradius = 0\nprivacy_url = \"https://acme.example/privacy\"\nhelp_url = \"mailto:help@acme.example\"";
    let config = read(text, &[]).map_err(|p| p.to_string()).unwrap().config;
    assert_eq!(config.product_name, "Acme ID");
    let brand = config.brand;
    assert!(brand.stylesheet_url().is_some() && brand.logo_url().is_none());
    assert_eq!(brand.help_url.as_deref(), Some("mailto:help@acme.example"));
    let css = brand.files().next().unwrap();
    let css = String::from_utf8(css.bytes.clone()).unwrap();
    assert!(
        css.contains("--accent: light-dark(#0F7A43, #5CC98B)"),
        "{css}"
    );
    let nothing = read("", &[])
        .map_err(|p| p.to_string())
        .unwrap()
        .config
        .brand;
    assert_eq!(nothing, crate::brand::Brand::default());
}
