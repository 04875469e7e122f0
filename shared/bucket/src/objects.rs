//! The objects themselves, by the SDK, for the check of uploads.

use std::time::Duration;

use aws::{Attempts, Settings};
use aws_sdk_s3::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
    types::{MetadataDirective, TaggingDirective},
};
use domain::{Attachment, AttachmentId, Error, MediaType};
use tokio::time::{error::Elapsed, timeout};
use url::Url;

use crate::key::Part;

/// The attempts of a call: 15 s in all, so that reading and writing a picture are within the 35 s of the function. An
/// attempt suffices for the largest picture, 16 MB, at 1.6 MB a second, a fraction of the speed of S3.
const ATTEMPTS: Attempts = Attempts {
    most: 3,
    backoff: Duration::from_millis(50),
    each: Duration::from_secs(10),
    all: Duration::from_secs(15),
};

const READING: &str = "reading an upload";

/// The tag of objects that no message has yet. A rule of the bucket deletes them after a day.
pub(crate) const UNSENT: &str = "unsent=true";

/// The objects of the bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
    attempts: Attempts,
}

/// The first bytes of an upload, or all.
#[derive(Debug)]
pub struct UploadedBytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The version of the upload, which may have been replaced since.
    pub version: String,
}

/// The files of a checked picture.
#[derive(Debug)]
pub struct PictureFiles {
    /// The picture itself.
    pub file: Vec<u8>,
    /// A small version of the picture.
    pub thumbnail: Vec<u8>,
    /// The type of the thumbnail.
    pub thumbnail_type: MediaType,
}

impl Objects {
    pub(crate) fn new(settings: &Settings, bucket: &str, url: &Url) -> Self {
        Self::trying(ATTEMPTS, settings, bucket, url)
    }

    fn trying(attempts: Attempts, settings: &Settings, bucket: &str, url: &Url) -> Self {
        let config = Builder::from(&settings.sdk(attempts)).force_path_style(url.path() != "/").build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned(), attempts }
    }

    /// The first `most` bytes of an upload, or all if it has fewer; `None` if it does not exist.
    pub async fn read_upload(&self, id: AttachmentId, most: u64) -> Result<Option<UploadedBytes>, Error> {
        // The SDK's timeouts and attempts end when the body begins.
        let read = async {
            let mut attempt = 1;
            loop {
                match within(self.attempts.each, self.try_to_read_upload(id, most)).await {
                    Err(_) if attempt < self.attempts.most => attempt += 1,
                    outcome => return outcome,
                }
            }
        };
        within(self.attempts.all, read).await
    }

    async fn try_to_read_upload(&self, id: AttachmentId, most: u64) -> Result<Option<UploadedBytes>, Error> {
        let call = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(Part::Upload.key(id))
            .range(format!("bytes=0-{}", most.saturating_sub(1)))
            .send();
        let found = match call.await {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failed(READING)(error)),
        };
        let bytes = found.body.collect().await.map_err(|error| Error::internal(READING, error))?;
        Ok(Some(UploadedBytes { bytes: bytes.to_vec(), version: found.e_tag.unwrap_or_default() }))
    }

    /// Writes the files of a picture, to be deleted after a day unless they are kept.
    pub async fn write_picture(&self, attachment: &Attachment, files: PictureFiles) -> Result<(), Error> {
        let put = |part: Part, bytes: Vec<u8>, content_type: MediaType| {
            self.client
                .put_object()
                .bucket(&self.bucket)
                .key(part.key(attachment.id))
                .content_type(content_type.as_str())
                .tagging(UNSENT)
                .body(ByteStream::from(bytes))
                .send()
        };
        tokio::try_join!(
            put(Part::File, files.file, attachment.content_type),
            put(Part::Thumbnail, files.thumbnail, files.thumbnail_type),
        )
        .map_err(failed("writing a picture"))?;
        Ok(())
    }

    /// Makes an upload the file of its attachment, with its type, to be deleted after a day unless it is kept. Returns
    /// `false` if the upload no longer has this version.
    pub async fn show_upload(&self, attachment: &Attachment, version: &str) -> Result<bool, Error> {
        let copied = self
            .client
            .copy_object()
            .copy_source(format!("{}/{}", self.bucket, Part::Upload.key(attachment.id)))
            .copy_source_if_match(version)
            .bucket(&self.bucket)
            .key(Part::File.key(attachment.id))
            .metadata_directive(MetadataDirective::Replace)
            .content_type(attachment.content_type.as_str())
            .tagging_directive(TaggingDirective::Replace)
            .tagging(UNSENT)
            .send()
            .await;
        match copied {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) || error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(failed("copying an upload")(error)),
        }
    }

    /// Deletes an upload.
    pub async fn delete_upload(&self, id: AttachmentId) -> Result<(), Error> {
        let call = self.client.delete_object().bucket(&self.bucket).key(Part::Upload.key(id)).send();
        call.await.map_err(failed("deleting an upload"))?;
        Ok(())
    }
}

async fn within<T>(patience: Duration, read: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |elapsed: Elapsed| Err(Error::Unavailable { doing: READING, source: elapsed.into() });
    timeout(patience, read).await.unwrap_or_else(late)
}

fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    // S3 denies access to a missing object, because the caller may not list the bucket (Amazon S3 API Reference,
    // "GetObject").
    matches!(error.code(), Some("NoSuchKey" | "AccessDenied"))
}

fn failed<E, R>(doing: &'static str) -> impl Fn(SdkError<E, R>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| Error::internal(doing, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Bucket,
        fake::{FakeS3, Hangs},
        tests::{attachment, bucket},
    };

    /// Objects with shorter attempts.
    fn objects(s3: &FakeS3) -> Objects {
        let Bucket(inner) = bucket(&s3.url, None);
        let attempts = Attempts { each: Duration::from_millis(300), all: Duration::from_secs(5), ..ATTEMPTS };
        Objects::trying(attempts, &inner.settings, &inner.name, &inner.url)
    }

    async fn reads(s3: &FakeS3) -> Result<Vec<u8>, Error> {
        Ok(objects(s3).read_upload(AttachmentId::new([7; 16]), 4).await?.unwrap().bytes)
    }

    #[tokio::test]
    async fn an_object_that_does_not_come_whole_is_read_again() {
        for hangs in [Hangs::AtOnce, Hangs::Halfway] {
            let s3 = FakeS3::start(1, hangs).await;
            assert_eq!(reads(&s3).await.unwrap(), b"abcd", "{hangs:?}");
            assert_eq!(s3.calls(), 2, "{hangs:?}");
            let s3 = FakeS3::start(usize::MAX, hangs).await;
            let never = reads(&s3).await;
            assert!(matches!(never, Err(Error::Unavailable { .. })), "{never:?}");
        }
    }

    #[tokio::test]
    async fn a_picture_whose_write_is_not_answered_is_written_again() {
        let s3 = FakeS3::start(1, Hangs::AtOnce).await;
        let files = PictureFiles { file: vec![1; 1000], thumbnail: vec![2; 10], thumbnail_type: MediaType::Png };
        objects(&s3).write_picture(&attachment(MediaType::Png, "a"), files).await.unwrap();
        assert_eq!(s3.calls(), 3);
    }
}
