//! The session of a user in the browser.

use browser::{Screen, Window};
use e2e::Server;
use fantoccini::key::Key;
use reqwest::Method;

#[tokio::test]
async fn a_reload_keeps_the_session_and_the_open_conversation() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    ann.creates_group("Kitchen", &[]).await;
    ann.sends(room, "hello").await;
    let window = Window::of(&ann, Screen { phone: true, ..Screen::DESKTOP }).await;
    window.opens_room("Garden").await;
    window.reloads().await;
    window.sees_messages(&["hello"]).await;
    window.goes_back().await;
    window.finds("//h2[.='Chats']").await;
    window.opens_room("Kitchen").await;
    window.clicks("Back to all conversations").await;
    window.finds("//h2[.='Chats']").await;
}

#[tokio::test]
async fn logging_out_ends_the_session_in_the_browser_and_on_the_server() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    let token = window.measures("return JSON.parse(localStorage.getItem('session')).token").await;
    let token = ann.with_token(token.as_str().unwrap().to_owned());
    token.get("/list-chatrooms/").await.is(200);
    window.clicks("Log out").await;
    window.sees("You have logged out.").await;
    token.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    window.reloads().await;
    window.finds("//h1[.='Log in']").await;
    // The browser stays known for the name.
    let kept = window.measures("return Object.keys(localStorage)").await;
    assert_eq!(kept, serde_json::json!([format!("device {}", ann.name.to_lowercase())]));
}

#[tokio::test]
async fn a_session_that_the_server_has_ended_leads_to_the_door() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    let token = window.measures("return JSON.parse(localStorage.getItem('session')).token").await;
    let logout = server.request(Method::POST, "/auth/logout/").bearer_auth(token.as_str().unwrap());
    e2e::Answer::to(logout).await.is(200);
    window.sees("Your session has ended.").await;
    window.logs_in(&ann.name).await;
}

#[tokio::test]
async fn tokens_that_expire_are_refreshed_and_a_reload_goes_on() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    let session = "JSON.parse(localStorage.getItem('session'))";
    let before = window.measures(&format!("return {session}.refresh_token")).await;
    let expire = format!(
        "localStorage.setItem('session', JSON.stringify({{...{session}, expires_at: 0, token: 'expired'}})); return 0"
    );
    window.measures(&expire).await;
    window.reloads().await;
    window.opens_room("Garden").await;
    window.sends("still here").await;
    window.sees_messages(&["still here"]).await;
    assert_ne!(window.measures(&format!("return {session}.refresh_token")).await, before);
}

#[tokio::test]
async fn another_device_is_listed_and_logged_out_by_touch_and_by_keyboard() {
    let server = Server::start().await;
    for phone in [true, false] {
        let ann = server.user(if phone { "ann" } else { "bob" }).await;
        let login = serde_json::json!({"username": ann.name, "password": e2e::PASSWORD, "device": "Old tablet"});
        let login = server.post("/auth/login/", &login).await.is(200);
        let tablet = ann.with_token(login["access_token"].as_str().unwrap().to_owned());
        let window = Window::of(&ann, Screen { phone, ..Screen::DESKTOP }).await;
        window.clicks("Settings").await;
        window.clicks("Devices that are logged in").await;
        window.sees("This device").await;
        window.sees("Old tablet").await;
        for label in ["Log out Old tablet", "Really log out Old tablet?"] {
            if phone {
                window.clicks(label).await;
            } else {
                window.tabs_to(label).await;
                window.presses(Key::Enter).await;
            }
        }
        window.sees("Old tablet is logged out.").await;
        tablet.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
        window.presses(Key::Escape).await;
        window.reloads().await;
        window.finds("//h2[.='Chats']").await;
    }
}

#[tokio::test]
async fn blanks_around_a_name_do_not_belong_to_it() {
    let server = Server::start().await;
    let name = server.name("नेहा");
    let window = Window::open(&server, Screen::DESKTOP).await;
    window.registers(&format!(" {name}")).await;
    window.clicks("Log out").await;
    window.logs_in(&format!("{name} ")).await;
    let shown = window.measures("return JSON.parse(localStorage.getItem('session')).username").await;
    assert_eq!(shown, name);
}

#[tokio::test]
async fn the_door_says_why_it_stays_shut() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let window = Window::open(&server, Screen::DESKTOP).await;
    window.enters(&ann.name, "not her password").await;
    window.clicks("Log in").await;
    window.finds("//*[@role='alert' and string-length(.) > 0]").await;
    window.clicks("Create an account").await;
    window.clicks("Create account").await;
    window.sees("taken").await;
}
