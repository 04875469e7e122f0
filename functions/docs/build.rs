//! Takes two files of Swagger UI out of the archive in its crate.

use std::{env, error::Error, fs::File, io, path::PathBuf};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out: PathBuf = env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?.into();
    let mut archive = ZipArchive::new(io::Cursor::new(SWAGGER_UI_VENDORED))?;
    // The archive of a release has one directory, named after the version.
    let top = archive.file_names().next().and_then(|path| path.split('/').next()).ok_or("an empty archive")?.to_owned();
    for name in FILES {
        let mut file = archive.by_name(&format!("{top}/dist/{name}"))?;
        io::copy(&mut file, &mut File::create(out.join(name))?)?;
    }
    Ok(())
}
