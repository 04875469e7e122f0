//! The bytes of attachments in S3: their keys, tags and signatures.
//!
//! This is the only crate that calls S3. Clients send and receive attachments by the forms and links that it signs, so
//! only [`Objects`], which checks uploads, moves their bytes through a function. Only [`Objects`] needs the S3 SDK, so
//! that all other functions stay small.

mod call;
#[cfg(test)]
mod fake;
mod form;
mod key;
mod link;
mod objects;
mod sign;

use std::sync::Arc;

use aws::{Caller, Settings};
use domain::{AttachmentId, Error};
use url::Url;

use self::key::Part;
pub use self::{
    form::UploadForm,
    key::{Erasure, uploaded},
    objects::{Objects, PictureFiles, UploadedBytes},
};

/// The bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    name: String,
    /// The URL for the calls of this function.
    url: Url,
    /// The URL in links and forms.
    public_url: Url,
    caller: Caller,
}

/// The URL of the bucket `name`, to which keys are appended. At AWS the bucket is a host of its own, elsewhere a path,
/// which all other implementations of S3 accept (Amazon S3 User Guide, "Virtual hosting of general purpose buckets").
///
/// # Errors
/// The endpoint is not a URL.
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
    /// The bucket `name` at the endpoint of `s3`. Clients reach it at the endpoint `public`, if that is another one.
    ///
    /// # Errors
    /// An endpoint is not a URL.
    pub fn new(s3: Settings, public: Option<&str>, name: String) -> Result<Self, url::ParseError> {
        let own = s3.endpoint.as_deref().unwrap_or_default();
        let (url, public_url) = (url(own, &name)?, url(public.unwrap_or(own), &name)?);
        let caller = Caller::new(s3.tls.clone());
        Ok(Self(Arc::new(Inner { settings: s3, name, url, public_url, caller })))
    }

    /// The objects themselves, for their check.
    #[must_use]
    pub fn objects(&self) -> Objects {
        Objects::new(&self.0.settings, &self.0.name, &self.0.url)
    }

    fn object(&self, part: Part, id: AttachmentId) -> Result<Url, Error> {
        self.named(&part.key(id))
    }

    fn named(&self, key: &str) -> Result<Url, Error> {
        named(&self.0.url, key)
    }
}

fn named(bucket: &Url, key: &str) -> Result<Url, Error> {
    bucket.join(key).map_err(|error| Error::internal("naming an object", error))
}

#[cfg(test)]
mod tests {
    use aws::Credentials;
    use domain::{Attachment, FileName, MediaType, Timestamp};

    use super::*;

    /// 2013-05-24T00:00:00Z
    pub(crate) const THEN: Timestamp = Timestamp::from_millis(1_369_353_600_000);

    pub(crate) fn bucket(endpoint: &str, token: Option<&str>) -> Bucket {
        bucket_for(endpoint, None, token)
    }

    pub(crate) fn bucket_for(endpoint: &str, public: Option<&str>, token: Option<&str>) -> Bucket {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let token = token.map(str::to_owned);
        let settings = Settings {
            endpoint: Some(endpoint.to_owned()),
            region: "us-east-1".to_owned(),
            credentials: Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, token, None, "test"),
            tls: aws::trust([endpoint]).unwrap(),
        };
        Bucket::new(settings, public, "examplebucket".to_owned()).unwrap()
    }

    pub(crate) fn attachment(content_type: MediaType, name: &str) -> Attachment {
        let name = FileName::try_from(name.to_owned()).unwrap();
        Attachment { id: AttachmentId::new([7; 16]), content_type, size: 5, name }
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
    fn clients_may_reach_a_bucket_elsewhere() {
        let bucket = bucket_for("http://127.0.0.1:8000", Some("https://phone.example"), None);
        let attachment = attachment(MediaType::Png, "a");
        let links = bucket.links(&attachment, THEN).unwrap();
        for url in [bucket.form(&attachment, THEN).unwrap().url, links.url, links.thumbnail_url.unwrap()] {
            assert!(url.starts_with("https://phone.example/examplebucket/"), "{url}");
        }
        assert_eq!(bucket.object(Part::File, attachment.id).unwrap().host_str(), Some("127.0.0.1"));
    }
}
