use e2e::{Server, crash_points};

use crate::{BECAUSE, rooms::are_members};

#[tokio::test]
async fn whoever_leaves_again_is_out_of_the_room() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let _listening = ann.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "leave-chatroom", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let leave = async || bob.delete(&format!("/leave-chatroom/{room}/")).await;
        crash.is_near().await;
        let answer = leave().await;
        if crash.has_struck().await {
            answer.is_broken();
            let again = leave().await;
            if again.status == 403 {
                // They had left when the answer was lost.
                again.refuses(403, "not_a_member");
            } else {
                again.is(200);
            }
        } else {
            answer.is(200);
        }
        are_members(room, &[&ann], &[&bob]).await;
        bob.joins(room).await;
        are_members(room, &[&ann, &bob], &[]).await;
    })
    .await;
    assert!(points >= 10, "{points}");
}
