//! Which way up a picture is: the one thing that is kept of its EXIF data.

use image::metadata::Orientation;

/// Where EXIF data has a name before it.
pub(crate) const NAME: &[u8] = b"Exif\0\0";

/// How `exif` says that the picture is to be turned, if at all, as EXIF data that says nothing else (CIPA DC-008,
/// 4.6.2).
pub(crate) fn orientation(exif: &[u8]) -> Option<[u8; 26]> {
    let tiff = exif.strip_prefix(NAME).unwrap_or(exif);
    let orientation = Orientation::from_exif_chunk(tiff).filter(|turn| *turn != Orientation::NoTransforms)?;
    // Big-endian TIFF with one directory at byte 8, of one entry: tag 0x0112, one SHORT. No further directory follows.
    let mut only = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    if let Some(value) = only.get_mut(19) {
        *value = orientation.to_exif();
    }
    Some(only)
}
