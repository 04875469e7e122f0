//! `GET /message-info/{conversation_id}/{message_id}/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, listed, member_page, message, room},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| {
        let page = member_page(&request)?;
        let receivers = chat::messages::message_info(&app.chat, caller, room(&request)?, message(&request)?, page);
        Ok((page, receivers.await?))
    };
    let (page, receivers) = app.authenticate_while(&request, list).await?;
    listed(&receivers, |last| format!("limit={}&after={last}", page.limit))
}
