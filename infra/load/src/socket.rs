//! Sockets that record the arrival of each message.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use futures_util::{SinkExt as _, StreamExt as _, stream::SplitSink};
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    sync::Mutex,
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, handshake::client::Request, http::HeaderValue},
};

use crate::{client::Person, target::Target};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The text that precedes the number of a message in its event.
const TEXT: &str = "\"text\":\"";

/// An event that a load causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A message with this number in its text.
    Message(u32),
    /// The reaction of a user to a message.
    Reaction {
        /// The id of the message.
        message: u64,
        /// The user.
        user: u64,
    },
}

/// The arrival of an event, in microseconds since the start of the run.
pub type Arrival = (Event, u64);

/// An open socket that is read.
#[derive(Debug)]
pub struct Socket {
    sink: SplitSink<Stream, Message>,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    last: Arc<AtomicU64>,
    reader: JoinHandle<()>,
}

impl Socket {
    /// Opens a socket for a room, or for all rooms.
    ///
    /// # Errors
    /// If the handshake is refused.
    pub async fn open(target: &Target, person: &Person, room: Option<u64>, start: Instant) -> Result<Self> {
        let (sink, mut stream) = open(target, person, room).await?.split();
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let last = Arc::new(AtomicU64::new(0));
        let (arrived, newest) = (Arc::clone(&arrivals), Arc::clone(&last));
        let reader = tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                if let Message::Text(text) = message
                    && let Some(event) = event(&text)
                {
                    if let Event::Message(_) = event {
                        newest.store(field(&text, "id").unwrap_or_default(), Ordering::Relaxed);
                    }
                    arrived.lock().await.push((event, micros(start.elapsed())));
                }
            }
        });
        Ok(Self { sink, arrivals, last, reader })
    }

    /// Sends a message. Its text begins with a number and has at least this length, in characters.
    ///
    /// # Errors
    /// If the socket is closed.
    pub async fn say(&mut self, room: u64, number: u32, length: usize) -> Result<()> {
        let text = format!("{:<length$}", format!("{number} "));
        let frame = format!(r#"{{"type":"message","conversation":{room},"text":"{text}"}}"#);
        self.sink.send(Message::text(frame)).await.context("sending a frame")
    }

    /// The id of the last message that arrived; 0 if none did.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Takes all arrivals since the last call.
    pub async fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut *self.arrivals.lock().await)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Opens a socket, which the caller reads.
///
/// # Errors
/// If the handshake is refused.
pub async fn open(target: &Target, person: &Person, room: Option<u64>) -> Result<Stream> {
    let (stream, _) = connect_async(request(target, person, room)?).await.context("opening a socket")?;
    if let MaybeTlsStream::Plain(stream) = stream.get_ref() {
        stream.set_nodelay(true).context("opening a socket")?;
    }
    Ok(stream)
}

fn request(target: &Target, person: &Person, room: Option<u64>) -> Result<Request> {
    let url = room.map_or_else(|| target.websocket.clone(), |room| format!("{}?room_name={room}", target.websocket));
    let mut request = url.into_client_request().context("reading the socket's URL")?;
    let protocols = HeaderValue::try_from(format!("bearer, {}", person.token)).context("a token is text")?;
    request.headers_mut().insert("Sec-WebSocket-Protocol", protocols);
    Ok(request)
}

/// A socket that is never read, with a small receive buffer.
#[derive(Debug)]
pub struct Silent {
    _stream: WebSocketStream<TcpStream>,
}

impl Silent {
    /// Opens such a socket for a room of a system without TLS.
    ///
    /// # Errors
    /// If the handshake is refused.
    pub async fn open(target: &Target, person: &Person, room: u64) -> Result<Self> {
        const BUFFER: u32 = 4096;
        let request = request(target, person, Some(room))?;
        let authority = request.uri().authority().context("the socket's URL names a host")?.as_str();
        let address = lookup_host(authority).await.context("looking for a local system")?.next();
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(BUFFER)?;
        let stream = socket.connect(address.context("a local system has an address")?).await?;
        let (stream, _) = client_async(request, stream).await.context("opening a socket")?;
        Ok(Self { _stream: stream })
    }
}

/// The event of a frame. Searched, not parsed as JSON, because the generator shares the machine with the system.
fn event(frame: &str) -> Option<Event> {
    if let Some((_, text)) = frame.split_once(TEXT) {
        return text.split(' ').next()?.parse().ok().map(Event::Message);
    }
    Some(Event::Reaction { message: field(frame, "message_id")?, user: field(frame, "user")? })
}

/// A field of a frame that is a number.
fn field(frame: &str, name: &str) -> Option<u64> {
    let (_, value) = frame.split_once(&format!("\"{name}\":"))?;
    value.split([',', '}']).next()?.parse().ok()
}

/// Returns whole microseconds.
#[must_use]
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_number() {
        let frame = r#"{"type":"message","id":7,"text":"42 ","sequence":1}"#;
        assert_eq!((event(frame), field(frame, "id")), (Some(Event::Message(42)), Some(7)));
        assert_eq!(event(r#"{"text":"0    "}"#), Some(Event::Message(0)));
        assert_eq!(event(r#"{"type":"joined","user":3}"#), None);
    }

    #[test]
    fn a_reaction_is_known_by_its_message_and_its_user() {
        let frame = r#"{"type":"reaction","conversation":1,"change":5,"message_id":7,"user":3,"emoji":"x"}"#;
        assert_eq!(event(frame), Some(Event::Reaction { message: 7, user: 3 }));
    }
}
