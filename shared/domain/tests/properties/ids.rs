use domain::{AttachmentId, MembershipId, MessageId, RoomId, Timestamp, UserId};
use proptest::prelude::*;

use crate::config;

const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;
/// 2020-01-01T00:00:00Z, from which ids count.
const EPOCH: u64 = 1_577_836_800_000;
/// The end of the ids, after 41 bits of milliseconds: in 2089.
const END: u64 = EPOCH + (1 << 41);

fn time() -> impl Strategy<Value = Timestamp> {
    (EPOCH + 1..END).prop_map(Timestamp::from_millis)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_id_reads_back_as_it_is_written(id in 1..=MAX_SAFE_INTEGER) {
        let message = MessageId::try_from(id).unwrap();
        prop_assert_eq!(message.get(), id);
        prop_assert_eq!(message.to_string().parse(), Ok(message));
        let json = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(&json, &id.to_string());
        prop_assert_eq!(serde_json::from_str::<MessageId>(&json).unwrap(), message);
    }

    #[test]
    fn whatever_is_read_as_an_id_is_one(text in "[-+ 0-9.eE]{0,20}|\\PC{0,8}") {
        let number = text.parse::<u64>().ok().filter(|number| (1..=MAX_SAFE_INTEGER).contains(number));
        prop_assert_eq!(text.parse::<RoomId>().ok().map(RoomId::get), number);
        let json = serde_json::from_str::<UserId>(&text).ok().map(UserId::get);
        prop_assert!(json.is_none_or(|id| (1..=MAX_SAFE_INTEGER).contains(&id)), "{:?}", json);
    }

    #[test]
    fn an_id_tells_when_it_was_made_and_fits_a_json_integer(now in time(), random: u16) {
        let id = MessageId::new(now, random);
        prop_assert_eq!(id.created_at(), now);
        prop_assert!((1..=MAX_SAFE_INTEGER).contains(&id.get()));
        prop_assert_eq!(id.get(), MembershipId::new(now, random).get());
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made(one in time(), other in time(), randoms: (u16, u16)) {
        let ids = (MessageId::new(one, randoms.0), MessageId::new(other, randoms.1));
        prop_assert!(one == other || (one < other) == (ids.0 < ids.1), "{:?}", ids);
    }

    #[test]
    fn the_next_id_is_higher_and_made_no_earlier(now in time(), random: u16) {
        let id = MessageId::new(now, random);
        prop_assert!(id.next() > id);
        prop_assert!(id.next().created_at() >= now);
        prop_assert!(id.next().created_at().since(now).as_millis() <= 1);
    }

    #[test]
    fn any_clock_makes_an_id(millis: u64, random: u16) {
        let id = MessageId::new(Timestamp::from_millis(millis), random).get();
        prop_assert!((1..=MAX_SAFE_INTEGER).contains(&id), "{}", id);
    }

    #[test]
    fn an_attachment_has_one_name(random: [u8; 16], other in "[0-9a-fA-F{}-]{0,40}") {
        let id = AttachmentId::new(random);
        let name = id.to_string();
        prop_assert_eq!(name.parse(), Ok(id));
        for text in [name.to_uppercase(), name.replace('-', ""), format!("{{{name}}}"), other] {
            prop_assert!(text.parse::<AttachmentId>().is_err() || text == name, "{}", text);
        }
    }
}
