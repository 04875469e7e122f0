//! Makes the picture of the README: the windows of two users.
//!
//! `cargo run --example screenshot -- infra/screenshot.png`
#![allow(clippy::unwrap_used, reason = "a picture that cannot be made is a panic")]

use std::env;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use browser::{Screen, Window};
use e2e::{File, Server, User};
use serde_json::json;

const TALK: [(usize, &str); 6] = [
    (1, "Morning! Has anybody watered the tomatoes?"),
    (0, "I did, at seven. They look fine 🍅"),
    (2, "The beans have snails, though. Shall I bring the copper tape?"),
    (0, "Yes please! What shall we plant next year?"),
    (2, "مرحبا، سأكون هناك في السادسة"),
    (1, "Rosemary. Always rosemary."),
];

#[tokio::main]
async fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| "infra/screenshot.png".to_owned());
    let server = Server::start().await;
    let people @ [ann, bob, _] = &server.users(["ann", "bob", "cem"]).await;
    let garden = fill(people, painted(&server).await).await;
    let anns = Window::open(&server, Screen::DESKTOP).await;
    let bobs = Window::open(&server, Screen { phone: true, dark: true }).await;
    for (window, person) in [(&anns, ann), (&bobs, bob)] {
        window.logs_in(&person.name).await;
        window.opens_room("Garden").await;
        window.sees("Rosemary. Always rosemary.").await;
    }
    people.last().unwrap().reads(garden, ann.sees_messages(garden).await.last().unwrap()).await;
    anns.sees_states(&["Read by all"; 2]).await;
    bobs.writes("Message", "And who").await;
    anns.sees("bob is typing…").await;
    let picture = beside_each_other(&server, &anns.screenshot().await, &bobs.screenshot().await).await;
    std::fs::write(&path, picture).unwrap();
}

/// A picture of tomatoes.
async fn painted(server: &Server) -> File {
    let window = Window::blank(server, Screen::DESKTOP).await;
    let script = "const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 720 });
        const pen = canvas.getContext('2d');
        const light = pen.createLinearGradient(0, 0, 300, 720);
        light.addColorStop(0, '#f6e7b4');
        light.addColorStop(0.45, '#a9c37a');
        light.addColorStop(1, '#3f6b3a');
        pen.fillStyle = light;
        pen.fillRect(0, 0, 960, 720);
        const draw = (sign, size, x, y) => { pen.font = `${size}px sans-serif`; pen.fillText(sign, x, y); };
        draw('🌿', 420, -60, 520);
        draw('🌿', 380, 500, 420);
        draw('🍅', 300, 60, 640);
        draw('🍅', 240, 350, 560);
        draw('🍅', 330, 560, 680);
        arguments[arguments.length - 1](canvas.toDataURL('image/jpeg', 0.9).split(',')[1])";
    let jpeg = window.tries(script).await;
    let bytes = STANDARD.decode(jpeg.as_str().unwrap()).unwrap();
    File { kind: "picture", content_type: "image/jpeg", name: "tomatoes.jpg", bytes }
}

/// Creates their room with its messages, and returns its id.
async fn fill(people: &[User; 3], tomatoes: File) -> u64 {
    let [ann, bob, cem] = people;
    let kitchen = cem.creates_group("Kitchen", &[ann, bob]).await;
    cem.sends(kitchen, "The kettle is fixed.").await;
    let direct = ann.opens_direct(cem).await;
    cem.sends(direct, "Could you lend me the big ladder?").await;
    cem.sends(direct, "Only until Sunday.").await;
    let garden = ann.creates_group("Garden", &[bob, cem]).await;
    for (person, text) in TALK {
        let person = people.get(person).unwrap();
        if text.contains('🍅') {
            let id = person.uploads(garden, &tomatoes).await;
            let message = json!({"conversation_id": garden, "text": text, "attachment_picture": id});
            person.post("/send-message/", &message).await.is(201);
        } else {
            person.sends(garden, text).await;
        }
    }
    garden
}

/// Takes a picture of a page that has both pictures.
async fn beside_each_other(server: &Server, desktop: &[u8], phone: &[u8]) -> Vec<u8> {
    let window = Window::blank(server, Screen::DESKTOP).await;
    // Some builds of Chromium open a page of their own first.
    window.goes_to("about:blank").await;
    let [desktop, phone] = [desktop, phone].map(|png| format!("data:image/png;base64,{}", STANDARD.encode(png)));
    let script = format!(
        "document.body.style = 'margin: 0; height: 100vh; background: #cfd8dc; position: relative';
        const show = (source, style) => {{
            const image = document.body.appendChild(new Image());
            image.style = style + '; position: absolute; box-shadow: 0 8px 40px #0005';
            image.src = source;
            return image.decode();
        }};
        const done = arguments[arguments.length - 1];
        Promise.all([
            show('{desktop}', 'left: 24px; top: 100px; width: 820px; border-radius: 12px'),
            show('{phone}', 'right: 24px; top: 70px; width: 284px; border-radius: 22px'),
        ]).then(done)"
    );
    window.tries(&script).await;
    window.screenshot().await
}
