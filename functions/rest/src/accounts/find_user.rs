//! `GET /find-user/`

use domain::{Error, Refusal, SoughtUsername};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok, query},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let find = async |_: &_| {
        let username = query(&request, "username").ok_or_else(|| Refusal::field("username", "is required"))?;
        let username = SoughtUsername::parse(&username).ok_or(Refusal::UsernameNotFound)?;
        chat::accounts::find_user(&app.chat, &username).await
    };
    ok(&app.authenticate_while(&request, find).await?)
}
