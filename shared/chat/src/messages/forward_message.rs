use std::future::ready;

use bucket::Erasure;
use domain::{
    Action, Attachment, Content, ContentDigest, Draft, Error, ForwardMessage, Message, Refusal, RoomId, ShownMessage,
    causes,
};
use futures_util::future::{join_all, try_join_all};

use super::{
    quotes::visible_in_room,
    send_message::{Prepared, Sent, deliver, stored_before},
};
use crate::{
    Caller, Chat,
    accounts::admit,
    attachments::{Attached, new_id},
    now,
    rooms::access,
};

/// The result for one room.
#[derive(Debug)]
pub struct Forwarded {
    /// The room.
    pub room: RoomId,
    /// The new message, or the reason why there is none.
    pub outcome: Result<ShownMessage, Error>,
}

/// Sends a message of a room to others: its text and copies of its files, and neither its quote nor its mentions. Each
/// copy is a message of the caller by itself, with the rules and the pace of a sent one. A room in which the client id
/// has made one already keeps that, also if the forwarded message has gone since.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the input; `RoomNotFound`, `NotAMember`, `MessageNotFound`,
/// `MessageDeleted`, `ForwardedTooOften` if no room has the message already.
pub async fn forward_message(
    chat: &Chat,
    caller: &Caller,
    input: Result<ForwardMessage, Error>,
) -> Result<Vec<Forwarded>, Error> {
    let look = async {
        let input = input?;
        let digest = input.digest()?;
        let before = |room| stored_before(chat, caller.user, room, &input.client_id, &digest);
        let before = join_all(input.to.iter().map(|&room| before(room)));
        let (message, before) = tokio::join!(visible_in_room(chat, caller.user, input.room, input.message), before);
        Ok::<_, Error>((input, digest, message, before))
    };
    let (admitted, looked) = tokio::join!(admit(chat, caller), look);
    admitted?;
    let (input, digest, message, before) = looked?;
    let forward = match message.and_then(|(message, _)| Forward::new(chat, caller, &input, &digest, message)) {
        Ok(forward) => Ok(forward),
        Err(Error::Refused(refusal)) if before.iter().any(|before| matches!(before, Ok(Some(_)))) => Err(refusal),
        Err(error) => return Err(error),
    };
    let forwarded = input.to.iter().zip(before).map(async |(&room, before)| {
        let outcome = match (before, &forward) {
            (Ok(Some(sent)), _) => Ok(sent.message),
            (Ok(None), Ok(forward)) => forward.to(room).await,
            (Ok(None), Err(refusal)) => Err(refusal.clone().into()),
            (Err(error), _) => Err(error),
        };
        Forwarded { room, outcome }
    });
    Ok(join_all(forwarded).await)
}

/// A message on its way to other rooms.
struct Forward<'a> {
    chat: &'a Chat,
    caller: &'a Caller,
    input: &'a ForwardMessage,
    digest: &'a ContentDigest,
    message: Message,
    /// How often the new messages have been forwarded.
    count: u32,
}

impl<'a> Forward<'a> {
    fn new(
        chat: &'a Chat,
        caller: &'a Caller,
        input: &'a ForwardMessage,
        digest: &'a ContentDigest,
        message: Message,
    ) -> Result<Self, Error> {
        let count = message.forwarded_to(input.to.len()).ok_or(Refusal::ForwardedTooOften)?;
        Ok(Self { chat, caller, input, digest, message, count })
    }

    /// Sends the message to a room.
    async fn to(&self, room: RoomId) -> Result<ShownMessage, Error> {
        let attached = self.copies(room).await?;
        let files = attached.clone();
        let content = Content {
            text: self.message.text.clone(),
            client_id: Some(self.input.client_id.clone()),
            ..Content::default()
        };
        let draft = Draft { room, content, forwarded: Some(self.count) };
        let prepared = Prepared { draft, digest: self.digest, attached, answers: None };
        let sent = deliver(self.chat, self.caller.user, None, ready(Ok(())), prepared).await;
        // After another error the message may be stored.
        if matches!(sent, Ok(Sent { new: false, .. }) | Err(Error::Refused(_))) {
            self.erase(&files).await;
        }
        sent.map(|sent| sent.message)
    }

    /// Copies the files, so that members of the other room get links, and a deletion of the message leaves them.
    async fn copies(&self, room: RoomId) -> Result<Attached, Error> {
        let Message { picture, video, .. } = &self.message;
        if picture.is_none() && video.is_none() {
            return Ok(Attached::default());
        }
        let copy = |from: &Option<Attachment>| {
            from.as_ref().map(|from| Ok::<_, Error>(Attachment { id: new_id()?, ..from.clone() })).transpose()
        };
        let attached = Attached { picture: copy(picture)?, video: copy(video)? };
        // Refused before anything is counted and copied. The turn decides.
        if !access::room(&self.chat.store, self.caller.user, room).await?.allows(self.caller.user, Action::Send) {
            return Err(Refusal::NotAnAdmin.into());
        }
        self.chat.count_copy(self.caller, attached.size()).await?;
        let pairs = picture.iter().chain(video).zip(attached.files());
        let copied = match try_join_all(pairs.map(|(from, to)| self.chat.bucket.copy(from, to.id, now()))).await {
            Ok(all) if all.contains(&false) => Err(self.missing().await),
            copied => copied.map(drop),
        };
        if copied.is_err() {
            self.erase(&attached).await;
        }
        copied.map(|()| attached)
    }

    /// The error for a message with a file that S3 does not find: the message has been deleted since it was read.
    async fn missing(&self) -> Error {
        match visible_in_room(self.chat, self.caller.user, self.message.room, self.message.id).await {
            Ok(_) => Error::internal("copying an attachment", "S3 has no file of a message that is not deleted"),
            Err(error) => error,
        }
    }

    /// Deletes copies that no message has, and takes back their count. If it fails, the bucket deletes them after a
    /// day, and `erase-room` those that are kept.
    async fn erase(&self, copies: &Attached) {
        if copies.files().next().is_none() {
            return;
        }
        let erased = join_all(copies.files().map(|file| self.chat.bucket.erase(file, now())));
        let (erased, taken) = tokio::join!(erased, self.chat.take_copy_back(self.caller, copies.size()));
        if let Err(error) = taken {
            tracing::warn!(cause = causes(&error), "the bytes of a copy stay counted");
        }
        for error in erased.into_iter().filter_map(Result::err) {
            tracing::warn!(cause = causes(&error), "the copy of a file stays");
        }
    }
}

/// Keeps the copies of a message that has its turn: until then the bucket deletes them after a day. Asks first for the
/// erasure of those that no message will have, because the call may die. It comes after the turn, although a failure is
/// a hole, because a refused call asks for nothing.
pub(super) async fn keep_copies(chat: &Chat, message: &Message) -> Result<(), Error> {
    let requests = message.files().map(|file| chat.bucket.ask_to_erase(Erasure::Copy(message.room, file.id), now()));
    try_join_all(requests).await?;
    chat.bucket.keep(message.files(), now()).await
}
