use serde::Serialize;

use super::words::Words;
use crate::{Error, FieldErrors, Message, MessageId, Refusal, RoomId, ShownMessage, Text};

/// A search in the messages of one room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The room.
    pub room: RoomId,
    /// The message before which the search goes on; `None` for the newest.
    pub before: Option<MessageId>,
    words: Words,
}

impl Search {
    /// Reads the query parameters `conversation_id`, `q` and `before`.
    pub fn parse(room: Option<&str>, words: Option<&str>, before: Option<&str>) -> Result<Self, Error> {
        let mut errors = FieldErrors::new();
        let mut reject = |name: &str, why: &str| {
            errors.insert(name.to_owned(), vec![why.to_owned()]);
        };
        let required = "is required";
        let room = room.ok_or(required).and_then(str::parse).map_err(|why| reject("conversation_id", why));
        let words = words.ok_or(required).and_then(Words::parse).map_err(|why| reject("q", why));
        let before = before.map(str::parse).transpose().map_err(|why| reject("before", why));
        match (room, words, before) {
            (Ok(room), Ok(words), Ok(before)) => Ok(Self { room, before, words }),
            _ => Err(Refusal::Invalid(errors).into()),
        }
    }

    /// Whether a message has all words, in its text or in the names of its attachments. A deleted message has neither.
    #[must_use]
    pub fn finds(&self, message: &Message) -> bool {
        let names = [&message.picture, &message.video].into_iter().flatten().map(|file| file.name.as_str());
        let texts: Vec<&str> = message.text.iter().map(Text::as_str).chain(names).collect();
        self.words.are_in(&texts.join("\n"))
    }
}

/// The messages that a search has found.
#[derive(Debug, Serialize)]
pub struct Found {
    /// The messages, newest first.
    pub messages: Vec<ShownMessage>,
    /// The message down to which the room has been searched; `None` if that is its beginning.
    pub searched_back_to: Option<MessageId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attachment, AttachmentId, FileName, MediaType, UserId};

    #[test]
    fn a_search_names_its_room_and_its_words() {
        let search = Search::parse(Some("7"), Some("pizza"), Some("9")).unwrap();
        assert_eq!((search.room.get(), search.before.map(MessageId::get)), (7, Some(9)));
        let complaints = |room, words, before| {
            let Err(Error::Refused(Refusal::Invalid(errors))) = Search::parse(room, words, before) else {
                panic!("accepted")
            };
            errors.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(complaints(None, None, Some("")), ["before", "conversation_id", "q"]);
        assert_eq!(complaints(Some("x"), Some("!"), None), ["conversation_id", "q"]);
        assert_eq!(complaints(Some("7"), Some("pizza"), Some("0")), ["before"]);
    }

    #[test]
    fn words_are_in_the_text_or_in_the_name_of_a_file() {
        let search = |words| Search::parse(Some("1"), Some(words), None).unwrap();
        let name = FileName::try_from("holiday photo.jpg".to_owned()).unwrap();
        let picture = Attachment { id: AttachmentId::new([7; 16]), content_type: MediaType::Jpeg, size: 5, name };
        let (id, room, sender) = (MessageId::try_from(1), RoomId::try_from(1), UserId::try_from(1));
        let message = Message {
            text: Text::try_from("look at this".to_owned()).ok(),
            picture: Some(picture),
            ..Message::empty(id.unwrap(), room.unwrap(), sender.unwrap(), 1)
        };
        for (words, found) in [("look", true), ("photo", true), ("photo look", true), ("photo hook", false)] {
            assert_eq!(search(words).finds(&message), found, "{words}");
        }
        assert!(!search("look").finds(&Message { text: None, picture: None, ..message }));
    }
}
