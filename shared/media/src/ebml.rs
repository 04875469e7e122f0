//! Reads the header of a WebM file, which is an EBML document (RFC 8794).

use crate::input::Input;

/// Elements (RFC 8794, sections 11.2.1 and 11.2.6).
const HEADER: u64 = 0x1A45_DFA3;
const DOC_TYPE: u64 = 0x4282;

/// Whether these are the first bytes of a WebM file. Other Matroska files have other types, which few browsers show.
pub(crate) fn is_webm(first_bytes: &[u8]) -> bool {
    doc_type(first_bytes) == Some(b"webm")
}

/// The type of the document, an element of the header. Other elements may precede it in any order.
fn doc_type(first_bytes: &[u8]) -> Option<&[u8]> {
    let mut input = Input(first_bytes);
    if number(&mut input)?.with_mark != HEADER {
        return None;
    }
    let mut header = match number(&mut input)?.size()? {
        // Programs that write a live stream may not know it. RFC 8794 allows this only for other elements.
        Size::Unknown => input,
        Size::Bytes(size) => Input(input.take(size.min(input.0.len())).ok()?),
    };
    loop {
        let id = number(&mut header)?.with_mark;
        let Size::Bytes(size) = number(&mut header)?.size()? else { return None };
        let data = header.take(size).ok()?;
        if id == DOC_TYPE {
            // A string ends at its first NUL, as GStreamer writes it (RFC 8794, section 13).
            return data.split(|&byte| byte == 0).next();
        }
    }
}

/// A number of variable length (RFC 8794, section 4). The leading zeros of its first byte are the number of bytes that
/// follow, and the one after them is its mark.
struct Number {
    with_mark: u64,
    mark: u64,
}

enum Size {
    Bytes(usize),
    /// Up to an element that cannot be a child (RFC 8794, section 6.2).
    Unknown,
}

impl Number {
    fn size(&self) -> Option<Size> {
        let size = self.with_mark ^ self.mark;
        // All ones.
        if size == self.mark - 1 { Some(Size::Unknown) } else { usize::try_from(size).ok().map(Size::Bytes) }
    }
}

fn number(input: &mut Input) -> Option<Number> {
    let first = input.byte().ok()?;
    let following = first.leading_zeros();
    let mark = 0x80_u64.checked_shr(following).filter(|mark| *mark != 0)? << (8 * following);
    let rest = input.take(following.try_into().ok()?).ok()?;
    let with_mark = rest.iter().fold(first.into(), |number, &byte| number << 8 | u64::from(byte));
    Some(Number { with_mark, mark })
}
