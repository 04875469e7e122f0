//! Items that a journey writes past the functions, because no call writes them, or none alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{Server, User};
use serde_json::{Value, json};

/// The reason for a local system.
pub(crate) const BECAUSE: &str = "nobody may write to the tables of a deployed system";

fn n(number: u64) -> Value {
    json!({"N": number.to_string()})
}

async fn put(server: &Server, table: &str, item: &Value) {
    server.dynamodb("PutItem", &json!({"TableName": table, "Item": item})).await;
}

/// Changes a room's item: an update expression with its values.
pub(crate) async fn changes_room(server: &Server, room: u64, expression: &str, values: Value) {
    let mut update = json!({"TableName": "RoomsTable", "Key": {"id": n(room)}, "UpdateExpression": expression});
    if values != json!({}) {
        update["ExpressionAttributeValues"] = values;
    }
    // The only reserved words of a room.
    let names = [("#type", "type"), ("#owner", "owner"), ("#access", "access"), ("#sequence", "sequence")];
    let names: serde_json::Map<_, _> = names
        .into_iter()
        .filter(|(name, _)| expression.contains(name))
        .map(|(name, attribute)| (name.to_owned(), json!(attribute)))
        .collect();
    if !names.is_empty() {
        update["ExpressionAttributeNames"] = names.into();
    }
    server.dynamodb("UpdateItem", &update).await;
}

/// The id of a message that was sent so long ago.
pub(crate) fn id_of_age(age: Duration) -> u64 {
    // 2020-01-01T00:00:00Z in milliseconds since 1970, and 12 random bits.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.checked_sub(age).unwrap().as_millis() - 1_577_836_800_000).unwrap() << 12
}

/// Stores a message that was sent at the time of its id.
pub(crate) async fn puts_message(server: &Server, room: u64, sender: &User, id: u64, text: &str) {
    let item = json!({
        "room_id": n(room), "id": n(id), "sender": n(sender.id), "text": {"S": text}, "sequence": n(1),
        "receivers_count": n(1),
    });
    put(server, "MessagesTable", &item).await;
}

/// Makes a room one that people join by invitation, and whose newcomers see nothing from before.
pub(crate) async fn closes_room(server: &Server, room: u64) {
    let values = json!({":invite": {"S": "invite"}, ":joined": {"S": "joined"}});
    changes_room(server, room, "SET #access = :invite, history = :joined", values).await;
}

/// Gives a user a membership of a room that does not have them, and counts it: a crash of an older version left it.
pub(crate) async fn haunts(server: &Server, user: &User, room: u64) {
    let item = json!({
        "user_id": n(user.id), "room_id": n(room), "id": n(1), "joined_at": n(1), "read_sequence": n(0),
    });
    put(server, "MembershipsTable", &item).await;
    let count = json!({
        "TableName": "MembershipsTable", "Key": {"user_id": n(user.id), "room_id": n(0)},
        "UpdateExpression": "ADD #count :one", "ExpressionAttributeNames": {"#count": "count"},
        "ExpressionAttributeValues": {":one": n(1)},
    });
    server.dynamodb("UpdateItem", &count).await;
}

/// Sets whether a user refuses receipts in direct rooms.
pub(crate) async fn refuses_receipts(server: &Server, user: &User, refuses: bool) {
    let update = json!({
        "TableName": "UsersTable", "Key": {"id": n(user.id)}, "UpdateExpression": "SET receipts = :receipts",
        "ExpressionAttributeValues": {":receipts": {"BOOL": !refuses}},
    });
    server.dynamodb("UpdateItem", &update).await;
}

/// Pins a room of a user past its membership.
pub(crate) async fn pins(server: &Server, user: &User, room: u64) {
    let pin = json!({
        "TableName": "MembershipsTable", "Key": {"user_id": n(user.id), "room_id": n(0)},
        "UpdateExpression": "ADD pinned :room", "ExpressionAttributeValues": {":room": {"NS": [room.to_string()]}},
    });
    server.dynamodb("UpdateItem", &pin).await;
}

/// The number of rooms that count for a user.
pub(crate) async fn counted_rooms(server: &Server, user: &User) -> u64 {
    let key = json!({"user_id": n(user.id), "room_id": n(0)});
    let body = json!({"TableName": "MembershipsTable", "Key": key, "ConsistentRead": true});
    let found = server.dynamodb("GetItem", &body).await;
    found["Item"]["count"]["N"].as_str().map_or(0, |count| count.parse().unwrap())
}

/// Invites a user to a room until 2100.
pub(crate) async fn invites(server: &Server, by: &User, user: &User, room: u64) {
    let item = json!({
        "user_id": n(user.id), "room_id": n(room), "invited_by": n(by.id), "expires_at": n(4_102_444_800),
    });
    put(server, "InvitationsTable", &item).await;
}

/// Bans a user from a room.
pub(crate) async fn bans(server: &Server, by: &User, user: &User, room: u64) {
    let item = json!({"room_id": n(room), "user_id": n(user.id), "by": n(by.id), "at": n(1)});
    put(server, "BansTable", &item).await;
}

/// The rooms that a user is invited to.
pub(crate) async fn invitations(server: &Server, user: &User) -> usize {
    let query = json!({
        "TableName": "InvitationsTable", "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": {":user": n(user.id)},
    });
    server.dynamodb("Query", &query).await["Items"].as_array().unwrap().len()
}

/// Lets all invitations of a user expire. Their items stay.
pub(crate) async fn invitations_expire(server: &Server, user: &User) {
    let query = json!({
        "TableName": "InvitationsTable", "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": {":user": n(user.id)},
    });
    for item in server.dynamodb("Query", &query).await["Items"].as_array().unwrap() {
        let expire = json!({
            "TableName": "InvitationsTable", "Key": {"user_id": item["user_id"], "room_id": item["room_id"]},
            "UpdateExpression": "SET expires_at = :past", "ExpressionAttributeValues": {":past": n(1)},
        });
        server.dynamodb("UpdateItem", &expire).await;
    }
}

/// Users without passwords, whose ids begin with this one.
pub(crate) async fn crowd(server: &Server, first: u64, count: u64) -> Vec<u64> {
    let ids: Vec<u64> = (first..first + count).collect();
    for some in ids.chunks(25) {
        let put = |id: &u64| {
            let item = json!({"id": n(*id), "username": {"S": format!("user{id}")}, "created_at": n(0)});
            json!({"PutRequest": {"Item": item}})
        };
        let puts: Vec<Value> = some.iter().map(put).collect();
        server.dynamodb("BatchWriteItem", &json!({"RequestItems": {"UsersTable": puts}})).await;
    }
    ids
}

/// Gives two users a direct room, in which the first one has written.
pub(crate) async fn writes_directly(server: &Server, writer: &User, reader: &User, room: u64) {
    let members = [writer.id.min(reader.id), writer.id.max(reader.id)];
    let direct = json!({"low": n(members[0]), "high": n(members[1]), "room_id": n(room)});
    put(server, "DirectsTable", &direct).await;
    let item = json!({
        "id": n(room), "description": {"S": ""}, "type": {"S": "direct"}, "access": {"S": "invite"},
        "members": {"NS": members.map(|id| id.to_string())}, "members_count": n(2), "max_members": n(2),
        "created_by": n(writer.id), "owner": n(writer.id), "created_at": n(0), "updated_at": n(0), "sequence": n(1),
        "sent": {"M": {writer.id.to_string(): n(1)}}, "closed_by": {"M": {}}, "shown": {"M": {}}, "skipped": {"M": {}},
        "hidden_from": {"M": {}},
    });
    put(server, "RoomsTable", &item).await;
}

/// Makes a room one of these members, all of whom have written: each has left a pace that has passed, and a sequence.
pub(crate) async fn grows(server: &Server, room: u64, members: Vec<u64>) {
    let key = json!({"id": n(room)});
    // An expression has at most 300 operators.
    for some in members.chunks(100) {
        let names = some.iter().map(|id| (format!("#p{id}"), json!(format!("pace {id}"))));
        let sets: Vec<String> = some.iter().map(|id| format!("#p{id} = :past")).collect();
        let update = json!({
            "TableName": "RoomsTable", "Key": key, "UpdateExpression": format!("SET {}", sets.join(", ")),
            "ExpressionAttributeNames": names.collect::<serde_json::Map<_, _>>(),
            "ExpressionAttributeValues": {":past": n(1_700_000_000_000)},
        });
        server.dynamodb("UpdateItem", &update).await;
    }
    let sent: serde_json::Map<_, _> = members.iter().map(|id| (id.to_string(), n(1))).collect();
    let ids: Vec<String> = members.iter().map(ToString::to_string).collect();
    let values = json!({":members": {"NS": ids}, ":count": n(members.len() as u64), ":sent": {"M": sent}});
    changes_room(server, room, "SET members = :members, members_count = :count, sent = :sent", values).await;
}
