//! A frame is read with the values that it contains, or refused with reasons.

#![no_main]

use domain::{Error, Fields, Input, MarksFrame, MessageFrame, OtherFrame, Refusal, RoomId, TypingFrame, UserId};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fn read<T: Input>(frame: &[u8]) -> Option<T> {
    match Fields::parse(frame).and_then(Fields::into) {
        Ok(read) => Some(read),
        Err(Error::Refused(Refusal::Invalid(errors))) => {
            assert!(!errors.is_empty() && errors.values().flatten().all(|why| !why.is_empty()));
            None
        }
        Err(Error::Refused(Refusal::InvalidRequest(_) | Refusal::MalformedJson(_) | Refusal::PayloadTooLarge(_))) => {
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// A number of the frame, in any notation.
fn number(frame: &Value, name: &str) -> Option<f64> {
    frame.get(name)?.as_f64()
}

fuzz_target!(|frame: &[u8]| {
    let (caller, bound) = (UserId::try_from(1).unwrap(), RoomId::try_from(7).unwrap());
    let said: Value = serde_json::from_slice(frame.strip_prefix(b"\xef\xbb\xbf").unwrap_or(frame)).unwrap_or_default();
    let room = |room: RoomId| assert_eq!(room.get() as f64, number(&said, "conversation").unwrap_or(7.0));
    if let Some(message) = read::<MessageFrame>(frame)
        && let Ok(draft) = message.draft(caller, Some(bound))
    {
        room(draft.room);
        assert_eq!(number(&said, "sender").unwrap_or(1.0), 1.0, "nobody sends in the name of another");
        let content = draft.content;
        let text = content.text.as_ref().map_or("", |text| text.as_str());
        assert_eq!(text, said["text"].as_str().unwrap_or_default());
        assert!(text.chars().count() <= 4096);
        assert_eq!(content.client_id.as_ref().map(|id| id.as_str()), said["client_id"].as_str());
        assert!(!text.is_empty() || content.picture.is_some() || content.video.is_some());
        for (attached, name) in [(content.picture, "attachment_picture"), (content.video, "attachment_video")] {
            assert_eq!(attached.map(|id| id.to_string()).as_deref(), said[name].as_str());
        }
    }
    if let Some(typing) = read::<TypingFrame>(frame) {
        room(typing.room(Some(bound)).unwrap());
        assert_eq!(typing.typing, said["typing"].as_bool().unwrap_or(true));
    }
    if let Some(MarksFrame { marks, .. }) = read::<MarksFrame>(frame) {
        let named = said["marks"].as_array().unwrap();
        assert!((1..=100).contains(&named.len()) && (1..=named.len()).contains(&marks.len()));
    }
    if let Some(OtherFrame::Ping) = read::<OtherFrame>(frame) {
        assert_eq!(said["type"], "ping");
    }
});
