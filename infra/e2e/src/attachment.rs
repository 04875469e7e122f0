//! Files that users attach: their contents, their upload and their download.

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use image::{ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use reqwest::{
    Client, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{Answer, User};

/// The bytes of a place in the EXIF data of [`File::photo`]. The rest of the file has them nowhere.
pub const SECRET_PLACE: &[u8] = b"47.3769 N 8.5417 E";

/// Between two tries to send an attachment.
const PAUSE: Duration = Duration::from_millis(50);
/// Longer than a check takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file on a user's phone.
#[derive(Clone, Debug)]
pub struct File {
    /// `picture` or `video`.
    pub kind: &'static str,
    /// Its media type, as the phone declares it.
    pub content_type: &'static str,
    /// Its file name.
    pub name: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl File {
    /// A photo of 640 by 480 pixels, with the place of the camera in its EXIF data.
    pub fn photo() -> Self {
        let plain = photo_without_place();
        // After the start of image: an APP1 segment that begins as EXIF does (Exif 3.0, section 4.5.4).
        let exif = [b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0".as_slice(), SECRET_PLACE].concat();
        let length = u16::try_from(exif.len() + 2).expect("a segment is short").to_be_bytes();
        let bytes = [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat();
        Self { kind: "picture", content_type: "image/jpeg", name: "garden.jpg", bytes }
    }

    /// A small PNG.
    pub fn picture() -> Self {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbImage::from_pixel(8, 6, Rgb([200, 30, 30]));
        picture.write_to(&mut bytes, ImageFormat::Png).expect("a picture can be written");
        Self { kind: "picture", content_type: "image/png", name: "red.png", bytes: bytes.into_inner() }
    }

    /// Bytes that begin as an MP4 does and have every value.
    pub fn video() -> Self {
        let start = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41".iter().copied();
        let bytes = start.chain((0..100_000_u32).map(|n| n.to_le_bytes()[0])).collect();
        Self { kind: "video", content_type: "video/mp4", name: "film ½.mp4", bytes }
    }

    /// The same file under another description.
    #[must_use]
    pub fn said_to_be(self, kind: &'static str, content_type: &'static str) -> Self {
        Self { kind, content_type, ..self }
    }

    /// The body of `POST /create-attachment/`, for a room or for the picture of one.
    pub fn announcement(&self, room: impl Into<Option<u64>>) -> Value {
        json!({
            "conversation_id": room.into(), "kind": self.kind, "content_type": self.content_type,
            "size": self.bytes.len(), "name": self.name,
        })
    }
}

/// The bytes of [`File::photo`] without its EXIF data.
pub fn photo_without_place() -> Vec<u8> {
    let photo = RgbImage::from_fn(640, 480, |x, y| Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90]));
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes).encode_image(&photo).expect("a picture can be written");
    bytes
}

/// A form that uploads a file, as `POST /create-attachment/` returned it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The id of the attachment.
    pub id: String,
    /// The URL that takes the form.
    pub url: String,
    /// The fields that precede the file.
    pub fields: Vec<(String, String)>,
}

impl Upload {
    pub(crate) fn of(announced: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a form is made of texts").to_owned();
        let fields = announced["upload"]["fields"].as_object().expect("a form has fields");
        Self {
            id: text(&announced["id"]),
            url: text(&announced["upload"]["url"]),
            fields: fields.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        }
    }

    /// The same form with another value in a field.
    #[must_use]
    pub fn with(mut self, field: &str, value: &str) -> Self {
        self.fields.retain(|(name, _)| name != field);
        self.fields.push((field.to_owned(), value.to_owned()));
        self
    }

    /// Sends the form with these bytes, and returns the status and the body of S3's answer.
    pub async fn sends(&self, bytes: &[u8]) -> (u16, String) {
        let fields = self.fields.iter().cloned();
        let form = fields.fold(Form::new(), |form, (name, value)| form.text(name, value));
        let form = form.part("file", Part::bytes(bytes.to_vec()).file_name("file"));
        let response = Client::new().post(&self.url).multipart(form).send().await.expect("S3 answers");
        (response.status().as_u16(), response.text().await.expect("S3's answer can be read"))
    }
}

/// Downloads a link, and asserts that S3 has it.
pub async fn download(link: &Value) -> Response {
    let response = fetch(link.as_str().expect("a link is a text")).await;
    assert_eq!(response.status(), 200, "{link}");
    response
}

/// Returns S3's answer to a `GET`, a success or not.
pub async fn fetch(url: &str) -> Response {
    Client::new().get(url).send().await.expect("S3 answers")
}

impl User {
    /// Tries to announce a file for a room.
    pub async fn tries_to_announce(&self, room: u64, file: &File) -> Answer {
        self.post("/create-attachment/", &file.announcement(room)).await
    }

    /// Announces a file for a room.
    pub async fn announces(&self, room: u64, file: &File) -> Upload {
        Upload::of(&self.tries_to_announce(room, file).await.is(201))
    }

    /// Uploads a file for a room, and returns the id of the attachment.
    pub async fn uploads(&self, room: u64, file: &File) -> String {
        let upload = self.announces(room, file).await;
        let (status, body) = upload.sends(&file.bytes).await;
        assert_eq!(status, 204, "{body}");
        upload.id
    }

    /// Uploads a file for the picture of a room, and returns the id of the attachment.
    pub async fn uploads_for_a_room(&self, file: &File) -> String {
        let upload = Upload::of(&self.post("/create-attachment/", &file.announcement(None)).await.is(201));
        let (status, body) = upload.sends(&file.bytes).await;
        assert_eq!(status, 204, "{body}");
        upload.id
    }

    /// Creates a room with a picture and other members, and returns it. Comes again while the picture is checked.
    pub async fn creates_room_with_picture(&self, file: &File, members: &[&User]) -> Value {
        let picture = self.uploads_for_a_room(file).await;
        let members: Vec<u64> = members.iter().map(|member| member.id).collect();
        let start = Instant::now();
        loop {
            let answer = self.post("/create-chatroom/", &json!({"members": members, "picture": picture})).await;
            if answer.status != 503 || start.elapsed() > PATIENCE {
                return answer.is(201);
            }
            sleep(PAUSE).await;
        }
    }

    /// Tries to send an attachment of this kind without a text. Comes again after a 503, as clients do, but sooner: it
    /// is still being checked, or the machine is busy.
    pub async fn tries_to_attach(&self, room: u64, kind: &str, id: &str) -> Answer {
        let start = Instant::now();
        loop {
            let answer = self.tries_to_attach_at_once(room, kind, id).await;
            if answer.status != 503 || start.elapsed() > PATIENCE {
                return answer;
            }
            sleep(PAUSE).await;
        }
    }

    /// Tries once to send an attachment of this kind without a text.
    pub async fn tries_to_attach_at_once(&self, room: u64, kind: &str, id: &str) -> Answer {
        let field = format!("attachment_{kind}");
        self.post("/send-message/", &json!({"conversation_id": room, field: id})).await
    }

    /// Waits until an attachment has been checked: then it is refused as one of another kind.
    pub async fn knows_checked(&self, room: u64, kind: &str, id: &str) {
        let other = if kind == "picture" { "video" } else { "picture" };
        self.tries_to_attach(room, other, id).await.refuses(400, "attachment_invalid");
    }
}
