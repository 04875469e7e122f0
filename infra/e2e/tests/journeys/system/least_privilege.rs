//! The check of least privilege is a check: what it must find is made, and found.

use std::{env, fs, path::Path, time::Duration};

use e2e::{Server, least_privilege};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const FIND_USER: &str = "FindUserFunction ";
/// The statement by which find-user, and no other function, may find a name.
const STATEMENT: &str =
    "            - {Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt UsernamesTable.Arn}\n";
const TABLES: &str = "arn:aws:dynamodb:us-east-1:000000000000:table";

/// These journeys run templates of their own; a deployed system has one already.
fn is_deployed() -> bool {
    env::var_os("HTTP_URL").is_some()
}

fn template(statement: &str) -> String {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let template = fs::read_to_string(template).unwrap();
    assert_eq!(template.matches(STATEMENT).count(), 1);
    template.replace(STATEMENT, statement)
}

/// What the check says of find-user. Of the others it says a lot: most of them were never called here.
fn says(template: &Path, record: &Path) -> Vec<String> {
    let findings = least_privilege(template, record).into_iter();
    findings.filter_map(|finding| finding.strip_prefix(FIND_USER).map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_statement_added_is_named_by_the_check() {
    if is_deployed() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let [now, more, record] = ["now.yaml", "more.yaml", "record"].map(|name| directory.path().join(name));
    fs::write(&now, template(STATEMENT)).unwrap();
    let server = Server::start_with_template(&now, &record).await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    assert_eq!(ann.get("/find-user/?username=bob").await.is(200)["id"], bob.id);
    assert!(says(&now, &record).is_empty());

    let added = STATEMENT.replace("GetItem", "DeleteItem").replace("Usernames", "Users");
    fs::write(&more, template(&format!("{STATEMENT}{added}"))).unwrap();
    let sentence = format!("may dynamodb:DeleteItem on {TABLES}/UsersTable, and no call needed it");
    assert_eq!(says(&more, &record), [sentence]);
}

#[tokio::test]
async fn a_statement_taken_away_fails_a_journey_and_is_named_in_log_and_record() {
    if is_deployed() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let [less, record] = ["less.yaml", "record"].map(|name| directory.path().join(name));
    fs::write(&less, template("")).unwrap();
    let server = Server::start_with_template(&less, &record).await;
    let [ann, _] = server.users(["ann", "bob"]).await;
    ann.get("/find-user/?username=bob").await.refuses(500, "internal");

    let lack = format!("lacks dynamodb:GetItem on {TABLES}/UsernamesTable");
    assert_eq!(says(&less, &record), std::slice::from_ref(&lack));
    assert!(server.log().contains(&format!("{FIND_USER}{lack}")), "{}", server.log());
    // The function's own lines come after its answer.
    let logged = async {
        while !server.log().contains("AccessDeniedException") {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), logged).await.expect("the function logs what it was refused");
}
