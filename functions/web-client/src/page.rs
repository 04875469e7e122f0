//! What the browser gets, as it is in `page/`.

/// What the page loads.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

macro_rules! assets {
    ($($name:literal,)*) => { [$(Asset { name: $name, text: include_str!(concat!("../page/", $name)) }),*] };
}

/// The page that loads all others.
pub(crate) const PAGE: &str = include_str!("../page/index.html");

/// All others.
pub(crate) const ASSETS: [Asset; 45] = assets![
    "api.js",
    "attachments.js",
    "attention.js",
    "backoff.js",
    "call.js",
    "chat.js",
    "delivery.js",
    "directory.js",
    "dom.js",
    "files.js",
    "history.js",
    "icon.svg",
    "icons.js",
    "incoming.js",
    "main.js",
    "membership.js",
    "outbox.js",
    "outgoing.js",
    "rooms.js",
    "sending.js",
    "session.js",
    "socket.js",
    "style/base.css",
    "style/conversation.css",
    "style/dialogs.css",
    "style/window.css",
    "sync.js",
    "text.js",
    "timeline.js",
    "typing.js",
    "upload.js",
    "views/bubble.js",
    "views/chat.js",
    "views/composer.js",
    "views/conversation.js",
    "views/dialogs.js",
    "views/entries.js",
    "views/lightbox.js",
    "views/login.js",
    "views/media.js",
    "views/modal.js",
    "views/rooms.js",
    "views/rows.js",
    "views/scroller.js",
    "views/tray.js",
];

impl Asset {
    pub(crate) fn is_module(&self) -> bool {
        self.content_type().starts_with("text/javascript")
    }

    pub(crate) fn content_type(&self) -> &'static str {
        match self.name.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn names(directory: &Path, prefix: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
        let below = entries.flat_map(|entry| {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() { names(&entry.path(), &format!("{name}/")) } else { BTreeSet::from([name]) }
        });
        below.collect()
    }

    #[test]
    fn every_file_of_the_page_is_served() {
        let mut served: BTreeSet<_> = ASSETS.iter().map(|asset| asset.name.to_owned()).collect();
        served.insert("index.html".to_owned());
        assert_eq!(served, names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("page"), ""));
    }
}
