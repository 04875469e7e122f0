//! An open socket, until the client, the connection management API or a limit closes it.

use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Duration, Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::connections::Connection;

/// The time that a client has to answer a close frame.
const GOODBYE: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// The limits of a socket.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest time without a frame in either direction.
    pub idle: Duration,
    /// The longest life.
    pub duration: Duration,
    /// The largest frame from the client, in bytes.
    pub frame: usize,
    /// The largest message from the client, in bytes.
    pub message: usize,
    /// Whether the client may send binary messages.
    pub binary: bool,
}

impl Limits {
    /// The platform's own limits on the frames of a client.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>,
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html>
    #[must_use]
    pub fn platform(idle: Duration, duration: Duration) -> Self {
        Self { idle, duration, frame: 32 * 1024, message: 128 * 1024, binary: false }
    }
}

/// How a socket ends.
#[derive(Debug)]
pub struct End {
    /// The code of the close frame, or 1006 without one.
    pub code: CloseCode,
    /// The reason in the close frame, or the platform's text.
    pub reason: String,
    farewell: Farewell,
}

/// How the connection under a socket ends.
#[derive(Debug, Eq, PartialEq)]
enum Farewell {
    /// With a close frame from the runtime.
    Ours,
    /// By the client, which sent its close frame first or has gone.
    Theirs,
    /// Without a close frame.
    None,
}

impl End {
    fn ours(code: CloseCode, reason: &str) -> Self {
        Self { code, reason: reason.to_owned(), farewell: Farewell::Ours }
    }

    fn theirs(frame: Option<CloseFrame>) -> Self {
        let (code, reason) = match frame {
            Some(frame) => (frame.code, frame.reason.to_string()),
            None => (CloseCode::Status, "Client-side close frame status not set".to_owned()),
        };
        Self { code, reason, farewell: Farewell::Theirs }
    }

    fn lost() -> Self {
        let reason = "Connection closed abnormally".to_owned();
        Self { code: CloseCode::Abnormal, reason, farewell: Farewell::Theirs }
    }

    fn cut() -> Self {
        Self { farewell: Farewell::None, ..Self::lost() }
    }
}

/// Serves the socket from the upgrade to its end. `received` gets each message of the client, and the messages in the
/// connection's outbox are sent to the client. `closing` is called when no more messages will be sent.
pub async fn serve(
    connection: &Connection,
    upgrade: OnUpgrade,
    outbox: mpsc::Receiver<Message>,
    limits: Limits,
    received: impl FnMut(Message),
    closing: impl FnOnce(),
) -> End {
    // The client may have left while `$connect` was running.
    let Ok(upgraded) = upgrade.await else {
        closing();
        return End::lost();
    };
    let config = WebSocketConfig::default().max_frame_size(Some(limits.frame)).max_message_size(Some(limits.message));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (sink, mut stream) = socket.split();
    let (goodbye, farewell) = oneshot::channel();
    // A task of its own, so that a client that does not read is still read and still cut.
    let mut writer = tokio::spawn(write(sink, outbox, farewell));
    let end = read(connection, &mut stream, limits, received).await;
    closing();
    if end.farewell == Farewell::None {
        writer.abort();
        return end;
    }
    let frame =
        (end.farewell == Farewell::Ours).then(|| CloseFrame { code: end.code, reason: end.reason.clone().into() });
    let _ = goodbye.send(frame);
    let rest = async {
        let _ = (&mut writer).await;
        while let Some(Ok(_)) = stream.next().await {}
    };
    if timeout(GOODBYE, rest).await.is_err() {
        writer.abort();
    }
    end
}

/// Sends the messages in order, and then the close frame if there is one.
async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut outbox: mpsc::Receiver<Message>,
    mut farewell: oneshot::Receiver<Option<CloseFrame>>,
) {
    let frame = loop {
        tokio::select! {
            biased;
            message = outbox.recv() => match message {
                Some(message) => if sink.send(message).await.is_err() { return },
                None => return,
            },
            frame = &mut farewell => break frame,
        }
    };
    if let Ok(Some(frame)) = frame {
        let _ = sink.send(Message::Close(Some(frame))).await;
    }
}

async fn read(
    connection: &Connection,
    stream: &mut SplitStream<Socket>,
    limits: Limits,
    mut received: impl FnMut(Message),
) -> End {
    let cut = Instant::now() + limits.duration;
    loop {
        let idle = Instant::from_std(connection.last_active()) + limits.idle;
        let message = tokio::select! {
            message = stream.next() => message,
            code = connection.close_asked() => {
                if code == CloseCode::Abnormal {
                    return End::cut();
                }
                let reason = if code == CloseCode::Normal { "Connection Closed Normally" } else { "Going away" };
                return End::ours(code, reason);
            }
            () = sleep_until(cut) => return End::ours(CloseCode::Away, "Going away"),
            // A frame to the client resets the timer without waking this task.
            () = sleep_until(idle) => if connection.last_active().elapsed() < limits.idle {
                continue;
            } else {
                return End::ours(CloseCode::Away, "Going away");
            },
        };
        connection.touch();
        match message {
            Some(Ok(Message::Binary(_))) if !limits.binary => {
                return End::ours(CloseCode::Unsupported, "Binary messages are not supported");
            }
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => received(message),
            Some(Ok(Message::Close(frame))) => return End::theirs(frame),
            // The library answers pings.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Err(Error::Capacity(_))) => return End::ours(CloseCode::Size, "Message too long"),
            Some(Err(Error::Utf8(_))) => return End::ours(CloseCode::Invalid, "Invalid UTF-8"),
            Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => return End::lost(),
            Some(Err(Error::Protocol(_))) => return End::ours(CloseCode::Protocol, "Protocol error"),
            Some(Err(_)) | None => return End::lost(),
        }
    }
}
