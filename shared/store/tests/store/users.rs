use domain::{Circle, Error, PrivacyChoices, Refusal, Username};
use embedded::{HASH, register};
use futures_util::future::join_all;
use store::Consistency;

use crate::support::{NOW, user};

#[tokio::test]
async fn ids_are_counted_from_1_and_a_taken_name_takes_none() {
    let store = embedded::store();
    assert_eq!(register(&store, "ann").await.unwrap().id, user(1));
    assert!(matches!(register(&store, "Ann").await, Err(Error::Refused(Refusal::UsernameTaken))));
    assert_eq!(register(&store, "bob").await.unwrap().id, user(2));
}

#[tokio::test]
async fn whoever_loses_a_name_to_another_takes_no_id() {
    let store = embedded::store();
    let ann = Username::parse("ann").unwrap();
    let vacancy = store.vacancy(&ann).await.unwrap();
    store.create_user(&ann, vacancy, HASH, NOW).await.unwrap();
    let too_late = store.create_user(&ann, vacancy, HASH, NOW).await;
    assert!(matches!(too_late, Err(Error::Refused(Refusal::UsernameTaken))), "{too_late:?}");
    assert_eq!(register(&store, "bob").await.unwrap().id, user(2));
}

#[tokio::test]
async fn many_who_register_at_once_get_ids_of_their_own() {
    let store = embedded::store();
    let names: Vec<_> = (0..30).map(|i| format!("user{i}")).collect();
    let users = join_all(names.iter().map(|name| register(&store, name))).await;
    let mut ids: Vec<_> = users.into_iter().map(|user| user.unwrap().id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 30);
    assert_eq!(store.users(ids, Consistency::Strong).await.unwrap().len(), 30);
}

#[tokio::test]
async fn one_of_many_who_want_a_name_at_once_gets_it() {
    let store = embedded::store();
    let tries = join_all((0..10).map(|_| register(&store, "ann"))).await;
    assert_eq!(tries.iter().filter(|try_| try_.is_ok()).count(), 1);
    assert!(tries.iter().all(|try_| matches!(try_, Ok(_) | Err(Error::Refused(Refusal::UsernameTaken)))), "{tries:?}");
}

#[tokio::test]
async fn a_user_is_found_by_folded_name_and_shown_as_typed() {
    let store = embedded::store();
    register(&store, "Ann").await.unwrap();
    let found = store.user_by_name("ann", Consistency::Strong).await.unwrap().unwrap();
    assert_eq!(found.username.as_str(), "Ann");
    assert!(store.user_by_name("Ann", Consistency::Strong).await.unwrap().is_none());
}

#[tokio::test]
async fn a_user_chooses_each_setting_of_their_privacy_by_itself() {
    let store = embedded::store();
    let ann = register(&store, "ann").await.unwrap().id;
    let privacy = async || store.people([ann], Consistency::Strong).await.unwrap()[0].privacy;
    let mut expected = PrivacyChoices::default();
    assert_eq!(privacy().await, expected);
    let nobody = PrivacyChoices { add: Some(Circle::Nobody), online: Some(Circle::Contacts), ..expected };
    expected = nobody;
    assert_eq!(store.set_privacy(ann, nobody).await.unwrap(), expected);
    let receipts = PrivacyChoices { receipts: Some(false), ..PrivacyChoices::default() };
    expected.receipts = Some(false);
    assert_eq!(store.set_privacy(ann, receipts).await.unwrap(), expected);
    assert_eq!(privacy().await, expected);
    assert!(store.set_privacy(user(9), nobody).await.is_err());
}
