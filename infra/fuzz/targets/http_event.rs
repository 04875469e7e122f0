//! An event of the HTTP API becomes typed inputs within their limits, or a refusal.

#![no_main]

use std::sync::LazyLock;

use domain::{
    AddMembers, AnswerInvitation, Cursor, DeleteMessage, Draft, EditMessage, Entry, Error, ForwardMessage, Found,
    Input, LoginAttempt, MessageId, NewAttachment, NewRoom, OpenDirect, PasswordChange, PreviewInvite, PrivacyChoices,
    ReactToMessage, ReadMark, RefreshAttempt, Refusal, Registration, RemoveMember, ResetInvite, Search, SetBlock,
    SetChat, SetRole, SetRoom, Slice, SyncRooms,
};
use lambda::http::{self, Request};
use lambda_http::{RequestExt as _, http::header::LINK};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

static EVENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../events/list-conversation-messages.json")).unwrap());

fuzz_target!(|data: &str| {
    // If the data is an event, its parts that a client can choose. Otherwise the whole data as each of these parts.
    let chosen: Value = serde_json::from_str(data).unwrap_or_default();
    let text = |pointer: &str| chosen.pointer(pointer).and_then(Value::as_str).unwrap_or(data);
    let mut event = EVENT.clone();
    event["body"] = text("/body").into();
    event["rawQueryString"] = query_string(text("/rawQueryString")).into();
    event["pathParameters"] = json!({
        "conversation_id": text("/pathParameters/conversation_id"), "message_id": text("/pathParameters/message_id"),
    });
    check(&lambda_http::request::from_str(&event.to_string()).unwrap());
});

/// Keeps the characters that a request's target may contain (RFC 3986, section 3.4), and encodes the others. The
/// gateway passes the target on unchanged.
fn query_string(text: &str) -> String {
    let may_be = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(byte);
    text.bytes().map(|byte| if may_be(&byte) { char::from(byte).into() } else { format!("%{byte:02X}") }).collect()
}

fn check(request: &Request) {
    if let Some(room) = read::<NewRoom>(request) {
        assert!((2..=1024).contains(&room.max_members));
        assert!(room.name.is_none_or(|name| (1..=255).contains(&name.as_str().chars().count())));
        assert!(room.description.as_str().chars().count() <= 1000);
    }
    if let Some(mark) = read::<ReadMark>(request) {
        assert!((1..=100).contains(&mark.messages.len()));
    }
    if let Some(draft) = read::<Draft>(request) {
        let content = draft.content;
        assert!(content.text.is_some() || content.picture.is_some() || content.video.is_some());
    }
    if let Some(registration) = read::<Registration>(request) {
        let length = registration.password.expose().chars().count();
        assert!((8..=128).contains(&length));
        assert!(!format!("{registration:?}").contains(registration.password.expose()) || length < 12);
    }
    if let Some(attachment) = read::<NewAttachment>(request) {
        assert!((1..=100 * 1024 * 1024).contains(&attachment.size));
    }
    read::<Entry>(request);
    read::<LoginAttempt>(request);
    read::<RefreshAttempt>(request);
    read::<PasswordChange>(request);
    read::<OpenDirect>(request);
    read::<ResetInvite>(request);
    read::<PreviewInvite>(request);
    read::<AddMembers>(request);
    read::<AnswerInvitation>(request);
    read::<RemoveMember>(request);
    read::<SetRole>(request);
    read::<SetRoom>(request);
    read::<SetBlock>(request);
    read::<PrivacyChoices>(request);
    read::<EditMessage>(request);
    read::<DeleteMessage>(request);
    read::<ForwardMessage>(request);
    read::<ReactToMessage>(request);
    read::<SetChat>(request);
    read::<SyncRooms>(request);
    path(request);
    query(request);
    search(request);
}

fn read<T: Input>(request: &Request) -> Option<T> {
    match http::body(request) {
        Ok(read) => Some(read),
        Err(Error::Refused(Refusal::Invalid(errors))) => {
            assert!(!errors.is_empty());
            None
        }
        Err(Error::Refused(
            Refusal::InvalidRequest(_)
            | Refusal::MalformedJson(_)
            | Refusal::PayloadTooLarge(_)
            | Refusal::UnsupportedEncoding,
        )) => None,
        Err(error) => panic!("{error:?}"),
    }
}

fn path(request: &Request) {
    let named = request.path_parameters_ref().and_then(|parameters| parameters.first("conversation_id"));
    match http::room(request) {
        Ok(room) => assert_eq!(named.map(|named| named.trim_start_matches('0')), Some(&*room.to_string())),
        Err(Error::Refused(Refusal::NotFound | Refusal::RoomNotFound)) => {}
        Err(error) => panic!("{error:?}"),
    }
    assert!(matches!(http::message(request), Ok(_) | Err(Error::Refused(Refusal::NotFound))));
}

fn query(request: &Request) {
    match http::page(request) {
        Ok(page) => {
            assert!((1..=100).contains(&page.limit));
            let next = Some(Cursor::After(MessageId::try_from(7).unwrap()));
            let answer = http::slice(page, &Slice { messages: Vec::new(), next }).unwrap();
            let link = answer.headers()[LINK].to_str().unwrap();
            assert_eq!(link, format!("<?limit={}&after=7>; rel=\"next\"", page.limit));
        }
        Err(Error::Refused(Refusal::Invalid(errors))) => {
            assert!(errors.keys().all(|name| ["limit", "before", "after"].contains(&name.as_str())));
        }
        Err(error) => panic!("{error:?}"),
    }
}

fn search(request: &Request) {
    let before = MessageId::try_from(7).unwrap();
    let found = Found { messages: Vec::new(), searched_back_to: Some(before) };
    match http::search(request) {
        Ok(search) => {
            let answer = http::found(request, search.room, &found).unwrap();
            let link = answer.headers()[LINK].to_str().unwrap();
            let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
            let mut event = EVENT.clone();
            event["rawQueryString"] = next.trim_start_matches('?').into();
            let next = http::search(&lambda_http::request::from_str(&event.to_string()).unwrap()).unwrap();
            assert_eq!(next, Search { before: Some(before), ..search });
        }
        Err(Error::Refused(Refusal::Invalid(errors))) => {
            assert!(errors.keys().all(|name| ["conversation_id", "q", "before"].contains(&name.as_str())));
        }
        Err(error) => panic!("{error:?}"),
    }
}
