use e2e::{Answer, Server, crash_points};
use reqwest::Method;

use crate::{BECAUSE, ending::ends};

#[tokio::test]
async fn a_logout_that_is_tried_again_ends_the_session_and_its_sockets_and_no_others() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let mut other = ann.opens_socket(room).await;
    let points = crash_points(&server, "logout", async |crash| {
        let session = ann.logs_in_again().await;
        let logout = async || Answer::to(session.request(Method::POST, "/auth/logout/")).await;
        let [mut one, mut two] = [session.opens_socket(room).await, session.opens_socket_for_all_rooms().await];
        ends(crash, &[&session], [&mut one, &mut two], logout).await;
    })
    .await;
    // The session, the sockets, two that are closed and then forgotten.
    assert!(points >= 8, "{points}");
    other.stays_silent().await;
}
