//! The screens on which the tests open windows.

use serde_json::{Value, json};

/// A screen, with the colour scheme that its owner prefers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Screen {
    /// Whether the screen is that of a phone.
    pub phone: bool,
    /// Whether its owner prefers dark colours.
    pub dark: bool,
}

impl Screen {
    /// A desktop, in light colours.
    pub const DESKTOP: Self = Self { phone: false, dark: false };

    /// A phone, in light colours.
    pub const PHONE: Self = Self { phone: true, dark: false };

    /// All screens that the page supports.
    pub const ALL: [Self; 4] = [
        Self::DESKTOP,
        Self { dark: true, ..Self::DESKTOP },
        Self { phone: true, ..Self::DESKTOP },
        Self { phone: true, dark: true },
    ];

    /// The capabilities for `ChromeDriver`, with a profile for one window.
    pub(crate) fn capabilities(self, profile: &std::path::Path) -> serde_json::Map<String, Value> {
        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.join("profile").display()));
        // Blink's numbers for dark and light.
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

/// Chromium's arguments: without a sandbox, because root in a container has none, and without its own requests to the
/// network.
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
