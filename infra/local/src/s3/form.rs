//! Uploads by HTML forms with policies that functions sign.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use std::time::SystemTime;

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use axum::{
    body::Body,
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use multer::{Constraints, Field, Multipart, SizeLimit};
use s3s::{S3Error, S3Result, dto::PostResponse, s3_error, xml};
use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

use super::{
    arrival::Unknown,
    authentication::{Authority, check_token},
    condition::Overwrite,
    content::Content,
    error::named,
    event::Reason,
    object::{Attributes, Object},
    policy::{self, Fields},
    service::Service,
    store::Wanted,
    tags, unsupported,
};
use crate::iam::Caller;

/// The largest sum of the fields before the file, in bytes (20 KB: "POST Object").
const MAX_FIELDS: usize = 20 * 1024;

/// The boundary of a form, if the request is one.
pub(super) fn boundary(parts: &Parts) -> Option<String> {
    let content_type = parts.headers.get(header::CONTENT_TYPE).filter(|_| parts.method == Method::POST)?;
    multer::parse_boundary(content_type.to_str().ok()?).ok()
}

impl Service {
    /// Creates an object from a form.
    pub(super) async fn post(
        &self,
        authority: &Authority,
        bucket: &str,
        boundary: String,
        body: Body,
        unknown: Unknown,
    ) -> S3Result<Response> {
        let sizes = SizeLimit::new().per_field(MAX_FIELDS as u64).for_field("file", u64::MAX);
        let constraints = Constraints::new().size_limit(sizes);
        let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
        let taken = self.take(authority, bucket, &mut form, unknown).await;
        if taken.is_err() {
            // A client reads the answer only after it has sent everything.
            while let Ok(Some(_)) = form.next_field().await {}
        }
        taken
    }

    async fn take(
        &self,
        authority: &Authority,
        bucket: &str,
        form: &mut Multipart<'_>,
        unknown: Unknown,
    ) -> S3Result<Response> {
        let (fields, file) = fields(form).await?;
        let arrival = unknown.signed_by(signer(authority, &fields)?)?;
        let sizes = policy::check(&fields, bucket, OffsetDateTime::now_utc())?;
        let key = key(&fields, &file)?;
        let tags = fields.get("tagging").map(|xml| tags::of_field(xml)).transpose()?.unwrap_or_default();
        unsupported::refuse_fields(fields.keys())?;
        self.check_put(&arrival, bucket, &key, !tags.is_empty())?;
        let content = self.receive(bucket, file, *sizes.start(), *sizes.end()).await?;
        let (attributes, overwrite) = (attributes(&fields), Overwrite::default());
        let wanted = Wanted { bucket: bucket.to_owned(), key, attributes, tags, overwrite };
        let object = self.put(&arrival, Reason::Post, wanted, content).await?;
        answer(status(&fields), bucket, &object)
    }

    async fn receive(&self, bucket: &str, mut file: Field<'_>, min: u64, max: u64) -> S3Result<Content> {
        let mut draft = self.store.draft(bucket)?;
        while let Some(chunk) = file.chunk().await.map_err(malformed)? {
            if draft.size() + chunk.len() as u64 > max {
                return Err(s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size"));
            }
            draft.write(&chunk).await?;
        }
        if draft.size() < min {
            return Err(s3_error!(EntityTooSmall, "Your proposed upload is smaller than the minimum allowed size"));
        }
        draft.finish().await
    }
}

/// The fields before the file, and the file. Fields after it are ignored.
async fn fields<'a>(form: &mut Multipart<'a>) -> S3Result<(Fields, Field<'a>)> {
    let mut fields = Fields::new();
    let mut size = 0;
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_lowercase();
        if name == "file" {
            return Ok((fields, field));
        }
        let value = field.text().await.map_err(malformed)?;
        size += name.len() + value.len();
        if size > MAX_FIELDS {
            return Err(too_long());
        }
        if fields.insert(name, value).is_some() {
            return Err(s3_error!(InvalidArgument, "POST has a field more than once."));
        }
    }
    Err(s3_error!(InvalidArgument, "POST requires exactly one file upload per request."))
}

fn malformed(error: multer::Error) -> S3Error {
    match error {
        multer::Error::FieldSizeExceeded { .. } => too_long(),
        error => s3_error!(
            error,
            MalformedPOSTRequest,
            "The body of your POST request is not well-formed multipart/form-data."
        ),
    }
}

fn too_long() -> S3Error {
    let message = "Your POST request fields preceding the upload file were too large.";
    named("MaxPostPreDataLengthExceeded", StatusCode::BAD_REQUEST, message)
}

/// The signer of the policy: a function, whose signature is verified, or the developer.
fn signer(authority: &Authority, fields: &Fields) -> S3Result<Caller> {
    let field = |name: &str| fields.get(name).map(String::as_str);
    let (Some(policy), Some(signature), Some(credential)) =
        (field("policy"), field("x-amz-signature"), field("x-amz-credential"))
    else {
        return Err(s3_error!(AccessDenied, "Access Denied"));
    };
    if field("x-amz-algorithm") != Some("AWS4-HMAC-SHA256") {
        return Err(s3_error!(InvalidArgument, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    let scope: Vec<_> = credential.split('/').collect();
    let [access_key, day, region, "s3", "aws4_request"] = scope[..] else {
        return Err(s3_error!(
            InvalidArgument,
            "the Credential is malformed; expecting \"<access-key>/YYYYMMDD/REGION/s3/aws4_request\"."
        ));
    };
    let Some(identity) = authority.identity(access_key) else { return Ok(Caller::Developer) };
    check_token(&identity, field("x-amz-security-token"))?;
    let time = field("x-amz-date").filter(|date| date.starts_with(day)).and_then(time);
    let time = time.ok_or_else(|| {
        s3_error!(InvalidArgument, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    })?;
    let signing_key = generate_signing_key(&identity.credentials.secret_access_key, time, region, "s3");
    if calculate_signature(signing_key, policy.as_bytes()) != signature {
        return Err(s3_error!(
            SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check your key and signing \
             method."
        ));
    }
    Ok(Caller::Function(identity.function))
}

fn time(text: &str) -> Option<SystemTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(text, format).ok()?.assume_utc().into())
}

fn key(fields: &Fields, file: &Field<'_>) -> S3Result<String> {
    let key = fields.get("key").filter(|key| !key.is_empty()).ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
        )
    })?;
    let key = key.replace("${filename}", file.file_name().unwrap_or_default());
    if s3s::path::check_key(&key) { Ok(key) } else { Err(s3_error!(KeyTooLongError, "Your key is too long")) }
}

fn attributes(fields: &Fields) -> Attributes {
    let field = |name: &str| fields.get(name).cloned();
    let metadata = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix("x-amz-meta-")?, value)));
    Attributes {
        content_type: field("content-type"),
        content_disposition: field("content-disposition"),
        content_encoding: field("content-encoding"),
        content_language: field("content-language"),
        cache_control: field("cache-control"),
        expires: None,
        metadata: metadata.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
    }
}

/// The status of the answer, which the form chooses.
fn status(fields: &Fields) -> StatusCode {
    match fields.get("success_action_status").map(String::as_str) {
        Some("200") => StatusCode::OK,
        Some("201") => StatusCode::CREATED,
        _ => StatusCode::NO_CONTENT,
    }
}

fn answer(status: StatusCode, bucket: &str, object: &Object) -> S3Result<Response> {
    let key = &object.key;
    let (location, e_tag) = (format!("/{bucket}/{key}"), format!("\"{}\"", object.e_tag));
    let mut document = Vec::new();
    if status == StatusCode::CREATED {
        let mut writer = xml::Serializer::new(&mut document);
        let answer = PostResponse { location: &location, bucket, key, etag: &e_tag };
        let written = writer.decl().and_then(|()| xml::Serialize::serialize(&answer, &mut writer));
        written.map_err(S3Error::internal_error)?;
    }
    Ok((status, [(header::ETAG, e_tag)], document).into_response())
}
