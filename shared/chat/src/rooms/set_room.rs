use domain::{
    Action, Attachment, Error, OnlyAdmins, OnlyAdminsChange, PictureChange, Room, RoomId, RoomKind, SetRoom, ShownRoom,
    UserId, causes,
};
use store::RoomChange;

use super::{access, access::MOST_ATTEMPTS};
use crate::{Caller, Chat, attachments, now};

/// Changes the given settings of a room, and tells the room. Settings that are so already change nothing.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `AttachmentInvalid`, `AttachmentUnchecked`, `RoomBusy`.
pub async fn set_room(chat: &Chat, caller: &Caller, input: &SetRoom) -> Result<ShownRoom, Error> {
    let by = caller.user;
    for _ in 0..MOST_ATTEMPTS {
        let room = editable_room(chat, by, input).await?;
        let change = difference(chat, by, &room, input).await?;
        if change.is_empty() {
            return chat.show_room(room, by, None);
        }
        chat.count_change(&room).await?;
        if let Some(changed) = chat.store.change_room(&room, &change, by, now()).await? {
            log(&change);
            chat.tell_of_change(changed.clone()).await?;
            if let Some(picture) = change.picture.and(room.picture) {
                erase(chat, room.id, &picture).await;
            }
            return chat.show_room(changed, by, None);
        }
    }
    Err(Error::Unavailable { doing: "changing a room", source: "its settings keep changing".into() })
}

/// The room as it is now, if the user may make this change.
async fn editable_room(chat: &Chat, user: UserId, input: &SetRoom) -> Result<Room, Error> {
    if input.is_edit() {
        let room = access::room_for_sure(&chat.store, user, input.room).await?;
        if room.kind != RoomKind::Direct && room.allows(user, Action::Edit) {
            return Ok(room);
        }
    }
    access::managed_room(&chat.store, user, input.room).await
}

/// The settings that differ from those of the room.
async fn difference(chat: &Chat, by: UserId, room: &Room, input: &SetRoom) -> Result<RoomChange, Error> {
    let current = room.picture.as_ref().map(|picture| picture.id);
    let picture = match input.picture {
        Some(PictureChange::Set(id)) if current != Some(id) => {
            Some(Some(attachments::take_picture(chat, by, id).await?))
        }
        Some(PictureChange::Remove) if current.is_some() => Some(None),
        Some(_) | None => None,
    };
    let only_admins = changed(room.only_admins, input.only_admins);
    Ok(RoomChange {
        name: input.name.clone().filter(|name| room.name.as_ref() != Some(name)),
        description: input.description.clone().filter(|description| room.description != *description),
        picture,
        access: input.access.filter(|access| room.access != *access),
        history: input.history.filter(|history| room.history != *history),
        only_admins: Some(only_admins).filter(|only_admins| room.only_admins != *only_admins),
    })
}

fn changed(before: OnlyAdmins, change: OnlyAdminsChange) -> OnlyAdmins {
    OnlyAdmins {
        send: change.send.unwrap_or(before.send),
        edit: change.edit.unwrap_or(before.edit),
        add: change.add.unwrap_or(before.add),
    }
}

/// Erases a picture that the room no longer has. If that fails, the deletion of the room erases it.
async fn erase(chat: &Chat, room: RoomId, picture: &Attachment) {
    let erased = async {
        chat.bucket.erase(picture, now()).await?;
        chat.store.forget_picture(room, picture).await
    };
    if let Err(error) = erased.await {
        tracing::warn!(cause = causes(&error), "the former picture of a room stays");
    }
}

/// Logs a change of the rights of members and strangers. Names and descriptions are texts.
fn log(change: &RoomChange) {
    let RoomChange { access, history, only_admins, .. } = change;
    tracing::info!(?access, ?history, ?only_admins, "a room has other settings");
}
