//! The calls that S3 answers here, after `s3s` has read them. All others are `NotImplemented`.

use std::{io::SeekFrom, ops::Range};

use futures_util::StreamExt as _;
use s3s::{
    S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result,
    dto::{
        Bucket, CopyObjectInput, CopyObjectOutput, CopyObjectResult, DeleteObjectInput, DeleteObjectOutput,
        DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetBucketLocationInput, GetBucketLocationOutput,
        GetObjectInput, GetObjectOutput, GetObjectTaggingInput, GetObjectTaggingOutput, HeadBucketInput,
        HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListObjectsV2Input,
        ListObjectsV2Output, PutObjectInput, PutObjectOutput, PutObjectTaggingInput, PutObjectTaggingOutput,
        StreamingBlob,
    },
    s3_error,
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::{
    arrival::Arrival,
    checksum::Checksums,
    condition::{Overwrite, Preconditions},
    event::Reason,
    listing,
    object::{Attributes, Object},
    service::Service,
    store::Wanted,
    tags,
};
use crate::iam::{self, Access};

/// The size of a read from an object, in bytes.
const CHUNK: usize = 64 * 1024;

#[async_trait::async_trait]
impl S3 for Service {
    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let arrival = Arrival::of(&req)?;
        let mut checksums = Checksums::announced(&req.headers);
        let input = req.input;
        let tags = tags::of_header(input.tagging.as_deref())?;
        self.check_put(&arrival, &input.bucket, &input.key, !tags.is_empty())?;
        let mut draft = self.store.draft(&input.bucket)?;
        let mut body = input.body;
        while let Some(body) = &mut body
            && let Some(chunk) = body.next().await
        {
            let chunk = chunk.map_err(|error| S3Error::with_source(S3ErrorCode::IncompleteBody, error))?;
            checksums.update(&chunk);
            draft.write(&chunk).await?;
        }
        checksums.verify(req.trailing_headers.as_ref())?;
        let attributes = Attributes {
            content_type: input.content_type,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding.and_then(|encoding| own_encoding(&encoding)),
            content_language: input.content_language,
            cache_control: input.cache_control,
            expires: input.expires,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        };
        let overwrite = Overwrite { if_match: input.if_match, if_none_match: input.if_none_match };
        let content = draft.finish().await?;
        let wanted = Wanted { bucket: input.bucket, key: input.key, attributes, tags, overwrite };
        let object = self.put(&arrival, Reason::Put, wanted, content).await?;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(object.e_tag()), ..Default::default() }))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let arrival = Arrival::of(&req)?;
        let GetObjectInput {
            bucket, key, range, if_match, if_none_match, if_modified_since, if_unmodified_since, ..
        } = req.input;
        self.check(&arrival, [iam::s3::object("GetObject", &bucket, &key)])?;
        let Some((object, file)) = self.store.read(&bucket, &key)? else {
            return Err(self.missing(&arrival, &bucket));
        };
        let preconditions = Preconditions { if_match, if_none_match, if_modified_since, if_unmodified_since };
        preconditions.check(&object, S3ErrorCode::NotModified)?;
        let part = range.map(|range| range.check(object.size)).transpose()?;
        let Range { start, end } = part.clone().unwrap_or(0..object.size);
        let mut file = tokio::fs::File::from_std(file);
        file.seek(SeekFrom::Start(start)).await.map_err(S3Error::internal_error)?;
        let content = ReaderStream::with_capacity(file.take(end - start), CHUNK);
        let Object { size, created, attributes, tags, .. } = Object::clone(&object);
        Ok(S3Response::new(GetObjectOutput {
            body: Some(StreamingBlob::wrap(content)),
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(signed(end - start)?),
            content_range: part.map(|Range { start, end }| format!("bytes {start}-{}/{size}", end - 1)),
            e_tag: Some(object.e_tag()),
            last_modified: Some(created),
            content_type: attributes.content_type.or_else(|| Some(UNKNOWN_TYPE.to_owned())),
            content_disposition: attributes.content_disposition,
            content_encoding: attributes.content_encoding,
            content_language: attributes.content_language,
            cache_control: attributes.cache_control,
            expires: attributes.expires,
            metadata: Some(attributes.metadata.into_iter().collect()),
            tag_count: i32::try_from(tags.len()).ok().filter(|count| *count > 0),
            ..Default::default()
        }))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let arrival = Arrival::of(&req)?;
        let HeadObjectInput { bucket, key, if_match, if_none_match, if_modified_since, if_unmodified_since, .. } =
            req.input;
        self.check(&arrival, [iam::s3::object("GetObject", &bucket, &key)])?;
        let object = self.store.find(&bucket, &key).ok_or_else(|| self.missing(&arrival, &bucket))?;
        let preconditions = Preconditions { if_match, if_none_match, if_modified_since, if_unmodified_since };
        preconditions.check(&object, S3ErrorCode::NotModified)?;
        let Object { size, created, attributes, .. } = Object::clone(&object);
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(signed(size)?),
            e_tag: Some(object.e_tag()),
            last_modified: Some(created),
            content_type: attributes.content_type.or_else(|| Some(UNKNOWN_TYPE.to_owned())),
            content_disposition: attributes.content_disposition,
            content_encoding: attributes.content_encoding,
            content_language: attributes.content_language,
            cache_control: attributes.cache_control,
            expires: attributes.expires,
            metadata: Some(attributes.metadata.into_iter().collect()),
            ..Default::default()
        }))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let arrival = Arrival::of(&req)?;
        let object = self.copy(&arrival, req.input).await?;
        let result = CopyObjectResult {
            e_tag: Some(object.e_tag()),
            last_modified: Some(object.created.clone()),
            ..Default::default()
        };
        Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() }))
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let arrival = Arrival::of(&req)?;
        let DeleteObjectInput { bucket, key, if_match, .. } = req.input;
        if if_match.is_some() {
            return Err(s3_error!(NotImplemented, "If-Match of DeleteObject"));
        }
        self.check(&arrival, [iam::s3::object("DeleteObject", &bucket, &key)])?;
        self.blocking(move |store| store.delete(&bucket, &key, |_| true)).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn get_object_tagging(
        &self,
        req: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        let arrival = Arrival::of(&req)?;
        let GetObjectTaggingInput { bucket, key, .. } = req.input;
        self.check(&arrival, [iam::s3::object("GetObjectTagging", &bucket, &key)])?;
        let object = self.store.find(&bucket, &key).ok_or_else(|| self.missing(&arrival, &bucket))?;
        Ok(S3Response::new(GetObjectTaggingOutput { tag_set: tags::listed(&object.tags), version_id: None }))
    }

    async fn put_object_tagging(
        &self,
        req: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let arrival = Arrival::of(&req)?;
        let PutObjectTaggingInput { bucket, key, tagging, .. } = req.input;
        let tags = tags::of_tagging(tagging)?;
        self.tag(&arrival, "PutObjectTagging", bucket, key, tags).await?;
        Ok(S3Response::new(PutObjectTaggingOutput::default()))
    }

    async fn delete_object_tagging(
        &self,
        req: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let arrival = Arrival::of(&req)?;
        let DeleteObjectTaggingInput { bucket, key, .. } = req.input;
        self.tag(&arrival, "DeleteObjectTagging", bucket, key, tags::Tags::new()).await?;
        Ok(S3Response::new(DeleteObjectTaggingOutput::default()))
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.check(&Arrival::of(&req)?, [iam::s3::bucket("ListBucket", &req.input.bucket)])?;
        self.check_bucket(&req.input.bucket)?;
        let objects = self.store.list(&req.input.bucket);
        Ok(S3Response::new(listing::page(req.input, &objects)))
    }

    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let access = Access { action: "s3:ListAllMyBuckets".to_owned(), resource: "*".to_owned() };
        self.check(&Arrival::of(&req)?, [access])?;
        let bucket = |name: &String| Bucket {
            name: Some(name.clone()),
            creation_date: self.store.bucket_created(name),
            ..Default::default()
        };
        let buckets = self.buckets.keys().map(bucket).collect();
        Ok(S3Response::new(ListBucketsOutput { buckets: Some(buckets), ..Default::default() }))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.check(&Arrival::of(&req)?, [iam::s3::bucket("ListBucket", &req.input.bucket)])?;
        self.check_bucket(&req.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.check(&Arrival::of(&req)?, [iam::s3::bucket("GetBucketLocation", &req.input.bucket)])?;
        self.check_bucket(&req.input.bucket)?;
        Ok(S3Response::new(GetBucketLocationOutput::default()))
    }
}

/// The type of an object whose writer has set none.
const UNKNOWN_TYPE: &str = "binary/octet-stream";

/// The encodings of an object, without the encoding of the request with which it came.
fn own_encoding(header: &str) -> Option<String> {
    let encodings = header.split(',').map(str::trim).filter(|encoding| *encoding != "aws-chunked");
    let encodings: Vec<_> = encodings.collect();
    (!encodings.is_empty()).then(|| encodings.join(","))
}

fn signed(size: u64) -> S3Result<i64> {
    i64::try_from(size).map_err(S3Error::internal_error)
}
