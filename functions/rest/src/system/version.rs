//! `GET /version/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, ok},
    log,
};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::from_env()?, handle).await
}

async fn handle(_: &'static App, _: Request) -> Result<Response, Error> {
    ok(&json!({"build": log::build()}))
}
