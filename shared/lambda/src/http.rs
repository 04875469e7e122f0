//! REST: converts requests of API Gateway's HTTP API to typed inputs, and outcomes to responses.

use std::{convert::Infallible, future::Future};

use chat::now;
use domain::{
    CLOCKS_DIFFER_BY, Error, Fields, Found, Input, InviteCode, Listed, MemberPage, MessageId, Network, Page, Refusal,
    RoomCursor, RoomId, Search, SessionId, ShownMessage, Slice, Timestamp,
};
use lambda_http::{
    Body, RequestExt,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, LINK, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    request::RequestContext,
    service_fn,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{App, Fatal, edge, headers::list, log, problem::Problem};

/// A request.
pub type Request = lambda_http::Request;
/// A response.
pub type Response = lambda_http::Response<Body>;

/// The header with the id under which the logs have a request.
const REQUEST_ID: &str = "x-request-id";

/// For two years, a browser sends this host no request without TLS (RFC 6797).
pub(crate) const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The headers that keep browsers from storing an answer, which is for the caller alone, and from guessing its type.
const FOR_BROWSERS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (STRICT_TRANSPORT_SECURITY, TLS_ONLY),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// Serves requests until the process ends.
///
/// An event whose host is invalid in a URL makes `lambda_http` panic before its function, and gets 500. API Gateway
/// sends none, because it finds the API by the host. Neither does the local runtime.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve<F, Answer>(app: App, handle: F) -> Result<(), Fatal>
where
    F: Fn(&'static App, Request) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Response, Error>> + Send,
{
    // `lambda_http` needs futures that can move between threads, which an `AsyncFn` cannot promise. The futures borrow
    // from the app, so it lives as long as the process.
    let app: &'static App = Box::leak(Box::new(app));
    let handle = &handle;
    lambda_http::run(service_fn(move |mut request: Request| {
        let admitted = edge::take_address(&mut request);
        let call = log::call(network(&request).ok());
        let answer = async move {
            let id = request_id(&request);
            let answer = match admitted.and_then(|()| routed(&request)) {
                Ok(()) => handle(app, request).await,
                Err(error) => Err(error),
            };
            let mut response = answer.unwrap_or_else(|error| Problem::report(error).response());
            response.headers_mut().extend(id.into_iter().chain(FOR_BROWSERS));
            Ok::<_, Infallible>(response)
        };
        log::invocation(call, answer)
    }))
    .await
}

/// The header with the id of a request.
pub(crate) fn request_id(request: &Request) -> Option<(HeaderName, HeaderValue)> {
    let id = &request.lambda_context_ref()?.request_id;
    Some((HeaderName::from_static(REQUEST_ID), HeaderValue::from_str(id).ok()?))
}

/// Rejects a path that continues after the slash. A route cannot end in a slash, so each has a second one,
/// `/x/{proxy+}`, which is for `/x/` with an empty `proxy`.
fn routed(request: &Request) -> Result<(), Error> {
    let more = request.path_parameters_ref().and_then(|parameters| parameters.first("proxy")).unwrap_or_default();
    if more.is_empty() { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// Reads the body as a typed input.
///
/// # Errors
/// `Invalid`, `InvalidRequest`, `MalformedJson`, `PayloadTooLarge`, `UnsupportedEncoding`.
pub fn body<T: Input>(request: &Request) -> Result<T, Error> {
    if is_encoded(request.headers()) {
        return Err(Refusal::UnsupportedEncoding.into());
    }
    let fields = Fields::parse(request.body())?;
    let room = fields.integer("conversation_id").or_else(|| fields.integer("chatroom_id"));
    let room = room.and_then(|room| RoomId::try_from(room).ok());
    let code = || Some(InviteCode::parse(fields.text("invite")?).ok()?.room);
    room.or_else(code).into_iter().for_each(log::room);
    fields.into()
}

/// Whether the body has an encoding, such as gzip (RFC 9110, section 8.4).
fn is_encoded(headers: &HeaderMap) -> bool {
    list(headers, CONTENT_ENCODING).any(|encoding| !encoding.eq_ignore_ascii_case("identity"))
}

/// A parameter of the query, decoded.
#[must_use]
pub fn query(request: &Request, name: &str) -> Option<String> {
    request.query_string_parameters_ref()?.first(name).map(str::to_owned)
}

/// The network of the client, by the address that API Gateway or the edge has seen. Headers that a client could write
/// do not count.
///
/// # Errors
/// `Internal` if API Gateway names no address.
pub fn network(request: &Request) -> Result<Network, Error> {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    let network = address.and_then(|address| address.parse().ok());
    network.ok_or_else(|| Error::internal("reading the address of a client", "API Gateway names none"))
}

/// The time at which API Gateway received the request, or that of this machine if the two differ by more than clocks
/// do, as in a recorded event.
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

/// The room in the path.
///
/// # Errors
/// `NotFound` if it is not a number, `RoomNotFound` if no room can have the number.
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

/// The message in the path.
///
/// # Errors
/// `NotFound` if it is not the number of a message.
pub fn message(request: &Request) -> Result<MessageId, Error> {
    parameter(request, "message_id").parse().map_err(|_| Refusal::NotFound.into())
}

/// The session in the path.
///
/// # Errors
/// `SessionNotFound` if no session can have the id.
pub fn session(request: &Request) -> Result<SessionId, Error> {
    parameter(request, "id").parse().map_err(|_| Refusal::SessionNotFound.into())
}

/// A parameter of the path, decoded; empty if the route has none of this name.
fn parameter<'a>(request: &'a Request, name: &str) -> &'a str {
    request.path_parameters_ref().and_then(|parameters| parameters.first(name)).unwrap_or_default()
}

/// The page that the query names.
///
/// # Errors
/// `Invalid`.
pub fn page(request: &Request) -> Result<Page, Error> {
    let [limit, before, after] = ["limit", "before", "after"].map(|name| query(request, name));
    Page::parse(limit.as_deref(), before.as_deref(), after.as_deref())
}

/// The search that the query asks for.
///
/// # Errors
/// `Invalid`.
pub fn search(request: &Request) -> Result<Search, Error> {
    let [room, words, before] = ["conversation_id", "q", "before"].map(|name| query(request, name));
    let search = Search::parse(room.as_deref(), words.as_deref(), before.as_deref())?;
    log::room(search.room);
    Ok(search)
}

/// The part of a list of members that the query asks for.
///
/// # Errors
/// `Invalid`.
pub fn member_page(request: &Request) -> Result<MemberPage, Error> {
    let [limit, after] = ["limit", "after"].map(|name| query(request, name));
    MemberPage::parse(limit.as_deref(), after.as_deref())
}

/// The place in a list of rooms that the query asks for.
///
/// # Errors
/// `Invalid`.
pub fn room_cursor(request: &Request) -> Result<Option<RoomCursor>, Error> {
    RoomCursor::parse(query(request, "before").as_deref())
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
pub fn slice(page: Page, slice: &Slice<ShownMessage>) -> Result<Response, Error> {
    linked(&slice.messages, slice.next.map(|cursor| format!("limit={}&{cursor}", page.limit)))
}

/// 200 with a page of a list, and a `Link` (RFC 8288) to the next one, with the query that `next` makes of its
/// beginning.
///
/// # Errors
/// `Internal`.
pub fn listed<T: Serialize, Next>(list: &Listed<T, Next>, next: impl Fn(&Next) -> String) -> Result<Response, Error> {
    linked(&list.items, list.next.as_ref().map(next))
}

/// 200 with the messages that a search in a room has found, and a `Link` (RFC 8288) by which the search of the request
/// goes on.
///
/// # Errors
/// `Internal`.
pub fn found(request: &Request, room: RoomId, found: &Found) -> Result<Response, Error> {
    let words = query(request, "q").unwrap_or_default();
    let words = utf8_percent_encode(&words, NON_ALPHANUMERIC);
    linked(found, found.searched_back_to.map(|id| format!("conversation_id={room}&q={words}&before={id}")))
}

/// The link is a query alone, which keeps the path that the client has asked for: a proxy or an API mapping may have
/// shortened it (RFC 3986, section 5.2.2).
fn linked(body: &impl Serialize, next: Option<String>) -> Result<Response, Error> {
    let mut response = ok(body)?;
    if let Some(query) = next {
        let link = HeaderValue::try_from(format!("<?{query}>; rel=\"next\""))
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
