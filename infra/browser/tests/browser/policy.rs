//! What the page may not do, whatever it is made to try.

use browser::{Screen, Window};
use e2e::Server;

#[tokio::test]
async fn a_script_from_elsewhere_markup_and_a_foreign_address_are_refused() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let window = Window::open(&server, Screen::DESKTOP).await;
    window.logs_in(&ann.name).await;
    let attempts = "const done = arguments[arguments.length - 1];
        const refused = [];
        document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'document.title = \"owned\"';
        try { document.body.append(script); } catch { refused.push('script'); }
        try { document.body.innerHTML = '<b>owned</b>'; } catch { refused.push('markup'); }
        const image = document.createElement('img');
        image.src = 'https://elsewhere.invalid/?token';
        fetch('https://elsewhere.invalid/').catch(() => setTimeout(() => done([...new Set(refused)].sort()), 200));";
    let refused = window.tries(attempts).await;
    let refused: Vec<_> = refused.as_array().unwrap().iter().map(|directive| directive.as_str().unwrap()).collect();
    for directive in ["connect-src", "img-src", "markup", "require-trusted-types-for"] {
        assert!(refused.contains(&directive), "{directive} is not in {refused:?}");
    }
    window.sees_title("Chat").await;
}

#[tokio::test]
async fn nothing_on_the_way_through_the_page_is_refused_or_fails() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    let window = Window::open(&server, Screen::DESKTOP).await;
    window.logs_in(&ann.name).await;
    window.opens_room("Garden").await;
    window.sends("hello").await;
    window.sees_states(&["Sent"]).await;
    window.clicks("Members and details").await;
    window.clicks("Close").await;
    window.clicks("Log out").await;
    window.sees("You have logged out.").await;
    assert_eq!(window.console().await, Vec::<String>::new());
}
