//! A room of a correct history, in which messages are edited, deleted, reacted to, answered and forwarded.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use history::{
    Followed, GOES_ON_FOR, History, Listing, Mentions, Message, News, Outcome, Picture, Position, Push, Quote,
    Reaction, Revision, Scope, Sent, Stay, Step, Time, Wish,
};

/// The room. Its members are the users 1 to 4, and 1 is the owner.
pub const LIVELY: u64 = 5;
/// The users who list and follow the room.
pub const READERS: [u64; 2] = [2, 3];
/// The user who deletes a message for themselves.
pub const HIDER: u64 = 2;
/// The number of its changes.
pub const CHANGES: u64 = 13;
/// The places of the messages.
pub const EDITED: usize = 0;
pub const DELETED: usize = 1;
pub const DELETED_BY_OWNER: usize = 2;
pub const HIDDEN: usize = 3;
pub const REACTED: usize = 4;
pub const UNSURE: usize = 5;
pub const FORWARDED: usize = 6;
pub const REPLY: usize = 7;
pub const COPY: usize = 8;
pub const EDITED_TWICE: usize = 9;
/// Its texts.
pub const TEXTS: [&str; 2] = ["one more text", "the last text"];
const MEMBERS: u64 = 4;

struct Room<'a> {
    history: &'a mut History,
    now: Time,
    messages: Vec<Message>,
    reactions: Vec<(u64, &'static str)>,
    hidden: BTreeSet<(u64, usize)>,
    change: u64,
    followed: Vec<Followed>,
}

/// Adds the room, and returns the time of its end.
pub fn live(history: &mut History, now: Time) -> Time {
    for user in 1..=MEMBERS {
        history.stays.push(Stay { user, room: LIVELY, since: (Time::ZERO, Time::ZERO), ..Stay::default() });
    }
    let followed =
        READERS.iter().map(|&user| Followed { user, room: LIVELY, steps: Vec::new(), is_caught_up: true }).collect();
    let (messages, reactions, hidden) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut room = Room { history, now, messages, reactions, hidden, change: 0, followed };
    for place in EDITED..REPLY {
        room.sends(place, &[], None, None);
    }
    room.sends(REPLY, &[1, 3], Some(FORWARDED), None);
    room.sends(COPY, &[], None, Some(FORWARDED));
    room.sends(EDITED_TWICE, &[3], None, None);
    room.revises(1, EDITED, Wish::Edit("another text".to_owned(), None));
    room.revises(2, DELETED, Wish::Delete);
    room.revises(1, DELETED_BY_OWNER, Wish::Delete);
    room.revises(HIDER, HIDDEN, Wish::Hide);
    for (user, emoji) in [(1, "👍"), (2, "👍"), (3, "👍"), (4, "👍"), (1, "❤️")] {
        room.revises(user, REACTED, Wish::React(Some(emoji.to_owned())));
    }
    room.revises(4, REACTED, Wish::React(None));
    room.fails(2, UNSURE, Wish::Edit("nobody knows".to_owned(), None));
    room.fails(2, UNSURE, Wish::React(Some("👍".to_owned())));
    let mentions = [Mentions { users: vec![1], all: false }, Mentions { users: Vec::new(), all: true }];
    for (text, mentions) in TEXTS.into_iter().zip(mentions) {
        room.revises(sender(EDITED_TWICE), EDITED_TWICE, Wish::Edit(text.to_owned(), Some(mentions)));
    }
    room.revises(3, FORWARDED, Wish::Delete);
    assert_eq!(room.change, CHANGES);
    room.asks_later();
    let (now, followed, hidden) = (room.now, room.followed, room.hidden);
    let (messages, reactions) = (room.messages, room.reactions);
    for (user, everything) in history.everything.clone() {
        let places = (EDITED..=EDITED_TWICE).filter(|place| user <= MEMBERS && !hidden.contains(&(user, *place)));
        let listed: Vec<_> = places.map(|place| history.see(shown(&messages, &reactions, place, Some(user)))).collect();
        let all = [everything, listed].concat();
        history.everything.retain(|(of, _)| *of != user);
        history.everything.push((user, all));
    }
    let stored =
        (EDITED..=EDITED_TWICE).map(|place| history.see(shown(&messages, &reactions, place, Some(1)))).collect();
    history.followed.extend(followed);
    history.stored.push(stored);
    now
}

/// The messages in the last list of a reader.
pub fn last_list(history: &mut History, reader: u64) -> &mut Vec<Arc<Message>> {
    let mut lists = history.listings.iter_mut().rev();
    let list = lists.find(|list| (list.user, list.scope) == (reader, Scope::Room(LIVELY)));
    &mut list.expect("the reader lists the room").messages
}

/// Changes a message wherever it is in a list.
pub fn shows(list: &mut [Arc<Message>], place: usize, change: impl Fn(&mut Message)) {
    for message in list.iter_mut().filter(|message| message.id == id(place)) {
        let mut changed = Message::clone(message);
        change(&mut changed);
        *message = Arc::new(changed);
    }
}

/// The sender of a message.
pub fn sender(place: usize) -> u64 {
    place as u64 % MEMBERS + 1
}

pub fn id(place: usize) -> u64 {
    LIVELY * 1_000_000 + place as u64
}

/// The picture of the forwarded message, and the copy of it.
fn picture(place: usize) -> Option<Picture> {
    [FORWARDED, COPY].contains(&place).then(|| Picture { id: format!("picture {place}") })
}

/// A message for a reader.
fn shown(messages: &[Message], reactions: &[(u64, &str)], place: usize, reader: Option<u64>) -> Message {
    let mut message = messages[place].clone();
    if place == REACTED {
        for emoji in ["👍", "❤️"] {
            let users: Vec<u64> = reactions.iter().filter(|(_, of)| *of == emoji).map(|(user, _)| *user).collect();
            let mine = reader.is_some_and(|reader| users.contains(&reader));
            let (count, users) = (users.len() as u64, users.into_iter().take(3).collect::<Vec<_>>());
            if count > 0 {
                message.reactions.push(Reaction { emoji: emoji.to_owned(), count, users, mine });
            }
        }
    }
    message
}

impl Room<'_> {
    fn passes(&mut self) -> Time {
        self.now += Duration::from_millis(10);
        self.now
    }

    fn sends(&mut self, place: usize, mentions: &[u64], answers: Option<usize>, forwards: Option<usize>) {
        let (begun, ended) = (self.passes(), self.passes());
        let (room, sender, mentions) = (LIVELY, sender(place), mentions.to_vec());
        let own = format!("{LIVELY}/{place}");
        let text = forwards.map_or_else(|| own.clone(), |place| self.messages[place].text.clone());
        let (reply_to, client_id) = (answers.map(id), Some(own));
        let message = Message {
            id: id(place),
            room,
            sender,
            receivers: (1..=MEMBERS).filter(|user| *user != sender).collect(),
            sequence: place as u64 + 1,
            client_id: client_id.clone(),
            text: text.clone(),
            reply_to,
            mentions: mentions.clone(),
            picture: picture(place),
            forwarded: forwards.map(|_| 1),
            version: 1,
            ..Message::default()
        };
        self.messages.push(message.clone());
        let message = self.history.see(message);
        let outcome = Outcome::Acknowledged(Arc::clone(&message));
        let (forwards, failed) = (forwards.map(|place| (LIVELY, id(place))), 0);
        let text = if forwards.is_some() { String::new() } else { text };
        let mentions = Mentions { users: mentions, all: false };
        let picture = picture(place).filter(|_| forwards.is_none()).map(|picture| picture.id);
        self.history.sends.push(Sent {
            sender,
            room,
            client_id,
            text,
            reply_to,
            mentions,
            picture,
            forwards,
            begun,
            ended,
            failed,
            outcome,
        });
        self.history.pushes.push(Push { user: 1, bound: None, message, at: (ended, ended) });
        self.looks();
    }

    /// The readers list the room.
    fn looks(&mut self) {
        let (begun, ended) = (self.passes(), self.passes());
        for user in READERS {
            let places = (0..self.messages.len()).filter(|place| !self.hidden.contains(&(user, *place)));
            let shown: Vec<_> = places.map(|place| shown(&self.messages, &self.reactions, place, Some(user))).collect();
            let messages = shown.into_iter().map(|message| self.history.see(message)).collect();
            let (scope, position) = (Scope::Room(LIVELY), Position::After(1));
            self.history.listings.push(Listing { user, scope, position, messages, begun, ended });
            let Some(quoted) = self.messages.get(FORWARDED).filter(|quoted| quoted.deleted_by.is_none()) else {
                continue;
            };
            if self.messages.len() > REPLY {
                let Message { room, id, sender, ref text, .. } = *quoted;
                let (reply, text) = (self.messages[REPLY].id, text.clone());
                self.history.quotes.push(Quote { user, room, reply, id, sender, text, begun, ended });
            }
        }
    }

    /// Makes a change, which the readers follow and list. Later than anything is delivered a second time.
    fn revises(&mut self, by: u64, place: usize, what: Wish) {
        self.now += Duration::from_secs(6);
        let (begun, ended) = (self.passes(), self.passes());
        let message = &mut self.messages[place];
        match &what {
            Wish::Edit(text, mentions) => {
                text.clone_into(&mut message.text);
                if let Some(Mentions { users, all }) = mentions {
                    (message.mentions, message.mentions_all) = (users.clone(), *all);
                }
            }
            Wish::Delete => {
                (message.deleted_by, message.text, message.reply_to) = (Some(by), String::new(), None);
                message.picture = None;
            }
            Wish::Hide => drop(self.hidden.insert((by, place))),
            Wish::React(emoji) => {
                self.reactions.retain(|(user, _)| *user != by);
                let emoji = ["👍", "❤️"].into_iter().find(|known| Some(*known) == emoji.as_deref());
                self.reactions.extend(emoji.map(|emoji| (by, emoji)));
            }
        }
        if matches!(what, Wish::Edit(..) | Wish::Delete) {
            message.version += 1;
        }
        self.change += 1;
        let answer = self.seen(place, by);
        let (room, id, failed) = (LIVELY, id(place), 0);
        let outcome = Outcome::Acknowledged(Arc::clone(&answer));
        let own = what == Wish::Hide;
        let meaning = format!("{what:?} of {id}");
        self.history.revisions.push(Revision { by, room, id, what, begun, ended, failed, outcome });
        for user in (1..=MEMBERS).filter(|user| !own || *user == by) {
            let (change, meaning, at) = (self.change, meaning.clone(), (ended, ended));
            let message = own.then(|| Arc::clone(&answer));
            self.history.news.push(News { user, bound: None, room, change, meaning, message, at });
        }
        let (begun, ended) = (self.passes(), self.passes());
        for (number, reader) in READERS.into_iter().enumerate() {
            let messages = vec![self.seen(place, reader)];
            let (after, change) = (self.change - 1, self.change);
            let (is_all, is_anew, is_event) = (true, false, false);
            self.followed[number].steps.push(Step { after, change, messages, is_all, is_anew, is_event, begun, ended });
        }
        self.looks();
    }

    /// The readers ask again when no change can be on its way.
    fn asks_later(&mut self) {
        self.now += GOES_ON_FOR;
        let (begun, ended) = (self.passes(), self.passes());
        let (change, messages) = (self.change, Vec::new());
        let (is_all, is_anew, is_event) = (true, false, false);
        let step = Step { after: change, change, messages, is_all, is_anew, is_event, begun, ended };
        for followed in &mut self.followed {
            followed.steps.push(step.clone());
        }
    }

    /// Makes a change of which nobody knows whether it was made. It was not.
    fn fails(&mut self, by: u64, place: usize, what: Wish) {
        let (begun, ended) = (self.passes(), self.passes());
        let (room, id, failed, outcome) = (LIVELY, id(place), 1, Outcome::Unknown);
        self.history.revisions.push(Revision { by, room, id, what, begun, ended, failed, outcome });
    }

    fn seen(&mut self, place: usize, reader: u64) -> Arc<Message> {
        let mut message = shown(&self.messages, &self.reactions, place, Some(reader));
        if self.hidden.contains(&(reader, place)) {
            (message.hidden, message.text) = (true, String::new());
        }
        self.history.see(message)
    }
}
