//! Random histories: a client that follows them by the news from time to time has in the end what one has that asked
//! after each step, and what the lists show.

use chat::rooms;
use domain::{
    ChangeKind, DeletedFor, History, MembershipId, Mentions, Message, MessageId, NewRoom, RemoveMember, RoomId,
    SetChat, Timestamp,
};
use fastrand::Rng;
use store::Right;

use crate::support::{Client, Person, World, new_room, world};

const HISTORIES: u64 = 24;
const STEPS: usize = 60;

/// Bob, whose clients follow; Ann, who owns the rooms; and Cem.
struct Scene {
    people: [Person; 3],
    /// An open room with all of its history, one without, and the direct room of Ann and Bob.
    rooms: [RoomId; 3],
    sent: Vec<Message>,
    random: Rng,
}

impl Scene {
    async fn new(world: &World, seed: u64) -> Self {
        let people = world.users(["ann", "bob", "cem"]).await;
        let [ann, bob, cem] = &people;
        let all = ann.makes_room(&[bob, cem]).await;
        let hidden = NewRoom { history: Some(History::Joined), ..new_room(&[bob, cem]) };
        let hidden = rooms::create_chatroom(&world.chat, &ann.caller, hidden).await.unwrap().room.id;
        let direct = ann.opens_direct(bob).await;
        Self { people, rooms: [all, hidden, direct], sent: Vec::new(), random: Rng::with_seed(seed) }
    }

    /// Does something at random. A refusal is as good as anything.
    async fn goes_on(&mut self, chat: &chat::Chat) {
        let random = &mut self.random;
        let person = random.choice(&self.people).unwrap();
        let [ann, bob, _] = &self.people;
        let room = *random.choice(&self.rooms).unwrap();
        let message = random.choice(&self.sent);
        let group = self.rooms[random.usize(..2)];
        match (random.u8(..26), message) {
            (..8, _) | (8..16, None) => {
                let draft = crate::support::draft(room, &format!("{}", random.u32(..)));
                if let Ok(sent) = chat::messages::send_message(chat, &person.caller, Ok(draft)).await {
                    self.sent.push(sent.message.message);
                }
            }
            (8 | 9, Some(message)) => drop(person.edits(message, &format!("{}", random.u32(..))).await),
            (10, Some(message)) => drop(person.deletes(message, DeletedFor::Everyone).await),
            (11, Some(message)) => drop(person.deletes(message, DeletedFor::Me).await),
            (12..15, Some(message)) => {
                let emoji = random.choice([Some("👍"), Some("🎉"), None]).unwrap();
                drop(person.reacts(message, emoji).await);
            }
            (15, Some(message)) => {
                let mark = crate::support::mark(message.room, &[message]);
                drop(chat::messages::read_message(chat, &bob.caller, mark).await);
            }
            (16, _) => drop(rooms::leave_chatroom(chat, &bob.caller, room).await),
            (17, _) => {
                let removal = RemoveMember { room: group, user: bob.id(), ban: None };
                drop(rooms::remove_member(chat, &ann.caller, &removal).await);
            }
            (18 | 19, _) => drop(rooms::join_chatroom(chat, &bob.caller, domain::Entry::Number(group)).await),
            (20, _) => drop(ann.opens_direct(bob).await),
            (21, _) => {
                let [one, other] = if random.bool() { [ann, bob] } else { [bob, ann] };
                if random.bool() { one.blocks(other).await } else { one.unblocks(other).await }
            }
            (24, _) => {
                let change = SetChat { archived: Some(random.bool()), ..SetChat::of(room) };
                drop(rooms::set_chat(chat, &bob.caller, &change).await);
            }
            (25, _) => {
                let clear = SetChat { cleared: true, ..SetChat::of(room) };
                drop(rooms::set_chat(chat, &bob.caller, &clear).await);
            }
            // Some seconds ago, so that nobody waits for what never comes. The paces refuse it after something newer.
            (22, _) => {
                let (nobody, pushes) = (Mentions::nobody(), chat.settings.pushes);
                drop(chat.store.take_turn(room, ann.id(), MessageId::new(earlier(), 0), &nobody, pushes).await);
            }
            _ => {
                let (kind, right, pushes) = (ChangeKind::Edited, Right::Member, chat.settings.pushes);
                drop(chat.store.take_change(room, ann.id(), kind, right, pushes, earlier()).await);
            }
        }
    }

    /// Gives a client a state that the system does not have, as after a restore.
    fn loses_the_present(&mut self, device: &mut Client) {
        let Some(local) = self.random.choice(device.rooms.values_mut()) else { return };
        match self.random.u8(..3) {
            0 => local.known.change = local.known.change.map(|change| change + 99),
            1 => local.known.membership = MembershipId::try_from(7).ok(),
            _ => local.known = domain::KnownRoom::default(),
        }
        let invented = MessageId::try_from(77).unwrap();
        if let Some(mut shown) = local.messages.values().next().cloned() {
            shown.message.id = invented;
            local.messages.insert(invented, shown);
        }
    }
}

fn earlier() -> Timestamp {
    Timestamp::from_millis(chat::now().millis() - 20_000)
}

#[tokio::test]
async fn a_client_that_was_away_has_what_one_has_that_was_there() {
    for seed in 0..HISTORIES {
        let world = world().await;
        let mut scene = Scene::new(&world, seed).await;
        let mut always = Client::of(&scene.people[1]);
        let (mut seldom, mut once) = (always.clone(), always.clone());
        let begins = scene.random.usize(..STEPS);
        for step in 0..STEPS {
            scene.goes_on(&world.chat).await;
            always.catches_up().await;
            if scene.random.u8(..10) == 0 {
                seldom.catches_up().await;
            }
            if step == begins {
                once.catches_up().await;
                scene.loses_the_present(&mut once);
            }
        }
        for (device, what) in [(&mut always, "always"), (&mut seldom, "seldom"), (&mut once, "once")] {
            device.catches_up().await;
            device.has_all(&format!("seed {seed}, {what}")).await;
        }
    }
}
