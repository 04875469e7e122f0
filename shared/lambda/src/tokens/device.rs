//! Device tokens: a login returns one, and the device shows it at its next login with the name, which is then counted
//! apart from other people's attempts (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
//!
//! They are JWTs with an HMAC under a key of their own, because `login` alone reads them, and only it and `refresh` make
//! them. So no device token passes for an access token, nor the reverse (RFC 8725, section 3.12). After a rotation of
//! the secret, all devices are unknown until their next login.

use chat::{accounts::Device, now};
use domain::Error;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

const ALGORITHM: Algorithm = Algorithm::HS256;

/// The key of device tokens.
pub(super) struct DeviceKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    /// The folded name.
    sub: String,
    /// The id of the device.
    jti: String,
    exp: u64,
}

impl DeviceKey {
    pub(super) fn new(key: &[u8]) -> Self {
        Self { encoding: EncodingKey::from_secret(key), decoding: DecodingKey::from_secret(key) }
    }

    /// The token of a device that has logged in.
    ///
    /// # Errors
    /// `Internal`.
    pub(super) fn sign(&self, device: &Device) -> Result<String, Error> {
        let exp = (now() + Device::KNOWN_FOR).seconds();
        let claims = Claims { sub: device.username.clone(), jti: device.id.clone(), exp };
        encode(&Header::new(ALGORITHM), &claims, &self.encoding)
            .map_err(|error| Error::internal("signing a device token", error))
    }

    /// The device of a token. A token that is not ours, or has expired, counts as none.
    pub(super) fn read(&self, token: &str) -> Option<Device> {
        let mut validation = Validation::new(ALGORITHM);
        validation.leeway = 0;
        let Claims { sub, jti, .. } = decode::<Claims>(token, &self.decoding, &validation).ok()?.claims;
        Some(Device { username: sub, id: jti })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn key() -> DeviceKey {
        DeviceKey::new(b"the key of this test")
    }

    fn ann() -> Device {
        Device { username: "ann".to_owned(), id: "d1".to_owned() }
    }

    fn signed(header: &Header, claims: &Value, key: &DeviceKey) -> String {
        encode(header, claims, &key.encoding).unwrap()
    }

    #[test]
    fn a_device_is_known_by_its_token_for_180_days() {
        let token = key().sign(&ann()).unwrap();
        assert_eq!(key().read(&token), Some(ann()));
        let claims = decode::<Claims>(&token, &key().decoding, &Validation::new(ALGORITHM)).unwrap().claims;
        let expected = now().seconds() + 180 * 24 * 60 * 60;
        assert!((expected - 60..=expected).contains(&claims.exp), "{}", claims.exp);
    }

    #[test]
    fn a_token_with_anything_wrong_is_none() {
        let claims = json!({"sub": "ann", "jti": "d1", "exp": 4_000_000_000_u64});
        let header = Header::new(ALGORITHM);
        assert!(key().read(&signed(&header, &claims, &key())).is_some());
        for claim in ["sub", "jti", "exp"] {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().remove(claim);
            assert_eq!(key().read(&signed(&header, &claims, &key())), None, "without {claim}");
        }
        let old = json!({"sub": "ann", "jti": "d1", "exp": 1_500_000_000});
        let foreign = DeviceKey::new(b"the key of another stack");
        let good = key().sign(&ann()).unwrap();
        let (rest, signature) = good.rsplit_once('.').unwrap();
        let unsigned = format!("{rest}.");
        let other = format!("{}.{signature}", foreign.sign(&ann()).unwrap().rsplit_once('.').unwrap().0);
        for token in [
            signed(&header, &old, &key()),
            signed(&header, &claims, &foreign),
            signed(&Header::new(Algorithm::HS512), &claims, &key()),
            unsigned,
            other.replacen("ey", "eY", 1),
            format!("{good}A"),
            "no token".to_owned(),
            String::new(),
        ] {
            assert_eq!(key().read(&token), None, "{token}");
        }
    }
}
