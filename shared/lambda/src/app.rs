//! The composition root: every function makes an [`App`] of its settings, and handles its events with it.

use std::sync::Arc;

use bucket::Bucket;
use chat::{Caller, Chat, now};
use domain::{Error, Pace, causes};
use lambda_http::Request;
use realtime::Sockets;
use store::Store;

use crate::{
    config::Config,
    http, log,
    tokens::{self, Claimant, Keys, Signer},
};

/// The error that ends a function.
pub type Fatal = lambda_runtime::Error;

/// The parts of a function, made once for all its events.
#[derive(Clone, Debug)]
pub struct App {
    /// The services that the use cases call.
    pub chat: Chat,
    keys: Arc<Keys>,
    signer: Option<Arc<Signer>>,
    allowed_origins: Option<Arc<str>>,
    registrations: Option<Pace>,
}

/// A part that a function prepares while it starts, beside its connection to DynamoDB. A start has a whole CPU whatever
/// the memory size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The public keys: for a function that verifies tokens.
    Keys,
    /// The private key: for a function that makes tokens.
    Signer,
    /// The connection to API Gateway: for a function that pushes.
    Sockets,
}

impl App {
    /// Reads the settings, opens the connection to DynamoDB and prepares these parts, all at once. A signer opens that
    /// connection when it publishes its key. A part that cannot be prepared now is prepared by the first event that
    /// needs it.
    ///
    /// # Errors
    /// A variable is missing.
    pub async fn init(parts: &[Part]) -> Result<Self, Fatal> {
        let app = Self::from_env()?;
        let signer = parts.contains(&Part::Signer).then(|| app.signer()).transpose()?;
        let keys = async {
            if parts.contains(&Part::Keys) {
                warn("reading the public keys", app.keys.read(now()).await.err());
            } else if signer.is_none() {
                app.chat.store.open().await;
            }
        };
        let key = async {
            if let Some(signer) = signer {
                warn("preparing to sign", signer.key().await.err());
            }
        };
        let sockets = async {
            if parts.contains(&Part::Sockets) {
                app.chat.sockets.open().await;
            }
        };
        tokio::join!(keys, key, sockets);
        Ok(app)
    }

    /// Reads the settings. Opens no connection.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn from_env() -> Result<Self, Fatal> {
        let config = Config::read()?;
        let store = Store::new(&config.dynamodb, config.tables);
        let issuer = config.token_issuer;
        let keys = Keys::new(store.clone(), issuer.clone());
        let signer = config.signing_secret.map(|secret| Signer::new(&config.secrets, secret, store.clone(), issuer));
        let sockets = Sockets::new(config.sockets)?;
        let bucket = Bucket::new(config.s3, config.public_s3.as_deref(), config.bucket)?;
        let chat = Chat { store, sockets, bucket, paces: config.paces, settings: config.settings };
        let allowed_origins = config.allowed_origins.map(Arc::from);
        Ok(Self {
            chat,
            keys: Arc::new(keys),
            signer: signer.map(Arc::new),
            allowed_origins,
            registrations: config.registrations_per_hour.map(Pace::registrations),
        })
    }

    /// The pace of registrations from one network.
    ///
    /// # Errors
    /// `Internal` if the template does not set it for this function.
    pub fn registrations(&self) -> Result<Pace, Error> {
        let unset = || Error::internal("counting a registration", "the variable REGISTRATIONS_PER_HOUR is not set");
        self.registrations.ok_or_else(unset)
    }

    /// The web origins whose pages may open sockets, with commas between them.
    pub(crate) fn allowed_origins(&self) -> Result<&str, Error> {
        let unset = || Error::internal("checking an origin", "the variable ALLOWED_ORIGINS is not set");
        self.allowed_origins.as_deref().ok_or_else(unset)
    }

    /// Makes access tokens.
    ///
    /// # Errors
    /// `Internal` if the template does not name a signing secret for this function.
    pub fn signer(&self) -> Result<&Signer, Error> {
        let unset = || Error::internal("signing a token", "the variable SIGNING_SECRET is not set");
        self.signer.as_deref().ok_or_else(unset)
    }

    /// The claimant of a token, whose session may have ended.
    ///
    /// # Errors
    /// `Unauthenticated`; `Unavailable` if the public keys cannot be read.
    pub async fn verify(&self, token: &str) -> Result<Claimant, Error> {
        let claimant = self.keys.verify(token).await?;
        log::caller(&claimant.caller);
        Ok(claimant)
    }

    /// The claimant of a request's token, like [`App::verify`]. The session may have ended: [`App::authenticate`] reads
    /// it, or the use case does, beside its first call.
    ///
    /// # Errors
    /// `Unauthenticated`; `Unavailable` if the public keys cannot be read.
    pub async fn claimant(&self, request: &Request) -> Result<Claimant, Error> {
        let mut claimant = self.verify(tokens::bearer(request.headers())?).await?;
        claimant.caller.at = http::received_at(request);
        Ok(claimant)
    }

    /// The caller of a request whose token is valid, whose session has not ended, and who has not called too often.
    ///
    /// # Errors
    /// `Unauthenticated`, `RateLimited`; `Unavailable` if the public keys cannot be read.
    pub async fn authenticate(&self, request: &Request) -> Result<Caller, Error> {
        self.authenticate_for(request, 1).await
    }

    /// Like [`App::authenticate`], for a call that counts `weight` times.
    ///
    /// # Errors
    /// `Unauthenticated`, `RateLimited`; `Unavailable` if the public keys cannot be read.
    pub async fn authenticate_for(&self, request: &Request, weight: u64) -> Result<Caller, Error> {
        let caller = self.claimant(request).await?.caller;
        chat::accounts::admit_for(&self.chat, &caller, weight).await?;
        Ok(caller)
    }

    /// Runs `read` at the same time as [`App::authenticate`], and drops its outcome if the caller is refused. So `read`
    /// must change nothing.
    ///
    /// # Errors
    /// `Unauthenticated`, `RateLimited`, and those of `read`.
    pub async fn authenticate_while<T>(
        &self,
        request: &Request,
        read: impl AsyncFnOnce(&Caller) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let caller = self.claimant(request).await?.caller;
        let (admitted, outcome) = tokio::join!(chat::accounts::admit(&self.chat, &caller), read(&caller));
        admitted?;
        outcome
    }
}

/// Logs a failed preparation. The event that needs the part tries again.
fn warn(preparing: &str, error: Option<Error>) {
    if let Some(error) = error {
        tracing::warn!(cause = causes(&error), "{preparing} failed");
    }
}
