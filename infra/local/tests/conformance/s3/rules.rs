//! Rules of the bucket, and the objects after the end of the runtime.

use std::{fs, path::Path};

use serde_json::Value;

use super::{BUCKET, Signer, error, refusal};
use crate::harness::{Runtime, eventually};

/// "Using cross-origin resource sharing (CORS)": S3 answers the preflight by the first rule that fits.
#[tokio::test]
async fn a_preflight_is_answered_by_the_rules_of_the_bucket() {
    let runtime = Runtime::start().await;
    let preflight = async |origin: &str, method: &str, headers: &str| {
        let request = runtime.http.request(reqwest::Method::OPTIONS, format!("{}/{BUCKET}", runtime.url));
        let request = request.header("origin", origin).header("access-control-request-method", method);
        request.header("access-control-request-headers", headers).send().await.unwrap()
    };
    let allowed = preflight("https://app.example", "POST", "content-type, x-amz-date").await;
    assert_eq!(allowed.status(), 200);
    let header = |name: &str| allowed.headers()[name].to_str().unwrap();
    assert_eq!(header("access-control-allow-origin"), "https://app.example");
    assert_eq!(header("access-control-allow-methods"), "GET, POST");
    assert_eq!(header("access-control-allow-headers"), "content-type, x-amz-date");
    assert_eq!(header("access-control-expose-headers"), "ETag");
    assert_eq!(header("access-control-max-age"), "600");
    assert_eq!(preflight("https://a.preview.example", "GET", "").await.status(), 200);
    for (origin, method, headers) in [
        ("https://other.example", "POST", ""),
        ("https://app.example", "DELETE", ""),
        ("https://app.example", "POST", "authorization"),
    ] {
        let refused = refusal(preflight(origin, method, headers).await).await;
        assert_eq!(refused, error(403, "AccessForbidden"), "{origin} {method} {headers}");
    }
}

/// The records of the objects on disk.
fn records(data: &Path) -> Vec<(std::path::PathBuf, Value)> {
    let files = fs::read_dir(data.join("s3").join(BUCKET)).unwrap().map(|entry| entry.unwrap().path());
    let records = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    records.map(|path| (path.clone(), serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())).collect()
}

/// "Managing the lifecycle of objects": by prefix, by tag, days after the creation.
#[tokio::test]
async fn objects_end_when_the_lifecycle_rules_say() {
    let data = tempfile::tempdir().unwrap();
    let directory = data.path().to_str().unwrap();
    let runtime = Runtime::with(&["--data", directory]).await;
    let s3 = Signer::developer(&runtime).client();
    for (key, tags) in [
        ("uploads/old", ""),
        ("uploads/new", ""),
        ("other/tagged", "unsent=true"),
        ("other/plain", "unsent=false"),
        ("kept/old", ""),
    ] {
        s3.put_object().bucket(BUCKET).key(key).tagging(tags).send().await.unwrap();
    }
    runtime.signal("TERM").await;
    for (path, mut record) in records(data.path()) {
        if record["key"] != "uploads/new" {
            record["created"] = "2026-01-01T00:00:00.000Z".into();
            fs::write(path, record.to_string()).unwrap();
        }
    }
    let runtime = Runtime::with(&["--data", directory, "--ttl-sweep", "0.1"]).await;
    let s3 = Signer::developer(&runtime).client();
    let keys = async || {
        let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect::<Vec<_>>()
    };
    eventually("the end of two objects", async || keys().await.len() == 3).await;
    assert_eq!(keys().await, ["kept/old", "other/plain", "uploads/new"]);
}

/// "Amazon S3 is durable": exactly the acknowledged objects survive, however the process ends.
#[tokio::test]
async fn acknowledged_objects_survive_kill_9_whole() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["--data", data.path().to_str().unwrap()];
    let runtime = Runtime::with(&arguments).await;
    let signer = Signer::developer(&runtime);
    signer.put("a", "one").await;
    signer.put("a", "two").await;
    signer.client().put_object().bucket(BUCKET).key("b").content_type("image/png").tagging("x=y").send().await.unwrap();
    signer.client().delete_object().bucket(BUCKET).key("b").send().await.unwrap();
    runtime.signal("KILL").await;
    fs::write(data.path().join("s3").join(BUCKET).join("content-half-written"), "x").unwrap();
    let runtime = Runtime::with(&arguments).await;
    let s3 = Signer::developer(&runtime).client();
    let object = s3.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(object.body.collect().await.unwrap().to_vec(), b"two");
    assert_eq!(s3.list_objects_v2().bucket(BUCKET).send().await.unwrap().key_count(), Some(1));
    assert_eq!(fs::read_dir(data.path().join("s3").join(BUCKET)).unwrap().count(), 2);
}
