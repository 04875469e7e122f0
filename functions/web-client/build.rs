//! Lists the files of `page/`, and names their directory by their content, so that the function does neither when it
//! starts.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

/// The files of the package for npm that the page does not use.
const OF_THE_PACKAGE: [&str; 6] = [
    "client/README.md",
    "client/account.js",
    "client/client.js",
    "client/events.js",
    "client/index.js",
    "client/package.json",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=page");
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(format!("cargo sets no {name}"));
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?.join("page"), variable("OUT_DIR")?);
    let mut assets = files(&root, "")?;
    assets.retain(|(name, _)| name != "index.html" && !OF_THE_PACKAGE.contains(&name.as_str()));
    assets.sort();

    let mut hasher = DefaultHasher::new();
    assets.hash(&mut hasher);
    let directory = format!("/assets/{:016x}/", hasher.finish());

    let mut list = String::from("[\n");
    let mut modules = String::new();
    for (name, _) in &assets {
        let path = format!("{directory}{name}");
        let source = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?})", format!("/page/{name}"));
        writeln!(list, "Asset {{ path: {path:?}, text: include_str!({source}) }},")?;
        match name.rsplit_once('.') {
            Some((_, "js")) => writeln!(modules, "<link rel=\"modulepreload\" href=\"{path}\">")?,
            Some((_, "css" | "svg")) => {}
            _ => return Err(format!("page/{name} is served only if its name ends in .js, .css or .svg").into()),
        }
    }
    list.push(']');
    fs::write(out.join("assets.rs"), list)?;

    let page = fs::read_to_string(root.join("index.html"))?;
    let page = page.replace("<!-- modules -->\n", &modules).replace("{{assets}}", &directory);
    Ok(fs::write(out.join("index.html"), page)?)
}

/// Returns the path and the text of each file in a directory and in those below.
fn files(directory: &Path, prefix: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file name is not UTF-8")?;
        // The temporary files of editors and file managers.
        if name.starts_with(['.', '#']) || name.ends_with('~') {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            found.extend(files(&path, &format!("{name}/"))?);
        } else {
            let text = fs::read_to_string(&path).map_err(|error| format!("reading page/{name}: {error}"))?;
            found.push((name, text));
        }
    }
    Ok(found)
}
