//! A guest, who comes into a closed room by every way, and goes by every way.

use std::time::Duration;

use history::{Sees, Stay, Time};
use serde_json::{Value, json};
use tokio::join;

use super::{Act, Player, rests, settled};

/// The time of a stay.
const STAY: Duration = Duration::from_secs(4);
/// The number of older messages that a guest is given.
const GIVEN: usize = 25;
/// The number of ways in, and of ways out.
const WAYS: usize = 4;
/// The rounds after which another house has done the rest.
const ROUNDS: usize = 2;

/// A guest and their host, who is an admin.
pub(super) struct Guest {
    pub(super) room: u64,
    /// The number of the house, which decides the first way.
    pub(super) number: usize,
    pub(super) host: Player,
    pub(super) visitor: Player,
    /// The time at which the room has begun to show newcomers earlier messages, if it does.
    pub(super) visible_from: Option<(Time, Time)>,
}

/// A guest's arrival: its time, and the history that was given to them.
struct Arrival {
    since: (Time, Time),
    given: (usize, Time),
    acts: Vec<Act>,
}

impl Guest {
    pub(super) async fn comes_and_goes(mut self) {
        let recorder = self.visitor.recorder.clone();
        for round in 0.. {
            self.shows_history(round % 2 == 1).await;
            self.knocks().await;
            if recorder.is_over() {
                break;
            }
            let way = (round + self.number * ROUNDS) % WAYS;
            let Arrival { since, given, acts } = self.comes(way).await;
            let from = self.visible_from.unwrap_or(since);
            let sees = Sees { from, given };
            self.visitor.enters(self.room, from.1).await;
            settled(&recorder, &acts.iter().collect::<Vec<_>>()).await;
            rests(&recorder, STAY).await;
            let until = if recorder.is_over() { None } else { Some(self.goes(way).await) };
            let (user, room) = (self.visitor.id(), self.room);
            recorder.write().stays.push(Stay { user, room, since, until, sees });
            if round + 1 == ROUNDS {
                recorder.is_through();
            }
            if until.is_none() {
                break;
            }
        }
    }

    /// Lets the room show newcomers earlier messages, or not.
    async fn shows_history(&mut self, all: bool) {
        let history = if all { "all" } else { "joined" };
        let body = json!({"conversation_id": self.room, "history": history});
        let act = self.host.posts("/set-room/", body).await;
        act.is_done(&[]);
        self.visible_from = all.then(|| act.time());
        settled(&self.host.recorder, &[&act]).await;
    }

    /// Tries the door of a closed room.
    async fn knocks(&mut self) {
        self.visitor.posts("/join-chatroom/", json!({"chatroom_id": self.room})).await.is_refused("room_not_found");
    }

    async fn comes(&mut self, way: usize) -> Arrival {
        match way {
            0 => self.is_added(None).await,
            1 => self.is_invited().await,
            2 => self.has_a_code().await,
            _ => self.is_added(Some(GIVEN)).await,
        }
    }

    async fn is_added(&mut self, given: Option<usize>) -> Arrival {
        let (act, status) = self.add(given).await;
        let (begun, ended) = act.time();
        let given = (given.unwrap_or_default(), begun);
        if status == "added" {
            return Arrival { since: (begun, ended), given, acts: vec![act] };
        }
        // The privacy of before was set again.
        assert_eq!(status, "invited", "the host may add the guest");
        let accepted = self.answer(true).await;
        Arrival { since: (begun, accepted.ended), given, acts: vec![act, accepted] }
    }

    /// The guest declines once, and then accepts.
    async fn is_invited(&mut self) -> Arrival {
        let recorder = self.visitor.recorder.clone();
        let private = self.visitor.posts("/set-privacy/", json!({"add": "nobody"})).await;
        private.is_done(&[]);
        let (declined, status) = self.add(None).await;
        assert_eq!(status, "invited", "nobody may add the guest");
        let answered = self.answer(false).await;
        settled(&recorder, &[&private, &declined, &answered]).await;
        let (invited, status) = self.add(Some(GIVEN)).await;
        assert_eq!(status, "invited", "nobody may add the guest");
        let accepted = self.answer(true).await;
        let public = self.visitor.posts("/set-privacy/", json!({"add": "everyone"})).await;
        public.is_done(&[]);
        let (since, given) = (accepted.time(), (GIVEN, invited.begun));
        Arrival { since, given, acts: vec![invited, accepted, public] }
    }

    /// The host makes a new code, after which the old one is worth nothing.
    async fn has_a_code(&mut self) -> Arrival {
        let recorder = self.visitor.recorder.clone();
        let mut begun = None;
        loop {
            let old = self.code().await;
            let new = self.code().await;
            settled(&recorder, &[&old, &new]).await;
            let [old, new] =
                [&old, &new].map(|act| act.answer.as_ref().map_or(Value::Null, |body| body["invite"].clone()));
            self.visitor.posts("/join-chatroom/", json!({"invite": old})).await.is_refused("invite_invalid");
            let act = self.visitor.posts("/join-chatroom/", json!({"invite": new})).await;
            let begun = *begun.get_or_insert(act.begun);
            // If a reset was delivered twice, its last code is unknown.
            act.is_done(&["invite_invalid"]);
            if act.answer.is_ok() {
                return Arrival { since: (begun, act.ended), given: (0, Time::ZERO), acts: vec![act] };
            }
        }
    }

    async fn code(&mut self) -> Act {
        let act = self.host.posts("/reset-invite/", json!({"conversation_id": self.room})).await;
        act.is_done(&[]);
        act
    }

    /// The host adds the guest. Returns the status of the guest, too.
    async fn add(&mut self, history: Option<usize>) -> (Act, String) {
        let body = json!({"conversation_id": self.room, "members": [self.visitor.id()], "history": history});
        let act = self.host.posts("/add-members/", body).await;
        let body = act.answer.as_ref().unwrap_or_else(|problem| panic!("the host may add people: {problem}"));
        let status = body["results"][0]["status"].as_str().expect("a result has a status").to_owned();
        (act, status)
    }

    async fn answer(&mut self, accept: bool) -> Act {
        let body = json!({"conversation_id": self.room, "accept": accept});
        let act = self.visitor.posts("/answer-invitation/", body).await;
        act.is_done(&[]);
        act
    }

    /// The guest leaves or is removed. Returns the time of it, when it has no further effect.
    async fn goes(&mut self, way: usize) -> (Time, Time) {
        let recorder = self.visitor.recorder.clone();
        self.visitor.gives_up(self.room).await;
        match way {
            0 => {
                let act = self.is_removed(None).await;
                settled(&recorder, &[&act]).await;
                act.time()
            }
            1 => self.is_banned().await,
            2 => {
                let act = self.leaves().await;
                settled(&recorder, &[&act]).await;
                act.time()
            }
            _ => self.leaves_and_is_removed().await,
        }
    }

    async fn is_removed(&mut self, ban: Option<bool>) -> Act {
        let (room, guest) = (self.room, self.visitor.id());
        remove(&mut self.host, room, guest, ban).await
    }

    /// Every way in is closed until the ban is lifted.
    async fn is_banned(&mut self) -> (Time, Time) {
        let recorder = self.visitor.recorder.clone();
        let banned = self.is_removed(Some(true)).await;
        settled(&recorder, &[&banned]).await;
        let (added, status) = self.add(None).await;
        assert_eq!(status, "not_accepted", "a banned user was added");
        let code = self.code().await;
        let invite = code.answer.as_ref().map_or(Value::Null, |body| body["invite"].clone());
        self.visitor.posts("/join-chatroom/", json!({"invite": invite})).await.is_refused("invite_invalid");
        let accepted =
            self.visitor.posts("/answer-invitation/", json!({"conversation_id": self.room, "accept": true})).await;
        accepted.is_refused("invite_invalid");
        settled(&recorder, &[&added, &code]).await;
        let lifted = self.is_removed(Some(false)).await;
        settled(&recorder, &[&lifted]).await;
        banned.time()
    }

    async fn leaves(&mut self) -> Act {
        let room = self.room;
        leave(&mut self.visitor, room).await
    }

    async fn leaves_and_is_removed(&mut self) -> (Time, Time) {
        let (room, user) = (self.room, self.visitor.id());
        let acts = join!(leave(&mut self.visitor, room), remove(&mut self.host, room, user, None));
        settled(&self.host.recorder, &[&acts.0, &acts.1]).await;
        (acts.0.begun.min(acts.1.begun), acts.0.ended.max(acts.1.ended))
    }
}

async fn leave(guest: &mut Player, room: u64) -> Act {
    let act = guest.deletes(&format!("/leave-chatroom/{room}/")).await;
    act.is_done(&["room_not_found"]);
    act
}

async fn remove(host: &mut Player, room: u64, user: u64, ban: Option<bool>) -> Act {
    let act = host.posts("/remove-member/", json!({"conversation_id": room, "user": user, "ban": ban})).await;
    act.is_done(&["user_not_found"]);
    act
}
