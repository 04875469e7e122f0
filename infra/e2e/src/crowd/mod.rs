//! A crowd that chats under faults and records its history.
//!
//! Its clients are good ones: they retry with the same `client_id`, respect `Retry-After`, reconnect, and get the messages
//! that they have missed: one half by lists, the other half by the news of all rooms. [`history::check`] checks the history.

mod act;
mod audit;
mod call;
mod device;
mod ear;
mod faults;
mod forwarder;
mod house;
mod reader;
mod recent;
mod recorder;
mod reviser;
mod rooms;
mod sender;
mod syncing;
mod tally;
mod timeline;
mod wanderer;

use std::{collections::BTreeMap, time::Duration};

use fastrand::Rng;
use futures_util::{StreamExt as _, future::join_all, stream};
use history::{Change, History, Role, Stay, Time, View};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

use self::{
    device::{Device, Request},
    forwarder::Forwarder,
    house::{House, LODGERS, SCRIPTS},
    reader::Reader,
    recent::Recent,
    recorder::Recorder,
    reviser::Reviser,
    rooms::Rooms,
    sender::Sender,
    wanderer::Wanderer,
};
pub use self::{faults::Faults, tally::Tally};
use crate::{Server, User};

/// The time until no message is in flight (4 s) and every hole is final (15 s), by a reader's clock that is 10 s behind
/// the writer's.
const SETTLED: Duration = Duration::from_secs(30);
/// The longest pause of a reader, if senders pause less.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// The number of concurrent registrations: hashing a password keeps a processor busy.
const REGISTERING: usize = 4;

/// The size and the behaviour of a crowd.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// The seed of all random numbers.
    pub seed: u64,
    /// The least number of acknowledged operations: messages, forwards, edits, deletions and reactions. The crowd also
    /// continues until users have come back as often as it has rooms, and the users of each house have done everything
    /// once.
    pub operations: usize,
    /// The number of rooms.
    pub rooms: usize,
    /// The number of permanent members of each room. One more user comes and goes.
    pub members: usize,
    /// The number of houses: four users with closed rooms and direct rooms, who change their rights and block each other.
    pub houses: usize,
    /// The longest pause of a sender after a message. Before a change, it is twice as long.
    pub pause: Duration,
    /// The longest time for which a socket stays open before its client drops the connection.
    pub lifetime: Duration,
    /// The shortest and the longest absence of a user from a room. If the shortest is less than
    /// [`history::GOES_ON_FOR`], the second delivery of an event may remove the user again after the return.
    pub away: [Duration; 2],
}

/// The record of a crowd.
#[derive(Debug)]
pub struct Chronicle {
    /// The history that its clients have recorded.
    pub history: History,
    /// The number of times that each fault has struck.
    pub faults: BTreeMap<String, u64>,
}

/// A user of the crowd.
struct Person {
    user: User,
    rooms: Rooms,
    bound: Option<u64>,
    recent: Recent,
    requests: mpsc::Sender<Request>,
}

impl Crowd {
    /// Lets the crowd chat on a system under these faults, and returns its record. Calls `progress` every second with
    /// the number of acknowledged operations.
    ///
    /// # Panics
    /// If a client observes a failure that no fault explains.
    pub async fn chats(self, server: &Server, faults: Faults, mut progress: impl FnMut(usize)) -> Chronicle {
        let mut random = Rng::with_seed(self.seed);
        let recorder = Recorder::new(self.operations, self.rooms, self.houses * SCRIPTS);
        let users = self.register(server).await;
        let (people, wanderers, houses, mut devices) = self.settle(&users, &recorder, &mut random).await;
        faults.begin(server, self.seed).await;

        let mut busy = self.talk(&people, &recorder, &mut random);
        let mut wandering: JoinSet<()> = wanderers.into_iter().map(Wanderer::wanders).collect();
        let lodgers = people[people.len() - self.houses * LODGERS..].chunks(LODGERS);
        for (house, lodgers) in houses.into_iter().zip(lodgers) {
            house.lives(lodgers, &recorder, &mut random, &mut wandering);
        }
        while !busy.is_empty() {
            tokio::select! {
                Some(done) = busy.join_next() => done.expect("a client observes only failures that a fault explains"),
                Some(done) = devices.join_next() => done.expect("a device lives until it is asked to finish"),
                Some(done) = wandering.join_next() => done.expect("a wanderer wanders until the end"),
                () = sleep(Duration::from_secs(1)) => progress(recorder.acknowledged()),
            }
        }
        recorder.ends();
        all(&mut wandering).await;
        let faults = faults.end(server).await;
        recorder.write().faults = faults.values().sum();

        sleep(SETTLED).await;
        let views = join_all(people.iter().map(Person::finishes)).await.concat();
        recorder.write().views = views;
        all(&mut devices).await;
        audit::audit(&people, &recorder, &mut random).await;
        Chronicle { history: recorder.close(), faults }
    }

    async fn register(self, server: &Server) -> Vec<User> {
        let names = (0..self.people() + self.rooms + self.houses * LODGERS).map(|number| format!("user{number}"));
        let register = |name: String| async move { server.user(&name).await };
        stream::iter(names).map(register).buffered(REGISTERING).collect().await
    }

    /// The number of permanent members: each is in three rooms, if the crowd has so many.
    fn people(self) -> usize {
        (self.rooms * self.members).div_ceil(3).max(self.members)
    }

    /// Creates the rooms, and a client for each user.
    async fn settle(
        self,
        users: &[User],
        recorder: &Recorder,
        random: &mut Rng,
    ) -> (Vec<Person>, Vec<Wanderer>, Vec<House>, JoinSet<()>) {
        let (residents, others) = users.split_at(self.people());
        let (wanderers, lodgers) = others.split_at(self.rooms);
        let mut rooms_of: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        let mut coming = Vec::new();
        for (number, wanderer) in wanderers.iter().enumerate() {
            let members = residents.iter().cycle().skip(number * self.members).take(self.members);
            let members: Vec<&User> = members.chain([wanderer]).collect();
            let begun = recorder.now();
            let room = members[0].creates_room_with(&members[1..]).await;
            let since = (begun, recorder.now());
            for member in &members {
                rooms_of.entry(member.id).or_default().push(room);
            }
            let stays = members[..self.members].iter();
            let stays = stays.map(|member| Stay { user: member.id, room, since, ..Stay::default() });
            recorder.write().stays.extend(stays);
            recorder.write().roles.push(owns(members[0].id, room, since));
            coming.push((wanderer, room, since));
        }
        let mut houses = Vec::new();
        for (number, lodgers) in lodgers.chunks(LODGERS).enumerate() {
            let house = House::furnishes(number, lodgers, recorder).await;
            for lodger in House::members(lodgers) {
                rooms_of.entry(lodger.id).or_default().push(house.room);
            }
            houses.push(house);
        }
        let mut devices = JoinSet::new();
        let mut people = Vec::new();
        for (number, user) in users.iter().enumerate() {
            let rooms = rooms_of.remove(&user.id).unwrap_or_default();
            // Every third permanent member has a socket for one room.
            let bound = rooms.first().copied().filter(|_| number < residents.len() && number % 3 == 0);
            let (requests, inbox) = mpsc::channel(16);
            let person =
                Person { user: user.clone(), rooms: rooms.clone().into(), bound, recent: Recent::default(), requests };
            let device = Device::new(&person, &rooms, self.lifetime, recorder.clone(), random.fork(), inbox);
            devices.spawn(device.lives());
            people.push(person);
        }
        let wanderers =
            coming.into_iter().zip(&people[residents.len()..]).map(|((user, room, since), person)| Wanderer {
                user: user.clone(),
                room,
                recorder: recorder.clone(),
                random: random.fork(),
                device: person.requests.clone(),
                since,
                away: self.away,
            });
        let wanderers = wanderers.collect();
        (people, wanderers, houses, devices)
    }

    /// Every user sends, and changes messages. Every fourth also reads, and so do the users of the houses.
    fn talk(self, people: &[Person], recorder: &Recorder, random: &mut Rng) -> JoinSet<()> {
        let mut busy = JoinSet::new();
        for (number, Person { user, rooms, bound, recent, requests }) in people.iter().enumerate() {
            let sender = Sender {
                user: user.clone(),
                rooms: rooms.clone(),
                recorder: recorder.clone(),
                random: random.fork(),
                device: requests.clone(),
                bound: *bound,
                pause: self.pause,
                recent: recent.clone(),
            };
            busy.spawn(sender.sends());
            let forwarder = Forwarder {
                user: user.clone(),
                rooms: rooms.clone(),
                recent: recent.clone(),
                recorder: recorder.clone(),
                random: random.fork(),
                number: 0,
            };
            let reviser = Reviser {
                user: user.clone(),
                recent: recent.clone(),
                recorder: recorder.clone(),
                random: random.fork(),
                forwarder,
                pause: self.pause * 2,
                edits: 0,
            };
            busy.spawn(reviser.revises());
            if number % 4 == 0 || number >= self.people() + self.rooms {
                let (user, rooms, pause) = (user.clone(), rooms.clone(), self.pause.max(SHORTEST_PAUSE));
                let (recorder, random) = (recorder.clone(), random.fork());
                busy.spawn(Reader { user, rooms, recorder, random, pause }.reads());
            }
        }
        busy
    }
}

impl Person {
    /// Lets the user's client catch up with all rooms, and returns its views.
    async fn finishes(&self) -> Vec<View> {
        let (reply, views) = oneshot::channel();
        let asked = self.requests.send(Request::Finish(reply)).await;
        assert!(asked.is_ok(), "{}'s client has ended", self.user.name);
        views.await.expect("a client replies with its views")
    }
}

async fn all(tasks: &mut JoinSet<()>) {
    while let Some(done) = tasks.join_next().await {
        done.expect("a task comes to its end");
    }
}

/// The role of a room's creator.
fn owns(user: u64, room: u64, since: (Time, Time)) -> Change<(u64, u64), Role> {
    let (of, value, by, (begun, ended)) = ((room, user), Role::Owner, user, since);
    Change { of, value, by, begun, ended, has_failed: false, is_sure: true }
}
