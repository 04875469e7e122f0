//! The parts of a room in all tables and in the bucket of a local system.

use std::time::{Duration, Instant};

use e2e::{File, Server, User, assert_id};
use serde_json::{Value, json};

use super::items::{bans, changes_room};

const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(50);

/// A room with something in each place that a room has: messages with client ids and files, a picture, a ban.
pub(crate) struct FullRoom {
    pub(crate) id: u64,
    /// The ids of its attachments.
    files: Vec<String>,
}

impl FullRoom {
    /// A room of an owner and a member.
    pub(crate) async fn of(owner: &User, member: &User) -> Self {
        let room = owner.creates_room_with_picture(&File::picture(), &[member]).await;
        let id = assert_id(&room["id"]);
        let mut files = vec![room["picture"]["id"].as_str().unwrap().to_owned()];
        let message = json!({"conversation_id": id, "text": "hi", "client_id": format!("of {id}")});
        owner.post("/send-message/", &message).await.is(201);
        let upload = member.uploads(id, &File::picture()).await;
        member.tries_to_attach(id, "picture", &upload).await.is(201);
        files.push(upload);
        bans(&owner.server, owner, &User { id: 77_777, ..member.clone() }, id).await;
        let room = Self { id, files };
        assert!(remains(&owner.server, id).await.len() >= 8, "{:?}", remains(&owner.server, id).await);
        assert_eq!(room.objects(&owner.server).await.len(), 4);
        room
    }

    /// Adds an attachment that becomes the room's, and waits until it is checked: its upload is deleted then.
    pub(crate) async fn gets(&mut self, server: &Server, file: &str) {
        self.files.push(file.to_owned());
        let upload = format!("uploads/{file}");
        while server.keys().await.contains(&upload) {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Deletes the room as `delete-chatroom` does, but a while ago: no message is on its way.
    pub(crate) async fn was_deleted_by(&self, owner: &User) {
        let expression = "SET deleted_at = :past, deleted_by = :by, former_members = members \
                          REMOVE members, members_count, #owner, sent";
        let values = json!({":past": {"N": "1700000000000"}, ":by": {"N": owner.id.to_string()}});
        changes_room(&owner.server, self.id, expression, values).await;
    }

    /// Requests the erasure.
    pub(crate) async fn is_to_be_erased(&self, server: &Server) {
        server.puts_object(&format!("erasures/{}", self.id)).await;
    }

    /// Waits until no item and no object of the room is left.
    pub(crate) async fn is_erased(&self, server: &Server) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (items, objects) = (remains(server, self.id).await, self.objects(server).await);
            if items.is_empty() && objects.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "of room {}: {items:?}, {objects:?}", self.id);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The keys of the room's objects in the bucket.
    pub(crate) async fn objects(&self, server: &Server) -> Vec<String> {
        let mut keys = server.keys().await;
        let request = format!("erasures/{}", self.id);
        keys.retain(|key| *key == request || self.files.iter().any(|file| key.ends_with(file)));
        keys
    }
}

/// Waits until no item of a room is left.
pub(crate) async fn is_erased(server: &Server, room: u64) {
    FullRoom { id: room, files: Vec::new() }.is_erased(server).await;
}

/// The items of a room in all tables. Of an erased room the item remains that its owner has deleted it.
pub(crate) async fn remains(server: &Server, room: u64) -> Vec<Value> {
    let tables = server.dynamodb("ListTables", &json!({})).await;
    let mut found = Vec::new();
    for table in tables["TableNames"].as_array().unwrap() {
        let mut scan = json!({"TableName": table, "ConsistentRead": true});
        loop {
            let page = server.dynamodb("Scan", &scan).await;
            found.extend(page["Items"].as_array().unwrap().iter().filter(|item| is_of(item, room)).cloned());
            if page["LastEvaluatedKey"].is_null() {
                break;
            }
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"].clone();
        }
    }
    found
}

fn is_of(item: &Value, room: u64) -> bool {
    let number = room.to_string();
    let is_room = |name: &str| item[name]["N"] == number;
    let is_sender = item["sender_room"]["S"].as_str().is_some_and(|name| name.ends_with(&format!("#{room}")));
    // Only rooms have these attributes.
    let has_more = ["sequence", "former_members", "picture"].iter().any(|name| !item[name].is_null());
    is_room("room_id") || is_room("picture_of") || is_sender || is_room("id") && has_more && item["username"].is_null()
}
