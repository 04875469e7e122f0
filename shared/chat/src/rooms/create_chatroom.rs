use std::collections::BTreeSet;

use domain::{
    Attachment, Error, Event, INVITATION_LASTS, MAX_FIRST_MEMBERS, NewRoom, Refusal, Room, RoomId, RoomName, ShownRoom,
    Timestamp, UserId, causes,
};
use realtime::Frame;
use store::{Invitation, Membership, Way, fits_transaction};

use super::{consent, consent::Consent, join_chatroom::bring_in};
use crate::{Caller, Chat, attachments, now};

/// Creates a room with the caller as its owner. People who allow it become members, the others are invited. Each of
/// them gets an event.
///
/// # Errors
/// `Invalid` for too many members, `RateLimited`, `UserNotFound`, `TooManyRooms`, `AttachmentInvalid`,
/// `AttachmentUnchecked`.
pub async fn create_chatroom(chat: &Chat, caller: &Caller, new: NewRoom) -> Result<ShownRoom, Error> {
    let mut others = new.members.clone();
    others.remove(&caller.user);
    if others.len() > MAX_FIRST_MEMBERS {
        let why = format!("must have at most {MAX_FIRST_MEMBERS} ids besides your own");
        return Err(Refusal::field("members", why).into());
    }
    if others.len() >= new.max_members {
        return Err(Refusal::field("members", "are more than max_members, the creator included").into());
    }
    let picture = async {
        match new.picture {
            Some(id) => attachments::take_picture(chat, caller.user, id).await.map(Some),
            None => Ok(None),
        }
    };
    let everybody = others.iter().copied().chain([caller.user]);
    let (counted, consent, full, picture) = tokio::join!(
        chat.count_room_change(caller, others.len()),
        consent::consent(chat, caller.user, &others),
        chat.store.users_in_too_many_rooms(everybody),
        picture,
    );
    counted?;
    let (Consent { mut given, mut needed, unknown, .. }, mut full, picture) = (consent?, full?, picture?);
    if !unknown.is_empty() {
        return Err(Refusal::UserNotFound(unknown.into_iter().collect()).into());
    }
    full.retain(|user| *user == caller.user || given.contains(user));
    if !full.is_empty() {
        return Err(Refusal::TooManyRooms(full).into());
    }
    // People who do not fit are invited, and accept at once.
    let mut later = Vec::new();
    while !fits_transaction(1 + given.len(), needed.len(), picture.is_some())
        && let Some(member) = given.pop_last()
    {
        needed.insert(member);
        later.push(member);
    }
    let now = now();
    let mut room = room(chat, chat.store.next_room_id().await?, new, given, picture, caller.user, now);
    let memberships: Vec<_> = room.members.iter().map(|&member| Membership::begins(member, &room, now)).collect();
    let invitations: Vec<_> = needed.iter().map(|&user| invitation(&room, user, caller.user, now)).collect();
    chat.store.create_room(&room, &memberships, &invitations).await?;
    for member in later {
        match bring_in(chat, &room, member, &Way::Invitation, None, now).await {
            Ok(_) => {
                needed.remove(&member);
                room.members.insert(member);
                room.changes += 1;
            }
            Err(error) => tracing::warn!(cause = causes(&error), "somebody stays invited"),
        }
    }
    tell(chat, &room, needed, caller.user).await?;
    chat.show_room(room, caller.user, None)
}

fn room(
    chat: &Chat,
    id: RoomId,
    new: NewRoom,
    mut members: BTreeSet<UserId>,
    picture: Option<Attachment>,
    creator: UserId,
    now: Timestamp,
) -> Room {
    members.insert(creator);
    let access = new.access.unwrap_or(chat.settings.default_access);
    Room {
        name: Some(new.name.unwrap_or_else(|| RoomName::of(id))),
        description: new.description,
        picture,
        members,
        max_members: new.max_members,
        access,
        history: new.history.unwrap_or(access.usual_history()),
        ..Room::new(id, new.kind, creator, now)
    }
}

fn invitation(room: &Room, user: UserId, invited_by: UserId, now: Timestamp) -> Invitation {
    Invitation { user, room: room.id, invited_by, visible_from: None, expires_at: now + INVITATION_LASTS }
}

/// Tells each member of their own coming, not of everybody's: that would be as many events as members squared.
async fn tell(chat: &Chat, room: &Room, invited: BTreeSet<UserId>, by: UserId) -> Result<(), Error> {
    let people = room.members.union(&invited).copied().collect();
    let audience = chat.audience(&people, room.id).await.into_iter();
    let pushes = audience.map(|socket| {
        let conversation = room.id;
        let event = if room.members.contains(&socket.user) {
            Event::Joined { conversation, user: socket.user }
        } else {
            Event::Invited { conversation, by }
        };
        Ok((socket, Frame::new(&event)?))
    });
    chat.push(pushes.collect::<Result<_, Error>>()?).await;
    Ok(())
}
