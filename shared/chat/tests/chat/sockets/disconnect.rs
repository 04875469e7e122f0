use chat::sockets::disconnect;

use crate::support::world;

#[tokio::test]
async fn a_socket_that_closes_is_forgotten_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    for (person, socket) in [(&ann, "phone"), (&ann, "laptop"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    disconnect(&world.chat, ann.id(), "phone").await.unwrap();
    disconnect(&world.chat, ann.id(), "bob's").await.unwrap();
    assert_eq!((ann.sockets().await, bob.sockets().await), (vec!["laptop".to_owned()], vec!["bob's".to_owned()]));
}
