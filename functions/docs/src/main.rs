//! `GET /docs`, `GET /openapi.yaml`, `GET /asyncapi.yaml`: the API, described for people and for machines.

use lambda::{
    Fatal,
    files::{self, File},
};

/// Swagger UI styles some elements one by one and draws its icons in the style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FILES: &[File] = &[
    File { path: "/docs", content_type: "text/html; charset=utf-8", content: include_str!("docs.html") },
    File { path: "/docs/docs.js", content_type: "text/javascript; charset=utf-8", content: include_str!("docs.js") },
    File {
        path: "/docs/swagger-ui-bundle.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js")),
    },
    File {
        path: "/docs/swagger-ui.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css")),
    },
    // RFC 9512
    File {
        path: "/openapi.yaml",
        content_type: "application/yaml",
        content: include_str!("../../../infra/openapi.yaml"),
    },
    File {
        path: "/asyncapi.yaml",
        content_type: "application/yaml",
        content: include_str!("../../../infra/asyncapi.yaml"),
    },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    files::serve(POLICY, FILES).await
}
