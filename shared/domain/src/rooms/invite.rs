use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{Refusal, RoomId};

/// Random bytes of a code: as many as cannot be guessed.
const RANDOM_BYTES: usize = 16;

/// A code that lets people into a room: its id, a dot, and 22 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteCode {
    /// The room.
    pub room: RoomId,
    random: [u8; RANDOM_BYTES],
}

impl InviteCode {
    /// The code of a room with these random bits.
    #[must_use]
    pub const fn new(room: RoomId, random: [u8; RANDOM_BYTES]) -> Self {
        Self { room, random }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// `InviteInvalid`, as for a code that no room has.
    pub fn parse(code: &str) -> Result<Self, Refusal> {
        let parse = || {
            let (room, random) = code.split_once('.')?;
            let random = BASE64_URL_SAFE_NO_PAD.decode(random).ok()?;
            Some(Self { room: room.parse().ok()?, random: random.try_into().ok()? })
        };
        parse().ok_or(Refusal::InviteInvalid)
    }

    /// The hash that the room keeps, so that its item reveals no code: SHA-256, in base64url.
    #[must_use]
    pub fn hash(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.to_string()))
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.room, BASE64_URL_SAFE_NO_PAD.encode(self.random))
    }
}

impl Serialize for InviteCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written() {
        let code = InviteCode::new(RoomId::try_from(17).unwrap(), [0xfb; 16]);
        let written = code.to_string();
        assert_eq!(written, "17.-_v7-_v7-_v7-_v7-_v7-w");
        assert_eq!(InviteCode::parse(&written), Ok(code.clone()));
        assert_eq!(code.hash().len(), 43);
        for other in
            ["", "17", "17.", "x.-_v7-_v7-_v7-_v7-_v7-w", "17.-_v7-_v7-_v7-_v7-_v7", "17.-_v7-_v7-_v7-_v7-_v7-x"]
        {
            assert_eq!(InviteCode::parse(other), Err(Refusal::InviteInvalid), "{other}");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_whole_code() {
        let of = |room| InviteCode::new(RoomId::try_from(room).unwrap(), [7; 16]).hash();
        assert_ne!(of(1), of(2));
    }
}
