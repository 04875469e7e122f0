//! Hashes of passwords by argon2id, with the first parameters of OWASP's Password Storage Cheat Sheet: 19 MiB, two
//! passes, one lane.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{Error as HashError, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use domain::{Error, Password};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash that a password is compared with if the name is unknown, so that the comparison takes as long.
static NOBODY: LazyLock<Result<String, HashError>> = LazyLock::new(|| compute("nobody's password"));

/// Hashes a password with a new salt, on a thread for blocking work. Returns a PHC string.
pub(crate) async fn hash(password: String) -> Result<String, Error> {
    off_thread(move || compute(&password)).await
}

/// Whether this is the password of the hash, in one of its forms. Without a hash the answer is `false` and takes as
/// long.
pub(crate) async fn verify(received: String, hash: Option<String>) -> Result<bool, Error> {
    off_thread(move || {
        let known = hash.is_some();
        let hash = hash.map_or_else(|| NOBODY.clone(), Ok)?;
        for password in Password::forms(received) {
            match argon2()?.verify_password(password.as_bytes(), &PasswordHash::new(&hash)?) {
                Ok(()) => return Ok(known),
                Err(HashError::PasswordInvalid) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    })
    .await
}

/// The salt of a hash, the last but one field of a PHC string. Each hash has a new one, which reveals nothing of the
/// password.
pub(crate) fn salt(hash: &str) -> Option<&str> {
    hash.rsplit('$').nth(1)
}

/// Computes [`NOBODY`], so that the first login of a process takes as long as any other.
pub(crate) fn prepare() {
    LazyLock::force(&NOBODY);
}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashError::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn compute(password: &str) -> Result<String, HashError> {
    Ok(argon2()?.hash_password(password.as_bytes())?.to_string())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, Error> {
    const DOING: &str = "hashing a password";
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal(DOING, error))?
        .map_err(|error| Error::internal(DOING, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_alone() {
        let hashed = hash("correct horse".to_owned()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(verify("correct horse".to_owned(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("battery staple".to_owned(), Some(hashed)).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_verifies_against_a_hash_of_any_of_its_forms() {
        let [composed, decomposed] = ["Käsekuchen99", "Ka\u{308}sekuchen99"];
        for (hashed, received, is_right) in [
            (composed, composed, true),
            (composed, decomposed, true),
            // As hashes were made before.
            (decomposed, decomposed, true),
            (decomposed, composed, false),
            (decomposed, "Kasekuchen99", false),
        ] {
            let hash = hash(hashed.to_owned()).await.unwrap();
            assert_eq!(verify(received.to_owned(), Some(hash)).await.unwrap(), is_right, "{hashed:?} {received:?}");
        }
    }

    #[test]
    fn each_hash_has_a_salt_of_its_own() {
        let [one, other] = ["correct horse"; 2].map(|password| compute(password).unwrap());
        assert_ne!(salt(&one).unwrap(), salt(&other).unwrap());
        assert_eq!(salt("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"), Some("c2FsdA"));
        assert_eq!(salt("a hash"), None);
    }

    #[tokio::test]
    async fn nobody_has_a_password() {
        assert!(!verify("nobody's password".to_owned(), None).await.unwrap());
    }
}
