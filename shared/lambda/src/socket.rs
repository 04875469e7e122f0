//! Sockets: converts events of API Gateway's WebSocket API to typed frames, and outcomes to pushes.

use std::convert::Infallible;

use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest};
use chat::{Caller, metrics::handshake_refused, now};
use domain::{BYTE_ORDER_MARK, ClientId, Error, Event, Fields, Input, Network, Refusal, RoomId, Timestamp, causes};
use lambda_http::http::header::{HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use lambda_runtime::{LambdaEvent, service_fn};
use realtime::{Frame, Outcome};
use serde_json::Value;
use store::Socket;
use tracing::Span;

use crate::{
    App, Fatal,
    authorizer::{Context, SUBPROTOCOL, lines, offered},
    log,
    problem::Problem,
};

/// An event of one socket.
#[derive(Debug)]
pub struct Incoming {
    connection: String,
    connected_at: Timestamp,
    network: Option<Network>,
    /// The id under which the logs have the event.
    request_id: String,
    body: String,
    context: Option<Context>,
    offers_subprotocol: bool,
}

impl Incoming {
    /// Reads an event of API Gateway.
    #[must_use]
    pub fn read(event: LambdaEvent<ApiGatewayWebsocketProxyRequest>) -> Self {
        let request = event.payload;
        let authorizer = request.request_context.authorizer.fields;
        let context: Option<Context> = serde_json::from_value(authorizer.into_iter().collect()).ok();
        let seen = request.request_context.identity.source_ip.as_deref();
        let address = context.as_ref().and_then(|context| context.address.as_deref()).or(seen);
        let headers = lines(&request.headers, &request.multi_value_headers);
        let offers_subprotocol = offered(headers).any(|protocol| protocol == SUBPROTOCOL);
        Self {
            connection: request.request_context.connection_id.unwrap_or_default(),
            connected_at: Timestamp::from_millis(request.request_context.connected_at.try_into().unwrap_or_default()),
            network: address.and_then(|address| address.parse().ok()),
            request_id: event.context.request_id,
            body: request.body.unwrap_or_default(),
            context,
            offers_subprotocol,
        }
    }

    /// The socket with its user and session, which the authorizer has determined.
    ///
    /// # Errors
    /// `Internal` if API Gateway does not pass them on, which may happen when a socket closes.
    pub fn socket(&self) -> Result<Socket, Error> {
        const DOING: &str = "reading the user of a socket";
        let context = self.context.as_ref().ok_or_else(|| Error::internal(DOING, "no context of the authorizer"))?;
        Ok(Socket {
            user: context.user_id.parse().map_err(|error: &str| Error::internal(DOING, error))?,
            id: self.connection.clone(),
            room: context.room.as_deref().and_then(|room| room.parse().ok()),
            session: context.session_id.clone(),
            connected_at: self.connected_at,
            expires_at: context.expires_at.as_deref().and_then(|end| end.parse().ok()).unwrap_or(u64::MAX),
        })
    }

    /// Reads the frame as a typed input.
    ///
    /// # Errors
    /// `Invalid`, `InvalidRequest`, `MalformedJson`, `PayloadTooLarge`.
    pub fn frame<T: Input>(&self) -> Result<T, Error> {
        // Whether API Gateway finds the route of such a frame is not documented, so no function accepts it.
        if self.body.starts_with(BYTE_ORDER_MARK) {
            return Err(Refusal::MalformedJson("it begins with a byte order mark".to_owned()).into());
        }
        let fields = Fields::parse(self.body.as_bytes())?;
        let room = fields.integer("conversation").and_then(|room| RoomId::try_from(room).ok());
        room.into_iter().for_each(log::room);
        fields.into()
    }

    /// Pushes an event to this socket alone. Logs a push that fails.
    ///
    /// # Errors
    /// `Internal` if the event cannot be written.
    pub async fn reply(&self, app: &App, event: &Event<'_>) -> Result<(), Error> {
        match app.chat.sockets.push(&self.connection, &Frame::new(event)?).await {
            Outcome::Delivered | Outcome::Gone => {}
            Outcome::Slow => tracing::warn!("a socket did not take a reply"),
            Outcome::Failed(error) => tracing::error!(cause = causes(&*error), "a reply is refused"),
        }
        Ok(())
    }

    /// The span of this event.
    fn call(&self) -> Span {
        let call = log::call(self.network);
        let socket = self.socket().ok();
        call.in_scope(|| {
            if let Some(socket) = &socket {
                log::caller(&Caller::from(socket));
                socket.room.into_iter().for_each(log::room);
            }
        });
        call
    }

    /// Handles a frame, unless the session of its socket is over. The context has the time, so that no read is needed.
    async fn handle(&self, app: &App, handle: &impl AsyncFn(&App, &Self) -> Result<(), Error>) -> Result<(), Error> {
        if self.socket()?.expires_at <= now().seconds() {
            return Err(Refusal::Unauthenticated.into());
        }
        handle(app, self).await
    }

    /// Pushes the reason for refusing this socket's frame, and closes the socket if its session has ended.
    async fn refuse(&self, app: &App, error: Error) {
        let has_ended = matches!(error, Error::Refused(Refusal::Unauthenticated));
        let problem = Problem::report(error);
        let frame: Option<Value> = serde_json::from_str(self.body.trim_start_matches(BYTE_ORDER_MARK)).ok();
        let client_id = frame.as_ref().and_then(|frame| frame.get("client_id")?.as_str());
        let event = Event::Error {
            code: problem.code,
            detail: &problem.detail,
            // An invalid one may be longer than an event can be.
            client_id: client_id.filter(|id| ClientId::try_from((*id).to_owned()).is_ok()),
            retry_after: problem.retry_after,
            request_id: &self.request_id,
        };
        if let Err(error) = self.reply(app, &event).await {
            tracing::error!(cause = causes(&error), "a refusal was not written");
        }
        if let Ok(socket) = self.socket()
            && has_ended
        {
            chat::sockets::close(&app.chat, &socket).await;
        }
    }
}

/// Serves frames until the process ends. A frame that is refused gets an `error` event, and the socket stays open
/// unless its session has ended.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve(app: App, handle: impl AsyncFn(&App, &Incoming) -> Result<(), Error>) -> Result<(), Fatal> {
    serve_events(async |incoming| {
        if let Err(error) = incoming.handle(&app, &handle).await {
            incoming.refuse(&app, error).await;
        }
        response(200)
    })
    .await
}

/// Serves `$connect` or `$disconnect` until the process ends. An error refuses the handshake with its status.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve_lifecycle(
    app: App,
    handle: impl AsyncFn(&App, &Incoming) -> Result<(), Error>,
) -> Result<(), Fatal> {
    serve_events(async |incoming| {
        if let Err(error) = handle(&app, &incoming).await {
            handshake_refused(&error);
            return response(Problem::report(error).status);
        }
        let mut response = response(200);
        if incoming.offers_subprotocol {
            // Without it a browser closes the socket.
            response.headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        }
        response
    })
    .await
}

async fn serve_events(answer: impl AsyncFn(Incoming) -> ApiGatewayProxyResponse) -> Result<(), Fatal> {
    let answer = &answer;
    lambda_runtime::run(service_fn(move |event| {
        let incoming = Incoming::read(event);
        let call = incoming.call();
        log::invocation(call, async move { Ok::<_, Infallible>(answer(incoming).await) })
    }))
    .await
}

fn response(status: u16) -> ApiGatewayProxyResponse {
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status.into();
    response
}
