//! The authorizer of `$connect`: reads the token and the room from an event, and makes a policy of the outcome.

use aws_lambda_events::{
    apigw::{
        ApiGatewayCustomAuthorizerPolicy, ApiGatewayCustomAuthorizerRequestTypeRequest,
        ApiGatewayCustomAuthorizerResponse,
    },
    iam::{IamPolicyEffect, IamPolicyStatement},
};
use chat::metrics::handshake_refused;
use domain::{Error, Network, Refusal, RoomId};
use lambda_http::http::header::{HeaderMap, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use store::Session;

use crate::{App, Fatal, edge, headers::list, log, problem::Problem, tokens};

/// The subprotocol that a browser offers before its token, because it cannot set headers.
pub(crate) const SUBPROTOCOL: &str = "bearer";
/// The principal of a client that may not open a socket: API Gateway needs one in every policy.
const NOBODY: &str = "nobody";

/// The request of a client to open a socket.
#[derive(Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Its access token.
    pub token: String,
    room: Option<String>,
}

impl Handshake {
    /// Reads an event of API Gateway. Pages must be of one of these origins. The token is in the header, among the
    /// subprotocols or in the query, in this order: the header is in no log, and the query may be.
    ///
    /// # Errors
    /// `ForeignOrigin`, `Unauthenticated`.
    pub fn read(request: &ApiGatewayCustomAuthorizerRequestTypeRequest, allowed_origins: &str) -> Result<Self, Error> {
        let headers = lines(&request.headers, &request.multi_value_headers);
        if !headers.get_all(ORIGIN).iter().all(|origin| allows(allowed_origins, origin.as_bytes())) {
            return Err(Refusal::ForeignOrigin.into());
        }
        let query = |name: &str| request.query_string_parameters.first(name);
        let token = tokens::bearer(headers).ok().or_else(|| after_bearer(headers)).or_else(|| query("token"));
        let token = token.ok_or(Refusal::Unauthenticated)?;
        Ok(Self { token: token.to_owned(), room: room_name(request) })
    }

    /// The room that the socket is to be bound to. To be read once the caller is known.
    ///
    /// # Errors
    /// `RoomNotFound` if no room can have the name.
    pub fn room(&self) -> Result<Option<RoomId>, Error> {
        let room = self.room.as_deref().map(str::parse).transpose().map_err(|_| Refusal::RoomNotFound)?;
        room.into_iter().for_each(log::room);
        Ok(room)
    }
}

/// The room that a handshake names. An empty name is none.
fn room_name(request: &ApiGatewayCustomAuthorizerRequestTypeRequest) -> Option<String> {
    request.query_string_parameters.first("room_name").filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Whether an origin is allowed. Browsers send a handshake without a preflight, because CORS does not cover sockets,
/// and always with the `Origin` of the page, which no page can forge. Other clients need no `Origin`.
fn allows(allowed: &str, origin: &[u8]) -> bool {
    allowed.split(',').map(str::trim).any(|allowed| allowed == "*" || allowed.as_bytes() == origin)
}

/// The headers of a handshake with all their lines. API Gateway has the last line of each in `headers`, and all in
/// `multiValueHeaders`.
pub(crate) fn lines<'a>(last: &'a HeaderMap, all: &'a HeaderMap) -> &'a HeaderMap {
    if all.is_empty() { last } else { all }
}

/// The subprotocols that a client offers (RFC 6455, section 11.3.4).
pub(crate) fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    list(headers, SEC_WEBSOCKET_PROTOCOL)
}

fn after_bearer(headers: &HeaderMap) -> Option<&str> {
    let mut offered = offered(headers);
    offered.find(|&protocol| protocol == SUBPROTOCOL)?;
    offered.next()
}

/// The authorizer's result, which API Gateway adds to every later event of the socket, all values as strings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) user_id: String,
    pub(crate) session_id: String,
    /// The end of the session, in seconds since 1970. Absent in a socket that was opened before sockets had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) room: Option<String>,
    /// The address of the client, if the handshake came through the edge. API Gateway sees the address of the edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
}

/// Serves handshakes until the process ends.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve(app: App, authorize: impl AsyncFn(&App, Handshake) -> Result<Session, Error>) -> Result<(), Fatal> {
    let (app, authorize) = (&app, &authorize);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<ApiGatewayCustomAuthorizerRequestTypeRequest>| {
        let request = event.payload;
        let admitted = edge::address(lines(&request.headers, &request.multi_value_headers));
        let address = admitted.as_ref().ok().copied().flatten();
        let seen = request.request_context.identity.as_ref().and_then(|identity| identity.source_ip.as_deref());
        let call = log::call(address.map(Network::of).or_else(|| seen?.parse().ok()));
        let answer = async move {
            let bound = Bound { room: room_name(&request), address: address.map(|address| address.to_string()) };
            let handshake =
                admitted.and_then(|_| app.allowed_origins()).and_then(|origins| Handshake::read(&request, origins));
            let outcome = match handshake {
                Ok(handshake) => authorize(app, handshake).await,
                Err(error) => Err(error),
            };
            answer(outcome, bound, request.method_arn.unwrap_or_default())
        };
        log::invocation(call, answer)
    }))
    .await
}

/// The parts of a handshake that its socket keeps.
#[derive(Default)]
struct Bound {
    room: Option<String>,
    address: Option<String>,
}

fn answer(
    outcome: Result<Session, Error>,
    Bound { room, address }: Bound,
    method_arn: String,
) -> Result<ApiGatewayCustomAuthorizerResponse<Context>, Fatal> {
    let error = match outcome {
        Ok(session) => {
            let expires_at = Some(session.expires_at.to_string());
            let user_id = session.user_id.to_string();
            let context = Context { user_id, session_id: session.id, expires_at, room, address };
            let principal = context.user_id.clone();
            return Ok(policy(IamPolicyEffect::Allow, principal, method_arn, context));
        }
        Err(error) => error,
    };
    handshake_refused(&error);
    let problem = Problem::report(error);
    match problem.status {
        // API Gateway answers 401 if an authorizer fails with exactly this word.
        401 => Err("Unauthorized".into()),
        403 | 404 => Ok(policy(IamPolicyEffect::Deny, NOBODY.to_owned(), method_arn, Context::default())),
        _ => Err(problem.code.into()),
    }
}

fn policy(
    effect: IamPolicyEffect,
    principal: String,
    method_arn: String,
    context: Context,
) -> ApiGatewayCustomAuthorizerResponse<Context> {
    let mut statement = IamPolicyStatement::default();
    statement.action = vec!["execute-api:Invoke".to_owned()];
    statement.effect = effect;
    statement.resource = vec![method_arn];
    let mut policy_document = ApiGatewayCustomAuthorizerPolicy::default();
    policy_document.version = Some("2012-10-17".to_owned());
    policy_document.statement = vec![statement];
    let mut response = ApiGatewayCustomAuthorizerResponse::default();
    response.principal_id = Some(principal);
    response.policy_document = policy_document;
    response.context = context;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_a_policy_or_the_word_that_api_gateway_knows() {
        let user = domain::UserId::try_from(7).unwrap();
        let session =
            Session { id: "s1".to_owned(), user_id: user, expires_at: 1_800_000_000, device_id: None, renewal: None };
        let bound = Bound { room: Some("1".to_owned()), address: Some("2001:db8::7".to_owned()) };
        let allowed = answer(Ok(session), bound, "arn".to_owned()).unwrap();
        assert_eq!(
            serde_json::to_value(&allowed).unwrap(),
            serde_json::json!({
                "principalId": "7",
                "policyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Action": ["execute-api:Invoke"], "Effect": "Allow", "Resource": ["arn"]}],
                },
                "context": {
                    "user_id": "7", "session_id": "s1", "expires_at": "1800000000", "room": "1", "address": "2001:db8::7",
                },
                "usageIdentifierKey": null,
            })
        );
        for refusal in [Refusal::NotAMember, Refusal::RoomNotFound, Refusal::ForeignOrigin, Refusal::WrongAddress] {
            let error = refusal.into();
            let denied = answer(Err(error), Bound::default(), "arn".to_owned()).unwrap();
            assert_eq!(denied.policy_document.statement[0].effect, IamPolicyEffect::Deny);
            assert_eq!(denied.principal_id.as_deref(), Some("nobody"));
        }
        let refused = answer(Err(Refusal::Unauthenticated.into()), Bound::default(), String::new()).unwrap_err();
        assert_eq!(refused.to_string(), "Unauthorized");
    }

    #[test]
    fn a_browser_opens_sockets_from_allowed_origins_alone() {
        let read = |headers: serde_json::Value, allowed| {
            let request =
                serde_json::json!({"headers": headers, "queryStringParameters": {"token": "t"}, "requestContext": {}});
            Handshake::read(&serde_json::from_value(request).unwrap(), allowed).map(drop)
        };
        let from = |origin: &str, allowed| read(serde_json::json!({"Origin": origin}), allowed);
        let ours = "https://chat.example, https://www.chat.example";
        assert!(from("https://chat.example", ours).is_ok() && from("https://www.chat.example", ours).is_ok());
        for foreign in ["https://evil.example", "https://chat.example.evil.example", "http://chat.example", "null", ""]
        {
            assert!(matches!(from(foreign, ours), Err(Error::Refused(Refusal::ForeignOrigin))), "{foreign}");
            assert!(from(foreign, "*").is_ok(), "{foreign}");
        }
        // API Gateway does not change the case of names.
        let headers = serde_json::json!({"oRIGIN": "https://evil.example"});
        assert!(matches!(read(headers, ours), Err(Error::Refused(Refusal::ForeignOrigin))));
        assert!(read(serde_json::json!({}), ours).is_ok());
    }

    /// The token of a handshake with these headers, each with its lines, and this token in the query.
    fn token(headers: &serde_json::Value, query: Option<&str>) -> Option<String> {
        let last = headers.as_object().unwrap().iter().map(|(name, lines)| (name, lines.as_array().unwrap().last()));
        let last: std::collections::BTreeMap<_, _> = last.collect();
        let request = serde_json::json!({
            "headers": last, "multiValueHeaders": headers, "requestContext": {},
            "queryStringParameters": query.map(|token| serde_json::json!({"token": token})),
        });
        Handshake::read(&serde_json::from_value(request).unwrap(), "").map(|handshake| handshake.token).ok()
    }

    #[test]
    fn the_token_is_the_subprotocol_after_bearer_in_however_many_lines() {
        let of = |lines: &[&str]| token(&serde_json::json!({"Sec-WebSocket-Protocol": lines}), None);
        for lines in [
            &["bearer, abc"] as &[_],
            &["chat,bearer,abc"],
            &["bearer", "abc"],
            &["chat", "bearer, abc", "def"],
            &["bearer,, abc"],
            &["bearer,", "", "abc"],
        ] {
            assert_eq!(of(lines).as_deref(), Some("abc"), "{lines:?}");
        }
        for lines in [&[""] as &[_], &["bearer"], &["abc, bearer"], &["abc", "bearer"], &["Bearer abc"]] {
            assert_eq!(of(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn a_header_counts_before_a_subprotocol_and_that_before_the_query() {
        let all = |authorization: &[&str]| {
            let headers = serde_json::json!({"aUTHORIZATION": authorization, "Sec-WebSocket-Protocol": ["bearer, b"]});
            token(&headers, Some("c")).unwrap()
        };
        assert_eq!([all(&["Bearer a"]), all(&["bEARER  a"])], ["a", "a"]);
        // Another scheme may be the one of a proxy, and of two headers neither is the client's only one.
        assert_eq!([all(&["Basic a"]), all(&["Bearer a", "Bearer d"])], ["b", "b"]);
        assert_eq!(token(&serde_json::json!({"Authorization": ["Basic a"]}), Some("c")).as_deref(), Some("c"));
        assert_eq!(token(&serde_json::json!({"Authorization": ["Bearer a", "Bearer d"]}), None), None);
    }

    #[test]
    fn an_origin_in_any_of_several_lines_counts() {
        let lines = serde_json::json!({"Origin": ["https://evil.example", "https://chat.example"]});
        let request = serde_json::json!({
            "headers": {"Origin": "https://chat.example"}, "multiValueHeaders": lines,
            "queryStringParameters": {"token": "t"}, "requestContext": {},
        });
        let read = Handshake::read(&serde_json::from_value(request).unwrap(), "https://chat.example");
        assert!(matches!(read, Err(Error::Refused(Refusal::ForeignOrigin))));
    }
}
