//! `GET /get-presence/`

use domain::{Error, SoughtPresences};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok, query},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let ask = async |caller: &_| {
        let sought = SoughtPresences::parse(query(&request, "users").as_deref())?;
        chat::accounts::get_presence(&app.chat, caller, &sought).await
    };
    ok(&app.authenticate_while(&request, ask).await?)
}
