use chat::accounts::list_blocks;

use crate::support::world;

#[tokio::test]
async fn blocks_are_in_the_order_in_which_they_were_set() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    for other in [&dan, &bob, &cem] {
        ann.blocks(other).await;
    }
    bob.blocks(&ann).await;
    ann.unblocks(&bob).await;
    let listed = list_blocks(&world.chat, &ann.caller).await.unwrap();
    let names: Vec<_> = listed.iter().map(|blocked| (blocked.user, blocked.username.as_str())).collect();
    assert_eq!(names, [(dan.id(), "dan"), (cem.id(), "cem")]);
}
