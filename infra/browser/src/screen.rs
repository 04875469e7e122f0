//! What a window is looked at with.

use serde_json::{Value, json};

/// A screen, and the scheme of colours that its owner prefers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Screen {
    /// Whether it is a phone's.
    pub phone: bool,
    /// Whether its owner prefers dark colours.
    pub dark: bool,
}

impl Screen {
    /// A desktop, in light colours.
    pub const DESKTOP: Self = Self { phone: false, dark: false };

    /// Every screen that the page is made for.
    pub const ALL: [Self; 4] = [
        Self::DESKTOP,
        Self { dark: true, ..Self::DESKTOP },
        Self { phone: true, ..Self::DESKTOP },
        Self { phone: true, dark: true },
    ];

    /// The capabilities to ask `ChromeDriver` for, with a profile of the window's own.
    pub(crate) fn capabilities(self, profile: &std::path::Path) -> serde_json::Map<String, Value> {
        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.join("profile").display()));
        // Blink's own numbers for dark and light.
        arguments.push(format!("--blink-settings=preferredColorScheme={}", u8::from(!self.dark)));
        let mut options = json!({"args": arguments});
        if self.phone {
            let metrics = json!({"width": 390, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        let capabilities = json!({
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
        });
        capabilities.as_object().expect("capabilities are an object").clone()
    }
}

/// Nothing but the page: no sandbox, as a container's root has none, and nothing that asks the network on its own.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1180,900",
];
