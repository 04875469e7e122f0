//! A house: four users in a closed room, who follow scripts. One comes and goes by every way, three change the rights of
//! each other, open rooms and delete them, and two pairs have direct rooms and block each other.

mod guest;
mod pair;
mod roles;
mod tent;

use std::time::Duration;

use fastrand::Rng;
use history::{Stay, Time};
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{guest::Guest, pair::Pair, roles::Roles, tent::Tent};
use super::{
    Person,
    act::{Act, Player},
    ear, owns,
    recorder::Recorder,
};
use crate::User;

/// The users of a house.
pub(super) const LODGERS: usize = 4;
/// The scripts of a house. Each is complete when it has done everything once.
pub(super) const SCRIPTS: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// A house that is furnished, and whose scripts have not begun.
pub(super) struct House {
    number: usize,
    /// The closed room.
    pub(super) room: u64,
}

impl House {
    /// Creates the closed room of a host, a steward and a tenant. The guest stays outside.
    pub(super) async fn furnishes(number: usize, lodgers: &[User], recorder: &Recorder) -> Self {
        let [host, steward, tenant, _] = lodgers else { panic!("a house has {LODGERS} users") };
        let members = [steward.id, tenant.id];
        let room = json!({"type": "group", "access": "invite", "history": "joined", "members": members});
        let begun = recorder.now();
        let created = host.post("/create-chatroom/", &room).await.is(201);
        let room = created["id"].as_u64().expect("a room has an id");
        let begun = (begun, recorder.now());
        founds(recorder, room, begun, host.id, &[host.id, steward.id, tenant.id]);
        Self { number, room }
    }

    /// The users of the house who are in the closed room from the beginning: all except the guest.
    pub(super) fn members(lodgers: &[User]) -> &[User] {
        &lodgers[..LODGERS - 1]
    }

    /// Lets the scripts begin.
    pub(super) fn lives(self, people: &[Person], recorder: &Recorder, random: &mut Rng, scripts: &mut JoinSet<()>) {
        let Self { number, room } = self;
        let player = |person: &Person| Player {
            user: person.user.clone(),
            rooms: person.rooms.clone(),
            device: person.requests.clone(),
            recorder: recorder.clone(),
            random: random.fork(),
        };
        let players: Vec<Player> = people.iter().map(player).collect();
        let players: [Player; LODGERS] = players.try_into().unwrap_or_else(|_| panic!("a house has {LODGERS} users"));
        let [mut host, mut steward, mut tenant, mut guest] = players;
        guest.rooms.add(room);
        scripts.spawn(ear::listens(guest.user.clone(), room, recorder.clone()));
        scripts.spawn(Pair { players: [steward.fork(), guest.fork()] }.falls_out());
        scripts.spawn(Pair { players: [guest.fork(), tenant.fork()] }.falls_out());
        scripts.spawn(Tent { players: [host.fork(), steward.fork(), tenant.fork()] }.stands());
        scripts.spawn(Guest { room, number, host: host.fork(), visitor: guest, visible_from: None }.comes_and_goes());
        scripts.spawn(Roles { room, players: [host, steward, tenant], owner: 0 }.change());
    }
}

/// Records a room with its owner and members.
fn founds(recorder: &Recorder, room: u64, since: (Time, Time), owner: u64, members: &[u64]) {
    let mut history = recorder.write();
    let stays = members.iter().map(|user| Stay { user: *user, room, since, ..Stay::default() });
    history.stays.extend(stays);
    history.roles.push(owns(owner, room, since));
}

/// Waits until calls have no further effect, or the crowd ends.
async fn settled(recorder: &Recorder, acts: &[&Act]) {
    // A little longer, so that the next call begins later for sure.
    let longest = acts.iter().map(|act| act.settles_within()).max().unwrap_or_default() + PAUSE;
    rests(recorder, longest).await;
}

async fn rests(recorder: &Recorder, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end && !recorder.is_over() {
        sleep(PAUSE).await;
    }
}
