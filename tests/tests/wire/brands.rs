//! An operator's colours and logo: served from our own origin, under the policy that every page has.

use stepwell_tests::databases::Database;
use stepwell_tests::html;

use crate::support::World;
use crate::support::http::send;

const LOGO: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";

#[test]
fn a_brand_is_one_style_sheet_and_one_picture_under_hashes_and_the_policy_stays_strict() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, LOGO).unwrap();
    let world = World::alone(
        Database::sqlite(),
        &[
            ("STEPWELL__BRAND__LOGO", logo.to_str().unwrap()),
            ("STEPWELL__BRAND__ACCENT", "#0F7A43"),
            ("STEPWELL__BRAND__RADIUS", "0"),
            (
                "STEPWELL__BRAND__PRIVACY_URL",
                "https://acme.example/privacy",
            ),
            ("STEPWELL__BRAND__HELP_URL", "mailto:help@acme.example"),
        ],
    );
    let page = send(world.http.get(world.url("/")));
    assert_eq!(page.status, 200);
    let links: Vec<String> = html::tags(&page.body)
        .iter()
        .flat_map(|tag| [tag.attribute("href"), tag.attribute("src")])
        .flatten()
        .map(|link| link.to_owned())
        .collect();
    for link in ["https://acme.example/privacy", "mailto:help@acme.example"] {
        assert!(links.iter().any(|found| found == link), "{links:?}");
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("style-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    for (end, kind, holds) in [
        (
            "/brand.css",
            "text/css; charset=utf-8",
            "--accent: light-dark(#0F7A43, #",
        ),
        ("/logo.svg", "image/svg+xml", LOGO),
    ] {
        let link = links.iter().find(|link| link.ends_with(end)).unwrap();
        let file = send(world.http.get(world.url(link)));
        assert_eq!((file.status, file.header("content-type")), (200, kind));
        assert!(file.body.contains(holds), "{file:#?}");
        assert!(
            file.header("cache-control").contains("immutable"),
            "{file:#?}"
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        let own = file.header("content-security-policy");
        assert!(
            own.starts_with("default-src 'none'") && own.ends_with("sandbox"),
            "{own}"
        );
        let other = format!("/static/0000000000000000{end}");
        send(world.http.get(world.url(&other))).assert_page(404);
    }
    // Ours comes first, so that the brand's properties win.
    let sheets: Vec<&String> = links.iter().filter(|link| link.ends_with(".css")).collect();
    assert!(
        sheets[0].ends_with("/stepwell.css") && sheets[1].ends_with("/brand.css"),
        "{sheets:?}"
    );
    let icon = send(world.http.get(world.url("/favicon.ico")));
    assert!(icon.header("location").ends_with("/logo.svg"), "{icon:#?}");
}
