//! Links with which clients download attachments.

use std::time::Duration;

use domain::{Attachment, AttachmentKind, Error, Links, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Bucket, key::Part, named};

/// The lifetime of a link. Until then a user who has left the room can still read the file, because S3 checks the
/// signature alone. A client lists the message again for new links.
const LINKS_LAST: Duration = Duration::from_mins(15);
/// A file never changes, so a browser may keep it, but no cache in between, and no longer than the link lasts.
const CACHE_CONTROL: &str = "private, max-age=900";

impl Bucket {
    /// Links to an attachment of a message, for its readers.
    pub fn links(&self, attachment: &Attachment, now: Timestamp) -> Result<Links, Error> {
        let link = |part: Part| {
            let mut url = named(&self.0.public_url, &part.key(attachment.id))?;
            url.query_pairs_mut()
                .append_pair("response-cache-control", CACHE_CONTROL)
                .append_pair("response-content-disposition", &disposition(attachment))
                .extend_pairs(
                    (part == Part::File).then(|| ("response-content-type", attachment.content_type.as_str())),
                );
            self.signed("GET", url, now, LINKS_LAST)
        };
        let thumbnail = attachment.content_type.kind() == AttachmentKind::Picture;
        Ok(Links {
            url: link(Part::File)?,
            thumbnail_url: thumbnail.then(|| link(Part::Thumbnail)).transpose()?,
            expires_at: now + LINKS_LAST,
        })
    }
}

/// All characters that an extended value encodes: all but `attr-char` (RFC 8187, section 3.2.1).
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The name under which a client saves the file (RFC 6266). Without the usual space after the semicolon, because not
/// every S3 decodes it in a query.
fn disposition(attachment: &Attachment) -> String {
    format!("inline;filename*=UTF-8''{}", utf8_percent_encode(attachment.saved_as().as_str(), ATTR_CHAR))
}

#[cfg(test)]
mod tests {
    use domain::MediaType;
    use url::Url;

    use crate::tests::{THEN, attachment, bucket};

    #[test]
    fn a_link_has_the_type_and_the_name_signed_and_a_picture_has_two() {
        let bucket = bucket("http://127.0.0.1:8000", Some("token"));
        let links = bucket.links(&attachment(MediaType::Png, "кот \"1\";.png"), THEN).unwrap();
        let url = Url::parse(&links.url).unwrap();
        let id = "07070707-0707-4707-8707-070707070707";
        assert_eq!(url.path(), format!("/examplebucket/attachments/{id}"));
        let query: std::collections::BTreeMap<_, _> = url.query_pairs().collect();
        assert_eq!(query["response-content-type"], "image/png");
        assert_eq!(query["response-cache-control"], "private, max-age=900");
        assert_eq!(
            query["response-content-disposition"],
            "inline;filename*=UTF-8''%D0%BA%D0%BE%D1%82%20%221%22%3B.png"
        );
        assert_eq!((&*query["X-Amz-Expires"], &*query["X-Amz-Security-Token"]), ("900", "token"));
        assert!(links.thumbnail_url.unwrap().contains(&format!("/thumbnails/{id}?")));
        assert_eq!(links.expires_at.to_string(), "2013-05-24T00:15:00.000Z");
        assert_eq!(bucket.links(&attachment(MediaType::Mp4, "a"), THEN).unwrap().thumbnail_url, None);
    }
}
