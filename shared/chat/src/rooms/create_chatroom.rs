//! Making a room: check the members, store the room with their memberships, push.

use std::collections::BTreeSet;

use domain::{Error, Event, MembershipId, NewRoom, Refusal, Room, UserId};
use realtime::Frame;
use store::{Consistency, Membership};

use crate::{Caller, Chat, now};

/// Makes a room with the caller and the members that they name, and pushes an event to each member.
///
/// # Errors
/// `Invalid` for more members than `max_members`, `UserNotFound`, `TooManyRooms`.
pub async fn create_chatroom(chat: &Chat, caller: &Caller, new: NewRoom) -> Result<Room, Error> {
    let mut members = new.members.clone();
    members.insert(caller.user);
    if members.len() > new.max_members {
        return Err(Refusal::field("members", "are more than max_members, the creator included").into());
    }
    may_be_members(chat, &members).await?;
    let id = chat.store.next_room_id().await?;
    let room = Room::new(id, NewRoom { members, ..new }, caller.user, now());
    chat.store.create_room(&room, memberships(&room)).await?;
    tell_members(chat, &room).await?;
    Ok(room)
}

async fn may_be_members(chat: &Chat, members: &BTreeSet<UserId>) -> Result<(), Error> {
    let (known, full) = tokio::try_join!(
        chat.store.users(members.iter().copied(), Consistency::Strong),
        chat.store.users_in_too_many_rooms(members.iter().copied()),
    )?;
    let known: BTreeSet<_> = known.into_iter().map(|user| user.id).collect();
    let unknown: Vec<_> = members.difference(&known).copied().collect();
    if !unknown.is_empty() {
        return Err(Refusal::UserNotFound(unknown).into());
    }
    if full.is_empty() { Ok(()) } else { Err(Refusal::TooManyRooms(full).into()) }
}

fn memberships(room: &Room) -> Vec<Membership> {
    room.members
        .iter()
        .map(|&user_id| Membership {
            user_id,
            room_id: room.id,
            id: MembershipId::new(room.created_at, fastrand::u16(..)),
            joined_at: room.created_at.millis(),
            last_read: None,
            read_sequence: 0,
        })
        .collect()
}

/// Pushes one event to the sockets of each member, about that member. Events about all members would be as many as the
/// square of their number.
async fn tell_members(chat: &Chat, room: &Room) -> Result<(), Error> {
    let audience = chat.audience(&room.members, room.id).await.into_iter();
    let pushes = audience.map(|socket| {
        let frame = Frame::new(&Event::Joined { conversation: room.id, user: socket.user })?;
        Ok((socket, frame))
    });
    chat.push(pushes.collect::<Result<_, Error>>()?).await;
    Ok(())
}
