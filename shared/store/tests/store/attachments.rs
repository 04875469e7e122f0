use std::time::Duration;

use domain::{Attachment, AttachmentId, Error, FileName, MediaType, Message, Progress, Refusal, Timestamp, Upload};
use store::Store;

use crate::support::{NOBODY, NOW, PUSHES, client_id, digest, make_room, message, message_id, user};

const LEASE: Duration = Duration::from_secs(48);

fn attachment(id: AttachmentId) -> Attachment {
    let name = FileName::try_from("a".to_owned()).unwrap();
    Attachment { id, content_type: MediaType::Png, size: 7, name }
}

async fn announced(store: &Store, expires_at: Timestamp) -> AttachmentId {
    let id = AttachmentId::new(fastrand::u128(..).to_be_bytes());
    let attachment = attachment(id);
    let room = make_room(store, 1).await;
    let upload = Upload {
        attachment,
        room: Some(room),
        owner: user(1),
        progress: Progress::Announced,
        expires_at: Some(expires_at),
    };
    store.announce(&upload).await.unwrap();
    id
}

/// The check has found a WebP of so many bytes.
async fn is_good(store: &Store, id: AttachmentId, size: u64) {
    store.mark_ready(&attachment(id).checked(MediaType::Webp, size)).await.unwrap();
}

async fn progress(store: &Store, id: AttachmentId) -> Progress {
    store.upload(id).await.unwrap().unwrap().progress
}

fn later() -> Timestamp {
    NOW + Duration::from_hours(24)
}

#[tokio::test]
async fn an_attachment_comes_back_as_it_was_announced() {
    let store = embedded::store();
    let id = announced(&store, later()).await;
    let found = store.upload(id).await.unwrap().unwrap();
    assert_eq!((found.attachment.id, found.attachment.size, found.owner), (id, 7, user(1)));
    assert_eq!((found.progress, found.expires_at), (Progress::Announced, Some(later())));
    assert!(store.upload(AttachmentId::new([1; 16])).await.unwrap().is_none());
}

#[tokio::test]
async fn one_check_at_a_time_has_an_attachment_until_its_lease_ends() {
    let store = embedded::store();
    let id = announced(&store, later()).await;
    let claims = async |now| store.claim_check(id, now, LEASE).await.unwrap().map(|claim| claim.attempt);
    assert_eq!(claims(NOW).await, Some(1));
    assert_eq!(claims(NOW + LEASE).await, None, "the first may still be at it");
    assert_eq!(claims(NOW + LEASE + Duration::from_millis(1)).await, Some(2), "the first has died");
    is_good(&store, id, 5).await;
    assert_eq!(claims(NOW + 10 * LEASE).await, None, "there is nothing left to check");
    assert!(store.claim_check(AttachmentId::new([1; 16]), NOW, LEASE).await.unwrap().is_none());
}

#[tokio::test]
async fn what_a_check_has_found_stays() {
    let store = embedded::store();
    let good = announced(&store, later()).await;
    is_good(&store, good, 5).await;
    store.mark_refused(good, "is bad").await.unwrap();
    is_good(&store, good, 6).await;
    assert_eq!(progress(&store, good).await, Progress::Ready);
    let found = store.upload(good).await.unwrap().unwrap().attachment;
    assert_eq!((found.content_type, found.size, found.name.as_str()), (MediaType::Webp, 5, "a.webp"));

    let bad = announced(&store, later()).await;
    store.mark_refused(bad, "is bad").await.unwrap();
    is_good(&store, bad, 5).await;
    assert_eq!(progress(&store, bad).await, Progress::Refused("is bad".to_owned()));

    let nothing = AttachmentId::new([1; 16]);
    is_good(&store, nothing, 5).await;
    assert!(store.upload(nothing).await.unwrap().is_none(), "nothing is made");
}

/// Sends a message of user 1 with this picture. Returns whether it was stored, which it is not after a first one with
/// the client id.
async fn sends(store: &Store, picture: AttachmentId, millis: u64, client: Option<&str>) -> Result<bool, Error> {
    let upload = store.upload(picture).await?.unwrap();
    let room = upload.room.unwrap();
    let turn = store.take_turn(room, user(1), message_id(millis), &NOBODY, PUSHES).await?;
    let client_id = client.map(client_id);
    let message = Message { picture: Some(upload.attachment), client_id, ..message(room, user(1), &turn) };
    let stored = store.put_message(&message, &digest("hi")).await?.is_none();
    if stored && message.client_id.is_none() {
        assert_eq!(store.put_message(&message, &digest("hi")).await?, None, "whose answer is lost does it again");
    }
    let found = store.message(room, message.id).await?;
    assert_eq!(found, stored.then_some(message), "all or nothing");
    Ok(stored)
}

#[tokio::test]
async fn an_attachment_is_in_one_message_and_stays_with_it() {
    let store = embedded::store();
    let id = announced(&store, later()).await;
    is_good(&store, id, 5).await;
    assert!(sends(&store, id, 0, None).await.unwrap());
    assert_eq!(progress(&store, id).await, Progress::Sent);
    assert_eq!(store.upload(id).await.unwrap().unwrap().expires_at, None);
    assert!(matches!(sends(&store, id, 1, None).await, Err(Error::Refused(Refusal::AttachmentInvalid(_)))));
    assert!(matches!(sends(&store, id, 2, Some("c")).await, Err(Error::Refused(Refusal::AttachmentInvalid(_)))));
}

#[tokio::test]
async fn a_retry_is_told_of_its_first_message_whatever_it_attaches() {
    let store = embedded::store();
    let id = announced(&store, later()).await;
    is_good(&store, id, 5).await;
    assert!(sends(&store, id, 0, Some("c")).await.unwrap());
    assert!(!sends(&store, id, 1, Some("c")).await.unwrap());
}

#[tokio::test]
async fn what_is_not_checked_or_too_old_is_in_no_message() {
    let store = embedded::store();
    let unchecked = announced(&store, later()).await;
    let refused = announced(&store, later()).await;
    store.mark_refused(refused, "is bad").await.unwrap();
    let old = announced(&store, message_id(0).created_at()).await;
    is_good(&store, old, 5).await;
    for id in [unchecked, refused, old] {
        assert!(matches!(sends(&store, id, 0, None).await, Err(Error::Refused(Refusal::AttachmentInvalid(_)))));
    }
}
