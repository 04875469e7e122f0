//! The checksums that a client sends with an object, before it or after it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use s3s::{
    S3Result, TrailingHeaders,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5},
    s3_error,
};

use crate::headers;

/// The headers with sums, one for each algorithm.
const CRC32: &str = "x-amz-checksum-crc32";
const CRC32C: &str = "x-amz-checksum-crc32c";
const CRC64NVME: &str = "x-amz-checksum-crc64nvme";
const SHA1: &str = "x-amz-checksum-sha1";
const SHA256: &str = "x-amz-checksum-sha256";
const MD5: &str = "content-md5";
/// The header with the names of the sums after the object.
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
const ALL: [&str; 6] = [CRC32, CRC32C, CRC64NVME, SHA1, SHA256, MD5];

/// The sums that a client has sent or will send, and the sums of the content so far.
pub(super) struct Checksums {
    expected: Vec<(&'static str, Option<String>)>,
    hasher: ChecksumHasher,
    md5: Option<Md5>,
}

impl Checksums {
    /// The sums that a request with these headers announces.
    pub(super) fn announced(sent: &HeaderMap) -> Self {
        let text = |name: &str| sent.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let is_trailer = |name: &str| headers::list(sent, TRAILER).any(|trailer| trailer == name);
        let expected = ALL.into_iter().map(|name| (name, text(name)));
        let expected: Vec<_> = expected.filter(|(name, sum)| sum.is_some() || is_trailer(name)).collect();
        let has = |wanted: &str| expected.iter().any(|(name, _)| *name == wanted);
        let hasher = ChecksumHasher {
            crc32: has(CRC32).then(Default::default),
            crc32c: has(CRC32C).then(Default::default),
            crc64nvme: has(CRC64NVME).then(Default::default),
            sha1: has(SHA1).then(Default::default),
            sha256: has(SHA256).then(Default::default),
        };
        let md5 = has(MD5).then(Md5::new);
        Self { expected, hasher, md5 }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// Compares the sums after all of the content.
    pub(super) fn verify(self, trailers: Option<&TrailingHeaders>) -> S3Result<()> {
        let computed = self.hasher.finalize();
        let md5 = self.md5.map(|md5| STANDARD.encode(md5.finalize()));
        for (name, sent) in self.expected {
            let computed = match name {
                CRC32 => computed.checksum_crc32.as_ref(),
                CRC32C => computed.checksum_crc32c.as_ref(),
                CRC64NVME => computed.checksum_crc64nvme.as_ref(),
                SHA1 => computed.checksum_sha1.as_ref(),
                SHA256 => computed.checksum_sha256.as_ref(),
                _ => md5.as_ref(),
            };
            let in_trailer = |headers: &HeaderMap| Some(headers.get(name)?.to_str().ok()?.to_owned());
            let sent = sent.or_else(|| trailers?.read(in_trailer)?);
            if sent.is_none() || sent.as_ref() != computed {
                return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
            }
        }
        Ok(())
    }
}
