//! `POST /forward-message/`

use chat::messages::{Forwarded, forward_message};
use domain::{Error, RoomId, ShownMessage};
use lambda::{
    App, Fatal, Part, Problem,
    http::{self, Request, Response, body, ok},
};
use serde::Serialize;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys, Part::Sockets]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.claimant(&request).await?.caller;
    let forwarded = forward_message(&app.chat, &caller, body(&request)).await?;
    ok(&forwarded.into_iter().map(Outcome::from).collect::<Vec<_>>())
}

/// The result for one room: a message or a problem.
#[derive(Serialize)]
struct Outcome {
    conversation_id: RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<ShownMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl From<Forwarded> for Outcome {
    fn from(Forwarded { room, outcome }: Forwarded) -> Self {
        let (message, problem) = match outcome {
            Ok(message) => (Some(message), None),
            Err(error) => (None, Some(Problem::report(error))),
        };
        let retry_after = problem.as_ref().and_then(|problem| problem.retry_after);
        Self { conversation_id: room, message, problem, retry_after }
    }
}
