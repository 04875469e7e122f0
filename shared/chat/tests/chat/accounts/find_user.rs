use chat::accounts::find_user;
use domain::{Refusal, SoughtUsername};

use crate::support::{assert_refused, world};

fn name(name: &str) -> SoughtUsername {
    SoughtUsername::parse(name).unwrap()
}

#[tokio::test]
async fn a_user_is_found_by_the_whole_name_in_any_case() {
    let world = world().await;
    let ann = world.user("Ann").await;
    for written in ["Ann", "ann", "ANN", " ann\n"] {
        let found = find_user(&world.chat, &name(written)).await.unwrap();
        assert_eq!((found.id, found.username.as_str()), (ann.id(), "Ann"));
    }
    for other in ["an", "anna"] {
        assert_refused!(find_user(&world.chat, &name(other)).await, Refusal::UsernameNotFound);
    }
}
