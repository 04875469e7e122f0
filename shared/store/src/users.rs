//! `users`, the users by id, and `usernames`, the same by folded name, which makes names unique. The item with id 0
//! counts users. Written together with `credentials`, in one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{Put, ReturnValue, TransactWriteItem, Update};
use domain::{Error, PrivacyChoices, Refusal, Timestamp, User, UserId, Username, stored};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Store,
    counter::Counter,
    credentials::CredentialsItem,
    error::failed,
    from_item, n, s, to_item,
    transaction::{put, update},
};

#[derive(Serialize, Deserialize)]
struct UsersItem {
    id: UserId,
    #[serde(deserialize_with = "stored")]
    username: Username,
    created_at: u64,
    #[serde(flatten)]
    privacy: PrivacyChoices,
}

#[derive(Serialize, Deserialize)]
struct UsernamesItem {
    username: String,
    user_id: UserId,
    #[serde(deserialize_with = "stored")]
    display_name: Username,
}

/// A user with their privacy.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user.
    pub user: User,
    /// The settings that they have chosen.
    pub privacy: PrivacyChoices,
}

impl From<UsersItem> for Person {
    fn from(item: UsersItem) -> Self {
        Self { user: User { id: item.id, username: item.username }, privacy: item.privacy }
    }
}

/// How many users there are, while a name is free.
#[derive(Clone, Copy, Debug)]
pub struct Vacancy {
    count: u64,
}

/// The source of a new user's id.
enum Id {
    /// One more than the count that was read. The transaction counts up if the count has not changed.
    AfterCount(u64),
    /// Assigned already.
    HandedOut(u64),
}

impl Store {
    /// Checks that a name is free.
    ///
    /// # Errors
    /// `UsernameTaken`.
    pub async fn vacancy(&self, username: &Username) -> Result<Vacancy, Error> {
        let folded = username.folded();
        let (taken, count) = tokio::try_join!(self.user_by_name(&folded, Consistency::Strong), self.count_users())?;
        if taken.is_none() { Ok(Vacancy { count }) } else { Err(Refusal::UsernameTaken.into()) }
    }

    /// Registers a user. Ids have no gaps, unless another user has registered since `vacancy`.
    ///
    /// # Errors
    /// `UsernameTaken`.
    pub async fn create_user(
        &self,
        username: &Username,
        Vacancy { count }: Vacancy,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<User, Error> {
        let folded = username.folded();
        if let Some(user) = self.insert_user(username, &folded, password_hash, Id::AfterCount(count), now).await? {
            return Ok(user);
        }
        // Another user has registered. Counting first always succeeds, but leaves a gap if the name is taken.
        let id = Id::HandedOut(self.next_id(&self.tables.users).await?);
        self.insert_user(username, &folded, password_hash, id, now).await?.ok_or(Refusal::UsernameTaken.into())
    }

    /// Returns `None` if the count has changed.
    async fn insert_user(
        &self,
        username: &Username,
        folded: &str,
        password_hash: &str,
        id: Id,
        now: Timestamp,
    ) -> Result<Option<User>, Error> {
        const DOING: &str = "registering a user";
        let (number, count_up) = match id {
            Id::AfterCount(count) => (count + 1, Some(self.count_user_up(count)?)),
            Id::HandedOut(number) => (number, None),
        };
        let id = UserId::try_from(number).map_err(|error| Error::internal(DOING, error))?;
        let user = User { id, username: username.clone() };
        let mut actions = self.user_puts(&user, folded, password_hash, now)?;
        actions.extend(count_up);
        match self.transact(DOING, actions).await? {
            Ok(()) => Ok(Some(user)),
            Err(cancelled) if cancelled.failed(0) => Err(Refusal::UsernameTaken.into()),
            Err(_) => Ok(None),
        }
    }

    fn user_puts(
        &self,
        user: &User,
        folded: &str,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let username =
            UsernamesItem { username: folded.to_owned(), user_id: user.id, display_name: user.username.clone() };
        let credentials = CredentialsItem {
            username: folded.to_owned(),
            user_id: user.id,
            display_name: user.username.clone(),
            password_hash: password_hash.to_owned(),
        };
        let user = UsersItem {
            id: user.id,
            username: user.username.clone(),
            created_at: now.millis(),
            privacy: PrivacyChoices::default(),
        };
        Ok(vec![
            put(Put::builder()
                .table_name(&self.tables.usernames)
                .set_item(Some(to_item(&username)?))
                .condition_expression("attribute_not_exists(username)")
                .build())?,
            put(Put::builder().table_name(&self.tables.credentials).set_item(Some(to_item(&credentials)?)).build())?,
            put(Put::builder().table_name(&self.tables.users).set_item(Some(to_item(&user)?)).build())?,
        ])
    }

    fn count_user_up(&self, count: u64) -> Result<TransactWriteItem, Error> {
        update(
            Update::builder()
                .table_name(&self.tables.users)
                .key("id", n(0))
                .update_expression("SET #count = :next")
                .condition_expression("attribute_not_exists(#count) OR #count = :count")
                .expression_attribute_names("#count", "count")
                .expression_attribute_values(":next", n(count + 1))
                .expression_attribute_values(":count", n(count))
                .build(),
        )
    }

    async fn count_users(&self) -> Result<u64, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.users)
            .key("id", n(0))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading the number of users"))?;
        Ok(found.item.map(from_item::<Counter>).transpose()?.map_or(0, |counter| counter.count))
    }

    /// The user with this folded name.
    pub async fn user_by_name(&self, folded: &str, consistency: Consistency) -> Result<Option<User>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.usernames)
            .key("username", s(folded))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(failed("finding a user"))?;
        let item = found.item.map(from_item::<UsernamesItem>).transpose()?;
        Ok(item.map(|item| User { id: item.user_id, username: item.display_name }))
    }

    /// Reads users. Returns the existing ones, in no order.
    pub async fn users(
        &self,
        ids: impl IntoIterator<Item = UserId>,
        consistency: Consistency,
    ) -> Result<Vec<User>, Error> {
        Ok(self.people(ids, consistency).await?.into_iter().map(|person| person.user).collect())
    }

    /// The users who exist among these, with the settings of their privacy, in no order.
    pub async fn people(
        &self,
        ids: impl IntoIterator<Item = UserId>,
        consistency: Consistency,
    ) -> Result<Vec<Person>, Error> {
        let keys = ids.into_iter().map(|id| [("id".to_owned(), n(id.get()))].into()).collect();
        let found = self.batch_get(&self.tables.users, keys, consistency).await?;
        let people = found.into_iter().map(from_item::<UsersItem>);
        people.map(|item| item.map(Person::from)).collect()
    }

    /// Changes the settings of a user's privacy that are given, one at least, and returns all that they have chosen.
    pub async fn set_privacy(&self, user: UserId, choices: PrivacyChoices) -> Result<PrivacyChoices, Error> {
        const DOING: &str = "changing the privacy of a user";
        let (mut sets, mut names, mut values) = (Vec::new(), HashMap::new(), HashMap::new());
        for (name, value) in to_item(&choices)? {
            sets.push(format!("#{name} = :{name}"));
            values.insert(format!(":{name}"), value);
            names.insert(format!("#{name}"), name);
        }
        let changed = self
            .client
            .update_item()
            .table_name(&self.tables.users)
            .key("id", n(user.get()))
            .update_expression(format!("SET {}", sets.join(", ")))
            .condition_expression("attribute_exists(username)")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(failed(DOING))?;
        let item = changed.attributes.ok_or_else(|| Error::internal(DOING, "DynamoDB returns no item"))?;
        Ok(from_item::<UsersItem>(item)?.privacy)
    }
}
