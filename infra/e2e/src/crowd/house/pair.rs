//! Two users with a direct room, who block each other now and then.

use std::time::Duration;

use history::Stay;
use serde_json::json;
use tokio::join;

use super::{Act, Player, rests, settled};

/// The time in which they talk.
const TALK: Duration = Duration::from_secs(3);

/// The two.
pub(super) struct Pair {
    pub(super) players: [Player; 2],
}

impl Pair {
    pub(super) async fn falls_out(mut self) {
        self.meet().await;
        let recorder = self.players[0].recorder.clone();
        for round in 0_usize.. {
            rests(&recorder, TALK).await;
            if recorder.is_over() {
                break;
            }
            // One, the other, or both at once.
            let (one, other) = (round % 3 != 1, round % 3 != 0);
            self.block(one, other, true).await;
            rests(&recorder, TALK).await;
            self.block(one, other, false).await;
            if round == 2 {
                recorder.is_through();
            }
        }
    }

    /// Both open the room at once, and get the same one.
    async fn meet(&mut self) {
        let [one, other] = &mut self.players;
        let (with_one, with_other) = (json!({"user": one.id()}), json!({"user": other.id()}));
        let opened = join!(one.posts("/open-direct/", with_other), other.posts("/open-direct/", with_one));
        let rooms = [&opened.0, &opened.1].map(|act| match &act.answer {
            Ok(room) => room["id"].as_u64().expect("a room has an id"),
            Err(problem) => panic!("a direct room was refused: {problem}"),
        });
        let [room, same] = rooms;
        assert_eq!(room, same, "a pair has one direct room");
        let since = (opened.0.begun.min(opened.1.begun), opened.0.ended.min(opened.1.ended));
        {
            let mut history = one.recorder.write();
            history.directs.insert(room, [one.id(), other.id()]);
            history.stays.extend([one.id(), other.id()].map(|user| Stay { user, room, since, ..Stay::default() }));
        }
        for player in &self.players {
            player.enters(room, history::Time::ZERO).await;
        }
    }

    /// Lets one or both of them block the other, or lift the block, and waits until it has no further effect.
    async fn block(&mut self, one: bool, other: bool, blocked: bool) {
        let [first, second] = &mut self.players;
        let recorder = first.recorder.clone();
        let (left, right) = (first.id(), second.id());
        let first = async { if one { Some(set_block(first, right, blocked).await) } else { None } };
        let second = async { if other { Some(set_block(second, left, blocked).await) } else { None } };
        let (first, second) = join!(first, second);
        settled(&recorder, &first.iter().chain(&second).collect::<Vec<_>>()).await;
    }
}

async fn set_block(player: &mut Player, user: u64, blocked: bool) -> Act {
    let act = player.posts("/set-block/", json!({"user": user, "blocked": blocked})).await;
    act.is_done(&[]);
    player.recorder.write().blocks.push(act.change((player.id(), user), blocked, player.id()));
    act
}
