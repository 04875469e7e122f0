//! The files of `page/` under their paths, and the content security policy of the page.

use lambda::files::{Cache, File};

/// A file that the page loads.
///
/// All assets are in one directory, which is named by the content of all. Modules import each other by relative paths,
/// so that a new page loads only new modules, and none needs to be renamed.
struct Asset {
    path: &'static str,
    text: &'static str,
}

const PAGE: &str = include_str!(concat!(env!("OUT_DIR"), "/index.html"));

const ASSETS: &[Asset] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

impl Asset {
    fn content_type(&self) -> &'static str {
        match self.path.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        }
    }
}

/// Returns the page, which opens its socket at `socket`, and its assets.
pub(crate) fn files(socket: &str) -> Vec<File> {
    let page = File {
        path: "/".into(),
        content_type: "text/html; charset=utf-8",
        content: PAGE.replace("{{socket}}", socket).into(),
        cache: Cache::AskFirst,
    };
    let asset = |asset: &Asset| File {
        path: asset.path.into(),
        content_type: asset.content_type(),
        content: asset.text.into(),
        cache: Cache::Forever,
    };
    std::iter::once(page).chain(ASSETS.iter().map(asset)).collect()
}

/// Returns the content security policy. Trusted types turn every conversion of text to HTML into an error, should a
/// later change add one. `blob:` is for files that are chosen and not sent yet.
pub(crate) fn policy(socket: &str, attachments: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: {attachments}; \
         media-src blob: {attachments}; connect-src 'self' {socket} {attachments}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_page_finds_its_socket_and_all_its_assets() {
        let files = files("wss://sockets.example/prod");
        let (page, assets) = files.split_first().unwrap();
        assert_eq!((&*page.path, page.cache), ("/", Cache::AskFirst));
        assert!(page.content.contains("content=\"wss://sockets.example/prod\""));
        assert!(!page.content.contains("{{") && !page.content.contains("<!-- modules"), "{}", page.content);
        let loaded: BTreeSet<_> = page.content.split('"').filter(|word| word.starts_with("/assets/")).collect();
        assert_eq!(loaded, assets.iter().map(|asset| &*asset.path).collect());
        assert!(assets.iter().all(|asset| asset.cache == Cache::Forever));
    }
}
