//! The orientation of a picture, the only part of its EXIF data that is kept.

use image::metadata::Orientation;

/// The name before EXIF data in some formats.
pub(crate) const NAME: &[u8] = b"Exif\0\0";

/// EXIF data with the orientation of `exif` alone (CIPA DC-008, 4.6.2); `None` if the picture is upright.
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
