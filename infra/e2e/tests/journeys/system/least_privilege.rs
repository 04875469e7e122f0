//! The check of least privilege finds a statement too many and a statement too few.

use std::{fs, path::Path};

use e2e::{Server, least_privilege};
use tempfile::TempDir;

use crate::support::template;

const FIND_USER: &str = "FindUserFunction ";
/// The statement that lets find-user, and no other function, read the names.
const STATEMENT: &str =
    "            - {Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt UsernamesTable.Arn}\n";
const BECAUSE: &str = "it has another template";
const TABLES: &str = "arn:aws:dynamodb:us-east-1:000000000000:table";

/// Returns the findings about find-user. There are many about other functions, because these tests do not call them.
fn says(template: &Path, record: &Path) -> Vec<String> {
    let findings = least_privilege(template, record).into_iter();
    findings.filter_map(|finding| finding.strip_prefix(FIND_USER).map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_statement_added_is_named_by_the_check() {
    let directory = TempDir::new().unwrap();
    let [now, more, record] = ["now.yaml", "more.yaml", "record"].map(|name| directory.path().join(name));
    fs::write(&now, template::with(STATEMENT, STATEMENT)).unwrap();
    let Some(server) = Server::local(BECAUSE).template(&now, &record).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    assert_eq!(ann.get("/find-user/?username=bob").await.is(200)["id"], bob.id);
    assert!(says(&now, &record).is_empty());

    let added = STATEMENT.replace("GetItem", "DeleteItem").replace("Usernames", "Users");
    fs::write(&more, template::with(STATEMENT, &format!("{STATEMENT}{added}"))).unwrap();
    let sentence = format!("may dynamodb:DeleteItem on {TABLES}/UsersTable, and no call needed it");
    assert_eq!(says(&more, &record), [sentence]);
}

#[tokio::test]
async fn a_statement_taken_away_fails_a_journey_and_is_named_in_log_and_record() {
    let directory = TempDir::new().unwrap();
    let [less, record] = ["less.yaml", "record"].map(|name| directory.path().join(name));
    fs::write(&less, template::with(STATEMENT, "")).unwrap();
    let Some(server) = Server::local(BECAUSE).template(&less, &record).start().await else { return };
    let [ann, _] = server.users(["ann", "bob"]).await;
    ann.get("/find-user/?username=bob").await.refuses(500, "internal");

    let lack = format!("lacks dynamodb:GetItem on {TABLES}/UsernamesTable");
    assert_eq!(says(&less, &record), std::slice::from_ref(&lack));
    assert!(server.log().contains(&format!("{FIND_USER}{lack}")), "{}", server.log());
    server.has_logged("AccessDeniedException").await;
}
