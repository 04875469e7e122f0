//! Calls of the SDK.

use aws_sdk_s3::{
    primitives::{ByteStream, DateTime},
    types::{MetadataDirective, StorageClass, Tag, Tagging, TaggingDirective},
};

use futures_util::future::join_all;

use super::{BUCKET, Signer, error, refused};
use crate::harness::Runtime;

async fn uploader() -> (Runtime, Signer) {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    (runtime, function)
}

/// "Authenticating requests": whole, and in chunks with a checksum after them.
#[tokio::test]
async fn what_the_sdk_signs_is_taken() {
    let (_runtime, function) = uploader().await;
    let s3 = function.client();
    let put = s3.put_object().bucket(BUCKET).key("uploads/ä b+c").content_type("text/plain").metadata("a", "1");
    put.body(ByteStream::from_static(b"hello")).send().await.unwrap();
    let head = s3.head_object().bucket(BUCKET).key("uploads/ä b+c").send().await.unwrap();
    assert_eq!((head.content_length(), head.content_type()), (Some(5), Some("text/plain")));
    assert_eq!(head.metadata().unwrap()["a"], "1");
    assert_eq!(head.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, vec![1; 300_000]).unwrap();
    let streamed = ByteStream::from_path(file.path()).await.unwrap();
    s3.put_object().bucket(BUCKET).key("uploads/file").body(streamed).send().await.unwrap();
    let got = s3.get_object().bucket(BUCKET).key("uploads/file").send().await.unwrap();
    assert_eq!(got.content_encoding(), None, "the chunks were the request's");
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), vec![1; 300_000]);
    s3.delete_object().bucket(BUCKET).key("uploads/file").send().await.unwrap();
    s3.delete_object().bucket(BUCKET).key("uploads/file").send().await.expect("deleting nothing is no error");
}

#[tokio::test]
async fn what_is_signed_with_another_secret_is_refused() {
    let (runtime, mut function) = uploader().await;
    function.secret.push('x');
    let put = function.client().put_object().bucket(BUCKET).key("uploads/a").send().await;
    assert_eq!(refused(put), error(403, "SignatureDoesNotMatch"));
    let (_, mut function) = (&runtime, Signer::of(&runtime, "/uploader").await);
    function.token.push('x');
    let put = function.client().put_object().bucket(BUCKET).key("uploads/a").send().await;
    assert_eq!(refused(put), error(400, "InvalidToken"));
}

/// "Checking object integrity": content with a wrong checksum is not stored.
#[tokio::test]
async fn a_checksum_that_does_not_fit_is_refused() {
    let (_runtime, function) = uploader().await;
    let s3 = function.client();
    let put = s3.put_object().bucket(BUCKET).key("uploads/a").checksum_crc32("AAAAAA==");
    assert_eq!(refused(put.body(ByteStream::from_static(b"hello")).send().await), error(400, "BadDigest"));
    assert_eq!(refused(s3.head_object().bucket(BUCKET).key("uploads/a").send().await).0, 403);
}

/// `HeadObject`: "If you have the s3:ListBucket permission on the bucket, Amazon S3 returns an HTTP status code 404",
/// else 403.
#[tokio::test]
async fn who_may_not_list_is_not_told_what_is_missing() {
    let (runtime, uploader) = uploader().await;
    let librarian = Signer::of(&runtime, "/librarian").await;
    let head = async |signer: &Signer| {
        refused(signer.client().head_object().bucket(BUCKET).key("uploads/missing").send().await).0
    };
    assert_eq!([head(&uploader).await, head(&librarian).await], [403, 404]);
    let get = librarian.client().get_object().bucket(BUCKET).key("uploads/missing").send().await;
    assert_eq!(refused(get), error(404, "NoSuchKey"));
    assert_eq!(super::recorded(&runtime, "refused").await, serde_json::json!([]), "asking is no fault");
}

/// "Categorizing your storage using tags".
#[tokio::test]
async fn tags_are_set_read_replaced_and_taken_away() {
    let (_runtime, function) = uploader().await;
    let s3 = function.client();
    let tags = async || {
        let tags = s3.get_object_tagging().bucket(BUCKET).key("uploads/a").send().await.unwrap();
        tags.tag_set().iter().map(|tag| format!("{}={}", tag.key(), tag.value())).collect::<Vec<_>>()
    };
    let put = s3.put_object().bucket(BUCKET).key("uploads/a").tagging("unsent=true&a=b%20c");
    put.send().await.unwrap();
    assert_eq!(tags().await, ["a=b c", "unsent=true"]);
    let tag = Tag::builder().key("x").value("y").build().unwrap();
    let tagging = Tagging::builder().tag_set(tag).build().unwrap();
    s3.put_object_tagging().bucket(BUCKET).key("uploads/a").tagging(tagging).send().await.unwrap();
    assert_eq!(tags().await, ["x=y"]);
    s3.delete_object_tagging().bucket(BUCKET).key("uploads/a").send().await.unwrap();
    assert!(tags().await.is_empty());
    let many = (0..11).map(|number| format!("{number}=x")).collect::<Vec<_>>().join("&");
    let put = s3.put_object().bucket(BUCKET).key("uploads/a").tagging(many).send().await;
    assert_eq!(refused(put), error(400, "BadRequest"));
}

/// `CopyObject`: the rights to source and copy, the condition on the source, and the directive REPLACE.
#[tokio::test]
async fn a_copy_is_made_of_the_object_that_is_meant() {
    let (runtime, function) = uploader().await;
    let s3 = function.client();
    let put = s3.put_object().bucket(BUCKET).key("uploads/a").content_type("image/png").tagging("a=b");
    let old = put.body(ByteStream::from_static(b"one")).send().await.unwrap().e_tag.unwrap();
    let copy = |e_tag: &str| {
        let copy = s3.copy_object().copy_source(format!("{BUCKET}/uploads/a")).bucket(BUCKET).key("kept/a");
        copy.copy_source_if_match(e_tag).tagging_directive(TaggingDirective::Replace).tagging("unsent=true")
    };
    copy(&old).send().await.unwrap();
    let head = s3.get_object().bucket(BUCKET).key("kept/a").send().await.unwrap();
    assert_eq!((head.content_type(), head.tag_count()), (Some("image/png"), Some(1)));
    assert_eq!(head.body.collect().await.unwrap().to_vec(), b"one");

    function.put("uploads/a", "two").await;
    assert_eq!(refused(copy(&old).send().await), error(412, "PreconditionFailed"));
    let current = s3.head_object().bucket(BUCKET).key("uploads/a").send().await.unwrap().e_tag.unwrap();
    let replaced = copy(&current).metadata_directive(MetadataDirective::Replace).content_type("video/mp4");
    replaced.send().await.unwrap();
    assert_eq!(s3.head_object().bucket(BUCKET).key("kept/a").send().await.unwrap().content_type(), Some("video/mp4"));

    let elsewhere = s3.copy_object().copy_source(format!("{BUCKET}/uploads/a")).bucket(BUCKET).key("private/a");
    assert_eq!(refused(elsewhere.send().await), error(403, "AccessDenied"));
    let from_private = s3.copy_object().copy_source(format!("{BUCKET}/private/a")).bucket(BUCKET).key("kept/a");
    assert_eq!(refused(from_private.send().await), error(403, "AccessDenied"));
    runtime.says("Uploader lacks s3:PutObject on arn:aws:s3:::files/private/a").await;
}

/// "Conditional requests".
#[tokio::test]
async fn conditions_decide_what_is_read_and_written() {
    let (_runtime, function) = uploader().await;
    let s3 = function.client();
    function.put("uploads/a", "one").await;
    let e_tag = s3.head_object().bucket(BUCKET).key("uploads/a").send().await.unwrap().e_tag.unwrap();
    let get = || s3.get_object().bucket(BUCKET).key("uploads/a");
    get().if_match(&e_tag).send().await.unwrap();
    assert_eq!(refused(get().if_match("\"other\"").send().await), error(412, "PreconditionFailed"));
    assert_eq!(refused(get().if_none_match(&e_tag).send().await).0, 304);
    let (past, future) = (DateTime::from_secs(0), DateTime::from_secs(4_000_000_000));
    get().if_modified_since(past).if_unmodified_since(future).send().await.unwrap();
    assert_eq!(refused(get().if_modified_since(future).send().await).0, 304);
    assert_eq!(refused(get().if_unmodified_since(past).send().await), error(412, "PreconditionFailed"));
    let put = || s3.put_object().bucket(BUCKET).key("uploads/a");
    assert_eq!(refused(put().if_none_match("*").send().await), error(412, "PreconditionFailed"));
    assert_eq!(refused(put().if_match("\"other\"").send().await), error(412, "PreconditionFailed"));
    put().if_match(&e_tag).send().await.unwrap();
}

/// An option that the runtime does not have is refused, not ignored.
#[tokio::test]
async fn what_the_runtime_does_not_have_is_refused() {
    let (_runtime, function) = uploader().await;
    let s3 = function.client();
    let not_implemented = error(501, "NotImplemented");
    let put = s3.put_object().bucket(BUCKET).key("uploads/a").storage_class(StorageClass::Glacier);
    assert_eq!(refused(put.send().await), not_implemented);
    let get = s3.get_object().bucket(BUCKET).key("uploads/a").version_id("1");
    assert_eq!(refused(get.send().await), not_implemented);
    let parts = s3.create_multipart_upload().bucket(BUCKET).key("uploads/a");
    assert_eq!(refused(parts.send().await), not_implemented);
}

/// "Amazon S3 data consistency model": a reader gets one whole object, and of several writers that want to be first,
/// one wins.
#[tokio::test]
async fn writers_at_once_leave_one_whole_object() {
    let (_runtime, function) = uploader().await;
    let s3 = function.client();
    let object = || s3.put_object().bucket(BUCKET).key("uploads/a");
    let first = (0..8).map(|_| object().if_none_match("*").send());
    let made = join_all(first).await.iter().filter(|made| made.is_ok()).count();
    assert_eq!(made, 1);
    let writes = (1..=20_u8).map(|number| object().body(vec![number; 10_000 * usize::from(number)].into()).send());
    let reads = (0..20).map(|_| async {
        let read = s3.get_object().bucket(BUCKET).key("uploads/a").send().await.unwrap();
        let size = read.content_length().unwrap();
        let body = read.body.collect().await.unwrap().to_vec();
        assert_eq!(i64::try_from(body.len()).unwrap(), size);
        assert!(body.iter().all(|byte| usize::from(*byte) * 10_000 == body.len()));
    });
    let (writes, _) = tokio::join!(join_all(writes), join_all(reads));
    assert!(writes.iter().all(Result::is_ok));
}

/// "Policies and permissions": a tag on a new object is a right of its own.
#[tokio::test]
async fn a_call_needs_every_right_that_it_uses() {
    let (runtime, uploader) = uploader().await;
    let put = uploader.client().put_object().bucket(BUCKET).key("private/a").send().await;
    assert_eq!(refused(put), error(403, "AccessDenied"));
    let librarian = Signer::of(&runtime, "/librarian").await;
    let delete = librarian.client().delete_object().bucket(BUCKET).key("uploads/a").send().await;
    assert_eq!(refused(delete), error(403, "AccessDenied"));
    let listed = librarian.client().list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.key_count(), Some(0));
    let refused = super::recorded(&runtime, "refused").await;
    let refused: Vec<_> = refused.as_array().unwrap().iter().map(|call| call["action"].as_str().unwrap()).collect();
    assert_eq!(refused, ["s3:DeleteObject", "s3:PutObject"]);
}

/// A caller with other credentials is the developer at this machine.
#[tokio::test]
async fn the_developer_may_do_everything() {
    let runtime = Runtime::start().await;
    let s3 = Signer::developer(&runtime).client();
    for key in ["a/1", "a/2", "b/ä 1", "c"] {
        s3.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    let buckets = s3.list_buckets().send().await.unwrap();
    assert_eq!(buckets.buckets()[0].name(), Some(BUCKET));
    assert!(buckets.buckets()[0].creation_date().is_some(), "the AWS CLI shows it");
    let top = s3.list_objects_v2().bucket(BUCKET).delimiter("/").send().await.unwrap();
    let prefixes: Vec<_> = top.common_prefixes().iter().filter_map(|common| common.prefix()).collect();
    assert_eq!((prefixes, top.contents()[0].key()), (vec!["a/", "b/"], Some("c")));
    let mut pages = s3.list_objects_v2().bucket(BUCKET).max_keys(3).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        keys.extend(page.unwrap().contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(keys, ["a/1", "a/2", "b/ä 1", "c"]);
    let missing = s3.get_object().bucket(BUCKET).key("missing").send().await;
    assert_eq!(refused(missing), error(404, "NoSuchKey"));
    assert_eq!(refused(s3.head_bucket().bucket("nowhere").send().await).0, 404);
}
