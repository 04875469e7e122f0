//! `GET /docs`, `GET /openapi.yaml`, `GET /asyncapi.yaml`: the API, described for people and for machines.

use std::process::ExitCode;

use lambda::{
    files::{self, Cache, File},
    log,
};

/// Swagger UI styles some elements one by one and draws its icons in the style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
/// RFC 9512, section 2.1.
const YAML: &str = "application/yaml";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let files = [
        ("/docs", "text/html; charset=utf-8", include_str!("docs.html")),
        ("/docs/docs.js", JAVASCRIPT, include_str!("docs.js")),
        ("/docs/swagger-ui-bundle.js", JAVASCRIPT, include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js"))),
        ("/docs/swagger-ui.css", "text/css; charset=utf-8", include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css"))),
        ("/openapi.yaml", YAML, include_str!("../../../infra/openapi.yaml")),
        ("/asyncapi.yaml", YAML, include_str!("../../../infra/asyncapi.yaml")),
    ];
    let file = |(path, content_type, content): (&'static str, &'static str, &'static str)| File {
        path: path.into(),
        content_type,
        content: content.into(),
        cache: Cache::AskFirst,
    };
    log::run(files::serve(POLICY, files.map(file).into())).await
}
