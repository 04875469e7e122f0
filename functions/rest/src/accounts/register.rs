//! `POST /auth/register/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, created, network},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let registration = body(&request)?;
    created(&chat::accounts::register(&app.chat, network(&request)?, app.registrations()?, registration).await?)
}
