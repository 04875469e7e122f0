//! The number of unread messages is that of the list, after any history.

use std::{collections::BTreeMap, time::Duration};

use chat::{messages::send_over_socket, rooms::set_chat};
use domain::{DeletedFor, Message, Pace, Position, Refusal, RoomId, SetChat, UserId};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::TestRunner};

use crate::support::{Person, assert_refused, draft, world};

/// A step of a user, each with the room in which it happens, unless it is about blocks.
#[derive(Clone, Debug)]
enum Step {
    Sends,
    /// Reads up to one of the messages that they see.
    Reads(Index),
    /// Deletes one of their own messages for everyone.
    Deletes(Index),
    /// Deletes one of the messages that they see for themselves.
    Hides(Index),
    Edits(Index),
    Clears,
    /// Leaves the group, or joins it again.
    Moves,
    /// Blocks the other one of the direct room, or ends the block.
    Blocks,
}

fn step() -> impl Strategy<Value = (usize, usize, Step)> {
    let step = prop_oneof![
        6 => Just(Step::Sends),
        2 => any::<Index>().prop_map(Step::Reads),
        1 => any::<Index>().prop_map(Step::Deletes),
        2 => any::<Index>().prop_map(Step::Hides),
        1 => any::<Index>().prop_map(Step::Edits),
        1 => Just(Step::Clears),
        1 => Just(Step::Moves),
        2 => Just(Step::Blocks),
    ];
    (0..2_usize, 0..2_usize, step)
}

/// The users, their group and their direct room, and what each user has seen.
struct Story {
    people: [Person; 2],
    rooms: [RoomId; 2],
    seen: BTreeMap<(UserId, RoomId), u64>,
    away: [bool; 2],
    blocks: [bool; 2],
}

impl Story {
    async fn begin() -> Self {
        let world = world().await;
        let people = world.users(["ann", "bob"]).await;
        let group = people[0].makes_room(&[&people[1]]).await;
        let direct = people[0].opens_direct(&people[1]).await;
        Self { people, rooms: [group, direct], seen: BTreeMap::new(), away: [false; 2], blocks: [false; 2] }
    }

    fn sees_up_to(&mut self, user: UserId, room: RoomId, sequence: u64) {
        let seen = self.seen.entry((user, room)).or_default();
        *seen = sequence.max(*seen);
    }

    async fn listed(&self, person: &Person, room: RoomId) -> Vec<Message> {
        let page = person.lists_room(room, 100, Position::Latest).await;
        page.messages.into_iter().map(|shown| shown.message).collect()
    }

    async fn plays(&mut self, who: usize, place: usize, step: Step) {
        let (person, room) = (self.people[who].clone(), self.rooms[place]);
        match step {
            Step::Moves if self.away[who] => {
                person.joins(self.rooms[0]).await;
                self.away[who] = false;
                let before = person.room(self.rooms[0]).await.sequence;
                self.seen.insert((person.id(), self.rooms[0]), before);
            }
            // The last one stays, so that the room has an owner.
            Step::Moves if self.away == [false; 2] => {
                person.leaves(self.rooms[0]).await;
                self.away[who] = true;
            }
            Step::Blocks if self.blocks[who] => {
                person.unblocks(&self.people[1 - who]).await;
                self.blocks[who] = false;
            }
            Step::Blocks => {
                person.blocks(&self.people[1 - who]).await;
                self.blocks[who] = true;
            }
            Step::Moves => {}
            _ if place == 0 && self.away[who] => {}
            Step::Sends => {
                let sent = person.sends(room, "hi").await;
                self.sees_up_to(person.id(), room, sent.sequence);
            }
            Step::Clears => {
                let clear = SetChat { cleared: true, ..SetChat::of(room) };
                set_chat(&person.chat, &person.caller, &clear).await.unwrap();
            }
            Step::Reads(which) => {
                self.with_one(&person, room, which, async |story, message| {
                    person.reads(room, &[&message]).await;
                    story.sees_up_to(person.id(), room, message.sequence);
                })
                .await;
            }
            Step::Hides(which) => {
                self.with_one(&person, room, which, async |_, message| {
                    person.deletes(&message, DeletedFor::Me).await.unwrap();
                })
                .await;
            }
            Step::Deletes(which) => {
                self.with_one(&person, room, which, async |_, message| {
                    if message.sender == person.id() {
                        person.deletes(&message, DeletedFor::Everyone).await.unwrap();
                    }
                })
                .await;
            }
            Step::Edits(which) => {
                self.with_one(&person, room, which, async |_, message| {
                    if message.sender == person.id() && message.deletion.is_none() {
                        person.edits(&message, "again").await.unwrap();
                    }
                })
                .await;
            }
        }
    }

    /// Does something with one of the messages that a user sees, if there is one.
    async fn with_one(
        &mut self,
        person: &Person,
        room: RoomId,
        which: Index,
        act: impl AsyncFnOnce(&mut Self, Message),
    ) {
        let mut listed = self.listed(person, room).await;
        if !listed.is_empty() {
            let message = listed.swap_remove(which.index(listed.len()));
            act(self, message).await;
        }
    }

    /// Compares the numbers with the lists.
    async fn check(&self) {
        for person in &self.people {
            for summary in person.lists_rooms().await {
                let room = summary.room.room.id;
                let seen = self.seen.get(&(person.id(), room)).copied().unwrap_or_default();
                let mut unread = self.listed(person, room).await;
                let last = unread.last().map(|message| message.id);
                unread.retain(|message| message.sequence > seen);
                let shown = summary.last_message.map(|shown| shown.message.id);
                let found = (summary.unread, summary.first_unread, shown);
                let expected = (unread.len() as u64, unread.first().map(|message| message.id), last);
                assert_eq!(found, expected, "{} in {room}", person.user.username.as_str());
            }
        }
    }
}

#[tokio::test]
async fn a_direct_room_that_is_closed_again_keeps_its_last_message() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    bob.blocks(&ann).await;
    let own = ann.sends(room, "from Ann").await;
    let hidden = bob.sends(room, "from Bob").await;
    bob.unblocks(&ann).await;
    ann.blocks(&bob).await;
    for (person, message) in [(&ann, own), (&bob, hidden)] {
        let last = person.lists_rooms().await.remove(0).last_message.unwrap();
        assert_eq!(last.message.id, message.id);
    }
}

#[tokio::test]
async fn a_message_that_is_refused_after_its_turn_is_not_unread() {
    let mut world = world().await;
    world.chat.paces.calls = Pace::new(Duration::from_mins(1), 1);
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_large_room(&[&bob], 2).await;
    let say = async |text| send_over_socket(&world.chat, &ann.socket("phone"), Ok(draft(room, text))).await;
    say("one").await.unwrap();
    assert_refused!(say("two").await, Refusal::RateLimited(_));
    assert_eq!(ann.room(room).await.sequence, 2);
    assert_eq!(bob.room(room).await.lost, [2].into());
}

#[test]
fn the_number_the_first_and_the_last_are_those_of_the_list_after_any_history() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&vec(step(), 1..40), |steps| {
        runtime.block_on(async {
            let mut story = Story::begin().await;
            for (who, place, step) in steps {
                story.plays(who, place, step).await;
                story.check().await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
}
