//! The client's end of a WebSocket.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::contract::CONTRACT;

/// How long a journey waits for a frame before it fails: long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a socket must stay silent. A push by mistake arrives earlier.
const SILENCE: Duration = Duration::from_millis(200);

/// The header with the subprotocols that a client offers.
pub const PROTOCOLS: &str = "sec-websocket-protocol";

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The subprotocol that the server chose from the offered ones.
    pub subprotocol: Option<String>,
}

/// A handshake that the server refused.
#[derive(Debug)]
pub struct Refusal {
    /// The status code of the answer.
    pub status: u16,
}

impl Socket {
    pub(crate) async fn open(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Refusal> {
        let opened = timeout(PATIENCE, Self::tries_to_open(url, headers)).await;
        opened.expect("a handshake is answered").map_err(|error| match error {
            Error::Http(response) => Refusal { status: response.status().as_u16() },
            error => panic!("{url}: {error}"),
        })
    }

    /// Opens a socket with these headers, each in a line of its own, without a time limit.
    pub(crate) async fn tries_to_open(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = url.into_client_request().expect("a socket's URL can be parsed");
        for &(name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header is plain text");
            request.headers_mut().append(name, value);
        }
        let (stream, response) = connect_async(request).await?;
        let chosen = response.headers().get(PROTOCOLS);
        let subprotocol = chosen.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self { stream, subprotocol })
    }

    /// Sends a frame, which must be as `asyncapi.yaml` describes. Returns whether the socket is still open.
    pub(crate) async fn tries_to_send(&mut self, frame: &Value) -> bool {
        CONTRACT.assert_frame(frame);
        self.stream.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// Sends a frame, which must be as `asyncapi.yaml` describes.
    pub async fn sends(&mut self, frame: &Value) {
        CONTRACT.assert_frame(frame);
        self.sends_text(&frame.to_string()).await;
    }

    /// Sends any text as a frame.
    pub async fn sends_text(&mut self, frame: &str) {
        self.stream.send(Message::text(frame)).await.expect("the socket is open");
    }

    /// Sends any message of the protocol, such as a fragment. The socket may be closed already.
    pub async fn tries_to_send_any(&mut self, message: Message) {
        // If the socket is closed, the next read finds out.
        let _ = self.stream.send(message).await;
    }

    /// Sends a message to a room.
    pub async fn says(&mut self, room: u64, text: &str) {
        self.sends(&json!({"type": "message", "conversation": room, "text": text})).await;
    }

    /// Sends a message to a room. The socket may be closed already.
    pub async fn tries_to_say(&mut self, room: u64, text: &str) {
        let frame = json!({"type": "message", "conversation": room, "text": text});
        // If the socket is closed, the next read finds out.
        let _ = self.stream.send(Message::text(frame.to_string())).await;
    }

    /// Waits until API Gateway reports that the function behind a frame has died. Ignores events before that.
    pub async fn is_broken(&mut self) {
        loop {
            let text = timeout(PATIENCE, self.next_text()).await.expect("a frame comes").expect("the socket is open");
            let frame: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("a frame is JSON: {text}"));
            if frame["message"] == "Internal server error" {
                return;
            }
        }
    }

    /// The next event, of any type.
    pub async fn next_event(&mut self) -> Value {
        self.hears().await.expect("the socket is open until the event comes")
    }

    /// The next event, which must be as `asyncapi.yaml` describes. `None` if the socket is closed first.
    pub async fn hears(&mut self) -> Option<Value> {
        let text = timeout(PATIENCE, self.next_text()).await.expect("an event comes")?;
        let event = serde_json::from_str(&text).unwrap_or_else(|_| panic!("an event is JSON: {text}"));
        CONTRACT.assert_event(&event);
        Some(event)
    }

    /// The next event, which must be of this type.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        let event = self.next_event().await;
        assert_eq!(event["type"], kind, "{event}");
        event
    }

    /// The next event, which must be a message with this text.
    pub async fn receives(&mut self, text: &str) -> Value {
        let event = self.next_of("message").await;
        assert_eq!(event["text"], text, "{event}");
        event
    }

    /// The next event, which must be an error with this code and in the form of the contract.
    pub async fn hears_error(&mut self, code: &str) -> Value {
        let event = self.next_of("error").await;
        assert_eq!(event["code"], code, "{event}");
        for field in ["detail", "request_id"] {
            assert!(event[field].as_str().is_some_and(|value| !value.is_empty()), "{event}");
        }
        event
    }

    /// Asserts that no event came and that the socket is open: the answer to a ping is the next event.
    pub async fn stays_silent(&mut self) {
        if let Ok(frame) = timeout(SILENCE, self.next_text()).await {
            panic!("the socket should have stayed silent, and heard {frame:?}");
        }
        self.sends(&json!({"type": "ping"})).await;
        assert_eq!(self.next_event().await, json!({"type": "pong"}));
    }

    /// Asserts that the server closes the socket. Ignores events before that.
    pub async fn is_closed(&mut self) {
        let closed = async { while self.next_text().await.is_some() {} };
        timeout(PATIENCE, closed).await.expect("the server closes the socket");
    }

    /// The code with which the server closes the socket. Ignores events before that.
    pub async fn is_closed_with_code(&mut self) -> Option<u16> {
        let closed = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(frame))) => return frame.map(|frame| u16::from(frame.code)),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        };
        timeout(PATIENCE, closed).await.expect("the server closes the socket")
    }

    /// Closes the socket with a close frame.
    pub async fn closes(mut self) {
        self.stream.close(None).await.expect("the socket is open");
        self.is_closed().await;
    }

    /// Ends the connection without a close frame.
    pub fn vanishes(self) {
        drop(self);
    }

    /// The next text; `None` if the socket is closed first.
    pub(crate) async fn next_text(&mut self) -> Option<String> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Text(text)) => return Some(text.to_string()),
                Ok(Message::Binary(bytes)) => panic!("an event is text, not {bytes:?}"),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
