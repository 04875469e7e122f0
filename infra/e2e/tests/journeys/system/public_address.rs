//! Clients that reach the local runtime by another address than its functions do.

#![cfg(target_os = "linux")]

use e2e::{File, Server, download};

/// Another address of this machine, at which a runtime does not listen by itself.
const ADDRESS: &str = "127.0.0.2";

#[tokio::test]
async fn all_that_functions_name_to_clients_is_at_the_public_address() {
    let local = Server::local("a deployed system has the addresses of AWS");
    let Some(server) = local.reached_at(ADDRESS).start().await else { return };
    let public = server.url().replace("127.0.0.1", ADDRESS);
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = bob.opens_socket(room).await;
    let upload = ann.announces(room, &File::photo()).await;
    assert!(upload.url.starts_with(&public), "{}", upload.url);
    assert_eq!(upload.sends(&File::photo().bytes).await.0, 204);
    let sent = ann.tries_to_attach(room, "picture", &upload.id).await.is(201);
    let pushed = phone.next_of("message").await;
    for message in [&sent, &pushed, &bob.sees_messages(room).await[0]] {
        for link in ["url", "thumbnail_url"] {
            let link = &message["attachment_picture"][link];
            assert!(link.as_str().unwrap().starts_with(&public), "{link}");
            download(link).await;
        }
    }
    let page = server.get("/").await;
    let texts = [page.body.as_str(), page.header("content-security-policy").unwrap()];
    for text in texts {
        assert!(text.contains(&public.replace("http", "ws")) && !text.contains("127.0.0.1"), "{text}");
    }
}
