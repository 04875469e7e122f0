//! What people do in a window, and what they see there.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use e2e::{PASSWORD, Server};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;
use url::Url;

use crate::{Screen, driver::Driver};

/// How long a person waits; far longer than anything takes, but for a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser of its own with one window.
#[derive(Debug)]
pub struct Window {
    pub(crate) client: Client,
    url: String,
    // In this order: the browser ends before its profile is removed.
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

    /// A window that shows nothing yet.
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

    /// Goes to the web client.
    pub async fn opens(&self) {
        self.goes_to(&format!("{}/", self.url)).await;
    }

    /// Goes to a URL.
    pub async fn goes_to(&self, url: &str) {
        self.client.goto(url).await.expect("the page can be loaded");
    }

    /// Reloads the page.
    pub async fn reloads(&self) {
        self.client.refresh().await.expect("the page can be reloaded");
    }

    /// Goes back, as the browser's own button does.
    pub async fn goes_back(&self) {
        self.client.back().await.expect("the browser can go back");
    }

    /// Creates an account, and is in.
    pub async fn registers(&self, name: &str) {
        self.clicks("Create an account").await;
        self.enters(name, PASSWORD).await;
        self.clicks("Create account").await;
        self.finds("//h2[.='Chats']").await;
    }

    /// Logs in with an account that there is.
    pub async fn logs_in(&self, name: &str) {
        self.enters(name, PASSWORD).await;
        self.clicks("Log in").await;
        self.finds("//h2[.='Chats']").await;
    }

    /// Fills in the form at the door.
    pub async fn enters(&self, name: &str, password: &str) {
        self.writes("Name", name).await;
        self.writes("Password", password).await;
    }

    /// Clicks the button that is labelled so.
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

    /// Writes into the field that is labelled so.
    pub async fn writes(&self, label: &str, text: &str) {
        let label = quoted(label);
        let field = format!("//*[@id=//label[.={label}]/@for or @aria-label={label}]");
        self.finds(&field).await.send_keys(text).await.expect("a field can be written into");
    }

    /// Writes a message and sends it.
    pub async fn sends(&self, text: &str) {
        self.writes("Message", text).await;
        self.clicks("Send").await;
    }

    /// Chooses files, in the dialog that the browser opens for that.
    pub async fn attaches(&self, files: &[&Path]) {
        let chooser = self.client.find(Locator::Css("input[type=file]")).await.expect("files can be chosen");
        let paths: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
        chooser.send_keys(&paths.join("\n")).await.expect("files are chosen");
    }

    /// Presses a key.
    pub async fn presses(&self, key: Key) {
        let focused = self.client.active_element().await.expect("something has the focus");
        let key: char = key.into();
        focused.send_keys(&key.to_string()).await.expect("a key can be pressed");
    }

    /// Waits until the text is on the screen.
    pub async fn sees(&self, text: &str) {
        self.waits(&format!("for {text:?}"), SHOWS, json!(text), Value::Bool(true)).await;
    }

    /// Waits until the text is not on the screen any more.
    pub async fn sees_no_more(&self, text: &str) {
        self.waits(&format!("for {text:?} to go"), SHOWS, json!(text), Value::Bool(false)).await;
    }

    /// Waits until the open conversation has these messages and no others, each as its text.
    pub async fn sees_messages(&self, texts: &[&str]) {
        self.waits("for messages", MESSAGES, Value::Null, json!(texts)).await;
    }

    /// Waits until the state of one's own messages is this: `Sending`, `Sent`, `Read by all`.
    pub async fn sees_states(&self, states: &[&str]) {
        self.waits("for the state of messages", STATES, Value::Null, json!(states)).await;
    }

    /// Waits until the list of conversations is this: title, what is below it, how many are unread.
    pub async fn sees_rooms(&self, rooms: &[(&str, &str, &str)]) {
        self.waits("for conversations", ROOMS, Value::Null, json!(rooms)).await;
    }

    /// Waits until this is what a screen reader was given to speak last.
    pub async fn hears(&self, text: &str) {
        self.waits("for what is spoken", SPOKEN, Value::Null, json!([text])).await;
    }

    /// Waits until the window is called so.
    pub async fn sees_title(&self, title: &str) {
        self.waits("for a title", "return document.title", Value::Null, json!(title)).await;
    }

    /// Waits until the element that is focused is labelled so, or has this text.
    pub async fn has_focus_on(&self, label: &str) {
        self.waits("for the focus", FOCUS, Value::Null, json!(label)).await;
    }

    /// Waits until a script gives this. It asks for what one sees, but no element says.
    pub async fn sees_measured(&self, script: &str, expected: Value) {
        self.waits(&format!("for {script}"), script, Value::Null, expected).await;
    }

    /// What a script gives. It asks for what one sees, but no element says: sizes, positions.
    pub async fn measures(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("the script runs")
    }

    /// What a script gives to its last argument, a function, once it is done.
    pub async fn tries(&self, script: &str) -> Value {
        self.client.execute_async(script, vec![]).await.expect("the script runs to its end")
    }

    /// What the browser has complained about.
    pub async fn console(&self) -> Vec<String> {
        let log = self.client.issue_cmd(ConsoleLog).await.expect("chromedriver keeps a log");
        let entries = log.as_array().expect("a log is a list");
        entries.iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// The picture of the window, as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture can be taken")
    }

    /// The element at an `XPath`, once it can be seen.
    pub async fn finds(&self, xpath: &str) -> Element {
        let start = Instant::now();
        loop {
            for element in self.client.find_all(Locator::XPath(xpath)).await.expect("the page can be searched") {
                // An element that has gone meanwhile is not there.
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

    /// What helps to understand why something is not as expected: the text, what is loaded, the console.
    async fn state(&self) -> String {
        let state = self.client.execute(STATE, vec![]).await.expect("the page can be read");
        format!("{}\nConsole: {:#?}", state.as_str().unwrap_or_default(), self.console().await)
    }
}

/// `ChromeDriver`'s own: what the page and the browser have written to the console.
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

const STATE: &str = "const loaded = performance.getEntriesByType('resource');
    const told = ({ name, responseStatus, responseEnd }) => `${responseStatus} ${Math.round(responseEnd)} ms ${name}`;
    return [document.body.innerText, document.readyState, ...loaded.map(told)].join('\\n')";
const SHOWS: &str = "return document.body.innerText.includes(arguments[0])";
const MESSAGES: &str = "return [...document.querySelectorAll('.message .text')].map((text) => text.textContent)";
const STATES: &str =
    "return [...document.querySelectorAll('.message .state')].map((state) => state.getAttribute('aria-label'))";
const ROOMS: &str = "return [...document.querySelectorAll('nav li')].map((room) =>
    ['.name', '.preview', '.count:not([hidden])'].map((part) => room.querySelector(part)?.firstChild?.nodeValue ?? ''))";
const SPOKEN: &str = "return [...document.querySelectorAll('[aria-live]')].map((region) => region.textContent)";
const FOCUS: &str = "const focused = document.activeElement;
    return focused.getAttribute('aria-label') ?? focused.labels?.[0]?.textContent ?? focused.textContent";

/// Text in an `XPath`, which has no way to escape a quote.
fn quoted(text: &str) -> String {
    assert!(!text.contains('\''), "{text}");
    format!("'{text}'")
}
