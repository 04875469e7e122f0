//! A user of a test, and the short ways to the use cases.

use std::{collections::BTreeSet, time::Duration};

use chat::{
    Caller, Chat,
    attachments::{self, Announced},
    messages, rooms,
};
use domain::{
    Access, AddMembers, AttachmentId, ChangeKind, ChangeList, DeleteMessage, DeletedFor, EditMessage, Emoji, Entry,
    Error, Found, MediaType, Mentions, Message, MessageId, NewRoom, OpenDirect, Page, Position, ReactToMessage, Room,
    RoomId, RoomKind, RoomName, RoomSummary, Search, ShownMessage, ShownReaction, Slice, Text, Timestamp, User, UserId,
};
use store::{ChangeTurn, Consistency, Membership, Right, Session, Socket};

use super::{World, draft, mark, marks_frame, new_attachment, new_room};

/// A user with a session. A method panics if the use case refuses.
#[derive(Clone, Debug)]
pub struct Person {
    pub chat: Chat,
    /// The user.
    pub user: User,
    /// The user, with the session in use.
    pub caller: Caller,
}

impl Person {
    pub fn new(chat: &Chat, user: User, session: &str) -> Self {
        let caller = Caller { user: user.id, session: session.to_owned(), at: chat::now() };
        Self { chat: chat.clone(), user, caller }
    }

    pub fn id(&self) -> UserId {
        self.user.id
    }

    // --- Sessions and sockets

    /// Opens a session for a user without a password, and returns the same user with it.
    pub async fn opens_session(&self, id: &str) -> Self {
        let session =
            Session { id: id.to_owned(), user_id: self.id(), expires_at: u64::MAX, device_id: None, renewal: None };
        let name = self.user.username.folded();
        assert!(self.chat.store.open_session(&session, &name, embedded::HASH).await.unwrap());
        Self::new(&self.chat, self.user.clone(), id)
    }

    /// Ends the session, and closes none of its sockets.
    pub async fn loses_session(&self) {
        self.chat.store.end_session(self.id(), &self.caller.session, chat::now()).await.unwrap();
    }

    /// The sessions of this user, by id.
    pub async fn sessions(&self) -> Vec<String> {
        self.chat.store.sessions(self.id()).await.unwrap().into_iter().map(|session| session.id).collect()
    }

    /// A socket of this session for all rooms that opens now, before [`chat::sockets::connect`] has stored it.
    pub fn socket(&self, id: &str) -> Socket {
        let session = self.caller.session.clone();
        Socket {
            user: self.id(),
            id: id.to_owned(),
            room: None,
            session,
            connected_at: chat::now(),
            expires_at: u64::MAX,
        }
    }

    /// Has had a socket for all rooms for a minute.
    pub async fn has_socket(&self, id: &str) {
        self.has_had_socket(id, 60_000).await;
    }

    /// Has had a socket for all rooms for so many milliseconds.
    pub async fn has_had_socket(&self, id: &str, millis: u64) {
        self.stores_socket(self.socket(id), millis).await;
    }

    /// Has had a socket for one room for a minute.
    pub async fn has_socket_for(&self, room: RoomId, id: &str) {
        self.stores_socket(Socket { room: Some(room), ..self.socket(id) }, 60_000).await;
    }

    async fn stores_socket(&self, socket: Socket, millis: u64) {
        let connected_at = Timestamp::from_millis(socket.connected_at.millis() - millis);
        self.chat.store.add_socket(&Socket { connected_at, ..socket }).await.unwrap();
    }

    /// The sockets of this user that are stored and have not ended, by id.
    pub async fn sockets(&self) -> Vec<String> {
        let sockets = self.chat.store.sockets_of(self.id()).await.unwrap().into_iter();
        let mut ids: Vec<_> = sockets.filter(|socket| !socket.has_ended()).map(|socket| socket.id).collect();
        ids.sort_unstable();
        ids
    }

    // --- Rooms

    pub async fn makes_room(&self, members: &[&Self]) -> RoomId {
        rooms::create_chatroom(&self.chat, &self.caller, new_room(members)).await.unwrap().room.id
    }

    /// Makes a room whose newcomers see nothing from before, and which strangers cannot join.
    pub async fn makes_closed_room(&self, members: &[&Self]) -> RoomId {
        let new = NewRoom { access: Some(Access::Invite), ..new_room(members) };
        rooms::create_chatroom(&self.chat, &self.caller, new).await.unwrap().room.id
    }

    /// A room of so many members. Those who are not named have no memberships.
    pub async fn makes_large_room(&self, members: &[&Self], size: u64) -> RoomId {
        let id = self.chat.store.next_room_id().await.unwrap();
        let named: BTreeSet<_> = members.iter().map(|member| member.id()).chain([self.id()]).collect();
        let others = (1..=size - named.len() as u64).map(|id| UserId::try_from(1_000_000 + id).unwrap());
        let room = Room {
            name: Some(RoomName::of(id)),
            members: named.iter().copied().chain(others).collect(),
            ..Room::new(id, RoomKind::Group, self.id(), chat::now())
        };
        let stays: Vec<_> = named.iter().map(|&user| Membership::begins(user, &room, chat::now())).collect();
        self.chat.store.create_room(&room, &stays, &[]).await.unwrap();
        id
    }

    /// Opens the direct room with somebody.
    pub async fn opens_direct(&self, peer: &Self) -> RoomId {
        let input = Ok(OpenDirect { user: peer.id() });
        rooms::open_direct(&self.chat, &self.caller, input).await.unwrap().room.room.id
    }

    pub async fn blocks(&self, other: &Self) {
        self.chat.store.block(self.id(), other.id(), chat::now()).await.unwrap();
    }

    pub async fn unblocks(&self, other: &Self) {
        self.chat.store.unblock(self.id(), other.id()).await.unwrap();
    }

    /// The room as it is now.
    pub async fn room(&self, room: RoomId) -> Room {
        self.chat.store.room(room, Consistency::Strong).await.unwrap().unwrap()
    }

    /// Adds a user to a room of which newcomers see nothing from before.
    pub async fn adds(&self, room: RoomId, user: &Self) {
        let input = AddMembers { room, members: [user.id()].into(), history: 0 };
        let results = rooms::add_members(&self.chat, &self.caller, &input).await.unwrap();
        assert_eq!(results[0].status(), "added");
    }

    pub async fn joins(&self, room: RoomId) {
        assert!(rooms::join_chatroom(&self.chat, &self.caller, Entry::Number(room)).await.unwrap().new);
    }

    pub async fn leaves(&self, room: RoomId) {
        rooms::leave_chatroom(&self.chat, &self.caller, room).await.unwrap();
    }

    pub async fn lists_rooms(&self) -> Vec<RoomSummary> {
        rooms::list_chatrooms(&self.chat, &self.caller, None).await.unwrap().items
    }

    // --- Messages

    pub async fn sends(&self, room: RoomId, text: &str) -> Message {
        let sent = messages::send_message(&self.chat, &self.caller, Ok(draft(room, text))).await.unwrap();
        assert!(sent.new);
        sent.message.message
    }

    /// Has taken a turn so many milliseconds ago, and died before the message was stored.
    pub async fn dies_while_sending(&self, room: RoomId, millis: u64) -> MessageId {
        let then = Timestamp::from_millis(chat::now().millis() - millis);
        let pushes = self.chat.settings.pushes;
        self.chat
            .store
            .take_turn(room, self.id(), MessageId::new(then, 0), &Mentions::nobody(), pushes)
            .await
            .unwrap()
            .id
    }

    /// Has used up their pace in a room for some seconds, by a clock that is ahead.
    pub async fn is_ahead_of_pace(&self, room: RoomId) {
        let then = MessageId::new(chat::now() + Duration::from_secs(9), 0);
        for _ in 0..60 {
            self.chat
                .store
                .take_turn(room, self.id(), then, &Mentions::nobody(), self.chat.settings.pushes)
                .await
                .unwrap();
        }
    }

    /// Has sent a message so many milliseconds ago, the first of a room.
    pub async fn has_sent(&self, room: RoomId, text: &str, millis: u64) -> Message {
        let then = Timestamp::from_millis(chat::now().millis() - millis);
        let pushes = self.chat.settings.pushes;
        let turn = self
            .chat
            .store
            .take_turn(room, self.id(), MessageId::new(then, 0), &Mentions::nobody(), pushes)
            .await
            .unwrap();
        let content = draft(room, text).content;
        let digest = content.digest().unwrap();
        let message = Message { text: content.text, ..Message::empty(turn.id, room, self.id(), turn.sequence) };
        assert!(self.chat.store.put_message(&message, &digest).await.unwrap().is_none());
        message
    }

    /// Changes the text of a message. An empty text is none.
    pub async fn edits(&self, message: &Message, text: &str) -> Result<ShownMessage, Error> {
        self.edits_mentions(message, text, None).await
    }

    /// Changes the text of a message, and its mentions if they are given.
    pub async fn edits_mentions(
        &self,
        message: &Message,
        text: &str,
        mentions: Option<Mentions>,
    ) -> Result<ShownMessage, Error> {
        let text = Text::try_from(text.to_owned()).ok();
        let edit = EditMessage { room: message.room, message: message.id, text, mentions };
        messages::edit_message(&self.chat, &self.caller, Ok(edit)).await
    }

    pub async fn deletes(&self, message: &Message, audience: DeletedFor) -> Result<ShownMessage, Error> {
        let deletion = DeleteMessage { room: message.room, message: message.id, audience };
        messages::delete_message(&self.chat, &self.caller, Ok(deletion)).await
    }

    /// Sets the reaction to a message, or removes it.
    pub async fn reacts(&self, message: &Message, emoji: Option<&str>) -> Result<ShownMessage, Error> {
        let emoji = emoji.map(|emoji| Emoji::try_from(emoji.to_owned()).unwrap());
        let reaction = ReactToMessage { room: message.room, message: message.id, emoji };
        messages::react_to_message(&self.chat, &self.caller, Ok(reaction)).await
    }

    pub async fn lists_reactions(&self, message: &Message) -> Result<Vec<ShownReaction>, Error> {
        messages::list_reactions(&self.chat, &self.caller, message.room, message.id).await
    }

    /// Has taken the number of an edit so many milliseconds ago, and died before anything was stored.
    pub async fn dies_while_changing(&self, room: RoomId, millis: u64) -> ChangeTurn {
        let then = Timestamp::from_millis(chat::now().millis() - millis);
        let pushes = self.chat.settings.pushes;
        self.chat.store.take_change(room, self.id(), ChangeKind::Edited, Right::Member, pushes, then).await.unwrap()
    }

    /// Takes the number of an edit once a room has this number, and dies before anything is stored.
    pub async fn dies_while_changing_after(&self, room: RoomId, change: u64) {
        while self.room(room).await.changes < change {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(self.dies_while_changing(room, 0).await.number, change + 1);
    }

    pub async fn lists_changes(&self, room: RoomId, after: impl Into<Option<u64>>) -> ChangeList {
        messages::list_changes(&self.chat, &self.caller, room, after.into()).await.unwrap()
    }

    /// Marks messages as read.
    pub async fn reads(&self, room: RoomId, read: &[&Message]) {
        messages::read_message(&self.chat, &self.caller, mark(room, read)).await.unwrap();
    }

    /// Says over a socket that a device has a message.
    pub async fn receives(&self, message: &Message) {
        let frame = marks_frame("delivered", &[(message.room, message.id)]);
        messages::mark(&self.chat, &self.socket("phone"), Ok(frame)).await.unwrap();
    }

    pub async fn lists_room(&self, room: RoomId, limit: usize, position: Position) -> Slice<ShownMessage> {
        let page = Page { limit, position };
        messages::list_conversation_messages(&self.chat, &self.caller, room, page).await.unwrap()
    }

    pub async fn lists_all(&self, limit: usize, position: Position) -> Slice<ShownMessage> {
        messages::list_messages(&self.chat, &self.caller, Page { limit, position }).await.unwrap()
    }

    /// Searches a room, before a message if it is given.
    pub async fn searches(&self, room: RoomId, words: &str, before: Option<MessageId>) -> Found {
        let before = before.map(|id| id.to_string());
        let search = Search::parse(Some(&room.to_string()), Some(words), before.as_deref()).unwrap();
        messages::search_messages(&self.chat, &self.caller, &search).await.unwrap()
    }

    // --- Attachments

    /// Announces a file for a room, or for the picture of one.
    pub async fn announces(&self, room: impl Into<Option<RoomId>>, content_type: MediaType, size: usize) -> Announced {
        attachments::create_attachment(&self.chat, &self.caller, new_attachment(room, content_type, size))
            .await
            .unwrap()
    }

    /// Announces a file and uploads it. It is not checked.
    pub async fn uploads(
        &self,
        world: &World,
        room: impl Into<Option<RoomId>>,
        content_type: MediaType,
        bytes: Vec<u8>,
    ) -> AttachmentId {
        let id = self.announces(room, content_type, bytes.len()).await.id;
        world.files.uploads(id, bytes);
        id
    }
}
