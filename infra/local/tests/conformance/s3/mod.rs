//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/> and <https://docs.aws.amazon.com/AmazonS3/latest/API/>
//!
//! The tests sign with the credentials of a function, as the function itself does.

mod calls;
mod form;
mod presigned;
mod rules;

use std::time::{Duration, SystemTime};

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::{ProvideErrorMetadata, SdkError},
    presigning::PresigningConfig,
};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use crate::harness::Runtime;

/// The bucket of the template.
pub const BUCKET: &str = "files";

/// The credentials of a function, or of the developer.
pub struct Signer {
    url: String,
    access_key: String,
    secret: String,
    token: String,
}

impl Signer {
    /// The function behind a route.
    pub async fn of(runtime: &Runtime, route: &str) -> Self {
        let environment = runtime.json(&format!("{route}?do=environment")).await;
        let variable = |name: &str| environment[name].as_str().unwrap().to_owned();
        Self {
            url: variable("AWS_ENDPOINT_URL_S3"),
            access_key: variable("AWS_ACCESS_KEY_ID"),
            secret: variable("AWS_SECRET_ACCESS_KEY"),
            token: variable("AWS_SESSION_TOKEN"),
        }
    }

    /// The developer, whose credentials the runtime does not know.
    pub fn developer(runtime: &Runtime) -> Self {
        let anything = || "anything".to_owned();
        Self { url: runtime.url.clone(), access_key: anything(), secret: anything(), token: anything() }
    }

    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The same signer at another address of the runtime.
    pub fn at(self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self }
    }

    /// The SDK's client.
    pub fn client(&self) -> Client {
        let token = Some(self.token.clone());
        let credentials = Credentials::new(&self.access_key, &self.secret, token, None, "environment");
        let config = aws_sdk_s3::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(&self.url)
            .build();
        Client::from_conf(config)
    }

    pub async fn put(&self, key: &str, body: &str) {
        self.client().put_object().bucket(BUCKET).key(key).body(body.as_bytes().to_vec().into()).send().await.unwrap();
    }

    /// A presigned GET, signed `ago` and valid for a minute.
    pub async fn presigned(&self, key: &str, ago: Duration) -> String {
        let valid = PresigningConfig::builder()
            .start_time(SystemTime::now() - ago)
            .expires_in(Duration::from_mins(1))
            .build()
            .unwrap();
        let request = self.client().get_object().bucket(BUCKET).key(key).response_content_type("image/png");
        let request = request.response_content_disposition("inline; filename*=UTF-8''a%20b.png");
        request.presigned(valid).await.unwrap().uri().to_owned()
    }

    /// A form for one object of exactly this type and size.
    pub fn form(&self, key: &str, content_type: &str, size: usize) -> Form {
        let expiration = OffsetDateTime::now_utc() + Duration::from_mins(10);
        self.form_until(expiration, key, content_type, size)
    }

    pub fn form_until(&self, expiration: OffsetDateTime, key: &str, content_type: &str, size: usize) -> Form {
        let now = SystemTime::now();
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let date = OffsetDateTime::from(now).format(format).unwrap();
        let credential = format!("{}/{}/us-east-1/s3/aws4_request", self.access_key, &date[..8]);
        let expiration =
            expiration.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z")).unwrap();
        let fields = [
            ("key", key),
            ("Content-Type", content_type),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", &credential),
            ("x-amz-date", &date),
            ("x-amz-security-token", &self.token),
        ];
        let mut conditions = vec![json!({"bucket": BUCKET}), json!(["content-length-range", size, size])];
        conditions.extend(fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])));
        let policy = STANDARD.encode(json!({"expiration": expiration, "conditions": conditions}).to_string());
        let signing_key = generate_signing_key(&self.secret, now, "us-east-1", "s3");
        let signature = calculate_signature(signing_key, policy.as_bytes());
        let mut form = Form(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        form.set("policy", &policy);
        form.set("x-amz-signature", &signature);
        form
    }
}

/// The fields of a form, before its file.
#[derive(Clone)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.remove(name);
        self
    }

    fn remove(&mut self, name: &str) {
        self.0.retain(|(there, _)| there != name);
    }

    pub fn get(&self, name: &str) -> &str {
        &self.0.iter().find(|(there, _)| there == name).unwrap().1
    }

    /// Posts the form with a file, as a page of the web client does.
    pub async fn post(&self, runtime: &Runtime, file: &[u8]) -> reqwest::Response {
        self.post_from(runtime, "https://app.example", file).await
    }

    /// Posts the form with a file, as a page of this origin does.
    pub async fn post_from(&self, runtime: &Runtime, origin: &str, file: &[u8]) -> reqwest::Response {
        let mut body = Vec::new();
        for (name, value) in &self.0 {
            let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                    Content-Type: application/octet-stream\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = runtime.http.post(format!("{}/{BUCKET}", runtime.url));
        let request = request.header("origin", origin);
        request.header("content-type", "multipart/form-data; boundary=edge").body(body).send().await.unwrap()
    }
}

/// Status and code of an answer that is an error.
pub async fn refusal(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (status, code.unwrap_or_else(|| panic!("no code in {body}")).0.to_owned())
}

/// Status and code of the SDK's error.
pub fn refused<E: ProvideErrorMetadata>(result: Result<impl Sized, SdkError<E>>) -> (u16, String) {
    let Err(error) = result else { panic!("an answer instead of a refusal") };
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    (status, error.code().unwrap_or_default().to_owned())
}

/// The status and the code of an error, for comparison.
pub fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The record of rights.
pub async fn recorded(runtime: &Runtime, list: &str) -> Value {
    runtime.json("/_local/iam").await[list].take()
}
