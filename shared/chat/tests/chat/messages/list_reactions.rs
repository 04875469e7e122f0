use domain::Refusal;
use serde_json::json;

use crate::support::{assert_refused, world};

#[tokio::test]
async fn members_list_who_reacted_in_the_order_of_the_reactions() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    assert!(ann.lists_reactions(&message).await.unwrap().is_empty());
    for (person, emoji) in [(&bob, Some("👍")), (&ann, Some("🎉")), (&bob, Some("❤️"))] {
        person.reacts(&message, emoji).await.unwrap();
    }
    let listed = serde_json::to_value(bob.lists_reactions(&message).await.unwrap()).unwrap();
    assert_eq!(listed, json!([{"user": ann.id(), "emoji": "🎉"}, {"user": bob.id(), "emoji": "❤️"}]));
    assert_refused!(cem.lists_reactions(&message).await, Refusal::NotAMember);
}
