//! The content of objects, in files of their own.

use axum::body::Bytes;
use s3s::{
    S3Error, S3Result,
    crypto::{Checksum as _, Md5},
};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

/// Content in the directory of its bucket that belongs to no object yet. Its file is deleted when it is dropped.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) path: TempPath,
    pub(super) size: u64,
    pub(super) e_tag: String,
}

/// Content that is being written.
pub(super) struct Draft {
    path: TempPath,
    file: tokio::fs::File,
    size: u64,
    md5: Md5,
}

impl Draft {
    /// An empty draft in a new file.
    pub(super) fn new(path: TempPath, file: std::fs::File) -> Self {
        Self { path, file: tokio::fs::File::from_std(file), size: 0, md5: Md5::new() }
    }

    /// The bytes so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn write(&mut self, bytes: &Bytes) -> S3Result<()> {
        self.file.write_all(bytes).await.map_err(S3Error::internal_error)?;
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Returns the content when it is on disk.
    pub(super) async fn finish(mut self) -> S3Result<Content> {
        self.file.flush().await.map_err(S3Error::internal_error)?;
        self.file.sync_all().await.map_err(S3Error::internal_error)?;
        Ok(Content { path: self.path, size: self.size, e_tag: hex::encode(self.md5.finalize()) })
    }
}
