//! `POST /auth/register/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, created, network},
    log,
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let registration = body(&request)?;
    let user = chat::accounts::register(&app.chat, network(&request)?, app.registrations()?, registration).await?;
    log::user(user.id);
    log::done("registered");
    created(&user)
}
