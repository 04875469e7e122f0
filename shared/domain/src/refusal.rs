//! The refusals, one line each. A new one needs its line here, and its code in `infra/openapi.yaml` if the code is new.

use std::{fmt, time::Duration};

use crate::{FieldErrors, MessageId, UserId, error::SHORTLY};

/// The cause of a refusal, which decides the status of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request breaks a rule.
    Invalid,
    /// The body is too large.
    TooLarge,
    /// The body has a form that is not read.
    Unsupported,
    /// The caller is not known.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// Something that the request names does not exist.
    NotFound,
    /// The request is valid, but not in the present state of the data.
    Conflict,
    /// The caller has done this too often, or has too many of something.
    TooMany,
    /// The same request succeeds as soon as something else has ended.
    NotReady,
}

macro_rules! refusals {
    ($(
        $(#[$doc:meta])*
        $name:ident $(($data:ident: $type:ty))? => $kind:ident, $code:literal, $sentence:literal $(, $value:expr)?;
    )*) => {
        /// The reason for which a request cannot be fulfilled as it is. Nothing has failed on our side.
        ///
        /// The `Display` text is a sentence for the client.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $(
                #[doc = concat!("The code is `", $code, "`.")]
                $(#[$doc])*
                $name $(($type))?,
            )*
        }

        impl Refusal {
            #[cfg(test)]
            const CODES: &[&str] = &[$($code),*];

            /// The cause.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name { .. } => Kind::$kind),* }
            }

            /// A word for the reason that never changes, for clients and the log.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code),* }
            }
        }

        impl fmt::Display for Refusal {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$name $(($data))? => write!(f, $sentence $(, $value)?)),* }
            }
        }
    };
}

refusals! {
    Invalid(fields: FieldErrors) => Invalid, "invalid_request", "{}", describe(fields);
    /// The request as a whole breaks a rule.
    InvalidRequest(why: &'static str) => Invalid, "invalid_request", "{why}";
    MalformedJson(why: String) => Invalid, "malformed_json", "The body is not valid JSON: {why}";
    /// The reason continues the sentence: "is in another message, or too old to be sent".
    AttachmentInvalid(why: String) => Invalid, "attachment_invalid", "The attachment {why}.";
    PayloadTooLarge(limit: usize) => TooLarge, "payload_too_large", "The body is larger than {limit} bytes.";
    UnsupportedEncoding => Unsupported, "unsupported_encoding",
        "The body is compressed. Send it as it is, without Content-Encoding.";
    Unauthenticated => Unauthenticated, "unauthenticated",
        "A valid access token is needed: Authorization: Bearer <access token>.";
    /// It is not ours, it was replaced, or its session has ended. The sentence does not say which.
    RefreshTokenInvalid => Unauthenticated, "unauthenticated", "This refresh token is not valid. Log in again.";
    /// The sentence does not say which of them.
    InvalidCredentials => Unauthenticated, "invalid_credentials", "The username or the password is wrong.";
    WrongPassword => Forbidden, "wrong_password", "The current password is wrong.";
    NotAMember => Forbidden, "not_a_member", "You are not a member of this room.";
    NotAnAdmin => Forbidden, "not_an_admin", "Only admins of this room may do this.";
    NotTheSender => Forbidden, "not_the_sender", "Only the sender of this message may do this.";
    NotAccepted => Forbidden, "not_accepted", "This person does not accept this.";
    /// The request did not come through the edge.
    WrongAddress => Forbidden, "wrong_address", "This address is closed. Use the public address of the service.";
    ForeignOrigin => Forbidden, "foreign_origin", "Pages of this origin may open no sockets.";
    /// The path leads nowhere.
    NotFound => NotFound, "not_found", "There is nothing here.";
    RoomNotFound => NotFound, "room_not_found", "There is no such room.";
    InviteInvalid => NotFound, "invite_invalid", "This invite code is not valid.";
    MessageNotFound(ids: Vec<MessageId>) => NotFound, "message_not_found", "Not a message of this room: {}.", join(ids);
    UserNotFound(ids: Vec<UserId>) => NotFound, "user_not_found", "There is no user with this id: {}.", join(ids);
    /// The caller has no open session with this id.
    SessionNotFound => NotFound, "session_not_found", "You have no such session.";
    UsernameNotFound => NotFound, "user_not_found", "There is no user with this name.";
    /// Another user has this name, or a name that differs in case only.
    UsernameTaken => Conflict, "username_taken", "This username is taken.";
    RoomFull => Conflict, "room_full", "This room is full.";
    TooManyRooms(users: Vec<UserId>) => Conflict, "too_many_rooms", "In too many rooms already: {}.", join(users);
    OwnerStays => Conflict, "owner_stays", "Nobody but the owner changes the owner of this room.";
    TooManyAdmins => Conflict, "too_many_admins", "This room has 50 admins already.";
    TooManyPins => Conflict, "too_many_pins", "You have pinned three chats already.";
    TooManyBlocks => Conflict, "too_many_blocks", "You block 1,000 people already.";
    ClientIdReused => Conflict, "client_id_reused", "This client_id belongs to a message with another content.";
    TooLate => Conflict, "too_late", "This message is too old for this.";
    MessageDeleted => Conflict, "message_deleted", "This message is deleted.";
    TooManyReactions => Conflict, "too_many_reactions", "1,024 people have reacted to this message already.";
    TooManyDeletions => Conflict, "too_many_deletions", "1,024 people have deleted this message for themselves already.";
    ForwardedTooOften => Conflict, "forwarded_too_often",
        "This message has been forwarded so often that it goes to one room at a time.";
    TooManySockets => TooMany, "too_many_sockets", "Too many sockets were opened just now.";
    /// Attempts, messages or registrations. [`Refusal::rate_limited`] rounds the wait.
    RateLimited(wait: Duration) => TooMany, "rate_limited", "Too many attempts. Try again in {} s.", wait.as_secs();
    RoomBusy(wait: Duration) => TooMany, "room_busy", "This room is busy. Try again in {} s.", wait.as_secs();
    AttachmentUnchecked => NotReady, "unavailable", "The attachment is still being checked. Try again shortly.";
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// The refusal of one field. `why` continues the name of the field: "must be the caller".
    #[must_use]
    pub fn field(name: &str, why: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::from([(name.to_owned(), vec![why.into()])]))
    }

    /// The refusal of an action that is done too often. The wait is rounded up to whole seconds, and is at least one,
    /// so that a client that waits so long is not too early.
    #[must_use]
    pub const fn rate_limited(wait: Duration) -> Self {
        Self::RateLimited(whole(wait))
    }

    /// The refusal of a message to a room that pushes as much as it may. The wait is rounded like that of
    /// [`Refusal::rate_limited`].
    #[must_use]
    pub const fn room_busy(wait: Duration) -> Self {
        Self::RoomBusy(whole(wait))
    }

    /// The time after which the same request may succeed, if it is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match (self, self.kind()) {
            (Self::RateLimited(wait) | Self::RoomBusy(wait), _) => Some(*wait),
            (_, Kind::NotReady) => Some(SHORTLY),
            _ => None,
        }
    }
}

/// The same or a little more, in whole seconds, at least one.
const fn whole(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + (wait.subsec_nanos() > 0 || wait.is_zero()) as u64)
}

fn join<T: fmt::Display>(ids: &[T]) -> String {
    ids.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn describe(errors: &FieldErrors) -> String {
    errors.iter().map(|(field, why)| format!("{field}: {}.", why.join("; "))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::error::{INTERNAL, UNAVAILABLE};

    /// The codes of a refused handshake. API Gateway answers it with a status and a body of its own, so the code is in
    /// the log only, and not in the contract.
    const HANDSHAKE: [&str; 2] = ["foreign_origin", "too_many_sockets"];

    #[test]
    fn every_code_is_in_the_contract_and_every_code_of_the_contract_is_used() {
        let yaml = |text| serde_saphyr::from_str::<serde_json::Value>(text).unwrap();
        let openapi = yaml(include_str!("../../../infra/openapi.yaml"));
        let documented = openapi["components"]["schemas"]["Code"]["x-extensible-enum"].as_array().unwrap();
        let documented: BTreeSet<_> = documented.iter().map(|code| code.as_str().unwrap()).collect();
        let used = Refusal::CODES.iter().copied().chain([INTERNAL, UNAVAILABLE]);
        let used: BTreeSet<_> = used.filter(|code| !HANDSHAKE.contains(code)).collect();
        assert_eq!(used, documented);
        let asyncapi = yaml(include_str!("../../../infra/asyncapi.yaml"));
        let code = &asyncapi["components"]["schemas"]["ErrorEvent"]["properties"]["code"];
        assert_eq!(code["$ref"], "./openapi.yaml#/components/schemas/Code");
    }

    #[test]
    fn a_refusal_says_its_data() {
        let users = [3, 4].map(|id| UserId::try_from(id).unwrap()).to_vec();
        assert_eq!(Refusal::UserNotFound(users).to_string(), "There is no user with this id: 3, 4.");
        assert_eq!(Refusal::PayloadTooLarge(5).to_string(), "The body is larger than 5 bytes.");
        assert_eq!(Refusal::field("text", "is required").to_string(), "text: is required.");
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds_and_never_zero() {
        let seconds = |millis| Refusal::rate_limited(Duration::from_millis(millis)).retry_after().unwrap().as_secs();
        assert_eq!([0, 1, 1000, 1001].map(seconds), [1, 1, 1, 2]);
        assert_eq!(Refusal::room_busy(Duration::from_millis(1)).retry_after(), Some(Duration::from_secs(1)));
    }
}
