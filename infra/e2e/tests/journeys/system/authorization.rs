//! The authorization matrix: every kind of caller tries every call that needs a token and every route of the sockets.
//!
//! The rows are in the files of their endpoints. Each route of `openapi.yaml` and `template.yaml` must have its row,
//! and each row its route.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use e2e::{Answer, Forgery, Server, Signer, Socket, assert_part, session_of};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{
    openapi::{calls, with_ids},
    rows::{Ask, Callers, Row, World},
    template::socket_routes,
};

/// The outcome of a try: a success, or the status of a refusal, with its code if the refusal has a body.
type Outcome = Result<(), (u16, Option<String>)>;

impl World {
    /// Everything that a refused try could change.
    async fn state(&self) -> Value {
        let members = self.member.lists(&format!("/list-members/{}/", self.room)).await;
        let members: Vec<_> = members
            .iter()
            .map(|member| json!([member["user"], member["last_delivered"], member["last_read"]]))
            .collect();
        json!([members, self.member.sees_messages(self.room).await, self.member.lists("/list-chatrooms/").await])
    }

    /// Tries all cells of a row, and returns the wrong ones. Begins with those that must be refused and change nothing.
    async fn fills(&self, row: &Row, bad_tokens: Vec<(String, Option<String>)>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut cell = |who: &str, right: bool, outcome: &Outcome| {
            if !right {
                wrong.push(format!("{who}: {outcome:?}"));
            }
        };
        let before = self.state().await;
        for (who, token) in bad_tokens {
            let outcome = self.tries(row, token.as_deref()).await;
            cell(&who, is(&outcome, 401, "unauthenticated"), &outcome);
        }
        let strangers = [("outsider", &self.outsider), ("former member", &self.former_member)];
        if row.callers != Callers::Everybody {
            for (who, user) in strangers {
                let outcome = self.tries(row, Some(&user.token)).await;
                cell(who, is(&outcome, 403, "not_a_member"), &outcome);
            }
        }
        let refusal = match row.callers {
            Callers::Everybody | Callers::Members => None,
            Callers::Sender => Some("not_the_sender"),
            Callers::Admins | Callers::Owner => Some("not_an_admin"),
        };
        if let Some(code) = refusal {
            let outcome = self.tries(row, Some(&self.other_member.token)).await;
            cell("other member", is(&outcome, 403, code), &outcome);
        }
        assert_eq!(self.state().await, before, "{}: what was refused has changed something", row.route);
        let allowed = strangers.into_iter().filter(|_| row.callers == Callers::Everybody);
        for (who, user) in allowed.chain([("member", &self.member)]) {
            let outcome = self.tries(row, Some(&user.token)).await;
            cell(who, outcome.is_ok(), &outcome);
        }
        wrong
    }

    async fn tries(&self, row: &Row, token: Option<&str>) -> Outcome {
        match (row.ask)(self) {
            Ask::Rest(Value::Null) => self.asks(self.request(row.route, token), token).await,
            Ask::Rest(body) => self.asks(self.request(row.route, token).json(&body), token).await,
            Ask::Query(query) => self.asks(self.request(row.route, token).query(&query), token).await,
            Ask::Handshake(query) => self.opens(&query, token).await.map(drop),
            Ask::Frame(frame) => self.says(&frame, token).await,
        }
    }

    /// A request to a route. The session in its path is the caller's own.
    fn request(&self, route: &str, token: Option<&str>) -> RequestBuilder {
        let (method, path) = route.split_once(' ').unwrap();
        let session = token.and_then(session_of).unwrap_or_else(|| self.member.session());
        let path = with_ids(&path.replace("{id}", &session), &self.room.to_string(), &self.message["id"].to_string());
        self.server.request(method.parse().unwrap(), &path)
    }

    async fn asks(&self, request: RequestBuilder, token: Option<&str>) -> Outcome {
        let answer = Answer::to(with(request, token)).await;
        if answer.status < 300 {
            return Ok(());
        }
        let code = answer.json()["code"].as_str().unwrap().to_owned();
        answer.refuses(answer.status, &code);
        Err((answer.status, Some(code)))
    }

    async fn opens(&self, query: &str, token: Option<&str>) -> Result<Socket, (u16, Option<String>)> {
        let subprotocols: Vec<&str> = token.into_iter().flat_map(|token| ["bearer", token]).collect();
        self.server.handshake(query, &subprotocols).await.map_err(|refusal| (refusal.status, None))
    }

    /// Sends a frame. If it is accepted, its sender or the other member hears an event; if it is refused, its sender
    /// hears an error.
    async fn says(&self, frame: &Value, token: Option<&str>) -> Outcome {
        let mut socket = self.opens("", token).await?;
        let mut listener = self.other_member.opens_socket(self.room).await;
        socket.sends(frame).await;
        let event = tokio::select! {
            event = socket.next_event() => event,
            event = listener.next_event() => event,
        };
        match event["code"].as_str() {
            // The status of a handshake that is refused with the same code.
            Some("not_a_member") => Err((403, Some("not_a_member".to_owned()))),
            Some(code) => panic!("{frame} is refused with {code}"),
            None => Ok(()),
        }
    }

    /// Invalid tokens, each derived from the member's own.
    async fn bad_tokens(&self, secret: Option<&str>, elsewhere: Option<&Server>) -> Vec<(String, Option<String>)> {
        let revoked = self.member.logs_in_again().await;
        revoked.logs_out().await;
        let mut tokens = vec![("nobody".to_owned(), None), ("revoked".to_owned(), Some(revoked.token))];
        let genuine = &self.member.token;
        tokens.extend(Forgery::ALL.map(|forgery| (format!("{forgery:?}"), Some(forgery.of(genuine)))));
        if let Some(secret) = secret {
            let misused = Signer::new(secret).misused(genuine);
            tokens.extend(misused.map(|(name, token)| (name.to_owned(), Some(token))));
        }
        if let Some(elsewhere) = elsewhere {
            let there = elsewhere.user(&self.member.name).await.token;
            tokens.push(("of another stage".to_owned(), Some(there)));
            let signed_there = Signer::new(&elsewhere.signing_secret()).renewed(genuine);
            tokens.push(("with another stage's key".to_owned(), Some(signed_there)));
        }
        tokens
    }
}

fn with(request: RequestBuilder, token: Option<&str>) -> RequestBuilder {
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

/// Whether an outcome is a refusal with this status, and with this code if it has one.
fn is(outcome: &Outcome, status: u16, code: &str) -> bool {
    matches!(outcome, Err((found, why)) if *found == status && why.as_deref().is_none_or(|why| why == code))
}

#[tokio::test]
async fn everybody_may_call_what_they_may_and_nothing_else() {
    everybody_tries(|row| !row.is_of_sockets()).await;
}

#[tokio::test]
async fn everybody_may_say_over_a_socket_what_they_may_and_nothing_else() {
    everybody_tries(Row::is_of_sockets).await;
}

async fn everybody_tries(kind: fn(&Row) -> bool) {
    let because = "tests do not have its signing key";
    let on_disk = Server::local(because).on_disk().start().await;
    let elsewhere = Server::local(because).on_disk().start().await;
    let secret = on_disk.as_ref().map(Server::signing_secret);
    let server = match on_disk {
        Some(server) => server,
        None => Server::start().await,
    };
    let mut wrong = Vec::new();
    for (number, row) in Row::all().into_iter().filter(|row| kind(row)).enumerate() {
        let world = World::new(&server, number).await;
        let tokens = world.bad_tokens(secret.as_deref(), elsewhere.as_ref()).await;
        let cells = world.fills(row, tokens).await;
        wrong.extend(cells.into_iter().map(|cell| format!("{}, {cell}", row.route)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_route_that_needs_a_token_has_its_row_and_every_row_its_route() {
    let rows: BTreeSet<String> = Row::all().into_iter().map(|row| row.route.to_owned()).collect();
    // No client calls `$disconnect`.
    let sockets = socket_routes().into_keys().filter(|route| route != "$disconnect");
    let calls = calls().into_iter().map(|(method, path)| format!("{method} {path}/"));
    assert_eq!(rows, calls.chain(sockets).collect());
}

/// Writes the rows into the threat model.
#[test]
fn the_threat_model_names_the_callers_of_every_route() {
    let mut table = "| call, or route of the sockets | callers |\n|---|---|\n".to_owned();
    let mut callers = BTreeMap::<&str, BTreeSet<&str>>::new();
    for row in Row::all() {
        callers.entry(row.route).or_default().insert(row.callers.named());
    }
    for (route, callers) in callers {
        writeln!(table, "| `{route}` | {} |", callers.into_iter().collect::<Vec<_>>().join("; ")).unwrap();
    }
    assert_part(".github/SECURITY.md", "callers", &table);
}
