//! Invalid input of every kind: each is answered, and none is stored.

use e2e::{Answer, Server, User};
use reqwest::{Method, header};
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::frame::{
        Frame, FrameHeader,
        coding::{Control, Data, OpCode},
    },
};

/// A JSON text of arrays in arrays.
fn deep(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

async fn post(user: &User, content_type: Option<&str>, body: Vec<u8>) -> Answer {
    let request = user.request(Method::POST, "/send-message/").body(body);
    let request = match content_type {
        Some(content_type) => request.header(header::CONTENT_TYPE, content_type),
        None => request,
    };
    Answer::to(request).await
}

#[tokio::test]
async fn a_body_of_any_kind_is_answered() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let with = |more: &str| format!("{{\"conversation_id\":{room},\"text\":\"hi\"{more}}}").into_bytes();
    let field = |field: &str| format!("{{\"conversation_id\":{room},{field}}}").into_bytes();
    let json = Some("application/json");
    for (name, content_type, body, status, code) in [
        ("a field that is nested deeply", json, with(&format!(",\"more\":{}", deep(100))), 201, ""),
        ("one that is nested too deeply", json, with(&format!(",\"more\":{}", deep(128))), 400, "malformed_json"),
        ("nothing but nesting", json, deep(60_000).into_bytes(), 400, "malformed_json"),
        ("a number as large as can be", json, with(",\"more\":1e308"), 201, ""),
        ("a number that is larger", json, with(",\"more\":1e309"), 400, "malformed_json"),
        ("a number of many digits", json, with(&format!(",\"more\":1{}", "0".repeat(300))), 201, ""),
        ("a large id", json, b"{\"conversation_id\":1e300,\"text\":\"hi\"}".to_vec(), 400, "invalid_request"),
        ("a negative id", json, b"{\"conversation_id\":-1,\"text\":\"hi\"}".to_vec(), 400, "invalid_request"),
        ("a field that is there twice: the last one counts", json, field("\"text\":7,\"text\":\"hi\""), 201, ""),
        ("an escaped NUL", json, field("\"text\":\"a\\u0000b\""), 400, "invalid_request"),
        ("a bare NUL", json, field("\"text\":\"a\0b\""), 400, "malformed_json"),
        ("half a surrogate pair", json, field("\"text\":\"\\ud83d\""), 400, "malformed_json"),
        ("the other half", json, field("\"text\":\"\\ude00\""), 400, "malformed_json"),
        ("a whole pair", json, field("\"text\":\"\\ud83d\\ude00\""), 201, ""),
        ("a byte order mark", json, [b"\xef\xbb\xbf", with("").as_slice()].concat(), 201, ""),
        ("a charset, which JSON does not have", Some("application/json; charset=utf-16"), with(""), 201, ""),
        ("UTF-16", json, "{\"a\":1}".bytes().flat_map(|byte| [byte, 0]).collect(), 400, "malformed_json"),
        (
            "Latin-1",
            json,
            field("\"text\":\"?\"").into_iter().map(|b| if b == b'?' { 0xe4 } else { b }).collect(),
            400,
            "malformed_json",
        ),
        ("two objects", json, [with(""), with("")].concat(), 400, "malformed_json"),
        ("an object and a comma", json, with(","), 400, "malformed_json"),
        ("a form", Some("application/x-www-form-urlencoded"), b"text=hi".to_vec(), 400, "malformed_json"),
        // The gateway encodes a body in base64 unless its type is text.
        ("JSON that says it is something else", Some("application/octet-stream"), with(""), 201, ""),
        ("JSON that says nothing", None, with(""), 201, ""),
        ("bytes", Some("application/octet-stream"), vec![0, 159, 146, 150], 400, "malformed_json"),
    ] {
        let answer = post(&ann, content_type, body).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        if status != 201 {
            answer.refuses(status, code);
        }
    }
    let texts = ann.sees_messages(room).await;
    assert_eq!(texts.len(), 9);
}

#[tokio::test]
async fn a_frame_of_any_kind_is_answered_and_the_socket_stays_open() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    let typed = |field: &str| format!("{{\"type\":\"message\",{field}}}");
    for (frame, code) in [
        (" ".to_owned(), "malformed_json"),
        ("hello".to_owned(), "malformed_json"),
        ("{".to_owned(), "malformed_json"),
        ("\u{feff}{".to_owned(), "malformed_json"),
        ("\u{feff}{\"type\":\"ping\"}".to_owned(), "malformed_json"),
        ("\u{feff}{\"type\":\"message\",\"text\":\"hi\"}".to_owned(), "malformed_json"),
        ("{\"type\":\"message\"".to_owned(), "malformed_json"),
        (deep(30_000 / 2), "malformed_json"),
        ("null".to_owned(), "invalid_request"),
        ("true".to_owned(), "invalid_request"),
        ("7".to_owned(), "invalid_request"),
        ("\"ping\"".to_owned(), "invalid_request"),
        ("[]".to_owned(), "invalid_request"),
        ("[{\"type\":\"ping\"}]".to_owned(), "invalid_request"),
        ("{}".to_owned(), "invalid_request"),
        ("{\"type\":null}".to_owned(), "invalid_request"),
        ("{\"type\":7}".to_owned(), "invalid_request"),
        ("{\"type\":{\"type\":\"ping\"}}".to_owned(), "invalid_request"),
        ("{\"type\":\"MESSAGE\",\"text\":\"hi\"}".to_owned(), "invalid_request"),
        ("{\"type\":\"$disconnect\"}".to_owned(), "invalid_request"),
        (typed("\"text\":[\"hi\"]"), "invalid_request"),
        (typed("\"text\":{}"), "invalid_request"),
        (typed("\"text\":true"), "invalid_request"),
        (typed("\"text\":\"\\ud83d\""), "malformed_json"),
        (typed("\"text\":\"hi\",\"conversation\":\"1\""), "invalid_request"),
        (typed("\"text\":\"hi\",\"conversation\":1.5"), "invalid_request"),
        (typed("\"text\":\"hi\",\"conversation\":0"), "invalid_request"),
        (typed("\"text\":\"hi\",\"conversation\":[]"), "invalid_request"),
        (typed("\"text\":\"hi\",\"conversation\":9007199254740992"), "invalid_request"),
        (typed("\"text\":\"hi\",\"sender\":\"ann\""), "invalid_request"),
        (typed("\"text\":\"hi\",\"sender\":9007199254740991"), "invalid_request"),
        (typed("\"text\":\"hi\",\"client_id\":7"), "invalid_request"),
        (typed("\"text\":\"hi\",\"client_id\":\"\""), "invalid_request"),
        (typed("\"text\":\"hi\",\"attachment_picture\":7"), "invalid_request"),
        (typed("\"text\":\"hi\",\"attachment_video\":{}"), "invalid_request"),
        ("{\"type\":\"typing\",\"typing\":\"yes\"}".to_owned(), "invalid_request"),
        ("{\"type\":\"typing\",\"conversation\":\"here\"}".to_owned(), "invalid_request"),
        ("{\"type\":\"delivered\"}".to_owned(), "invalid_request"),
        ("{\"type\":\"read\",\"marks\":{\"1\":2}}".to_owned(), "invalid_request"),
    ] {
        phone.sends_text(&frame).await;
        let told = phone.hears_error(code).await;
        assert!(told["detail"].as_str().is_some_and(|detail| detail.len() < 500), "{told}");
    }
    phone.stays_silent().await;
    assert!(ann.sees_messages(room).await.is_empty());
}

fn frame(opcode: OpCode, is_final: bool, bytes: impl Into<Bytes>) -> Message {
    let header = FrameHeader { is_final, opcode, ..FrameHeader::default() };
    Message::Frame(Frame::from_payload(header, bytes.into()))
}

#[tokio::test]
async fn a_message_in_fragments_is_one_message_however_many_pings_come_between() {
    let Some(server) = Server::local("pings between fragments concern the gateway alone").start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    phone.tries_to_send_any(frame(OpCode::Data(Data::Text), false, "{\"type\":\"message\",")).await;
    for _ in 0..100 {
        phone.tries_to_send_any(frame(OpCode::Control(Control::Ping), true, "")).await;
    }
    phone.tries_to_send_any(frame(OpCode::Data(Data::Continue), false, "\"text\":")).await;
    phone.tries_to_send_any(frame(OpCode::Data(Data::Continue), true, "\"hi\"}")).await;
    phone.receives("hi").await;
}

#[tokio::test]
async fn what_the_gateway_does_not_take_closes_the_socket_with_its_code() {
    let Some(server) = Server::local("the codes concern the gateway alone").start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let fragments = |bytes: usize, sizes: usize| {
        let text = "x".repeat(bytes);
        (0..sizes).map(move |number| {
            let opcode = OpCode::Data(if number == 0 { Data::Text } else { Data::Continue });
            frame(opcode, number + 1 == sizes, text.clone())
        })
    };
    for (name, messages, code) in [
        ("32 KB and a byte in one frame", vec![Message::text("x".repeat(32 * 1024 + 1))], 1009),
        ("128 KB and more in five frames", fragments(32 * 1024, 5).collect(), 1009),
        ("bytes", vec![Message::binary(vec![0, 1, 2])], 1003),
        ("text that is no UTF-8", vec![frame(OpCode::Data(Data::Text), true, vec![b'a', 0xff])], 1007),
        ("a continuation of nothing", vec![frame(OpCode::Data(Data::Continue), true, "x")], 1002),
        ("a ping that is too long", vec![frame(OpCode::Control(Control::Ping), true, vec![0; 126])], 1002),
        ("an opcode that is not known", vec![frame(OpCode::Data(Data::Reserved(3)), true, "x")], 1002),
    ] {
        let mut phone = ann.opens_socket(room).await;
        for message in messages {
            phone.tries_to_send_any(message).await;
        }
        assert_eq!(phone.is_closed_with_code().await, Some(code), "{name}");
    }
    // 128 KB in frames of 32 KB are one message, which is not JSON.
    let mut phone = ann.opens_socket(room).await;
    for message in fragments(32 * 1024, 4) {
        phone.tries_to_send_any(message).await;
    }
    phone.hears_error("malformed_json").await;
    phone.stays_silent().await;
}
