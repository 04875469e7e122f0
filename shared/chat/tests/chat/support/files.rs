//! A fake of S3 with one bucket. It checks no signature, and keeps of an object's tags only whether there are any.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::AttachmentId;

use super::serve;

/// The name of the bucket.
pub const BUCKET: &str = "bucket";

/// The objects of a test, by key.
#[derive(Clone, Debug, Default)]
pub struct Files(Arc<Mutex<BTreeMap<String, File>>>);

#[derive(Clone, Debug)]
struct File {
    bytes: Bytes,
    content_type: String,
    tagged: bool,
}

impl Files {
    /// Returns the URL of a server with these objects.
    pub async fn start(&self) -> String {
        let router = Router::new()
            .route(&format!("/{BUCKET}/{{*key}}"), get(read).put(write).delete(delete))
            .with_state(self.clone());
        serve(router).await
    }

    /// Uploads a file, as a client does with its form.
    pub fn uploads(&self, id: AttachmentId, bytes: Vec<u8>) {
        let file = File { bytes: bytes.into(), content_type: String::new(), tagged: false };
        self.0.lock().unwrap().insert(format!("uploads/{id}"), file);
    }

    /// The parts of an attachment that are there: `uploads`, `attachments`, `thumbnails`.
    pub fn parts(&self, id: AttachmentId) -> Vec<String> {
        let suffix = format!("/{id}");
        let files = self.0.lock().unwrap();
        let parts = files.keys().filter_map(|key| key.strip_suffix(&suffix));
        parts.filter(|part| !part.starts_with("erasures/")).map(ToOwned::to_owned).collect()
    }

    /// Whether there is an object with this key.
    pub fn has(&self, key: &str) -> bool {
        self.0.lock().unwrap().contains_key(key)
    }

    /// Loses an object.
    pub fn loses(&self, key: &str) {
        assert!(self.0.lock().unwrap().remove(key).is_some());
    }

    /// The number of all objects except requests to erase.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap().keys().filter(|key| !key.starts_with("erasures/")).count()
    }

    /// The bytes of a part.
    pub fn bytes(&self, part: &str, id: AttachmentId) -> Bytes {
        self.0.lock().unwrap()[&format!("{part}/{id}")].bytes.clone()
    }

    /// The type of a part.
    pub fn content_type(&self, part: &str, id: AttachmentId) -> String {
        self.0.lock().unwrap()[&format!("{part}/{id}")].content_type.clone()
    }

    /// Whether a part has the tag with which the bucket deletes it after a day.
    pub fn is_tagged(&self, part: &str, id: AttachmentId) -> bool {
        self.0.lock().unwrap()[&format!("{part}/{id}")].tagged
    }
}

async fn read(State(Files(files)): State<Files>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = files.lock().unwrap().get(&key).cloned() else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let last = headers.get("range").and_then(|range| range.to_str().ok()?.strip_prefix("bytes=0-")?.parse().ok());
    let length = last.map_or(file.bytes.len(), |last: usize| file.bytes.len().min(last + 1));
    ([("etag", etag(&file.bytes))], file.bytes.slice(..length)).into_response()
}

/// `PutObject`, or `CopyObject` if the headers name a source.
async fn write(
    State(Files(files)): State<Files>,
    Path(key): Path<String>,
    headers: HeaderMap,
    mut bytes: Bytes,
) -> Response {
    let mut files = files.lock().unwrap();
    let mut content_type = headers.get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
    if let Some(source) = headers.get("x-amz-copy-source") {
        let source = source.to_str().unwrap().trim_start_matches('/').strip_prefix(BUCKET).unwrap();
        let Some(file) = files.get(source.trim_start_matches('/')) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        if headers.get("x-amz-copy-source-if-match").is_some_and(|version| version != &etag(&file.bytes)) {
            return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        bytes = file.bytes.clone();
        if !headers.contains_key("x-amz-metadata-directive") {
            content_type.clone_from(&file.content_type);
        }
    }
    let tagged = headers.contains_key("x-amz-tagging");
    files.insert(key, File { bytes, content_type, tagged });
    "<CopyObjectResult/>".into_response()
}

/// `DeleteObject`, or `DeleteObjectTagging`.
async fn delete(State(Files(files)): State<Files>, Path(key): Path<String>, RawQuery(query): RawQuery) -> StatusCode {
    let mut files = files.lock().unwrap();
    if query.is_some_and(|query| query.split('&').any(|name| name == "tagging" || name == "tagging=")) {
        let Some(file) = files.get_mut(&key) else { return StatusCode::NOT_FOUND };
        file.tagged = false;
    } else {
        files.remove(&key);
    }
    StatusCode::NO_CONTENT
}

/// A version that differs if the length or the first byte does, which suffices for these tests.
fn etag(bytes: &Bytes) -> String {
    format!("\"{}-{}\"", bytes.len(), bytes.first().copied().unwrap_or_default())
}

fn refusal(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code></Error>")).into_response()
}
