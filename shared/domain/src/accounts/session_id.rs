use std::{fmt, str::FromStr};

/// The digits of an id: 128 random bits.
const DIGITS: usize = 32;

/// The id of a session: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionId(String);

impl SessionId {
    /// An id of these random bits.
    #[must_use]
    pub fn new(random: [u8; DIGITS / 2]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(random)))
    }

    /// The id as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionId {
    type Err = &'static str;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let is_id = id.len() == DIGITS && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_id { Ok(Self(id.to_owned())) } else { Err("must have 32 hexadecimal digits in lower case") }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = SessionId::new([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_has_32_digits_in_lower_case() {
        assert!("0123456789abcdef0123456789abcdef".parse::<SessionId>().is_ok());
        for other in
            ["", "0123456789abcdef0123456789abcde", "0123456789ABCDEF0123456789ABCDEF", "%".repeat(32).as_str()]
        {
            assert!(other.parse::<SessionId>().is_err(), "{other}");
        }
    }
}
