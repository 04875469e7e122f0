//! The bytes of attachments, in S3: which keys, which tags, which signatures.
//!
//! This is the only crate that speaks S3. No bytes of an attachment go through a function but those of [`Objects`],
//! which check it: clients post and get them with what is signed here. All but [`Objects`] do without the S3 SDK, so
//! that functions which only sign stay as small as they are without attachments.

mod form;
mod objects;
mod sign;

use std::{sync::Arc, time::Duration};

use aws::{Attempts, Caller, Request, Settings};
use domain::{Attachment, AttachmentId, AttachmentKind, Error, Links, Timestamp};
use futures_util::future::try_join_all;
use http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

pub use form::UploadForm;
pub use objects::{Objects, PictureFiles, UploadedBytes};

/// How long the links to an attachment last.
const LINKS_LAST: Duration = Duration::from_hours(1);
/// How long a request that is made at once needs its signature.
const SIGNED_FOR: Duration = Duration::from_mins(1);
/// The attempts of a call without the SDK. In all three seconds: most of the patience of a sender is DynamoDB's.
const ATTEMPTS: Attempts =
    Attempts { most: 3, backoff: Duration::from_millis(50), each: Duration::from_secs(1), all: Duration::from_secs(3) };

/// The bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    name: String,
    url: Url,
    caller: Caller,
}

/// What is kept of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// What the client has uploaded. Deleted after a day.
    Upload,
    /// The file as it is shown.
    File,
    /// A picture, small.
    Thumbnail,
}

impl Part {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Upload => "uploads/",
            Self::File => "attachments/",
            Self::Thumbnail => "thumbnails/",
        }
    }

    fn key(self, id: AttachmentId) -> String {
        format!("{}{id}", self.prefix())
    }

    /// All that messages show of an attachment.
    fn shown(attachment: &Attachment) -> &'static [Self] {
        match attachment.content_type.kind() {
            AttachmentKind::Picture => &[Self::File, Self::Thumbnail],
            AttachmentKind::Video => &[Self::File],
        }
    }
}

/// The attachment that is uploaded under a key; `None` for any other key.
#[must_use]
pub fn uploaded(key: &str) -> Option<AttachmentId> {
    key.strip_prefix(Part::Upload.prefix())?.parse().ok()
}

/// The URL of the bucket `name`, which its keys follow: a host of its own at AWS, else a path, which every other S3
/// takes (Amazon S3 User Guide, "Virtual hosting of general purpose buckets").
///
/// # Errors
/// What is wrong with the endpoint.
pub fn url(endpoint: &str, name: &str) -> Result<Url, url::ParseError> {
    let mut url = Url::parse(endpoint)?;
    if !is_of_aws(&url) {
        return url.join(&format!("{name}/"));
    }
    let host = format!("{name}.{}", url.host_str().unwrap_or_default());
    url.set_host(Some(&host))?;
    Ok(url)
}

fn is_of_aws(endpoint: &Url) -> bool {
    endpoint.host_str().is_some_and(|host| host.starts_with("s3."))
}

impl Bucket {
    /// The bucket `name` at the endpoint of `s3`.
    ///
    /// # Errors
    /// The endpoint is not a URL.
    pub fn new(s3: Settings, name: String) -> Result<Self, url::ParseError> {
        let url = url(s3.endpoint.as_deref().unwrap_or_default(), &name)?;
        let caller = Caller::new(s3.tls.clone());
        Ok(Self(Arc::new(Inner { settings: s3, name, url, caller })))
    }

    /// The objects themselves, for whoever checks them.
    #[must_use]
    pub fn objects(&self) -> Objects {
        Objects::new(&self.0.settings, &self.0.name, &self.0.url)
    }

    /// Links to an attachment that is in a message, for its readers.
    pub fn links(&self, attachment: &Attachment, now: Timestamp) -> Result<Links, Error> {
        let link = |part| {
            let mut url = self.object(part, attachment.id)?;
            url.query_pairs_mut().append_pair("response-content-disposition", &disposition(attachment)).extend_pairs(
                (part == Part::File).then(|| ("response-content-type", attachment.content_type.as_str())),
            );
            self.signed("GET", url, now, LINKS_LAST)
        };
        let thumbnail = attachment.content_type.kind() == AttachmentKind::Picture;
        Ok(Links {
            url: link(Part::File)?,
            thumbnail_url: thumbnail.then(|| link(Part::Thumbnail)).transpose()?,
            expires_at: now + LINKS_LAST,
        })
    }

    /// Whether something has been uploaded that is not checked yet.
    pub async fn is_uploaded(&self, id: AttachmentId, now: Timestamp) -> Result<bool, Error> {
        const DOING: &str = "looking for an upload";
        let status = self.call(DOING, "HEAD", self.object(Part::Upload, id)?, now).await?;
        match status.as_u16() {
            200 => Ok(true),
            // Who may not list the bucket is not told that an object is missing (Amazon S3 API Reference,
            // "HeadObject").
            403 | 404 => Ok(false),
            status => Err(Error::internal(DOING, format!("S3 answers {status}"))),
        }
    }

    /// Keeps attachments that are about to be in a message: what has lost its tag, no rule of the bucket deletes.
    pub async fn keep(&self, attachments: impl Iterator<Item = &Attachment>, now: Timestamp) -> Result<(), Error> {
        let parts =
            attachments.flat_map(|attachment| Part::shown(attachment).iter().map(|&part| (part, attachment.id)));
        try_join_all(parts.map(|(part, id)| self.untag(part, id, now))).await?;
        Ok(())
    }

    async fn untag(&self, part: Part, id: AttachmentId, now: Timestamp) -> Result<(), Error> {
        const DOING: &str = "keeping an attachment";
        let mut url = self.object(part, id)?;
        url.set_query(Some("tagging"));
        let status = self.call(DOING, "DELETE", url, now).await?;
        if status.is_success() {
            Ok(())
        } else {
            Err(Error::internal(DOING, format!("S3 answers {}", status.as_u16())))
        }
    }

    fn object(&self, part: Part, id: AttachmentId) -> Result<Url, Error> {
        self.0.url.join(&part.key(id)).map_err(|error| Error::internal("naming an object", error))
    }

    /// Makes a call that may be made twice, again where S3 is busy. Calls without a body need no more of an SDK than
    /// this.
    async fn call(&self, doing: &'static str, method: &str, url: Url, now: Timestamp) -> Result<StatusCode, Error> {
        let url = self.signed(method, url, now, SIGNED_FOR)?;
        let mut request = Request::get(&url).map_err(|error| Error::internal(doing, error))?;
        request.set_method(method).map_err(|error| Error::internal(doing, error))?;
        let unavailable = |source| Error::Unavailable { doing, source };
        let status = self.0.caller.call(&request, ATTEMPTS, |answer| match answer {
            Ok(answer) if answer.status().is_server_error() => {
                Err(Err(unavailable(format!("S3 answers {}", answer.status().as_u16()).into())))
            }
            Ok(answer) => Ok(Ok(answer.status())),
            Err(error) => Err(Err(unavailable(error.into()))),
        });
        status.await.unwrap_or_else(|| Err(unavailable("no answer in time".into())))
    }
}

/// RFC 8187, section 3.2.1: what stands for itself in an extended value.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// RFC 6266: the name to save the file under, by whoever saves it. Without the usual space, which not every S3 takes as
/// it is written in a query.
fn disposition(attachment: &Attachment) -> String {
    format!("inline;filename*=UTF-8''{}", utf8_percent_encode(&attachment.saved_as(), ATTR_CHAR))
}

#[cfg(test)]
mod tests {
    use aws::Credentials;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use domain::{FileName, MediaType};
    use serde_json::{Value, json};

    use super::*;

    /// 2013-05-24T00:00:00Z
    const THEN: Timestamp = Timestamp::from_millis(1_369_353_600_000);

    fn bucket(endpoint: &str, token: Option<&str>) -> Bucket {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let token = token.map(str::to_owned);
        let settings = Settings {
            endpoint: Some(endpoint.to_owned()),
            region: "us-east-1".to_owned(),
            credentials: Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, token, None, "test"),
            tls: aws::trust([endpoint]).unwrap(),
        };
        Bucket::new(settings, "examplebucket".to_owned()).unwrap()
    }

    fn attachment(content_type: MediaType, name: &str) -> Attachment {
        let name = FileName::try_from(name.to_owned()).unwrap();
        Attachment { id: AttachmentId::new([7; 16]), content_type, size: 5, name }
    }

    /// The example of "Authenticating Requests: Using Query Parameters".
    #[test]
    fn a_url_is_signed_as_amazons_example() {
        let bucket = bucket("https://s3.amazonaws.com", None);
        let url = bucket.0.url.join("test.txt").unwrap();
        let signed = bucket.signed("GET", url, THEN, Duration::from_hours(24)).unwrap();
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(signed.starts_with("https://examplebucket.s3.amazonaws.com/test.txt?"), "{signed}");
        assert!(signed.ends_with(&format!("&X-Amz-Signature={signature}")), "{signed}");
    }

    #[test]
    fn a_bucket_is_a_host_at_aws_and_elsewhere_a_path() {
        for (endpoint, expected) in [
            ("https://s3.eu-west-1.amazonaws.com", "https://chat.s3.eu-west-1.amazonaws.com/"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/chat/"),
            ("http://[::1]:8000/", "http://[::1]:8000/chat/"),
            ("http://host.docker.internal:8000", "http://host.docker.internal:8000/chat/"),
        ] {
            assert_eq!(url(endpoint, "chat").unwrap().as_str(), expected);
        }
        assert!(url("no url", "chat").is_err());
    }

    #[test]
    fn a_link_has_the_type_and_the_name_signed_and_a_picture_has_two() {
        let bucket = bucket("http://127.0.0.1:8000", Some("token"));
        let links = bucket.links(&attachment(MediaType::Png, "кот \"1\";.png"), THEN).unwrap();
        let url = Url::parse(&links.url).unwrap();
        let id = "07070707-0707-4707-8707-070707070707";
        assert_eq!(url.path(), format!("/examplebucket/attachments/{id}"));
        let query: std::collections::BTreeMap<_, _> = url.query_pairs().collect();
        assert_eq!(query["response-content-type"], "image/png");
        assert_eq!(
            query["response-content-disposition"],
            "inline;filename*=UTF-8''%D0%BA%D0%BE%D1%82%20%221%22%3B.png"
        );
        assert_eq!((&*query["X-Amz-Expires"], &*query["X-Amz-Security-Token"]), ("3600", "token"));
        assert!(links.thumbnail_url.unwrap().contains(&format!("/thumbnails/{id}?")));
        assert_eq!(links.expires_at.to_string(), "2013-05-24T01:00:00.000Z");
        assert_eq!(bucket.links(&attachment(MediaType::Mp4, "a"), THEN).unwrap().thumbnail_url, None);
    }

    #[test]
    fn a_form_fixes_key_type_and_size_and_ends() {
        let form = bucket("http://127.0.0.1:8000", Some("token")).form(&attachment(MediaType::Png, "a"), THEN).unwrap();
        assert_eq!((&*form.url, form.method), ("http://127.0.0.1:8000/examplebucket/", "POST"));
        assert_eq!(form.fields["x-amz-credential"], "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request");
        assert_eq!(form.fields["x-amz-date"], "20130524T000000Z");
        let policy = STANDARD.decode(&form.fields["policy"]).unwrap();
        let policy: Value = serde_json::from_slice(&policy).unwrap();
        assert_eq!(policy["expiration"], "2013-05-24T00:10:00.000Z");
        let conditions = policy["conditions"].as_array().unwrap();
        for condition in [
            json!({"bucket": "examplebucket"}),
            json!({"key": "uploads/07070707-0707-4707-8707-070707070707"}),
            json!({"Content-Type": "image/png"}),
            json!({"x-amz-security-token": "token"}),
            json!(["content-length-range", 5, 5]),
        ] {
            assert!(conditions.contains(&condition), "{condition}");
        }
    }

    #[test]
    fn only_keys_of_uploads_name_an_upload() {
        let id = AttachmentId::new([7; 16]);
        assert_eq!(uploaded(&format!("uploads/{id}")), Some(id));
        for other in [format!("attachments/{id}"), format!("uploads/{id}/x"), "uploads/x".to_owned(), id.to_string()] {
            assert_eq!(uploaded(&other), None, "{other}");
        }
    }
}
