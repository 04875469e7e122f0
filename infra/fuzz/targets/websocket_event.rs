//! An event of the WebSocket API. The user comes from the authorizer only, whatever the client sends.

#![no_main]

use std::sync::LazyLock;

use aws_lambda_events::apigw::{ApiGatewayCustomAuthorizerRequestTypeRequest, ApiGatewayWebsocketProxyRequest};
use domain::{Error, MarksFrame, MessageFrame, OtherFrame, Refusal, TypingFrame};
use lambda::{authorizer::Handshake, socket::Incoming};
use lambda_runtime::{Context, LambdaEvent};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static MESSAGE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../events/message.json")).unwrap());
static HANDSHAKE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../events/authorize.json")).unwrap());

const ORIGINS: &str = "https://chat.example";

fuzz_target!(|data: &str| {
    if let Ok(event) = serde_json::from_str(data) {
        frame(&event);
        handshake(&event);
    }
    // The data as the parts of an event that a client can choose.
    let mut event = MESSAGE.clone();
    event["body"] = data.into();
    let user = frame(&event);
    assert_eq!(user, Some(1));
    let mut event = HANDSHAKE.clone();
    event["headers"]["Origin"] = data.into();
    event["headers"]["Sec-WebSocket-Protocol"] = data.into();
    event["queryStringParameters"]["room_name"] = data.into();
    event["queryStringParameters"]["token"] = data.into();
    handshake(&event);
});

/// Reads a frame as each function does, and returns its user.
fn frame(event: &Value) -> Option<u64> {
    let event: ApiGatewayWebsocketProxyRequest = serde_json::from_value(event.clone()).ok()?;
    let authorized = event.request_context.authorizer.fields.get("user_id").cloned();
    let incoming = Incoming::read(LambdaEvent::new(event, Context::default()));
    let _ = incoming.frame::<TypingFrame>();
    let _ = incoming.frame::<MarksFrame>();
    let _ = incoming.frame::<OtherFrame>();
    let frame = incoming.frame::<MessageFrame>();
    let socket = match incoming.socket() {
        Ok(socket) => socket,
        Err(Error::Internal { .. }) => return None,
        Err(error) => panic!("{error:?}"),
    };
    assert_eq!(authorized, Some(socket.user.to_string().into()));
    if let Ok(draft) = frame.and_then(|frame| frame.draft(socket.user, socket.room)) {
        assert!(draft.room.get() > 0);
    }
    Some(socket.user.get())
}

fn handshake(event: &Value) {
    let Ok(event) = serde_json::from_value::<ApiGatewayCustomAuthorizerRequestTypeRequest>(event.clone()) else {
        return;
    };
    let origins: Vec<&[u8]> = event.headers.get_all("origin").iter().map(|origin| origin.as_bytes()).collect();
    match Handshake::read(&event, ORIGINS) {
        Ok(_) if !origins.iter().all(|origin| ORIGINS.as_bytes() == *origin) => panic!("{origins:?}"),
        Ok(handshake) => match handshake.room() {
            Ok(room) => {
                let named = event.query_string_parameters.first("room_name").filter(|name| !name.is_empty());
                assert_eq!(named.is_some(), room.is_some());
            }
            Err(Error::Refused(Refusal::RoomNotFound)) => {}
            Err(error) => panic!("{error:?}"),
        },
        Err(Error::Refused(Refusal::Unauthenticated | Refusal::ForeignOrigin)) => {}
        Err(error) => panic!("{error:?}"),
    }
}
