//! A window: the actions of its user, and the contents of its screen.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use e2e::{PASSWORD, Server, User};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;
use url::Url;

use crate::{Screen, driver::Driver};

/// The time that a test waits for the screen, for a busy machine: much longer than any step takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// More elements than any view has that can have the focus.
const MOST_TABS: usize = 40;

/// A browser with one window.
#[derive(Debug)]
pub struct Window {
    pub(crate) client: Client,
    url: String,
    // The order of the fields matters: the browser ends before its profile is removed.
    _driver: Driver,
    _profile: TempDir,
}

impl Window {
    /// Opens the web client of a server.
    pub async fn open(server: &Server, screen: Screen) -> Self {
        let window = Self::blank(server, screen).await;
        window.opens().await;
        window
    }

    /// Opens the web client, and logs in as a user.
    pub async fn of(user: &User, screen: Screen) -> Self {
        let window = Self::open(&user.server, screen).await;
        window.logs_in(&user.name).await;
        window
    }

    /// Opens an empty window.
    pub async fn blank(server: &Server, screen: Screen) -> Self {
        let profile = TempDir::new().expect("there is a place for temporary files");
        let driver = Driver::start(profile.path());
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(screen.capabilities(profile.path()))
            .connect(&driver.url)
            .await
            .expect("chromedriver opens a browser");
        Self { client, url: server.url(), _driver: driver, _profile: profile }
    }

    /// Opens the web client.
    pub async fn opens(&self) {
        self.goes_to(&format!("{}/", self.url)).await;
    }

    /// Opens a URL.
    pub async fn goes_to(&self, url: &str) {
        self.client.goto(url).await.expect("the page can be loaded");
    }

    /// Reloads the page.
    pub async fn reloads(&self) {
        self.client.refresh().await.expect("the page can be reloaded");
    }

    /// Takes the network away from the window.
    pub async fn loses_its_network(&self) {
        self.client.issue_cmd(Network(false)).await.expect("the network can be taken away");
    }

    /// Gives the network back.
    pub async fn gets_its_network_back(&self) {
        self.client.issue_cmd(Network(true)).await.expect("the network can be given back");
    }

    /// Goes back in the history, as the browser's button does.
    pub async fn goes_back(&self) {
        self.client.back().await.expect("the browser can go back");
    }

    /// Creates an account and logs in.
    pub async fn registers(&self, name: &str) {
        self.clicks("Create an account").await;
        self.enters(name, PASSWORD).await;
        self.clicks("Create account").await;
        self.finds("//h2[.='Chats']").await;
    }

    /// Logs in with an existing account.
    pub async fn logs_in(&self, name: &str) {
        self.enters(name, PASSWORD).await;
        self.clicks("Log in").await;
        self.finds("//h2[.='Chats']").await;
    }

    /// Fills in the form for logging in or registering.
    pub async fn enters(&self, name: &str, password: &str) {
        self.writes("Name", name).await;
        self.writes("Password", password).await;
    }

    /// Clicks the button with this label.
    pub async fn clicks(&self, label: &str) {
        let label = quoted(label);
        let button = self.finds(&format!("//button[normalize-space()={label} or @aria-label={label}]")).await;
        button.click().await.expect("a button can be clicked");
    }

    /// Opens a conversation from the list.
    pub async fn opens_room(&self, title: &str) {
        let link = format!("//nav//a[.//*[@class='name' and .={}]]", quoted(title));
        self.finds(&link).await.click().await.expect("a conversation can be clicked");
        self.finds(&format!("//main//h2[.={}]", quoted(title))).await;
    }

    /// Writes into the field with this label.
    pub async fn writes(&self, label: &str, text: &str) {
        let label = quoted(label);
        let field = format!("//*[@id=//label[.={label}]/@for or @aria-label={label}]");
        self.finds(&field).await.send_keys(text).await.expect("a field can be written into");
    }

    /// Replaces the content of the field with this label.
    pub async fn rewrites(&self, label: &str, text: &str) {
        // Control with A selects all, and the null key releases Control.
        self.writes(label, &format!("\u{e009}a\u{e000}{text}")).await;
    }

    /// Chooses an option of the list with this label.
    pub async fn selects(&self, label: &str, option: &str) {
        let (label, option) = (quoted(label), quoted(option));
        let option = format!("//select[@id=//label[.={label}]/@for]/option[.={option}]");
        self.finds(&option).await.click().await.expect("an option can be chosen");
    }

    /// Checks the box with this label, or removes its check.
    pub async fn checks(&self, label: &str) {
        let label = format!("//label[.={}]", quoted(label));
        self.finds(&label).await.click().await.expect("a box can be checked");
    }

    /// Writes a message and sends it.
    pub async fn sends(&self, text: &str) {
        self.writes("Message", text).await;
        self.clicks("Send").await;
    }

    /// Chooses files in the browser's dialog.
    pub async fn attaches(&self, files: &[&Path]) {
        self.chooses("Photos and videos", files).await;
    }

    /// Chooses files in the browser's dialog, for the purpose with this label.
    pub async fn chooses(&self, label: &str, files: &[&Path]) {
        let chooser = format!("//input[@type='file' and @aria-label={}]", quoted(label));
        let chooser = self.client.find(Locator::XPath(&chooser)).await.expect("files can be chosen");
        let paths: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
        chooser.send_keys(&paths.join("\n")).await.expect("files are chosen");
    }

    /// Presses a key.
    pub async fn presses(&self, key: Key) {
        self.presses_keys(&char::from(key).to_string()).await;
    }

    /// Moves the focus to the element before.
    pub async fn tabs_back(&self) {
        self.presses_keys("\u{e008}\u{e004}\u{e000}").await;
    }

    /// Presses a key together with Control.
    pub async fn presses_with_control(&self, key: char) {
        self.presses_keys(&format!("\u{e009}{key}\u{e000}")).await;
    }

    async fn presses_keys(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("a key can be pressed");
    }

    /// Presses the tabulator until the focused element has this label or text, as a user without a mouse does.
    pub async fn tabs_to(&self, label: &str) {
        for _ in 0..MOST_TABS {
            if self.measures(FOCUS).await == label {
                return;
            }
            self.presses(Key::Tab).await;
        }
        panic!("the tabulator does not reach {label:?} in:\n{}", self.state().await);
    }

    /// Waits until the text is on the screen.
    pub async fn sees(&self, text: &str) {
        self.waits(&format!("for {text:?}"), SHOWS, json!(text), Value::Bool(true)).await;
    }

    /// Waits until the text is gone from the screen.
    pub async fn sees_no_more(&self, text: &str) {
        self.waits(&format!("for {text:?} to go"), SHOWS, json!(text), Value::Bool(false)).await;
    }

    /// Waits until the open conversation has exactly these messages, each as its text.
    pub async fn sees_messages(&self, texts: &[&str]) {
        self.waits("for messages", MESSAGES, Value::Null, json!(texts)).await;
    }

    /// Waits until the user's own messages have these states: `Sending`, `Sent`, `Read by all`.
    pub async fn sees_states(&self, states: &[&str]) {
        self.waits("for the state of messages", STATES, Value::Null, json!(states)).await;
    }

    /// Waits until the list of conversations is this: title, the line below it, the number of unread messages.
    pub async fn sees_rooms(&self, rooms: &[(&str, &str, &str)]) {
        self.waits("for conversations", ROOMS, Value::Null, json!(rooms)).await;
    }

    /// Waits until this is the last text for a screen reader.
    pub async fn hears(&self, text: &str) {
        self.waits("for what is spoken", SPOKEN, Value::Null, json!([text])).await;
    }

    /// Waits until the window has this title.
    pub async fn sees_title(&self, title: &str) {
        self.waits("for a title", "return document.title", Value::Null, json!(title)).await;
    }

    /// Waits until the focused element has this label or text.
    pub async fn has_focus_on(&self, label: &str) {
        self.waits("for the focus", FOCUS, Value::Null, json!(label)).await;
    }

    /// Waits until a script returns this. For properties that are visible, but not in any element's text.
    pub async fn sees_measured(&self, script: &str, expected: Value) {
        self.waits(&format!("for {script}"), script, Value::Null, expected).await;
    }

    /// Returns the result of a script. For properties that are visible, but not in any element's text: sizes,
    /// positions.
    pub async fn measures(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("the script runs")
    }

    /// Returns the value that a script passes to its last argument, a function, once it is done.
    pub async fn tries(&self, script: &str) -> Value {
        self.client.execute_async(script, vec![]).await.expect("the script runs to its end")
    }

    /// Returns the messages on the browser's console.
    pub async fn console(&self) -> Vec<String> {
        let log = self.client.issue_cmd(ConsoleLog).await.expect("chromedriver keeps a log");
        let entries = log.as_array().expect("a log is a list");
        entries.iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// Takes a picture of the window, as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture can be taken")
    }

    /// Waits until an element at an `XPath` is visible, and returns it.
    pub async fn finds(&self, xpath: &str) -> Element {
        let start = Instant::now();
        loop {
            for element in self.client.find_all(Locator::XPath(xpath)).await.expect("the page can be searched") {
                // An element that was removed meanwhile is not visible.
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            assert!(start.elapsed() < PATIENCE, "there is no {xpath} in:\n{}", self.state().await);
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn waits(&self, what: &str, script: &str, argument: Value, expected: Value) {
        let start = Instant::now();
        loop {
            let seen = self.client.execute(script, vec![argument.clone()]).await.expect("the page can be read");
            if seen == expected {
                return;
            }
            let elapsed = start.elapsed();
            assert!(elapsed < PATIENCE, "waited {what}: {expected}, and saw {seen} in:\n{}", self.state().await);
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Returns the text, the loaded resources and the console, which explain an unexpected screen.
    async fn state(&self) -> String {
        let state = self.client.execute(STATE, vec![]).await.expect("the page can be read");
        format!("{}\nConsole: {:#?}", state.as_str().unwrap_or_default(), self.console().await)
    }
}

/// A command of `ChromeDriver` that returns the messages of the page and of the browser on the console.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}

/// A command of `ChromeDriver` that gives a window its network back, or takes it away.
#[derive(Debug)]
struct Network(bool);

impl WebDriverCompatibleCommand for Network {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/chromium/network_conditions", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        if self.0 {
            return (Method::DELETE, None);
        }
        let none = json!({"offline": true, "latency": 0, "throughput": 0});
        (Method::POST, Some(json!({"network_conditions": none}).to_string()))
    }
}

const STATE: &str = "const loaded = performance.getEntriesByType('resource');
    const told = ({ name, responseStatus, responseEnd }) => `${responseStatus} ${Math.round(responseEnd)} ms ${name}`;
    return [document.body.innerText, document.readyState, ...loaded.map(told)].join('\\n')";
const SHOWS: &str = "return document.body.innerText.includes(arguments[0])";
const MESSAGES: &str = "return [...document.querySelectorAll('.message .text')].map((text) => text.textContent)";
const STATES: &str =
    "return [...document.querySelectorAll('.message .state')].map((state) => state.getAttribute('aria-label'))";
const ROOMS: &str = "return [...document.querySelectorAll('.rooms li')].map((room) =>
    ['.name', '.preview', '.count:not([hidden])'].map((part) =>
        room.querySelector(part)?.firstChild?.nodeValue ?? ''))";
const SPOKEN: &str = "return [...document.querySelectorAll('[aria-live]')].map((region) => region.textContent)";
const FOCUS: &str = "const focused = document.activeElement;
    return focused.getAttribute('aria-label') ?? focused.labels?.[0]?.textContent ?? focused.textContent";

/// A text as an `XPath` literal, which cannot escape a quote.
pub(crate) fn quoted(text: &str) -> String {
    assert!(!text.contains('\''), "{text}");
    format!("'{text}'")
}
