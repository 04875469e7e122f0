//! `POST /create-attachment/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, created},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    created(&chat::create_attachment(&app.chat, &caller, body(&request)?).await?)
}
