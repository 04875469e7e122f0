//! The objects themselves, by the SDK: whoever checks an upload reads it and writes what is shown of it.

use std::time::Duration;

use aws::{Attempts, Settings};
use aws_sdk_s3::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
    types::TaggingDirective,
};
use domain::{Attachment, AttachmentId, Error, MediaType};
use tokio::time::timeout;
use url::Url;

use crate::key::Part;

/// The attempts of a call. One that reads or writes the largest picture, 16 MB, has to move 1.6 MB a second, where S3
/// moves fifty. Reading and writing, with the time between them, are within the 35 s of the function.
const ATTEMPTS: Attempts = Attempts {
    most: 3,
    backoff: Duration::from_millis(50),
    each: Duration::from_secs(10),
    all: Duration::from_secs(15),
};

const READING: &str = "reading an upload";

/// What no message has yet. A rule of the bucket deletes what carries it for a day.
const UNSENT: &str = "unsent=true";

/// The objects of the bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
}

/// The first bytes of an upload, or all.
#[derive(Debug)]
pub struct UploadedBytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Which upload they are of: there may be another one by now.
    pub version: String,
}

/// A picture, as it is shown.
#[derive(Debug)]
pub struct PictureFiles {
    /// The picture itself.
    pub file: Vec<u8>,
    /// The picture, small.
    pub thumbnail: Vec<u8>,
    /// The type of the thumbnail.
    pub thumbnail_type: MediaType,
}

impl Objects {
    pub(crate) fn new(settings: &Settings, bucket: &str, url: &Url) -> Self {
        let config = Builder::from(&settings.sdk(ATTEMPTS)).force_path_style(url.path() != "/").build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned() }
    }

    /// The first `most` bytes of an upload, or all if it has fewer; `None` where there is none.
    pub async fn read_upload(&self, id: AttachmentId, most: u64) -> Result<Option<UploadedBytes>, Error> {
        // The SDK's timeouts end when a body begins, and it does not try again what breaks off.
        let late = |_| Error::Unavailable { doing: READING, source: "no whole answer in time".into() };
        let read = async {
            let mut attempt = 1;
            loop {
                match timeout(ATTEMPTS.each, self.try_to_read_upload(id, most))
                    .await
                    .unwrap_or_else(|elapsed| Err(late(elapsed)))
                {
                    Err(_) if attempt < ATTEMPTS.most => attempt += 1,
                    outcome => return outcome,
                }
            }
        };
        timeout(ATTEMPTS.all, read).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
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

    /// Writes what is shown of a picture, to be deleted after a day unless it is kept.
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

    /// Shows an upload as it is, to be deleted after a day unless it is kept. `false` where it is no longer that
    /// version.
    pub async fn show_upload(&self, attachment: &Attachment, version: &str) -> Result<bool, Error> {
        let copied = self
            .client
            .copy_object()
            .copy_source(format!("{}/{}", self.bucket, Part::Upload.key(attachment.id)))
            .copy_source_if_match(version)
            .bucket(&self.bucket)
            .key(Part::File.key(attachment.id))
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

fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    // Who may not list the bucket is told nothing else of an object that is missing (Amazon S3 API Reference,
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
