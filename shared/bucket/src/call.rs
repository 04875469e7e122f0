//! Calls that need no body, and so no S3 SDK.

use std::time::Duration;

use aws::{Answer, Attempts, Request};
use domain::{Attachment, AttachmentId, Error, Timestamp};
use futures_util::future::try_join_all;
use http::StatusCode;
use url::Url;

use crate::{
    Bucket,
    key::{Erasure, Part},
    objects::UNSENT,
};

/// How long the signature of a request lasts that is sent at once.
const SIGNED_FOR: Duration = Duration::from_mins(1);
/// The attempts of a call: three seconds in all, because a sender also waits for DynamoDB.
const ATTEMPTS: Attempts =
    Attempts { most: 3, backoff: Duration::from_millis(50), each: Duration::from_secs(1), all: Duration::from_secs(3) };
/// The attempts of a copy: S3 reads and writes up to 100 MB before it answers, and the function has 30 seconds.
const ATTEMPTS_TO_COPY: Attempts = Attempts {
    most: 2,
    backoff: Duration::from_millis(50),
    each: Duration::from_secs(8),
    all: Duration::from_secs(15),
};

impl Bucket {
    /// Whether an upload exists. Its check deletes it.
    pub async fn is_uploaded(&self, id: AttachmentId, now: Timestamp) -> Result<bool, Error> {
        const DOING: &str = "looking for an upload";
        let status = self.call(DOING, "HEAD", self.object(Part::Upload, id)?, now).await?;
        match status.as_u16() {
            200 => Ok(true),
            // 403 also means that the object is missing, because the caller may not list the bucket (Amazon S3 API
            // Reference, "HeadObject").
            403 | 404 => Ok(false),
            status => Err(Error::internal(DOING, format!("S3 answers {status}"))),
        }
    }

    /// Keeps attachments that are about to be in a message: removes the tag by which a rule of the bucket deletes them.
    pub async fn keep(&self, attachments: impl Iterator<Item = &Attachment>, now: Timestamp) -> Result<(), Error> {
        let parts =
            attachments.flat_map(|attachment| Part::shown(attachment).iter().map(|&part| (part, attachment.id)));
        try_join_all(parts.map(|(part, id)| self.untag(part, id, now))).await?;
        Ok(())
    }

    async fn untag(&self, part: Part, id: AttachmentId, now: Timestamp) -> Result<(), Error> {
        let mut url = self.object(part, id)?;
        url.set_query(Some("tagging"));
        self.change("keeping an attachment", "DELETE", url, now).await
    }

    /// Copies the objects of an attachment to another one, with the tag that [`Bucket::keep`] removes. Returns
    /// `false` if there is nothing to copy.
    pub async fn copy(&self, from: &Attachment, to: AttachmentId, now: Timestamp) -> Result<bool, Error> {
        let copies = Part::shown(from).iter().map(async |&part| self.copy_part(part, from.id, to, now).await);
        Ok(try_join_all(copies).await?.into_iter().all(|is_copied| is_copied))
    }

    /// The copy has the type of the object.
    async fn copy_part(&self, part: Part, from: AttachmentId, to: AttachmentId, now: Timestamp) -> Result<bool, Error> {
        const DOING: &str = "copying an attachment";
        let source = format!("{}/{}", self.0.name, part.key(from));
        let headers =
            [("x-amz-copy-source", source.as_str()), ("x-amz-tagging", UNSENT), ("x-amz-tagging-directive", "REPLACE")];
        let status = self.call_with(&headers, ATTEMPTS_TO_COPY, DOING, "PUT", self.object(part, to)?, now).await?;
        match status.as_u16() {
            200 => Ok(true),
            // 403 also means that the object is missing, as in `is_uploaded`.
            403 | 404 => Ok(false),
            status => Err(Error::internal(DOING, format!("S3 answers {status}"))),
        }
    }

    /// Deletes the objects of an attachment, if they exist.
    pub async fn erase(&self, attachment: &Attachment, now: Timestamp) -> Result<(), Error> {
        self.erase_parts(Part::shown(attachment), attachment.id, now).await
    }

    /// Deletes the objects that an attachment of any kind may have.
    pub async fn erase_all(&self, id: AttachmentId, now: Timestamp) -> Result<(), Error> {
        self.erase_parts(&[Part::File, Part::Thumbnail], id, now).await
    }

    async fn erase_parts(&self, parts: &[Part], id: AttachmentId, now: Timestamp) -> Result<(), Error> {
        let erased = parts
            .iter()
            .map(async |&part| self.change("erasing an attachment", "DELETE", self.object(part, id)?, now).await);
        try_join_all(erased).await?;
        Ok(())
    }

    /// Writes the request to erase something: an object whose creation is the event of `erase-room`, and which stays
    /// until all is erased.
    pub async fn ask_to_erase(&self, erasure: Erasure, now: Timestamp) -> Result<(), Error> {
        let url = self.named(&erasure.key())?;
        self.change("asking to erase", "PUT", url, now).await
    }

    /// Deletes the request to erase something, because it is erased.
    pub async fn end_erasure(&self, erasure: Erasure, now: Timestamp) -> Result<(), Error> {
        let url = self.named(&erasure.key())?;
        self.change("ending an erasure", "DELETE", url, now).await
    }

    async fn change(&self, doing: &'static str, method: &str, url: Url, now: Timestamp) -> Result<(), Error> {
        let status = self.call(doing, method, url, now).await?;
        if status.is_success() {
            Ok(())
        } else {
            Err(Error::internal(doing, format!("S3 answers {}", status.as_u16())))
        }
    }

    /// Makes an idempotent call.
    async fn call(&self, doing: &'static str, method: &str, url: Url, now: Timestamp) -> Result<StatusCode, Error> {
        self.call_with(&[], ATTEMPTS, doing, method, url, now).await
    }

    async fn call_with(
        &self,
        headers: &[(&'static str, &str)],
        attempts: Attempts,
        doing: &'static str,
        method: &str,
        url: Url,
        now: Timestamp,
    ) -> Result<StatusCode, Error> {
        let url = self.signed_with(headers, method, url, now, SIGNED_FOR)?;
        let mut request = Request::get(&url).map_err(|error| Error::internal(doing, error))?;
        request.set_method(method).map_err(|error| Error::internal(doing, error))?;
        if method == "PUT" {
            // S3 wants the length of a new object, also if it is empty.
            request.headers_mut().insert("content-length", "0");
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, (*value).to_owned());
        }
        let unavailable = |source| Error::Unavailable { doing, source };
        let status = self.0.caller.call(&request, attempts, |answer| match answer {
            Ok(answer) if answer.status().is_server_error() || is_failed_copy(&answer) => {
                Err(Err(unavailable(format!("S3 answers {}", answer.status().as_u16()).into())))
            }
            Ok(answer) => Ok(Ok(answer.status())),
            Err(error) => Err(Err(unavailable(error.into()))),
        });
        status.await.unwrap_or_else(|| Err(unavailable("no answer in time".into())))
    }
}

/// Whether a copy has failed after its status was sent (Amazon S3 API Reference, "`CopyObject`").
fn is_failed_copy(answer: &Answer) -> bool {
    const ERROR: &[u8] = b"<Error>";
    answer.status().is_success() && answer.body().windows(ERROR.len()).any(|part| part == ERROR)
}

#[cfg(test)]
mod tests {
    use domain::MediaType;

    use super::*;
    use crate::{
        fake::{FakeS3, Hangs},
        tests::{THEN, attachment, bucket},
    };

    #[tokio::test]
    async fn a_call_without_an_answer_is_made_again() {
        let s3 = FakeS3::start(1, Hangs::AtOnce).await;
        assert!(bucket(&s3.url, None).is_uploaded(AttachmentId::new([7; 16]), THEN).await.unwrap());
        assert_eq!(s3.calls(), 2);
    }

    #[tokio::test]
    async fn a_copy_that_fails_after_its_status_is_made_again() {
        let s3 = FakeS3::start(1, Hangs::Fails).await;
        assert!(
            bucket(&s3.url, None)
                .copy(&attachment(MediaType::Mp4, "a"), AttachmentId::new([8; 16]), THEN)
                .await
                .unwrap()
        );
        assert_eq!(s3.calls(), 2);
    }

    #[tokio::test]
    async fn a_bucket_that_never_answers_is_unavailable() {
        let s3 = FakeS3::start(usize::MAX, Hangs::AtOnce).await;
        let uploaded = bucket(&s3.url, None).is_uploaded(AttachmentId::new([7; 16]), THEN).await;
        assert!(matches!(uploaded, Err(Error::Unavailable { .. })), "{uploaded:?}");
    }
}
