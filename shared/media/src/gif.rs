use domain::MediaType;

use crate::{Refusal, input::Input};

/// Blocks, and labels of extensions (GIF 89a, appendix A).
const IMAGE: u8 = 0x2C;
const EXTENSION: u8 = 0x21;
const TRAILER: u8 = 0x3B;
const GRAPHIC_CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;

/// The extensions of applications that change how a picture looks: how often it repeats, by two names, and its colours.
const KEPT: [&[u8]; 3] = [b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

/// Keeps images, how each is shown, and the extensions that are [`KEPT`]. A GIF has no orientation.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(upload);
    if ![Ok(*b"GIF87a"), Ok(*b"GIF89a")].contains(&input.array()) {
        return Err(Refusal::NotOfType(MediaType::Gif));
    }
    let [_, _, _, _, screen, _, _] = input.array()?;
    colour_table(&mut input, screen)?;
    let mut clean = Vec::with_capacity(upload.len());
    clean.extend(input.since(Input(upload)));
    loop {
        let start = input;
        match input.byte()? {
            IMAGE => {
                let [_, _, _, _, _, _, _, _, image] = input.array()?;
                colour_table(&mut input, image)?;
                let _code_size = input.byte()?;
                sub_blocks(&mut input)?;
                clean.extend(input.since(start));
            }
            EXTENSION => {
                let label = input.byte()?;
                let blocks = sub_blocks(&mut input)?;
                let application = blocks.get(1..12).filter(|_| blocks.first() == Some(&11));
                let kept = application.is_some_and(|name| KEPT.contains(&name));
                if label == GRAPHIC_CONTROL || label == APPLICATION && kept {
                    clean.extend(input.since(start));
                }
            }
            TRAILER => {
                clean.push(TRAILER);
                return Ok(clean);
            }
            // Some programs end a block twice, and browsers do not mind.
            0 => {}
            _ => return Err(Refusal::Unreadable),
        }
    }
}

/// Skips the colours whose number `flags` tell.
fn colour_table(input: &mut Input, flags: u8) -> Result<(), Refusal> {
    if flags & 0x80 != 0 {
        input.take(3 << ((flags & 7) + 1))?;
    }
    Ok(())
}

/// Data in blocks of up to 255 bytes, each after its length, up to an empty one.
fn sub_blocks<'a>(input: &mut Input<'a>) -> Result<&'a [u8], Refusal> {
    let start = *input;
    loop {
        match input.byte()? {
            0 => return Ok(input.since(start)),
            length => input.take(length.into())?,
        };
    }
}
