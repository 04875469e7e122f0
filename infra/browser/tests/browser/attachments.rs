//! Pictures and videos, from a disk to another user's window.

use std::{fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use browser::{Screen, Window};
use e2e::{File, Server, User};
use fantoccini::key::Key;
use serde_json::json;
use tempfile::TempDir;

/// Returns the natural widths of the pictures and videos that are shown in the conversation.
const WIDTHS: &str = "return [...document.querySelectorAll('.message .media :is(img, video)')].map((view) =>
    view.naturalWidth ?? view.videoWidth)";
/// Aborts the page's next upload after its first bytes.
const CUT_OFF: &str = "const send = XMLHttpRequest.prototype.send;
    window.CutOff = 0;
    XMLHttpRequest.prototype.send = function (form) {
        XMLHttpRequest.prototype.send = send;
        this.upload.addEventListener('progress', () => { window.CutOff += 1; this.abort(); }, { once: true });
        send.call(this, form);
    };
    return null";
/// Records half a second of a video.
const FILM: &str = "const done = arguments[arguments.length - 1];
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const pen = canvas.getContext('2d');
    const drawing = setInterval(() => pen.fillRect(Math.random() * 64, Math.random() * 48, 9, 9), 20);
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm;codecs=vp8' });
    recorder.ondataavailable = async ({ data }) => {
        clearInterval(drawing);
        done(btoa(String.fromCharCode(...new Uint8Array(await data.arrayBuffer()))));
    };
    recorder.start();
    setTimeout(() => recorder.stop(), 500)";

/// Counts the files that the page stores until they are sent.
const KEPT_FILES: &str = "const done = arguments[arguments.length - 1];
    const { id } = JSON.parse(localStorage.getItem('session'));
    indexedDB.open(`outbox:${id}`).onsuccess = ({ target }) => {
        target.result.transaction('files').objectStore('files').count().onsuccess = ({ target }) => done(target.result);
    }";

struct Disk(TempDir);

impl Disk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn keeps(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// A photo that says that it has these sides.
fn of_pixels(width: u16, height: u16) -> Vec<u8> {
    let mut photo = File::photo().bytes;
    let frame = photo.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    photo[frame + 5..frame + 9].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
    photo
}

async fn two_windows(server: &Server, ann: &User, bob: &User) -> [Window; 2] {
    let windows =
        [Window::open(server, Screen::DESKTOP).await, Window::open(server, Screen { phone: true, dark: true }).await];
    for (window, user) in windows.iter().zip([ann, bob]) {
        window.logs_in(&user.name).await;
        window.opens_room("Garden").await;
    }
    windows
}

#[tokio::test]
async fn a_picture_is_chosen_sent_seen_and_opened() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = two_windows(&server, &ann, &bob).await;
    let disk = Disk::new();
    let photo = disk.keeps("garden.jpg", &File::photo().bytes);

    anns.attaches(&[&photo]).await;
    anns.sees("garden.jpg").await;
    anns.clicks("Remove garden.jpg").await;
    anns.sees_no_more("garden.jpg").await;
    anns.attaches(&[&photo]).await;
    anns.writes("Caption", "The tomatoes").await;
    anns.clicks("Send").await;
    for window in [&anns, &bobs] {
        window.sees_messages(&["The tomatoes"]).await;
        // The thumbnail.
        window.sees_measured(WIDTHS, json!([320])).await;
    }
    anns.sees_states(&["Read by all"]).await;

    // The space that the page reserves for the picture has its shape.
    let shape = "const { width, height } = document.querySelector('.media').getBoundingClientRect();
        return Math.round(width / height * 3)";
    assert_eq!(bobs.measures(shape).await, 4);

    bobs.clicks("Open garden.jpg").await;
    bobs.sees_measured("return document.querySelector('dialog img').naturalWidth", json!(640)).await;
    bobs.has_focus_on("Close").await;
    bobs.presses(Key::Escape).await;
    bobs.sees_no_more("Open in a new tab").await;
    bobs.has_focus_on("Open garden.jpg").await;

    // Two pictures at a time, without a text.
    let small = disk.keeps("red.png", &File::picture().bytes);
    anns.attaches(&[&small, &photo]).await;
    anns.clicks("Send").await;
    bobs.sees_messages(&["The tomatoes", "", ""]).await;
    bobs.sees_measured(WIDTHS, json!([320, 8, 320])).await;
    anns.sees_rooms(&[("Garden", "You: Photo", "")]).await;
    let mut console = [anns.console().await, bobs.console().await].concat();
    // The browser logs every 503, also those that the page expects while the server checks a file.
    console.retain(|line| !(line.contains("/send-message") && line.contains("503")));
    assert_eq!(console, Vec::<String>::new());
    anns.reloads().await;
    anns.sees_measured(WIDTHS, json!([320, 8, 320])).await;
    assert_eq!(anns.tries(KEPT_FILES).await, json!(0));
}

#[tokio::test]
async fn a_video_is_sent_and_can_be_played() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_group("Garden", &[&bob]).await;
    let [anns, bobs] = two_windows(&server, &ann, &bob).await;
    let film = STANDARD.decode(anns.tries(FILM).await.as_str().unwrap()).unwrap();
    let disk = Disk::new();
    anns.attaches(&[&disk.keeps("film.webm", &film)]).await;
    anns.clicks("Send").await;
    for window in [&anns, &bobs] {
        window.sees_measured(WIDTHS, json!([64])).await;
    }
    bobs.hears(&format!("{} in Garden: Video", ann.name)).await;
    let plays = "const done = arguments[arguments.length - 1];
        const video = document.querySelector('.message video');
        video.muted = true;
        video.onended = () => done(true);
        video.play()";
    assert_eq!(bobs.tries(plays).await, true);
}

#[tokio::test]
async fn what_cannot_be_sent_says_why_before_and_after() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    let disk = Disk::new();

    let notes = disk.keeps("notes.txt", b"No picture, and does not say that it is one");
    let large = disk.keeps("large.png", &vec![0; (16 << 20) + 1]);
    let sky = disk.keeps("sky.jpg", &of_pixels(9000, 8000));
    window.attaches(&[&notes, &large, &sky]).await;
    window.sees("notes.txt cannot be sent.").await;
    window.sees("sky.jpg has 72 megapixels. A photo may have 67.").await;
    window.sees("large.png has 16.1 MB. A photo may have 16 MB.").await;
    assert_eq!(window.measures("return document.querySelector('[aria-label=Send]').disabled").await, true);

    let script = disk.keeps("script.png", b"<!DOCTYPE html><script>alert(1)</script>");
    window.attaches(&[&script]).await;
    window.clicks("Send").await;
    window.sees_states(&["Not sent"]).await;
    window.sees("is not a GIF, JPEG, PNG or WebP picture").await;
    window.clicks("Try again").await;
    window.sees_states(&["Not sent"]).await;
    window.sees("is not a GIF, JPEG, PNG or WebP picture").await;
    window.clicks("Delete").await;
    window.sees_messages(&[]).await;
    window.sends("a word").await;
    window.sees_states(&["Sent"]).await;
    assert_eq!(ann.sees_messages(room).await.len(), 1);
}

#[tokio::test]
async fn an_upload_that_is_cut_off_is_done_again_and_sent_once() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.measures(CUT_OFF).await;
    let disk = Disk::new();
    window.attaches(&[&disk.keeps("garden.jpg", &File::photo().bytes)]).await;
    window.clicks("Send").await;
    window.sees_states(&["Sent"]).await;
    window.sees_measured(WIDTHS, json!([320])).await;
    assert_eq!(window.measures("return window.CutOff").await, 1);
    assert_eq!(ann.sees_messages(room).await.len(), 1);
}

#[tokio::test]
async fn a_picture_that_is_unsent_when_the_page_goes_is_sent_when_it_comes_back() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    server.is_killed();
    window.sees("You are offline.").await;
    let disk = Disk::new();
    window.attaches(&[&disk.keeps("garden.jpg", &File::photo().bytes)]).await;
    window.clicks("Send").await;
    window.sees_states(&["Sending"]).await;
    window.sees_measured(WIDTHS, json!([640])).await;
    window.goes_to("about:blank").await;
    server.restarts().await;
    assert!(ann.sees_messages(room).await.is_empty());

    window.opens().await;
    window.opens_room("Garden").await;
    window.sees_states(&["Sent"]).await;
    window.sees_measured(WIDTHS, json!([320])).await;
    let [message] = &ann.sees_messages(room).await[..] else { panic!("there is one message") };
    assert_eq!(message["attachment_picture"]["name"], "garden.jpg");
}

#[tokio::test]
async fn a_picture_is_pasted_and_dropped() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.creates_group("Garden", &[]).await;
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    let red = STANDARD.encode(File::picture().bytes);
    for (event, to, name) in [
        ("ClipboardEvent('paste', { clipboardData", "textarea", "one.png"),
        ("DragEvent('drop', { dataTransfer", ".messages", "two.png"),
    ] {
        let script = format!(
            "const bytes = Uint8Array.from(atob('{red}'), (letter) => letter.charCodeAt());
            const data = new DataTransfer();
            data.items.add(new File([bytes], '{name}', {{ type: 'image/png' }}));
            const event = new {event}: data, bubbles: true, cancelable: true }});
            document.querySelector('{to}').dispatchEvent(event);
            return event.defaultPrevented"
        );
        assert_eq!(window.measures(&script).await, true, "{name}");
        window.sees(name).await;
    }
    window.clicks("Send").await;
    window.sees_measured(WIDTHS, json!([8, 8])).await;
}

#[tokio::test]
async fn a_link_that_has_ended_is_asked_for_anew() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_group("Garden", &[]).await;
    let id = ann.uploads(room, &File::picture()).await;
    ann.tries_to_attach(room, "picture", &id).await.is(201);
    let window = Window::of(&ann, Screen::DESKTOP).await;
    window.opens_room("Garden").await;
    window.sees_measured(WIDTHS, json!([8])).await;
    let ended = "const image = document.querySelector('.message img');
        image.src = image.src.replace(/X-Amz-Signature=./, 'X-Amz-Signature=');
        window.Ended = image.src;
        return null";
    window.measures(ended).await;
    let renewed = "const image = document.querySelector('.message img');
        return image.naturalWidth === 8 && image.src !== window.Ended";
    window.sees_measured(renewed, json!(true)).await;
}
