//! `POST /auth/register/`

use std::{
    cell::RefCell,
    collections::BTreeSet,
    time::{Duration, Instant},
};

use e2e::{Cost, PASSWORD, Server, assert_id, crash_points};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::support::{costs, crashes};

async fn register(server: &Server, username: &str, password: &str) -> e2e::Answer {
    server.post("/auth/register/", &json!({"username": username, "password": password})).await
}

#[tokio::test]
async fn gives_the_id_and_the_name() {
    let server = Server::start().await;
    let name = server.name("Ann.Söder+1@example.org_-");
    let user = register(&server, &name, PASSWORD).await.is(201);
    let id = assert_id(&user["id"]);
    assert_eq!(user, json!({"id": id, "username": name}));
}

#[tokio::test]
async fn counts_users_from_one() {
    let Some(server) = Server::local("its users were not counted from one").start().await else { return };
    for (id, name) in ["ann", "bob", "cem"].into_iter().enumerate() {
        let user = register(&server, name, PASSWORD).await.is(201);
        assert_eq!(user, json!({"id": id + 1, "username": name}));
    }
}

#[tokio::test]
async fn a_name_is_taken_in_whatever_case_and_form_it_is_written() {
    let server = Server::start().await;
    for (first, same) in [("ann", "ANN"), ("bob", "ｂｏｂ"), ("Straße", "STRASSE"), ("Zoe\u{308}", " zoë")] {
        register(&server, &server.name(first), PASSWORD).await.is(201);
        register(&server, &server.name(first), PASSWORD).await.refuses(409, "username_taken");
        register(&server, &server.name(same), PASSWORD).await.refuses(409, "username_taken");
    }
}

#[tokio::test]
async fn a_name_is_shown_without_blanks_in_one_form_and_is_of_one_script() {
    let Some(server) = Server::local("short names may be taken there").start().await else { return };
    for (typed, shown) in [
        (" ann\n", "ann"),
        ("Jose\u{301}", "José"),
        ("ｃｅｍ", "cem"),
        ("कृष्ण", "कृष्ण"),
        ("علی\u{200c}رضا", "علی\u{200c}رضا"),
    ] {
        let user = register(&server, typed, PASSWORD).await.is(201);
        assert_eq!(user["username"], shown);
        let login = server.post("/auth/login/", &json!({"username": typed, "password": PASSWORD})).await.is(200);
        assert_eq!(login["user"]["username"], shown);
    }
    let long = register(&server, &"e\u{301}".repeat(150), PASSWORD).await.is(201);
    assert_eq!(long["username"], "é".repeat(150));
    for trick in
        ["ann\u{3164}", "\u{3164}", "аnn", "bοb", "a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}", "an\u{200d}n"]
    {
        register(&server, trick, PASSWORD).await.blames("username");
    }
}

#[tokio::test]
async fn a_name_has_1_to_150_characters() {
    let Some(server) = Server::local("short names may be taken there").start().await else { return };
    register(&server, "", PASSWORD).await.blames("username");
    register(&server, "a", PASSWORD).await.is(201);
    register(&server, &"é".repeat(150), PASSWORD).await.is(201);
    register(&server, &"é".repeat(151), PASSWORD).await.blames("username");
}

#[tokio::test]
async fn a_name_is_letters_digits_and_five_signs() {
    let server = Server::start().await;
    for name in ["a b", "a/b", "a\nb", "a#b", "a\u{0}b", "a😀", "<b>", "a\u{200b}b"] {
        register(&server, &server.name(name), PASSWORD).await.blames("username");
    }
    register(&server, &server.name("a@b.c+d-e_f"), PASSWORD).await.is(201);
}

#[tokio::test]
async fn a_password_has_8_to_128_characters() {
    let server = Server::start().await;
    register(&server, &server.name("a7"), "7 chars").await.blames("password");
    register(&server, &server.name("a8"), "8 chars!").await.is(201);
    register(&server, &server.name("a128"), &"pä".repeat(64)).await.is(201);
    register(&server, &server.name("a129"), &("pä".repeat(64) + "p")).await.blames("password");
}

#[tokio::test]
async fn a_password_is_neither_the_name_nor_a_common_one() {
    let server = Server::start().await;
    let name = server.name("annabella");
    for password in [name.as_str(), &name.to_uppercase(), "password", "12345678", "qwertyuiop", "Password1"] {
        register(&server, &name, password).await.blames("password");
    }
    register(&server, &name, PASSWORD).await.is(201);
}

#[tokio::test]
async fn every_missing_or_mistyped_field_is_named() {
    let server = Server::start().await;
    let empty = server.post("/auth/register/", &json!({})).await;
    empty.blames("username");
    empty.blames("password");
    let mistyped = server.post("/auth/register/", &json!({"username": 1, "password": ["x"]})).await;
    mistyped.blames("username");
    mistyped.blames("password");
    server.post("/auth/register/", &json!({"username": null, "password": PASSWORD})).await.blames("username");
}

#[tokio::test]
async fn of_those_who_want_a_name_at_once_one_gets_it() {
    let server = Server::start().await;
    let name = server.name("ann");
    let all = futures_util::future::join_all((0..6).map(|_| register(&server, &name, PASSWORD))).await;
    let (won, lost): (Vec<_>, Vec<_>) = all.iter().partition(|answer| answer.status == 201);
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.refuses(409, "username_taken");
    }
    server.post("/auth/login/", &json!({"username": name, "password": PASSWORD})).await.is(200);
}

#[tokio::test]
async fn a_taken_name_takes_as_long_as_a_free_one() {
    let server = Server::start().await;
    let taken = server.user("ann").await.name;
    let (mut for_taken, mut for_free) = (Duration::MAX, Duration::MAX);
    // The fastest of a few, because other load on the machine only adds time.
    for number in 0..7 {
        for (name, status, best) in
            [(&taken, 409, &mut for_taken), (&server.name(&format!("user{number}")), 201, &mut for_free)]
        {
            let start = Instant::now();
            assert_eq!(register(&server, name, PASSWORD).await.status, status);
            *best = start.elapsed().min(*best);
        }
    }
    let ratio = for_free.as_secs_f64() / for_taken.as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "{for_free:?} for a free name, {for_taken:?} for a taken one");
}

#[tokio::test]
async fn an_answer_never_shows_the_password() {
    let server = Server::start().await;
    let name = server.name("ann");
    for answer in [register(&server, &name, PASSWORD).await, register(&server, &name, PASSWORD).await] {
        assert!(!answer.body.contains(PASSWORD), "{}", answer.body);
    }
    let short = register(&server, &name, "s3cr3t!").await;
    assert!(matches!(short.json()["errors"]["password"], Value::Array(_)));
    assert!(!short.body.contains("s3cr3t!"), "{}", short.body);
}

/// The default allocator of a system like Lambda's kept the 19 MB of each hash.
#[tokio::test]
async fn the_memory_of_one_hash_serves_the_next() {
    const PEOPLE: usize = 6;
    let Some(server) = Server::local("the log of a deployed system is in CloudWatch").start().await else { return };
    for number in 0..PEOPLE {
        let body = json!({"username": format!("user{number}"), "password": PASSWORD});
        server.post("/auth/register/", &body).await.is(201);
    }
    let peaks = || -> Vec<u64> {
        let log = server.log();
        let lines = log.lines().filter(|line| line.starts_with("register "));
        lines.filter_map(|line| line.split_once("memory ")?.1.split_once(" of ")?.0.parse().ok()).collect()
    };
    let logged = async {
        while peaks().len() < PEOPLE {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), logged).await.expect("each invocation has its line");
    let peaks = peaks();
    assert!(peaks[PEOPLE - 1] < peaks[0] + 19, "MB after each: {peaks:?}");
}

#[tokio::test]
async fn a_name_that_is_taken_is_somebodys_who_can_log_in() {
    let Some(server) = crashes::server().await else { return };
    let ids = RefCell::new(BTreeSet::new());
    let number = RefCell::new(0);
    let points = crash_points(&server, "register", async |crash| {
        *number.borrow_mut() += 1;
        let name = format!("ann{}", number.borrow());
        let credentials = json!({"username": name, "password": PASSWORD});
        match crashes::meets(crash, async || server.post("/auth/register/", &credentials).await).await {
            (again, true) if again.status == 409 => again.refuses(409, "username_taken"),
            (answer, _) => drop(answer.is(201)),
        }
        let user = server.logs_in(&name).await;
        assert_eq!(
            user.get(&format!("/find-user/?username={name}")).await.is(200),
            json!({"id": user.id, "username": name})
        );
        assert!(ids.borrow_mut().insert(user.id), "{} is two", user.id);
        let room = user.creates_room().await;
        let members = user.lists(&format!("/list-members/{room}/")).await;
        assert_eq!((members.len(), assert_id(&members[0]["user"])), (1, user.id));
    })
    .await;
    assert!(points >= 6, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    server.user("ann").await;
    // The name, the count and the registrations from this address; the user in three tables and the count, in a
    // transaction.
    assert_eq!(server.cost("register").await, Cost { calls: 4, depth: 2, reads: 2.0, writes: 9.0, pushes: 0 });
}
