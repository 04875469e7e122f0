use std::sync::Arc;

use bucket::Bucket;
use chat::{Caller, Chat};
use domain::{Error, Pace, User};
use lambda_http::Request;
use realtime::Sockets;
use store::Store;

use crate::{auth, auth::Tokens, config::Config};

/// Why a function cannot start, or stopped.
pub type Fatal = lambda_runtime::Error;

/// What a function is made of, once for all its events.
#[derive(Clone, Debug)]
pub struct App {
    /// The use cases' world.
    pub chat: Chat,
    tokens: Option<Arc<Tokens>>,
    allowed_origins: Option<Arc<str>>,
    registrations: Option<Pace>,
}

impl App {
    /// Reads the settings and opens the connection to DynamoDB: the start of a function has a whole CPU whatever its
    /// memory size, and no client waits for it alone.
    ///
    /// # Errors
    /// A variable is missing.
    pub async fn init() -> Result<Self, Fatal> {
        let app = Self::from_env()?;
        app.chat.store.open().await;
        Ok(app)
    }

    /// Like [`App::init`], for a function that pushes: the connection to API Gateway is opened as well.
    ///
    /// # Errors
    /// A variable is missing.
    pub async fn init_to_push() -> Result<Self, Fatal> {
        let app = Self::from_env()?;
        tokio::join!(app.chat.store.open(), app.chat.sockets.open());
        Ok(app)
    }

    /// Reads the settings, and opens no connection.
    ///
    /// # Errors
    /// A variable is missing.
    pub fn from_env() -> Result<Self, Fatal> {
        lambda_http::tracing::init_default_subscriber();
        let config = Config::read()?;
        let store = Store::new(config.dynamodb, config.tables);
        let tokens = config.jwt_secrets.map(|secrets| Tokens::new(&secrets, &config.token_issuer)).transpose()?;
        let chat = Chat { store, sockets: Sockets::new(config.sockets)?, bucket: Bucket::new(config.bucket)? };
        let allowed_origins = config.allowed_origins.map(Arc::from);
        Ok(Self {
            chat,
            tokens: tokens.map(Arc::new),
            allowed_origins,
            registrations: config.registrations_per_hour.map(Pace::registrations),
        })
    }

    /// How often somebody may register from one network.
    ///
    /// # Errors
    /// `Internal` in a function that the template does not tell.
    pub fn registrations(&self) -> Result<Pace, Error> {
        let unset = || Error::internal("counting a registration", "the variable REGISTRATIONS_PER_HOUR is not set");
        self.registrations.ok_or_else(unset)
    }

    /// The web origins whose pages may open sockets, with commas between them.
    pub(crate) fn allowed_origins(&self) -> Result<&str, Error> {
        let unset = || Error::internal("looking at an origin", "the variable ALLOWED_ORIGINS is not set");
        self.allowed_origins.as_deref().ok_or_else(unset)
    }

    /// Makes and checks access tokens.
    ///
    /// # Errors
    /// `Internal` in a function that the template gives no secret.
    pub fn tokens(&self) -> Result<&Tokens, Error> {
        self.tokens.as_deref().ok_or_else(|| Error::internal("using a token", "the variable JWT_SECRETS is not set"))
    }

    /// Whom the token names. Whether the session has ended is not known by it.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn caller(&self, request: &Request) -> Result<Caller, Error> {
        self.tokens()?.verify(auth::bearer(request.headers())?)
    }

    /// Who asks: the token is good, and its session has not ended.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub async fn authenticate(&self, request: &Request) -> Result<Caller, Error> {
        let caller = self.caller(request)?;
        chat::authenticate(&self.chat, &caller).await?;
        Ok(caller)
    }

    /// Like [`App::caller`], and as whom they log in.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn caller_and_user(&self, request: &Request) -> Result<(Caller, User), Error> {
        self.tokens()?.verify_user(auth::bearer(request.headers())?)
    }

    /// Like [`App::authenticate`], while `read` runs at once: for what changes nothing, as its outcome is dropped if
    /// the session has ended.
    ///
    /// # Errors
    /// `Unauthenticated`, and those of `read`.
    pub async fn authenticate_while<T>(
        &self,
        request: &Request,
        read: impl AsyncFnOnce(&Caller) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let caller = self.caller(request)?;
        let (session, outcome) = tokio::join!(chat::authenticate(&self.chat, &caller), read(&caller));
        session?;
        outcome
    }
}
