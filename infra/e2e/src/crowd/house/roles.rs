//! Three users who change the rights of each other.

use std::time::Duration;

use history::{Change, Role};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::join;

use super::{Act, Player, rests, settled};

/// The time in which only admins send.
const SILENCE: Duration = Duration::from_secs(3);
const HOST: usize = 0;
const STEWARD: usize = 1;
const TENANT: usize = 2;

/// A host, a steward and a tenant. The host is the owner, or an admin.
pub(super) struct Roles {
    pub(super) room: u64,
    pub(super) players: [Player; 3],
    /// The place of the owner.
    pub(super) owner: usize,
}

impl Roles {
    pub(super) async fn change(mut self) {
        let recorder = self.players[HOST].recorder.clone();
        while !recorder.is_over() {
            self.rises(HOST, STEWARD, Role::Admin).await;
            self.silences().await;
            if recorder.is_over() {
                break;
            }
            self.rises_while_demoted().await;
            self.hands_over(TENANT).await;
            self.hands_over(HOST).await;
            for place in [STEWARD, TENANT] {
                self.rises(HOST, place, Role::Member).await;
            }
            recorder.is_through();
        }
    }

    /// One gives another a role.
    async fn rises(&mut self, by: usize, place: usize, role: Role) {
        let (room, user) = (self.room, self.players[place].id());
        let act = gives(&mut self.players[by], room, user, role).await;
        act.is_done(&[]);
        settled(&self.players[by].recorder, &[&act]).await;
    }

    /// Lets only admins send for a while. A plain member can neither change that nor their own role.
    async fn silences(&mut self) {
        let recorder = self.players[HOST].recorder.clone();
        let room = self.room;
        let on = silences(&mut self.players[STEWARD], room, true).await;
        on.is_done(&[]);
        settled(&recorder, &[&on]).await;
        rests(&recorder, SILENCE).await;
        silences(&mut self.players[TENANT], room, false).await.is_refused("not_an_admin");
        let own = self.players[TENANT].id();
        sets_role(&mut self.players[TENANT], room, own, Role::Admin).await.is_refused("not_an_admin");
        let off = silences(&mut self.players[HOST], room, false).await;
        off.is_done(&[]);
        settled(&recorder, &[&off]).await;
    }

    /// The steward makes the tenant an admin, while the host takes the role from the steward.
    async fn rises_while_demoted(&mut self) {
        let room = self.room;
        let [host, steward, tenant] = &mut self.players;
        let (demoted, risen) = (steward.id(), tenant.id());
        let acts = join!(gives(host, room, demoted, Role::Member), gives(steward, room, risen, Role::Admin));
        acts.0.is_done(&[]);
        acts.1.is_done(&["not_an_admin"]);
        settled(&self.players[HOST].recorder, &[&acts.0, &acts.1]).await;
    }

    /// The owner makes another one the owner.
    async fn hands_over(&mut self, place: usize) {
        if place == self.owner {
            return;
        }
        let (room, user) = (self.room, self.players[place].id());
        let act = gives(&mut self.players[self.owner], room, user, Role::Owner).await;
        // A repeated call comes from an owner no more.
        act.is_done(&["not_an_admin", "owner_stays"]);
        settled(&self.players[HOST].recorder, &[&act]).await;
        let room = self.looks().await;
        let owner = self.players.iter().position(|player| room["owner"] == player.id());
        self.owner = owner.expect("one of the three is the owner");
    }

    /// The room, as the host sees it.
    async fn looks(&mut self) -> Value {
        let room = self.room;
        let host = &mut self.players[HOST];
        let act = host.acts(Method::GET, "/list-chatrooms/", None).await;
        let rooms = act.answer.unwrap_or_else(|problem| panic!("the list of rooms was refused: {problem}"));
        host.recorder.looks_around(host.id(), &rooms, act.begun);
        let found = rooms.as_array().into_iter().flatten().find(|listed| listed["id"] == room);
        found.cloned().expect("the host is in the room")
    }
}

/// Gives a user a role, and records it, also if it is refused: another delivery of the event may have been served while
/// the caller had the right.
async fn gives(by: &mut Player, room: u64, user: u64, role: Role) -> Act {
    let act = sets_role(by, room, user, role).await;
    let change: Change<_, _> = act.change((room, user), role, by.id());
    by.recorder.write().roles.push(change);
    if role == Role::Owner {
        by.recorder.write().roles.push(Change { of: (room, by.id()), value: Role::Admin, ..change });
    }
    act
}

async fn sets_role(by: &mut Player, room: u64, user: u64, role: Role) -> Act {
    let name = match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
    };
    by.posts("/set-role/", json!({"conversation_id": room, "user": user, "role": name})).await
}

/// Lets only admins send, or everybody, and records it.
async fn silences(by: &mut Player, room: u64, silent: bool) -> Act {
    let act = by.posts("/set-room/", json!({"conversation_id": room, "only_admins": {"send": silent}})).await;
    if act.may_have_worked() {
        by.recorder.write().silences.push(act.change(room, silent, by.id()));
    }
    act
}
