use domain::{AttachmentKind, Content, Draft, Error, Fields, MessageId, NewAttachment, Page, Position, ReadMark, Text};

use crate::support::{caller, socket, world};

#[tokio::test]
async fn whoever_is_not_in_a_room_sees_and_does_nothing_there() {
    let world = world().await;
    let (ann, eve) = (world.user("ann").await, world.user("eve").await);
    let room = world.room(&[ann]).await;
    let secret = world.sends(ann, room, "secret").await;
    world.socket(ann, "ann", 60_000).await;
    let (chat, eve) = (&world.chat, caller(eve));
    let text = Text::try_from("let me in".to_owned()).ok();
    let draft = Draft { room, content: Content { text, ..Content::default() } };
    let page = Page { limit: 50, position: Position::After(MessageId::try_from(1).unwrap()) };
    let mark = ReadMark { room, messages: [secret.id].into() };
    let body = br#"{"conversation_id":1,"kind":"picture","content_type":"image/png","size":1,"name":"a"}"#;
    let file: NewAttachment = Fields::parse(body).unwrap().into().unwrap();
    assert_eq!((file.room, file.content_type.kind()), (room, AttachmentKind::Picture));
    for (what, outcome) in [
        ("lists", chat::messages::list_conversation_messages(chat, &eve, room, page).await.err()),
        ("lists members", chat::rooms::list_members(chat, &eve, room).await.err()),
        ("sends", chat::messages::send_over_socket(chat, &socket(eve.user, "eve", "s1"), draft).await.err()),
        ("types", chat::messages::typing(chat, eve.user, "eve", room, true).await.err()),
        ("reads", chat::messages::read_message(chat, &eve, mark).await.err()),
        ("attaches", chat::attachments::create_attachment(chat, &eve, file).await.err()),
        ("leaves", chat::rooms::leave_chatroom(chat, &eve, room).await.err()),
    ] {
        assert!(matches!(outcome, Some(Error::NotAMember)), "{what}: {outcome:?}");
    }
    assert!(world.gateway.told("ann").is_empty(), "nobody hears of it");
    assert!(world.reads_all(eve.user, 50, Position::Latest).await.messages.is_empty());
}
