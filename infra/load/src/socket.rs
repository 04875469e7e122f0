//! Sockets that record the arrival of each message.

use std::{
    sync::Arc,
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

/// The arrival of a message: its number, and microseconds since the start of the run.
pub type Arrival = (u32, u64);

/// An open socket that is read.
#[derive(Debug)]
pub struct Socket {
    sink: SplitSink<Stream, Message>,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
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
        let arrived = Arc::clone(&arrivals);
        let reader = tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                if let Message::Text(text) = message
                    && let Some(number) = number(&text)
                {
                    arrived.lock().await.push((number, micros(start.elapsed())));
                }
            }
        });
        Ok(Self { sink, arrivals, reader })
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

/// The number in a message's text. Searched, not parsed as JSON, because the generator shares the machine with the
/// system.
fn number(event: &str) -> Option<u32> {
    event.split_once(TEXT)?.1.split(' ').next()?.parse().ok()
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
        assert_eq!(number(r#"{"type":"message","id":7,"text":"42 ","sequence":1}"#), Some(42));
        assert_eq!(number(r#"{"text":"0    "}"#), Some(0));
        assert_eq!(number(r#"{"type":"joined"}"#), None);
    }
}
