use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Action, AddMembers, AddResult, Error, Event, HISTORY_LASTS, History, INVITATION_LASTS, MessageId, Refusal, Room,
    RoomId, RoomKind, Timestamp, UserId,
};
use realtime::Frame;
use store::{Consistency, Invitation, MOST_ADDED, MOST_INVITED, Membership, Outcomes, Range};

use super::{
    access,
    consent::{self, Consent},
    join_chatroom::stay,
};
use crate::{Caller, Chat, now};

/// Adds users to a room. Those who allow it become members, the others are invited.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`. Users who were added before an error stay members.
pub async fn add_members(chat: &Chat, caller: &Caller, input: &AddMembers) -> Result<Vec<AddResult>, Error> {
    let (user, now) = (caller.user, now());
    let others: BTreeSet<_> = input.members.iter().copied().filter(|&member| member != user).collect();
    let own_stay = async {
        if input.history == 0 {
            return Ok(None);
        }
        chat.store.membership(user, input.room, Consistency::Strong).await
    };
    let (counted, room, own_stay, consent) = tokio::join!(
        chat.count_room_change(caller, others.len()),
        access::room_for_sure(&chat.store, user, input.room),
        own_stay,
        consent::consent(chat, user, &others),
    );
    counted?;
    let (room, own_stay, consent) = (room?, own_stay?, consent?);
    if room.kind == RoomKind::Direct || !room.allows(user, Action::Add) {
        return Err(Refusal::NotAnAdmin.into());
    }
    let given = match own_stay {
        Some(own) if room.history == History::Joined => first_given(chat, &own, input.history, now).await?,
        _ => None,
    };
    let mut adding = Adding { chat, room: &room, by: user, given, now, changed: Changed::default() };
    if input.members.contains(&user) {
        adding.changed.results.insert(user, AddResult::added(user));
    }
    let added = adding.add(consent).await;
    let Changed { joined, invited, results } = adding.changed;
    for result in results.values() {
        tracing::info!(member = %result.user, status = result.status(), "an addition to a room");
    }
    tell(chat, room, user, &joined, &invited).await?;
    added?;
    Ok(input.members.iter().filter_map(|member| results.get(member).cloned()).collect())
}

/// The first message that newcomers may see who are given this many. Nobody gives messages that they do not see
/// themselves.
async fn first_given(chat: &Chat, own: &Membership, count: usize, now: Timestamp) -> Result<Option<MessageId>, Error> {
    let oldest = MessageId::new(now - HISTORY_LASTS, 0);
    let range = Range::NEWEST.from(Some(oldest)).from(own.visible_from);
    let messages = chat.store.query_messages(own.room_id, range, count).await?;
    Ok(messages.last().map(|message| message.id))
}

/// The users whom a call has added or invited, and the result for each user.
#[derive(Default)]
struct Changed {
    joined: BTreeSet<UserId>,
    invited: BTreeSet<UserId>,
    results: BTreeMap<UserId, AddResult>,
}

struct Adding<'a> {
    chat: &'a Chat,
    room: &'a Room,
    by: UserId,
    given: Option<MessageId>,
    now: Timestamp,
    changed: Changed,
}

impl Adding<'_> {
    async fn add(&mut self, consent: Consent) -> Result<(), Error> {
        let Consent { given, mut needed, blocked, unknown } = consent;
        self.refuse(unknown.into_iter().map(|user| (user, Refusal::UserNotFound(vec![user]))));
        let given: Vec<_> = given.into_iter().map(|user| stay(user, self.room, self.given, self.now)).collect();
        for people in given.chunks(MOST_ADDED) {
            let added = self.chat.store.add(self.room, self.by, people.to_vec()).await?;
            self.changed.joined.extend(added.done.iter().copied());
            self.note(added, AddResult::added);
        }
        needed.extend(blocked.iter().copied());
        let needed: Vec<_> = needed.into_iter().map(|user| self.invitation(user)).collect();
        for guests in needed.chunks(MOST_INVITED) {
            let invited = self.chat.store.invite(self.room, self.by, guests.to_vec(), &blocked).await?;
            self.changed.invited.extend(invited.done.difference(&blocked).copied());
            self.note(invited, AddResult::invited);
        }
        Ok(())
    }

    fn note(&mut self, outcomes: Outcomes, done: fn(UserId) -> AddResult) {
        let Outcomes { done: by_now, members, refused } = outcomes;
        self.changed.results.extend(by_now.into_iter().map(|user| (user, done(user))));
        self.changed.results.extend(members.into_iter().map(|user| (user, AddResult::added(user))));
        self.refuse(refused);
    }

    fn refuse(&mut self, refused: impl IntoIterator<Item = (UserId, Refusal)>) {
        let results = refused.into_iter().map(|(user, refusal)| (user, AddResult::refused(user, &refusal)));
        self.changed.results.extend(results);
    }

    fn invitation(&self, user: UserId) -> Invitation {
        let (room, invited_by, visible_from) = (self.room.id, self.by, self.given);
        Invitation { user, room, invited_by, visible_from, expires_at: self.now + INVITATION_LASTS }
    }
}

/// Tells a room and the invited users. Several newcomers in a large room are one event for the
/// others: an event for each would be as many as newcomers times members.
async fn tell(
    chat: &Chat,
    mut room: Room,
    by: UserId,
    joined: &BTreeSet<UserId>,
    invited: &BTreeSet<UserId>,
) -> Result<(), Error> {
    if joined.is_empty() && invited.is_empty() {
        return Ok(());
    }
    room.members.extend(joined);
    let hears_each = joined.len() <= 1 || room.is_small();
    let people = if joined.is_empty() { invited.clone() } else { room.members.union(invited).copied().collect() };
    let conversation = room.id;
    let audience = chat.audience(&people, conversation).await;
    let joins = joined.iter().map(|&user| Ok((user, Frame::new(&Event::Joined { conversation, user })?)));
    let joins: BTreeMap<_, _> = joins.collect::<Result<_, Error>>()?;
    let invitation = Frame::new(&Event::Invited { conversation, by })?;
    let news = if hears_each { None } else { news(chat, conversation).await? };
    let mut pushes = Vec::new();
    for socket in audience {
        match &news {
            _ if invited.contains(&socket.user) => pushes.push((socket, invitation.clone())),
            None => pushes.extend(joins.values().map(|join| (socket.clone(), join.clone()))),
            Some(news) => {
                let frame = joins.get(&socket.user).unwrap_or(news).clone();
                pushes.push((socket, frame));
            }
        }
    }
    chat.push(pushes).await;
    Ok(())
}

/// The event of a room that has newcomers. The room is read again, because a number of changes that has grown meanwhile
/// makes a lower one outdated for clients.
async fn news(chat: &Chat, room: RoomId) -> Result<Option<Frame>, Error> {
    let Some(room) = chat.store.room(room, Consistency::Strong).await? else { return Ok(None) };
    let room = chat.show_room_to_all(room)?;
    Frame::new(&Event::Room((&room).into())).map(Some)
}
