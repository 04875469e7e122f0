//! `GET /list-members/{conversation_id}/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, listed, member_page, room},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| {
        let page = member_page(&request)?;
        Ok((page, chat::rooms::list_members(&app.chat, caller, room(&request)?, page).await?))
    };
    let (page, members) = app.authenticate_while(&request, list).await?;
    listed(&members, |last| format!("limit={}&after={last}", page.limit))
}
