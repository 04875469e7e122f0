use e2e::{Answer, Server, crash_points};
use reqwest::Method;

use crate::{BECAUSE, ending::ends};

#[tokio::test]
async fn logging_out_everywhere_again_ends_all_sessions_and_their_sockets() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let points = crash_points(&server, "logout-all", async |crash| {
        let [phone, laptop] = [ann.logs_in_again().await, ann.logs_in_again().await];
        let logout = async || Answer::to(phone.request(Method::POST, "/auth/logout-all/")).await;
        let [mut one, mut two] = [phone.opens_socket(room).await, laptop.opens_socket_for_all_rooms().await];
        ends(crash, &[&phone, &laptop], [&mut one, &mut two], logout).await;
    })
    .await;
    // The sessions, the other ones, the own one, the sockets, two that are closed and then forgotten.
    assert!(points >= 14, "{points}");
}
