use domain::{Error, Pace, Refusal, causes};
use realtime::Outcome;
use store::{Paced, Socket};

use crate::{Caller, Chat, accounts};

/// Admits a frame: checks that the session of its socket has not ended, and counts the frame as so many calls of the
/// user.
///
/// A user whose frames are refused again and again, and who sends more, loses the socket that sends: refused frames
/// take places of the route, which all users share, and a new handshake takes longer than a frame.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`.
pub async fn admit_frame(chat: &Chat, socket: &Socket, calls: u64) -> Result<(), Error> {
    let caller = Caller::from(socket);
    let admitted = accounts::admit_for(chat, &caller, calls).await;
    if matches!(admitted, Err(Error::Refused(Refusal::RateLimited(_)))) {
        let counted = chat.count(&caller, Paced::RefusedFrames, Pace::REFUSED_FRAMES).await;
        match counted {
            Ok(()) => {}
            Err(Error::Refused(_)) => close(chat, socket).await,
            Err(error) => tracing::warn!(cause = causes(&error), "a refused frame is not counted"),
        }
    }
    admitted
}

/// Closes a socket that floods. Its further frames may still be on their way, so it may be gone.
async fn close(chat: &Chat, socket: &Socket) {
    match chat.sockets.close(&socket.id).await {
        Outcome::Delivered => tracing::info!("a socket is closed, because its user sends too much"),
        Outcome::Gone => {}
        Outcome::Slow => tracing::warn!("a socket that sends too much is not closed"),
        Outcome::Failed(error) => {
            tracing::error!(cause = causes(&*error), "a socket that sends too much is not closed");
        }
    }
}
