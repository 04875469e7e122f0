use domain::{MediaType, Progress, SEND_ATTACHMENT_WITHIN};

use crate::support::world;

#[tokio::test]
async fn an_announced_attachment_is_its_owners_for_one_room_and_a_time() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let announced = ann.announces(room, MediaType::Png, 5).await;
    assert_eq!(announced.upload.fields["key"], format!("uploads/{}", announced.id));
    let upload = world.chat.store.upload(announced.id).await.unwrap().unwrap();
    assert_eq!((upload.owner, upload.room, upload.progress), (ann.id(), Some(room), Progress::Announced));
    assert_eq!((upload.attachment.content_type, upload.attachment.size), (MediaType::Png, 5));
    let left = upload.expires_at.unwrap().since(chat::now());
    assert!(left <= SEND_ATTACHMENT_WITHIN && left.as_secs() + 60 > SEND_ATTACHMENT_WITHIN.as_secs(), "{left:?}");
    assert_ne!(ann.announces(room, MediaType::Png, 5).await.id, announced.id);
}
