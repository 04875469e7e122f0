//! Rooms that are created, and after a while deleted, or left by all.

use std::time::Duration;

use history::{Role, Time};
use reqwest::Method;
use serde_json::json;
use tokio::join;

use super::{Act, Player, founds, rests, settled};
use crate::crowd::call::{Try, once};

/// The life of a room.
const LIFE: Duration = Duration::from_secs(6);
/// The time in which its users go on with it when it is gone.
const AFTERLIFE: Duration = Duration::from_secs(3);

/// An owner and two members.
pub(super) struct Tent {
    pub(super) players: [Player; 3],
}

impl Tent {
    pub(super) async fn stands(mut self) {
        let recorder = self.players[0].recorder.clone();
        for round in 0_usize.. {
            let Some(room) = self.creates(round).await else { break };
            rests(&recorder, LIFE).await;
            if recorder.is_over() {
                break;
            }
            if round.is_multiple_of(2) {
                self.is_deleted(room).await;
            } else {
                self.is_left(room).await;
                recorder.is_through();
            }
            rests(&recorder, AFTERLIFE).await;
            self.players.iter().for_each(|player| player.rooms.remove(room));
        }
    }

    /// Creates a room. `None` if the crowd ends. A try that fails may create one of which its users know nothing.
    async fn creates(&mut self, round: usize) -> Option<u64> {
        let [host, members @ ..] = &self.players;
        let (access, history) = if round.is_multiple_of(2) { ("invite", "joined") } else { ("open", "all") };
        let members: Vec<u64> = members.iter().map(Player::id).collect();
        let body = json!({"access": access, "history": history, "members": members});
        let recorder = host.recorder.clone();
        while !recorder.is_over() {
            let begun = recorder.now();
            match once(&host.user, Method::POST, "/create-chatroom/", Some(&body)).await {
                Try::Done(room, _) => {
                    let room = room["id"].as_u64().expect("a room has an id");
                    let people = self.players.each_ref().map(Player::id);
                    founds(&recorder, room, (begun, recorder.now()), people[0], &people);
                    for player in &self.players {
                        player.enters(room, Time::ZERO).await;
                    }
                    return Some(room);
                }
                Try::Refused(problem) => panic!("a room was refused: {problem}"),
                Try::Again(wait) => rests(&recorder, wait.unwrap_or(Duration::from_secs(1))).await,
            }
        }
        None
    }

    async fn is_deleted(&mut self, room: u64) {
        for player in &self.players {
            player.gives_up(room).await;
        }
        let [host, ..] = &mut self.players;
        host.recorder.write().gone.insert(room);
        let act = host.deletes(&format!("/delete-chatroom/{room}/")).await;
        act.is_done(&[]);
        self.ends(room, 0, act.time());
        self.ends(room, 1, act.time());
        self.ends(room, 2, act.time());
    }

    /// The owner leaves, and then both others at once: an heir, and the last member.
    async fn is_left(&mut self, room: u64) {
        let path = format!("/leave-chatroom/{room}/");
        let recorder = self.players[0].recorder.clone();
        for player in &self.players {
            player.gives_up(room).await;
        }
        recorder.write().gone.insert(room);
        let [host, steward, tenant] = &mut self.players;
        let first = host.deletes(&path).await;
        let heirs = [steward.id(), tenant.id()];
        recorder.write().roles.extend(heirs.map(|heir| inherits(&first, room, heir)));
        settled(&recorder, &[&first]).await;
        let others = join!(steward.deletes(&path), tenant.deletes(&path));
        recorder.write().roles.push(inherits(&others.0, room, heirs[1]));
        recorder.write().roles.push(inherits(&others.1, room, heirs[0]));
        for (place, act) in [&first, &others.0, &others.1].into_iter().enumerate() {
            act.is_done(&["not_a_member", "room_not_found"]);
            self.ends(room, place, act.time());
        }
    }

    /// Records the end of a stay.
    fn ends(&self, room: u64, place: usize, until: (Time, Time)) {
        let player = &self.players[place];
        let mut history = player.recorder.write();
        let mut stays = history.stays.iter_mut().rev();
        let stay = stays.find(|stay| (stay.user, stay.room) == (player.id(), room));
        stay.expect("the user was in the room").until = Some(until);
    }
}

/// A change that an owner who leaves may have made.
fn inherits(act: &Act, room: u64, heir: u64) -> history::Change<(u64, u64), Role> {
    history::Change { is_sure: false, ..act.change((room, heir), Role::Owner, heir) }
}
