//! The mouse and the finger of a user.

use std::time::Duration;

use fantoccini::{
    actions::{InputSource as _, MOUSE_BUTTON_LEFT, MOUSE_BUTTON_RIGHT, MouseActions, PointerAction, TouchActions},
    elements::Element,
};

use crate::{Window, window::quoted};

/// More elements than are behind the messages in the order of the tabulator.
const MOST_TABS: usize = 20;
/// A long press.
const LONG: Duration = Duration::from_millis(900);

impl Window {
    /// Opens the menu of the message with this text by its button.
    pub async fn opens_menu(&self, text: &str) {
        let row = row(text);
        let over = to(self.finds(&format!("{row}//*[@class='bubble']")).await);
        let mouse = MouseActions::new("mouse".to_owned()).then(over);
        self.client.perform_actions(mouse).await.expect("the mouse can be moved");
        let button = self.finds(&format!("{row}//button[@aria-label='Message menu']")).await;
        button.click().await.expect("a button can be clicked");
        self.finds("//*[@role='menu']").await;
    }

    /// Opens the menu of the message with this text by a long press.
    pub async fn holds(&self, text: &str) {
        self.presses_on(self.finds(&format!("{}//*[@class='bubble']", row(text))).await).await;
    }

    async fn presses_on(&self, element: Element) {
        let finger = TouchActions::new("finger".to_owned())
            .then(to(element))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Pause { duration: LONG })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(finger).await.expect("the screen can be touched");
        self.finds("//*[@role='menu']").await;
    }

    /// Opens the menu of a chat in the list with the right button of the mouse.
    pub async fn opens_menu_of_chat(&self, title: &str) {
        let click = MouseActions::new("mouse".to_owned())
            .then(to(self.finds(&chat(title)).await))
            .then(PointerAction::Down { button: MOUSE_BUTTON_RIGHT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_RIGHT });
        self.client.perform_actions(click).await.expect("the mouse can be moved");
        self.finds("//*[@role='menu']").await;
    }

    /// Opens the menu of a chat in the list by a long press.
    pub async fn holds_chat(&self, title: &str) {
        self.presses_on(self.finds(&chat(title)).await).await;
    }

    /// Checks the box of a chat in the dialog that forwards a message.
    pub async fn checks_chat(&self, title: &str) {
        let label = format!("//dialog//label[.//*[@class='name' and .={}]]", quoted(title));
        self.finds(&label).await.click().await.expect("a box can be checked");
    }

    /// Presses Shift and the tabulator until the message with this text has the focus.
    pub async fn tabs_back_to_message(&self, text: &str) {
        let focused = "const focused = document.activeElement;
            return focused.matches('.message') ? focused.querySelector('.text').textContent : null";
        for _ in 0..MOST_TABS {
            if self.measures(focused).await == text {
                return;
            }
            self.tabs_back().await;
        }
        panic!("no key leads to the message {text:?}");
    }

    /// Chooses an item of the menu that is open.
    pub async fn chooses_item(&self, label: &str) {
        let label = quoted(label);
        let item = format!("//*[@role='menu']//button[normalize-space()={label} or @aria-label={label}]");
        self.finds(&item).await.click().await.expect("an item can be clicked");
    }
}

fn to(element: Element) -> PointerAction {
    PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 }
}

/// The link of a chat in the list.
fn chat(title: &str) -> String {
    format!("//nav//a[.//*[@class='name' and .={}]]", quoted(title))
}

/// The row of the message with a text.
fn row(text: &str) -> String {
    format!("//li[contains(@class,'message') and .//p[contains(@class,'text') and .={}]]", quoted(text))
}
