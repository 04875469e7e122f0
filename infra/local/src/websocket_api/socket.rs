//! An open socket, until it is closed by whoever is first: the client, the connection management API, or a limit.

use std::sync::Arc;

use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Duration, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{WebSocketApi, connections::Connection};

/// The largest frame, in bytes.
const MAX_FRAME: usize = 32 * 1024;

/// The largest message, in bytes.
pub(super) const MAX_MESSAGE: usize = 128 * 1024;

/// How long a client may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How a socket ends.
struct End {
    code: CloseCode,
    reason: String,
    /// Whether the client was first, or is gone, so that it needs no close frame from us.
    by_client: bool,
}

impl End {
    fn ours(code: CloseCode, reason: &str) -> Self {
        Self { code, reason: reason.to_owned(), by_client: false }
    }

    fn theirs(frame: Option<CloseFrame>) -> Self {
        let (code, reason) = match frame {
            Some(frame) => (frame.code, frame.reason.to_string()),
            None => (CloseCode::Status, "Client-side close frame status not set".to_owned()),
        };
        Self { code, reason, by_client: true }
    }

    fn lost() -> Self {
        Self { code: CloseCode::Abnormal, reason: "Connection closed abnormally".to_owned(), by_client: true }
    }
}

/// Serves the socket from the upgrade to its `$disconnect`.
pub(super) async fn run(
    api: Arc<WebSocketApi>,
    connection: Arc<Connection>,
    upgrade: OnUpgrade,
    outbox: mpsc::Receiver<Message>,
) {
    let end = match upgrade.await {
        Ok(upgraded) => {
            let config = WebSocketConfig::default().max_frame_size(Some(MAX_FRAME)).max_message_size(Some(MAX_MESSAGE));
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            serve(&api, &connection, socket, outbox).await
        }
        Err(_) => End::lost(),
    };
    api.connections.close(&connection.id);
    api.disconnected(&connection, end.code.into(), &end.reason).await;
}

async fn serve(
    api: &Arc<WebSocketApi>,
    connection: &Arc<Connection>,
    socket: Socket,
    outbox: mpsc::Receiver<Message>,
) -> End {
    let (sink, mut stream) = socket.split();
    let (goodbye, farewell) = oneshot::channel();
    // A task of its own, so that a client that does not read is still heard and still cut.
    let mut writer = tokio::spawn(write(sink, outbox, farewell));
    let end = read(api, connection, &mut stream).await;
    // From here on the management API answers 410, while the goodbye may still be on its way.
    api.connections.close(&connection.id);
    let frame = (!end.by_client).then(|| CloseFrame { code: end.code, reason: end.reason.clone().into() });
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

/// Sends what comes in order, and last the close frame if there is one.
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

async fn read(api: &Arc<WebSocketApi>, connection: &Arc<Connection>, stream: &mut SplitStream<Socket>) -> End {
    let cut = tokio::time::Instant::now() + api.limits.duration;
    loop {
        let idle = tokio::time::Instant::from_std(connection.last_active()) + api.limits.idle;
        let message = tokio::select! {
            message = stream.next() => message,
            () = connection.close_asked() => return End::ours(CloseCode::Normal, "Connection Closed Normally"),
            () = sleep_until(cut) => return End::ours(CloseCode::Away, "Going away"),
            // A frame to the client puts the timer back without waking this task.
            () = sleep_until(idle) => if connection.last_active().elapsed() < api.limits.idle {
                continue;
            } else {
                return End::ours(CloseCode::Away, "Going away");
            },
        };
        connection.touch();
        match message {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => api.received(connection, message),
            Some(Ok(Message::Close(frame))) => return End::theirs(frame),
            // Pings are answered by the protocol's own machinery.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Err(Error::Capacity(_))) => return End::ours(CloseCode::Size, "Message too long"),
            Some(Err(Error::Utf8(_))) => return End::ours(CloseCode::Invalid, "Invalid UTF-8"),
            Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => return End::lost(),
            Some(Err(Error::Protocol(_))) => return End::ours(CloseCode::Protocol, "Protocol error"),
            Some(Err(_)) | None => return End::lost(),
        }
    }
}
