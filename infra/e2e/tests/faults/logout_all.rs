use e2e::{Answer, Server, crash_points};
use reqwest::Method;

use crate::BECAUSE;

#[tokio::test]
async fn logging_out_everywhere_again_ends_all_sessions_and_their_sockets() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let points = crash_points(&server, "logout-all", async |crash| {
        let [phone, laptop] = [ann.logs_in_again().await, ann.logs_in_again().await];
        let logout = async || Answer::to(phone.request(Method::POST, "/auth/logout-all/")).await;
        let [mut one, mut two] = [phone.opens_socket(room).await, laptop.opens_socket_for_all_rooms().await];
        crash.is_near().await;
        let answer = logout().await;
        if crash.has_struck().await {
            answer.is_broken();
            let again = logout().await;
            if again.status == 401 {
                // The session had ended when the answer was lost.
                again.refuses(401, "unauthenticated");
            } else {
                again.is(200);
            }
        } else {
            answer.is(200);
        }
        for session in [&phone, &laptop] {
            session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
        }
        one.is_closed().await;
        two.is_closed().await;
    })
    .await;
    // The sessions, the other ones, the own one, the sockets, two that are closed and then forgotten.
    assert!(points >= 14, "{points}");
}
