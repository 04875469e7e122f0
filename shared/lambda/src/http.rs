//! REST: from a request of API Gateway's HTTP API to a typed input, and back.

use std::{convert::Infallible, future::Future};

use chat::now;
use domain::{
    CLOCKS_DIFFER_BY, Error, Fields, Input, MessageId, Network, Page, Refusal, RoomId, ShownMessage, Slice, Timestamp,
};
use lambda_http::{
    Body, RequestExt,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, LINK, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS},
    },
    request::RequestContext,
    service_fn,
};
use serde::Serialize;
use tracing::Instrument as _;

use crate::{App, Fatal, log, problem::Problem};

/// A request.
pub type Request = lambda_http::Request;
/// A response.
pub type Response = lambda_http::Response<Body>;

/// The header that carries the id under which a request is found in the logs.
const REQUEST_ID: &str = "x-request-id";

/// For two years, a browser asks this host for nothing without TLS (RFC 6797).
pub(crate) const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// What a browser must do with every answer: keep none, since they are for the caller alone, and take each for what it says.
const FOR_BROWSERS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (STRICT_TRANSPORT_SECURITY, TLS_ONLY),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// Serves requests until the process ends.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve<F, Answer>(app: App, handle: F) -> Result<(), Fatal>
where
    F: Fn(&'static App, Request) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Response, Error>> + Send,
{
    // `lambda_http` wants futures that can move between threads, and an `AsyncFn` cannot promise that, so the answers
    // borrow from an app that lives as long as the process, which is what it does.
    let app: &'static App = Box::leak(Box::new(app));
    let handle = &handle;
    lambda_http::run(service_fn(move |request: Request| {
        let call = log::call(network(&request).ok());
        let answer = async move {
            let id = request_id(&request);
            let answer = match routed(&request) {
                Ok(()) => handle(app, request).await,
                Err(error) => Err(error),
            };
            let mut response = answer.unwrap_or_else(|error| Problem::report(error).response());
            response.headers_mut().extend(id.into_iter().chain(FOR_BROWSERS));
            Ok::<_, Infallible>(response)
        };
        answer.instrument(call)
    }))
    .await
}

/// The header that tells the client under which id the request is found.
pub(crate) fn request_id(request: &Request) -> Option<(HeaderName, HeaderValue)> {
    let id = &request.lambda_context_ref()?.request_id;
    Some((HeaderName::from_static(REQUEST_ID), HeaderValue::from_str(id).ok()?))
}

/// A route cannot end in a slash, so each has a second one, `/x/{proxy+}`: that is `/x/` where `proxy` is nothing.
fn routed(request: &Request) -> Result<(), Error> {
    let more = request.path_parameters_ref().and_then(|parameters| parameters.first("proxy")).unwrap_or_default();
    if more.is_empty() { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// The body as a typed input.
///
/// # Errors
/// `Invalid`, `InvalidRequest`, `MalformedJson`, `PayloadTooLarge`.
pub fn body<T: Input>(request: &Request) -> Result<T, Error> {
    let fields = Fields::parse(request.body())?;
    let room = fields.integer("conversation_id").or_else(|| fields.integer("chatroom_id"));
    room.and_then(|room| RoomId::try_from(room).ok()).into_iter().for_each(log::room);
    fields.into()
}

/// A parameter of the query, decoded.
#[must_use]
pub fn query(request: &Request, name: &str) -> Option<String> {
    request.query_string_parameters_ref()?.first(name).map(str::to_owned)
}

/// Where the request comes from, as API Gateway has seen it: no header that a client could write.
///
/// # Errors
/// `Internal` where API Gateway does not say.
pub fn network(request: &Request) -> Result<Network, Error> {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    let network = address.and_then(|address| address.parse().ok());
    network.ok_or_else(|| Error::internal("reading where a request comes from", "no address"))
}

/// The time at which API Gateway received the request. It paces the calls of a user, whose burst lasts for less than the clocks of
/// two instances may differ by. A time that is further off, as in an event that was recorded, is replaced by that of this machine.
#[must_use]
pub(crate) fn received_at(request: &Request) -> Timestamp {
    let now = now();
    let received = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => u64::try_from(context.time_epoch).ok(),
        _ => None,
    };
    let received = received.map(Timestamp::from_millis);
    let is_near = |at: &Timestamp| at.since(now).max(now.since(*at)) <= CLOCKS_DIFFER_BY;
    received.filter(is_near).unwrap_or(now)
}

/// The room that the path names.
///
/// # Errors
/// `NotFound` for what is no number, `RoomNotFound` for a number that is no room's.
pub fn room(request: &Request) -> Result<RoomId, Error> {
    let id = parameter(request, "conversation_id");
    let digits = id.strip_prefix('-').unwrap_or(id);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::NotFound.into());
    }
    let room = id.parse().map_err(|_| Refusal::RoomNotFound)?;
    log::room(room);
    Ok(room)
}

/// The message that the path names.
///
/// # Errors
/// `NotFound` if it is not the number of a message.
pub fn message(request: &Request) -> Result<MessageId, Error> {
    parameter(request, "message_id").parse().map_err(|_| Refusal::NotFound.into())
}

/// A parameter of the path, decoded; empty if the route has none of this name.
fn parameter<'a>(request: &'a Request, name: &str) -> &'a str {
    request.path_parameters_ref().and_then(|parameters| parameters.first(name)).unwrap_or_default()
}

/// The page that the query asks for.
///
/// # Errors
/// `Invalid`.
pub fn page(request: &Request) -> Result<Page, Error> {
    let [limit, before, after] = ["limit", "before", "after"].map(|name| query(request, name));
    Page::parse(limit.as_deref(), before.as_deref(), after.as_deref())
}

/// 200 with a JSON body.
///
/// # Errors
/// `Internal`.
pub fn ok(body: &impl Serialize) -> Result<Response, Error> {
    json(StatusCode::OK, body)
}

/// 201 with a JSON body.
///
/// # Errors
/// `Internal`.
pub fn created(body: &impl Serialize) -> Result<Response, Error> {
    json(StatusCode::CREATED, body)
}

/// 200 with a page of messages, and a `Link` (RFC 8288) to the next one.
///
/// # Errors
/// `Internal`.
pub fn slice(request: &Request, page: Page, slice: &Slice<ShownMessage>) -> Result<Response, Error> {
    let mut response = ok(&slice.messages)?;
    if let Some(cursor) = slice.next {
        let path = request.uri().path().trim_end_matches('/');
        let link = HeaderValue::try_from(format!("<{path}?limit={}&{cursor}>; rel=\"next\"", page.limit))
            .map_err(|error| Error::internal("writing a link", error))?;
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, Error> {
    let body = serde_json::to_string(body).map_err(|error| Error::internal("writing a response", error))?;
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
