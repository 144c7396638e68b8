//! HTTP as only an attacker or a broken proxy writes it (spec §5 lines 104 and 105).

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::support::http::send;
use crate::support::{World, raw};

#[test]
fn a_huge_body_is_413_before_anything_is_read_from_it() {
    let world = World::shared();
    let large = "x".repeat(100_000);
    for path in ["/token", "/introspect", "/revoke"] {
        world
            .post_as(&world.web, path, &[("grant_type", "x"), ("filler", &large)])
            .assert_refused(413, "invalid_request");
    }
    let got = world.post("/userinfo", &[("access_token", &large)]);
    assert_eq!(got.status, 413, "{got:#?}");
    for path in [
        "/authorize",
        "/logout",
        "/logout/confirm",
        "/i/x/password",
        "/i/x/another-way",
    ] {
        world.post(path, &[("filler", &large)]).assert_page(413);
    }
}

#[test]
fn a_body_that_is_announced_as_huge_is_refused_without_being_sent() {
    let world = World::shared();
    let mut stream = raw::connect(&world.issuer);
    write!(
        stream,
        "POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10000000000\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type="
    )
    .unwrap();
    let began = Instant::now();
    let said = raw::read_all(&mut stream);
    assert_eq!(raw::statuses(&said), [413], "{said}");
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_chunked_body_without_end_is_cut_off() {
    let world = World::shared();
    let head = "POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    // It goes on for as long as it is let; the server has answered by then and does not listen for long.
    let (began, limit) = (Instant::now(), Duration::from_secs(30));
    let more = std::iter::from_fn(|| (began.elapsed() < limit).then_some(chunk.as_bytes()));
    let pieces = std::iter::once(head.as_bytes()).chain(more);
    let (said, taken) = raw::exchange_all(&world.issuer, pieces);
    assert_eq!(raw::statuses(&said), [413], "{said}");
    let took = began.elapsed();
    assert!(took < limit, "never cut off: {taken} pieces in {took:?}");
    assert_eq!(send(world.http.get(world.url("/jwks"))).status, 200);
}

#[test]
fn whoever_sends_headers_or_a_body_slower_than_anybody_would_is_let_go() {
    let world = World::shared();
    let heads = [
        "GET /jwks HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(),
        "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type="
            .to_owned(),
        "POST /i/x/password HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\npassword="
            .to_owned(),
        "POST /userinfo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nffff\r\nabc"
            .to_owned(),
    ];
    let began = Instant::now();
    std::thread::scope(|scope| {
        for head in heads {
            let world = &world;
            scope.spawn(move || {
                let mut stream = raw::connect(&world.issuer);
                stream.write_all(head.as_bytes()).unwrap();
                // A byte a second keeps it busy and must not keep it open.
                let mut drip = stream.try_clone().unwrap();
                let dripping = std::thread::spawn(move || {
                    for _ in 0..25 {
                        std::thread::sleep(Duration::from_secs(1));
                        if drip.write_all(b"x").is_err() {
                            return;
                        }
                    }
                });
                let said = raw::read_all(&mut stream);
                let statuses = raw::statuses(&said);
                assert!(statuses.is_empty() || statuses == [408], "{head}: {said}");
                let took = began.elapsed();
                assert!(took < Duration::from_secs(20), "{head}: open for {took:?}");
                dripping.join().unwrap();
            });
        }
    });
}

#[test]
fn a_later_request_of_a_connection_has_no_more_time_for_its_head_than_the_first() {
    let world = World::shared();
    let whole = "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n";
    let slow = "GET /jwks HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    std::thread::scope(|scope| {
        // Both at once, or the second after the answer to the first.
        for together in [true, false] {
            let world = &world;
            scope.spawn(move || {
                let mut stream = raw::connect(&world.issuer);
                stream.write_all(whole.as_bytes()).unwrap();
                if !together {
                    let mut some = [0; 16];
                    std::io::Read::read_exact(&mut stream, &mut some).unwrap();
                    assert_eq!(&some, b"HTTP/1.1 200 OK\r");
                }
                stream.write_all(slow.as_bytes()).unwrap();
                let began = Instant::now();
                let mut drip = stream.try_clone().unwrap();
                let dripping = std::thread::spawn(move || {
                    for _ in 0..25 {
                        std::thread::sleep(Duration::from_secs(1));
                        if drip.write_all(b"x").is_err() {
                            return;
                        }
                    }
                });
                let said = raw::read_all(&mut stream);
                let took = began.elapsed();
                assert!(took > Duration::from_secs(8), "{took:?}: {said}");
                assert!(took < Duration::from_secs(20), "open for {took:?}");
                assert_eq!(said.matches("HTTP/1.1 ").count(), usize::from(together));
                dripping.join().unwrap();
            });
        }
    });
}

#[test]
fn a_flood_of_headers_is_refused() {
    let world = World::shared();
    let many: String = (0..1_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let large = format!("X-Large: {}\r\n", "x".repeat(2_000_000));
    for flood in [many, large] {
        let request = format!("GET /jwks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{flood}\r\n");
        let said = raw::exchange(&world.issuer, request.as_bytes());
        let statuses = raw::statuses(&said);
        assert_eq!(statuses.len(), 1, "{said}");
        assert!([400, 413, 414, 431].contains(&statuses[0]), "{said}");
    }
    assert_eq!(send(world.http.get(world.url("/jwks"))).status, 200);
}

#[test]
fn a_header_or_an_address_that_is_too_large_is_told_as_such() {
    let world = World::shared();
    let told = |bytes: usize, path: &str| {
        let head = world.http.get(world.url(path));
        let header = send(head.header("x-large", "x".repeat(bytes)));
        let address = send(
            world
                .http
                .get(world.url(&format!("{path}?{}", "x".repeat(bytes)))),
        );
        (header, address)
    };
    let (header, address) = told(40_000, "/logout");
    header.assert_page(431);
    address.assert_page(414);
    let (header, address) = told(40_000, "/userinfo");
    header.assert_refused(431, "invalid_request");
    address.assert_refused(414, "invalid_request");
    let large = "x".repeat(100_000);
    for (head, status) in [
        (format!("GET /logout HTTP/1.1\r\nX-Large: {large}"), 431),
        (format!("GET /logout?{large} HTTP/1.1"), 414),
    ] {
        let request = format!("{head}\r\nHost: x\r\n\r\n");
        let said = raw::exchange(&world.issuer, request.as_bytes());
        assert_eq!(raw::statuses(&said), [status], "{said}");
    }
    let (header, address) = told(8_000, "/jwks");
    assert_eq!((header.status, address.status), (200, 200));
}

#[test]
fn garbage_after_a_request_is_400_and_the_end_of_the_connection() {
    let world = World::shared();
    let good = "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n";
    for garbage in [
        "\0\0\0\0GARBAGE\r\n\r\n",
        "GET  HTTP/9.9\r\n\r\n",
        "{\"json\":true}\r\n\r\n",
    ] {
        let said = raw::exchange(
            &world.issuer,
            format!("{good}{good}{garbage}{good}").as_bytes(),
        );
        assert_eq!(raw::statuses(&said), [200, 200, 400], "{said}");
    }
}

#[test]
fn the_body_after_a_head_that_is_refused_is_not_taken_for_a_request() {
    let world = World::shared();
    let large = "x".repeat(20_000);
    let hidden = "GET /jwks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let request = format!(
        "POST /token HTTP/1.1\r\nHost: x\r\nX-Large: {large}\r\nContent-Length: {}\r\n\r\n{hidden}{hidden}",
        hidden.len(),
    );
    let said = raw::exchange(&world.issuer, request.as_bytes());
    assert_eq!(raw::statuses(&said), [431, 200], "{said}");
}

#[test]
fn a_request_whose_length_can_be_read_in_two_ways_is_refused() {
    let world = World::shared();
    let body = "grant_type=x";
    for framing in [
        "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n",
        "Content-Length: 12\r\nContent-Length: 5\r\n",
        "Content-Length: +12\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 12x\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let request = format!(
            "POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{framing}\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
        );
        let said = raw::exchange(&world.issuer, request.as_bytes());
        assert_eq!(raw::statuses(&said), [400], "{framing}: {said}");
    }
}

#[test]
fn a_person_who_leaves_in_the_middle_of_a_request_disturbs_nobody() {
    let world = World::shared();
    for _ in 0..50 {
        let mut stream = raw::connect(&world.issuer);
        stream
            .write_all(b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc")
            .unwrap();
        drop(stream);
    }
    assert_eq!(send(world.http.get(world.url("/jwks"))).status, 200);
    let code = world.code(&world.tab(), &world.web, &world.alex(), &[]);
    assert_eq!(world.web.redeem(&code).status, 200);
}
