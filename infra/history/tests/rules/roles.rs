//! Histories in which a room has wrong roles, or somebody acts without the right.

use std::{sync::Arc, time::Duration};

use history::{Change, History, Mentions, Message, Outcome, Role, RoomSeen, Sent, Time};

use crate::{
    good::DIRECT,
    support::{is_allowed, is_found, middle, one_more, sent},
};

/// Changes what one user is shown of the first room.
fn is_shown(rule: &str, change: impl Fn(&mut RoomSeen)) {
    is_found(rule, |history| change(&mut history.overviews[0].rooms[0]));
}

#[test]
fn a_room_without_an_owner_is_found() {
    is_shown("a_room_has_one_owner", |room| room.owner = None);
}

#[test]
fn an_owner_who_is_no_member_is_found() {
    is_shown("a_room_has_one_owner", |room| room.owner = Some(999));
}

#[test]
fn an_admin_who_is_no_member_is_found() {
    is_shown("a_room_has_one_owner", |room| room.admins.push(999));
}

#[test]
fn a_room_that_lists_a_stranger_or_lacks_a_member_is_found() {
    is_shown("a_room_has_one_owner", |room| room.members.push(999));
    is_shown("a_room_has_one_owner", |room| room.members.truncate(3));
}

#[test]
fn an_owner_to_whom_nobody_gave_the_room_is_found() {
    is_shown("a_role_was_given", |room| room.owner = Some(3));
}

#[test]
fn an_admin_whom_nobody_made_one_is_found() {
    is_shown("a_role_was_given", |room| room.admins.push(3));
}

#[test]
fn an_admin_who_was_demoted_is_found() {
    is_found("a_role_was_given", |history| {
        let begun = Time::from_secs(18);
        let demoted = Change { value: Role::Member, begun, ended: begun, ..history.roles[1] };
        history.roles.push(demoted);
    });
}

#[test]
fn a_role_that_two_calls_set_at_once_may_be_either() {
    for value in [Role::Member, Role::Admin] {
        is_allowed(|history| {
            let set = Change { value, ..history.roles[1] };
            history.roles.push(set);
        });
    }
}

/// Lets nobody except admins send to the first room.
fn silence(history: &mut History, ended: Time) {
    let change = Change { of: 1, value: true, by: 1, begun: ended, ended, has_failed: false, is_sure: true };
    history.silences.push(change);
}

#[test]
fn a_plain_member_who_sends_where_only_admins_may_is_found() {
    is_found("only_admins_act_as_admins", |history| {
        silence(history, Time::from_secs(18));
        let begun = Time::from_secs(30);
        let message = one_more(history, |message| (message.sender, message.receivers) = (3, vec![1, 2, 4]));
        let Message { sender, room, client_id, text, .. } = Message::clone(&message);
        history.sends.retain(|send| send.text != text);
        let outcome = Outcome::Acknowledged(Arc::clone(&message));
        history.sends.push(Sent {
            sender,
            room,
            client_id,
            text,
            reply_to: None,
            mentions: Mentions::default(),
            picture: None,
            forwards: None,
            begun,
            ended: begun,
            failed: 0,
            outcome,
        });
    });
}

#[test]
fn an_admin_may_send_where_only_admins_may() {
    is_allowed(|history| {
        silence(history, Time::from_secs(18));
        let plain: Vec<_> = history.stored[0].iter().map(|message| message.sender).collect();
        for user in plain {
            let begun = Time::from_secs(10);
            history.roles.push(Change { of: (1, user), begun, ended: begun, is_sure: false, ..history.roles[1] });
        }
    });
}

#[test]
fn a_plain_member_is_refused_where_only_admins_may_send() {
    is_allowed(|history| {
        let ended = history.overviews[0].begun;
        silence(history, ended);
        let message = middle(history);
        let begun = ended + Duration::from_secs(1);
        let (sender, outcome) = (3, Outcome::Refused);
        let text = "refused".to_owned();
        let send = Sent { sender, text, begun, ended: begun, outcome, ..sent(history, &message).clone() };
        history.sends.push(send);
    });
}

#[test]
fn a_plain_member_who_makes_themselves_an_admin_is_found() {
    is_found("only_admins_act_as_admins", |history| {
        let begun = Time::from_secs(18);
        history.roles.push(Change { of: (1, 3), by: 3, begun, ended: begun, ..history.roles[1] });
    });
}

#[test]
fn a_plain_member_who_silences_a_room_is_found() {
    is_found("only_admins_act_as_admins", |history| {
        silence(history, Time::from_secs(18));
        history.silences[0].by = 3;
    });
}

#[test]
fn a_direct_room_has_no_owner() {
    is_allowed(|history| {
        let rooms = history.overviews.iter().flat_map(|overview| &overview.rooms);
        assert!(rooms.filter(|room| room.room == DIRECT).all(|room| room.owner.is_none()));
    });
}
