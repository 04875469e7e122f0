use std::time::Duration;

use chat::{
    Paces,
    messages::{self, Forwarded, send_message},
};
use domain::{
    AttachmentId, ClientId, DeletedFor, Error, ForwardMessage, MediaType, Message, OnlyAdmins, Pace, PushPace, Refusal,
    Room, RoomId, RoomKind,
};
use futures_util::future::join_all;
use store::Membership;

use crate::support::{
    Person, World, assert_refused, draft, draft_of_client, picture, slow::Delay, video, world, world_of,
};

fn input(message: &Message, to: &[RoomId], client_id: &str) -> ForwardMessage {
    let client_id = ClientId::try_from(client_id.to_owned()).unwrap();
    ForwardMessage { room: message.room, message: message.id, to: to.iter().copied().collect(), client_id }
}

async fn forward(world: &World, sender: &Person, input: ForwardMessage) -> Result<Vec<Forwarded>, Error> {
    Box::pin(messages::forward_message(&world.chat, &sender.caller, Ok(input))).await
}

/// Forwards a message to one room.
async fn forwards(world: &World, sender: &Person, message: &Message, to: RoomId, client_id: &str) -> Message {
    let results = forward(world, sender, input(message, &[to], client_id)).await.unwrap();
    results.into_iter().next().unwrap().outcome.unwrap().message
}

/// A message with a picture and a video.
async fn sends_files(world: &World, sender: &Person, room: RoomId) -> Message {
    let picture = sender.uploads(world, room, MediaType::Png, picture()).await;
    let video = sender.uploads(world, room, MediaType::Mp4, video()).await;
    for id in [picture, video] {
        world.checks(id).await.unwrap();
    }
    let mut draft = draft(room, "look");
    (draft.content.picture, draft.content.video) = (Some(picture), Some(video));
    send_message(&world.chat, &sender.caller, Ok(draft)).await.unwrap().message.message
}

fn files(message: &Message) -> [AttachmentId; 2] {
    [message.picture.as_ref().unwrap().id, message.video.as_ref().unwrap().id]
}

#[tokio::test]
async fn each_room_gets_a_message_of_its_own() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let (source, one, other) =
        (ann.makes_room(&[&bob]).await, bob.makes_room(&[&cem]).await, bob.makes_room(&[]).await);
    cem.has_socket("cem's").await;
    let mut original = draft(source, "hello");
    original.content.reply_to = Some(ann.sends(source, "first").await.id);
    original.content.mentions = domain::Mentions::All;
    let original = send_message(&world.chat, &ann.caller, Ok(original)).await.unwrap().message.message;
    let results = forward(&world, &bob, input(&original, &[other, one], "c1")).await.unwrap();
    assert_eq!(results.iter().map(|result| result.room).collect::<Vec<_>>(), [one, other]);
    for Forwarded { room, outcome } in results {
        let message = outcome.unwrap().message;
        let expected = Message {
            text: original.text.clone(),
            client_id: ClientId::try_from("c1".to_owned()).ok(),
            forwarded: Some(1),
            receivers: if room == one { [cem.id()].into() } else { [].into() },
            receivers_count: usize::from(room == one),
            ..Message::empty(message.id, room, bob.id(), 1)
        };
        assert_eq!(message, expected, "no quote and no mention comes along");
        assert_eq!(world.chat.store.message(room, message.id).await.unwrap(), Some(message));
    }
    assert_eq!(world.gateway.events("cem's")[0]["forwarded"], 1);
}

#[tokio::test]
async fn files_are_copied_with_the_rights_of_the_new_room() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let (source, target) = (ann.makes_room(&[&bob]).await, bob.makes_room(&[]).await);
    let original = sends_files(&world, &ann, source).await;
    let copy = forwards(&world, &bob, &original, target, "c1").await;
    let again = forwards(&world, &bob, &copy, source, "c1").await;
    for (original, copy) in files(&original).into_iter().zip(files(&copy)).chain([(files(&copy)[0], files(&again)[0])])
    {
        assert_ne!(original, copy);
        for part in world.files.parts(original) {
            assert_eq!(world.files.bytes(&part, copy), world.files.bytes(&part, original), "{part}");
            assert_eq!(world.files.content_type(&part, copy), world.files.content_type(&part, original), "{part}");
            assert!(!world.files.is_tagged(&part, copy), "{part}");
        }
        assert_eq!(world.files.parts(copy), world.files.parts(original));
    }
    let upload = world.chat.store.upload(files(&copy)[0]).await.unwrap().unwrap();
    assert_eq!((upload.room, upload.owner, upload.expires_at), (Some(target), bob.id(), None));
    assert_eq!((again.forwarded, &again.text), (Some(2), &original.text));
    // The bucket deletes the copies of a call that dies.
    let of_dead = AttachmentId::new([9; 16]);
    assert!(world.chat.bucket.copy(original.picture.as_ref().unwrap(), of_dead, chat::now()).await.unwrap());
    assert!(world.files.parts(of_dead).iter().all(|part| world.files.is_tagged(part, of_dead)));
    // The copy outlives the files of the original.
    for file in original.picture.iter().chain(&original.video) {
        world.chat.bucket.erase(file, chat::now()).await.unwrap();
    }
    assert_eq!(forwards(&world, &bob, &copy, source, "c2").await.forwarded, Some(2));
}

#[tokio::test]
async fn a_message_that_was_forwarded_five_times_goes_to_one_room_at_a_time() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [one, other] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    let mut message = ann.sends(one, "hello").await;
    for hops in 1..=5 {
        message = forwards(&world, &ann, &message, one, &hops.to_string()).await;
        assert_eq!(message.forwarded, Some(hops));
    }
    assert_refused!(forward(&world, &ann, input(&message, &[one, other], "c1")).await, Refusal::ForwardedTooOften);
    assert_eq!(forwards(&world, &ann, &message, other, "c1").await.forwarded, Some(6));
}

#[tokio::test]
async fn a_message_that_the_caller_does_not_see_is_not_found() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let (source, target) = (ann.makes_closed_room(&[&bob]).await, bob.makes_room(&[&cem]).await);
    let message = ann.sends(source, "secret").await;
    let elsewhere = Message { room: target, ..message.clone() };
    let missing = forward(&world, &bob, input(&elsewhere, &[target], "c1")).await;
    assert_refused!(missing, Refusal::MessageNotFound(ids) if *ids == [message.id]);
    assert_refused!(forward(&world, &cem, input(&message, &[target], "c1")).await, Refusal::RoomNotFound);
    let unread = messages::forward_message(&world.chat, &cem.caller, Err(Refusal::NotFound.into())).await;
    assert_refused!(unread, Refusal::NotFound);
    cem.loses_session().await;
    assert_refused!(forward(&world, &cem, input(&message, &[target], "c1")).await, Refusal::Unauthenticated);
    assert_eq!(bob.sends(target, "first").await.sequence, 1);
}

#[tokio::test]
async fn a_deleted_message_is_not_forwarded_and_its_copies_stay() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let (source, target) = (ann.makes_room(&[&bob]).await, bob.makes_room(&[]).await);
    let [hidden, deleted] = [sends_files(&world, &ann, source).await, sends_files(&world, &ann, source).await];
    let copies = forwards(&world, &bob, &deleted, target, "c1").await;
    bob.deletes(&hidden, DeletedFor::Me).await.unwrap();
    ann.deletes(&deleted, DeletedFor::Everyone).await.unwrap();
    chat::messages::erase_files(&world.chat, source, deleted.id).await.unwrap();
    assert_refused!(forward(&world, &bob, input(&deleted, &[target], "c2")).await, Refusal::MessageDeleted);
    assert_refused!(forward(&world, &bob, input(&hidden, &[target], "c2")).await, Refusal::MessageNotFound(_));
    forwards(&world, &ann, &hidden, source, "c2").await;
    assert_eq!(forwards(&world, &bob, &deleted, target, "c1").await, copies);
    assert_eq!(forwards(&world, &bob, &copies, target, "c3").await.text, deleted.text);
    let parts = |id| world.files.parts(id).len();
    assert_eq!((files(&deleted).map(parts), files(&copies).map(parts)), ([0, 0], [2, 1]));
}

#[tokio::test]
async fn a_message_that_a_block_withholds_is_forwarded_by_its_sender_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let (direct, target) = (ann.opens_direct(&bob).await, ann.makes_room(&[&bob]).await);
    ann.blocks(&bob).await;
    let withheld = bob.sends(direct, "psst").await;
    assert_refused!(forward(&world, &ann, input(&withheld, &[target], "c1")).await, Refusal::MessageNotFound(_));
    forwards(&world, &bob, &withheld, target, "c1").await;
    // A forward into a closed room is withheld like a sent message.
    let message = ann.sends(target, "hello").await;
    assert!(forwards(&world, &bob, &message, direct, "c2").await.withheld);
}

#[tokio::test]
async fn the_rooms_have_results_of_their_own_and_refused_ones_keep_no_files() {
    let mut world = world().await;
    world.chat.settings.pushes = PushPace { per_second: 1 };
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let source = bob.makes_room(&[]).await;
    let message = sends_files(&world, &bob, source).await;
    let (good, foreign, busy) = (bob.makes_room(&[]).await, ann.makes_room(&[]).await, bob.makes_room(&[&ann]).await);
    let id = world.chat.store.next_room_id().await.unwrap();
    let only_admins = OnlyAdmins { send: true, ..OnlyAdmins::default() };
    let members = [ann.id(), bob.id()].into();
    let silent = Room { only_admins, members, ..Room::new(id, RoomKind::Group, ann.id(), chat::now()) };
    let stays = [&ann, &bob].map(|person| Membership::begins(person.id(), &silent, chat::now()));
    world.chat.store.create_room(&silent, &stays, &[]).await.unwrap();
    for sender in [&ann, &bob, &ann, &bob, &ann, &bob, &ann] {
        sender.sends(busy, "hi").await;
    }
    let before = world.files.count();
    let input = || input(&message, &[good, foreign, busy, silent.id], "c1");
    let results = forward(&world, &bob, input()).await.unwrap();
    let [to_good, to_foreign, to_busy, to_silent] = results.as_slice() else { panic!("{results:?}") };
    let stored = to_good.outcome.as_ref().unwrap();
    assert_refused!(&to_foreign.outcome, Refusal::NotAMember);
    assert_refused!(&to_busy.outcome, Refusal::RoomBusy(_));
    assert_refused!(&to_silent.outcome, Refusal::NotAnAdmin);
    assert_eq!(world.files.count(), before + 3, "a picture, its thumbnail and a video");
    // Again, only those without a message are tried.
    let again = forward(&world, &bob, input()).await.unwrap();
    assert_eq!(again[0].outcome.as_ref().unwrap().message, stored.message);
    assert_refused!(&again[1].outcome, Refusal::NotAMember);
    assert_eq!(world.files.count(), before + 3);
}

#[tokio::test]
async fn a_retry_changes_nothing_even_if_the_message_has_gone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let (source, target, later) = (ann.makes_room(&[&bob]).await, bob.makes_room(&[]).await, bob.makes_room(&[]).await);
    let message = ann.sends(source, "hello").await;
    let first = forwards(&world, &bob, &message, target, "c1").await;
    assert_eq!(forwards(&world, &bob, &message, target, "c1").await, first);
    bob.leaves(source).await;
    let results = forward(&world, &bob, input(&message, &[target, later], "c1")).await.unwrap();
    assert_eq!(results[0].outcome.as_ref().unwrap().message, first);
    assert_refused!(&results[1].outcome, Refusal::NotAMember);
    assert_refused!(forward(&world, &bob, input(&message, &[later], "c1")).await, Refusal::NotAMember);
    assert_eq!(bob.sends(target, "second").await.sequence, 2);
}

#[tokio::test]
async fn a_client_id_is_that_of_one_message() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [source, target] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    let [one, other] = [ann.sends(source, "hello").await, ann.sends(source, "hello").await];
    forwards(&world, &ann, &one, target, "c1").await;
    let results = forward(&world, &ann, input(&other, &[target], "c1")).await.unwrap();
    assert_refused!(&results[0].outcome, Refusal::ClientIdReused);
    let sent = send_message(&world.chat, &ann.caller, Ok(draft_of_client(target, "hello", "c1"))).await;
    assert_refused!(sent, Refusal::ClientIdReused);
}

#[tokio::test]
async fn the_same_forward_at_once_makes_one_message_and_one_copy_of_its_files() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [source, target] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    let message = sends_files(&world, &ann, source).await;
    let before = world.files.count();
    let all = join_all((0..4).map(|_| forwards(&world, &ann, &message, target, "c1"))).await;
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    assert_eq!(world.files.count(), before + 3);
}

#[tokio::test]
async fn a_message_without_its_files_is_deleted_only_if_it_is() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let ann = world.user("ann").await;
    let [source, target] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    let message = sends_files(&world, &ann, source).await;
    world.files.loses(&format!("attachments/{}", files(&message)[1]));
    let results = forward(&world, &ann, input(&message, &[target], "c1")).await.unwrap();
    assert!(matches!(results[0].outcome, Err(Error::Internal { .. })), "{results:?}");
    delay.set(2_000);
    // Until then, the forward has asked for the message.
    let deleting = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        delay.set(0);
        ann.deletes(&message, DeletedFor::Everyone).await
    };
    let (forwarded, deleted) = tokio::join!(forward(&world, &ann, input(&message, &[target], "c2")), deleting);
    deleted.unwrap();
    let outcome = forwarded.and_then(|mut results| results.remove(0).outcome);
    assert_refused!(outcome, Refusal::MessageDeleted);
}

#[tokio::test]
async fn copies_count_as_uploaded_bytes() {
    let mut world = world().await;
    world.chat.settings.pushes = PushPace { per_second: 1 };
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [source, one, other] = [(); 3].map(|()| ann.makes_room(&[]));
    let (source, one, other) = (source.await, one.await, other.await);
    let message = sends_files(&world, &ann, source).await;
    let bytes: u64 = message.picture.iter().chain(&message.video).map(|file| file.size).sum();
    let second = Duration::from_secs(1);
    world.chat.paces = Paces {
        upload_bytes: Pace { every: second, ahead: second * u32::try_from(bytes).unwrap() },
        ..world.chat.paces
    };
    // Rooms that refuse the message, before and after the copies.
    let (foreign, busy) = (bob.makes_room(&[]).await, ann.makes_room(&[&bob]).await);
    while send_message(&world.chat, &bob.caller, Ok(draft(busy, "hi"))).await.is_ok() {}
    for room in [foreign, busy] {
        let refused = forward(&world, &ann, input(&message, &[room], "c1")).await.unwrap();
        assert_refused!(&refused[0].outcome, Refusal::NotAMember | Refusal::RoomBusy(_));
    }
    forwards(&world, &ann, &message, one, "c1").await;
    let results = forward(&world, &ann, input(&message, &[other], "c1")).await.unwrap();
    assert_refused!(&results[0].outcome, Refusal::RateLimited(_));
    // A text costs nothing.
    forwards(&world, &ann, &ann.sends(source, "hello").await, other, "c2").await;
}
