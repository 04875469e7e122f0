//! Keeps the parts of a GIF that are needed to show it.

use crate::{Refusal, input::Input};

/// Blocks, and labels of extensions (GIF 89a, appendix A).
const IMAGE: u8 = 0x2C;
const EXTENSION: u8 = 0x21;
const TRAILER: u8 = 0x3B;
const GRAPHIC_CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;

/// Keeps images, and the [`kept`] part of extensions. A GIF has no orientation.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(upload);
    if ![Ok(*b"GIF87a"), Ok(*b"GIF89a")].contains(&input.array()) {
        return Err(Refusal::NoPicture);
    }
    let [_, _, _, _, screen, _, _] = input.array()?;
    colour_table(&mut input, screen)?;
    let mut clean = Vec::with_capacity(upload.len());
    clean.extend(input.since(Input(upload)));
    loop {
        let start = input;
        // Some programs omit the end, and browsers accept that.
        let block = if input.is_empty() { TRAILER } else { input.byte()? };
        match block {
            IMAGE => {
                let [_, _, _, _, _, _, _, _, image] = input.array()?;
                colour_table(&mut input, image)?;
                let _code_size = input.byte()?;
                sub_blocks(&mut input)?;
                clean.extend(input.since(start));
            }
            EXTENSION => {
                let label = input.byte()?;
                if let Some(kept) = kept(label, sub_blocks(&mut input)?) {
                    clean.extend([EXTENSION, label]);
                    clean.extend(kept);
                }
            }
            TRAILER => {
                clean.push(TRAILER);
                return Ok(clean);
            }
            // Some programs end a block twice, and browsers accept that.
            0 => {}
            _ => return Err(Refusal::Unreadable),
        }
    }
}

/// The blocks of an extension that change the appearance of the picture: the control of an image, the colour profile,
/// and the number of repetitions, which has two names.
fn kept(label: u8, blocks: &[u8]) -> Option<Vec<u8>> {
    match (label, blocks) {
        (GRAPHIC_CONTROL, [4, control @ ..]) => {
            control.first_chunk::<4>().map(|control| [&[4][..], control, &[0]].concat())
        }
        (APPLICATION, [11, application @ ..]) => match application.split_first_chunk::<11>()? {
            (b"ICCRGBG1012", _) => Some(blocks.to_vec()),
            (name @ (b"NETSCAPE2.0" | b"ANIMEXTS1.0"), [3, 1, low, high, ..]) => {
                Some([&[11][..], name, &[3, 1, *low, *high, 0]].concat())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Skips the colour table that `flags` announce.
fn colour_table(input: &mut Input, flags: u8) -> Result<(), Refusal> {
    if flags & 0x80 != 0 {
        input.take(3 << ((flags & 7) + 1))?;
    }
    Ok(())
}

/// Reads blocks of up to 255 bytes, each after its length, to an empty one.
fn sub_blocks<'a>(input: &mut Input<'a>) -> Result<&'a [u8], Refusal> {
    let start = *input;
    loop {
        match input.byte()? {
            0 => return Ok(input.since(start)),
            length => input.take(length.into())?,
        };
    }
}
