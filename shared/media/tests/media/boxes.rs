//! Boxes of the ISO base media format.

/// A box with a short size.
pub(crate) fn iso_box(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + content.len()).unwrap().to_be_bytes();
    [&size[..], &kind, content].concat()
}

/// A box with a long size.
pub(crate) fn long_box(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u64::try_from(16 + content.len()).unwrap().to_be_bytes();
    [&[0, 0, 0, 1][..], &kind, &size, content].concat()
}

/// The content of a file type box: the major brand, a version, and the compatible brands.
pub(crate) fn brands(brands: &[[u8; 4]]) -> Vec<u8> {
    let [major, compatible @ ..] = brands else { panic!("a file has a brand") };
    [&major[..], &[0, 0, 2, 0], compatible.as_flattened()].concat()
}

/// The first box of most files.
pub(crate) fn file_type(names: &[[u8; 4]]) -> Vec<u8> {
    iso_box(*b"ftyp", &brands(names))
}
