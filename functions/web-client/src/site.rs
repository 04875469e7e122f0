//! What is where, and what the page may do.

use lambda::files::{Cache, File, fingerprint};

use crate::page::{ASSETS, Asset, PAGE};

/// The page, which opens its socket at `socket`, and its assets.
///
/// Modules import each other by relative paths, so one directory that is named by the content of all assets keeps the old
/// and the new ones apart, without a build step that would rename each.
pub(crate) fn files(socket: &str) -> Vec<File> {
    let directory = format!("/assets/{}/", fingerprint(&ASSETS.map(|Asset { name, text }| (name, text))));
    let preload = |asset: &Asset| format!("<link rel=\"modulepreload\" href=\"{directory}{}\">\n", asset.name);
    let modules: String = ASSETS.iter().filter(|asset| asset.is_module()).map(preload).collect();
    let page =
        PAGE.replace("<!-- modules -->\n", &modules).replace("{{assets}}", &directory).replace("{{socket}}", socket);
    let page = File {
        path: "/".into(),
        content_type: "text/html; charset=utf-8",
        content: page.into(),
        cache: Cache::AskFirst,
    };
    let asset = |asset: &Asset| File {
        path: format!("{directory}{}", asset.name).into(),
        content_type: asset.content_type(),
        content: asset.text.into(),
        cache: Cache::Forever,
    };
    std::iter::once(page).chain(ASSETS.iter().map(asset)).collect()
}

/// Trusted types make every way from text to HTML an error, wherever a later change might open one. `blob:` is what has been
/// chosen and not been sent yet.
pub(crate) fn policy(socket: &str, attachments: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: {attachments}; \
         media-src blob: {attachments}; connect-src 'self' {socket} {attachments}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'"
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
