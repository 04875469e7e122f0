//! Names and passwords from keyboards of all languages: the same name or password in any form.

use std::collections::BTreeMap;

use e2e::{Answer, PASSWORD, Server, User};
use futures_util::future::join_all;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::support::repository::read;

#[derive(Deserialize)]
struct Names {
    accepted: BTreeMap<String, Vec<String>>,
    refused: Vec<Trick>,
}

#[derive(Deserialize)]
struct Trick {
    why: String,
    names: Vec<String>,
}

fn names() -> Names {
    serde_json::from_str(&read("shared/domain/tests/names.json")).unwrap()
}

/// A name or password as keyboards and programs write it.
fn forms(text: &str) -> [String; 3] {
    [text.nfc().collect(), text.nfd().collect(), format!(" {text}\u{a0}")]
}

/// The same with letters of Latin and digits in the width of Chinese characters.
fn wide(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c };
    text.chars().map(wide).collect()
}

async fn register(server: &Server, username: &str, password: &str) -> Answer {
    server.post("/auth/register/", &json!({"username": username, "password": password})).await
}

async fn login(server: &Server, username: &str, password: &str) -> Answer {
    server.post("/auth/login/", &json!({"username": username, "password": password})).await
}

async fn find(user: &User, name: &str) -> Answer {
    Answer::to(user.request(Method::GET, "/find-user/").query(&[("username", name)])).await
}

#[tokio::test]
async fn names_of_all_languages_register_are_found_and_log_in() {
    let server = Server::local("its users call too often").parameters(&["CallsPerSecond=10000"]).start().await;
    let Some(server) = server else { return };
    let finder = server.user("finder").await;
    let registers = async |place: usize, name: String| {
        let forms: Vec<String> = forms(&name).into_iter().chain([wide(&name)]).collect();
        let at = |number: usize| &*forms[(place + number) % forms.len()];
        let user: Value = register(&server, at(0), PASSWORD).await.is(201);
        let shown = user["username"].as_str().unwrap();
        assert!(unicode_normalization::is_nfc(shown) && shown.chars().count() <= 150, "{name}: {shown}");
        register(&server, at(1), PASSWORD).await.refuses(409, "username_taken");
        for form in &forms {
            assert_eq!(find(&finder, form).await.is(200), user, "{form:?}");
        }
        assert_eq!(login(&server, at(2), PASSWORD).await.is(200)["user"], user);
    };
    let names: Vec<_> = names().accepted.into_values().flatten().enumerate().collect();
    assert!(names.len() >= 150, "{}", names.len());
    for some in names.chunks(8) {
        join_all(some.iter().cloned().map(|(place, name)| registers(place, name))).await;
    }
}

#[tokio::test]
async fn tricks_are_refused_with_their_reason() {
    let server = Server::start().await;
    for Trick { why, names } in names().refused {
        for name in names {
            let refused = register(&server, &name, PASSWORD).await;
            refused.blames("username");
            assert_eq!(refused.json()["errors"]["username"], json!([why]), "{name:?}");
        }
    }
}

#[tokio::test]
async fn a_password_is_the_same_from_every_keyboard_wherever_it_is_asked_for() {
    let server = Server::start().await;
    let passwords = [
        ("Käsekuchen 99", "Ka\u{308}sekuchen\u{a0}99"),
        ("비밀번호예요 맞아", "\u{1107}\u{1175}\u{1106}\u{1175}\u{11af}번호예요\u{2003}맞아"),
        ("パスワードが大事", "ハ\u{309a}スワート\u{3099}か\u{3099}大事"),
        ("ﬁnancial ﬂoor", "ﬁnancial\u{3000}ﬂoor"),
        ("Ẹ\u{300}kọ\u{301} ẹ\u{300}kọ\u{301}", "E\u{300}\u{323}ko\u{301}\u{323} e\u{323}\u{300}ko\u{323}\u{301}"),
    ];
    for (number, (composed, typed)) in passwords.into_iter().enumerate() {
        for (direction, [one, other]) in [[composed, typed], [typed, composed]].into_iter().enumerate() {
            let name = server.name(&format!("user{number}{direction}"));
            register(&server, &name, one).await.is(201);
            let token = login(&server, &name, other).await.is(200)["access_token"].clone();
            let body = json!({"current_password": other, "new_password": format!("{one}!")});
            let change = server.request(Method::POST, "/auth/change-password/").json(&body);
            Answer::to(change.bearer_auth(token.as_str().unwrap())).await.is(200);
            login(&server, &name, &format!("{other}!")).await.is(200);
        }
    }
    let name = server.name("ann");
    register(&server, &name, "ﬁnancial ﬂoor").await.is(201);
    for another in ["financial floor", "Financial ﬂoor", "ﬁnancialﬂoor", " ﬁnancial ﬂoor"] {
        login(&server, &name, another).await.refuses(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn a_weak_password_is_weak_in_any_form() {
    let server = Server::start().await;
    let ann = server.user("Štěpánka1").await;
    let common = ["ｐａｓｓｗｏｒｄ", "PASSWORD", " password\u{a0}", "pass\u{200b}word", "pass\u{ad}word", "ﬁreﬁghter"];
    let blank = [" ", "\u{a0}", "\u{3164}", "\u{2800}"].map(|blank| blank.repeat(9));
    let own = [ann.name.nfd().collect(), ann.name.to_uppercase(), wide(&ann.name), format!("{} ", ann.name)];
    for weak in common.into_iter().map(str::to_owned).chain(blank).chain(own) {
        let body = json!({"current_password": PASSWORD, "new_password": weak});
        ann.post("/auth/change-password/", &body).await.blames("new_password");
        register(&server, &ann.name, &weak).await.blames("password");
    }
}

#[tokio::test]
async fn a_password_is_as_long_as_its_composed_form() {
    let server = Server::start().await;
    for (number, (password, is_taken)) in
        [("e\u{301}".repeat(128), true), ("e\u{301}".repeat(129), false), ("e\u{301}".repeat(7), false)]
            .into_iter()
            .enumerate()
    {
        let name = server.name(&format!("user{number}"));
        let answer = register(&server, &name, &password).await;
        if is_taken {
            answer.is(201);
            login(&server, &name, &password.nfc().collect::<String>()).await.is(200);
        } else {
            answer.blames("password");
        }
    }
}
