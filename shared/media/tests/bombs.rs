//! Small files that would take much memory or time are refused before they do. In a process of its own, because the
//! tests measure its memory.

#![allow(clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

use std::{
    fs,
    io::Write as _,
    time::{Duration, Instant},
};

use flate2::{Compression, write::ZlibEncoder};
use media::{Refusal, picture};

/// Far below the memory of the function, and the memory that any of these files would take.
const ENOUGH_MEGABYTES: u64 = 200;
/// Long enough for a build that is not optimised, on a busy machine.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn bombs_do_not_go_off() {
    let gigabyte = zeros(1024);
    let bombs = [
        ("a header of 60,000 by 60,000 pixels", png(60_000, &zeros(1)), Some(Refusal::TooManyPixels)),
        ("the same with a gigabyte of pixels", png(60_000, &gigabyte), Some(Refusal::TooManyPixels)),
        ("a gigabyte of pixels where 64 are", png(8, &gigabyte), None),
        ("a gigabyte of text", with_chunk(b"zTXtx\0\0", &gigabyte), None),
        ("a gigabyte of colour profile", with_chunk(b"iCCPx\0\0", &gigabyte), None),
        ("a JPEG of 65,500 by 65,500", jpeg(65_500, 1), Some(Refusal::TooManyPixels)),
        ("a JPEG of 20,000 scans", jpeg(4_000, 20_000), Some(Refusal::TooManyScans)),
        ("a screen of 65,535 by 65,535", gif(65_535, 8, 1), Some(Refusal::TooManyPixels)),
        ("a frame of 65,535 by 65,535 on a small screen", gif(8, 65_535, 1), Some(Refusal::TooManyPixels)),
        ("a million frames", gif(8, 8, 1_000_000), None),
        ("a WebP of 16,383 by 16,383", webp(), Some(Refusal::TooManyPixels)),
    ];
    reset_peak();
    for (what, upload, refusal) in bombs {
        assert!(upload.len() <= 20_000_000, "{what}");
        let start = Instant::now();
        let judged = picture(&upload);
        assert!(start.elapsed() < SOON, "{what}: {:?}", start.elapsed());
        if let Some(refusal) = refusal {
            assert_eq!(judged.unwrap_err(), refusal, "{what}");
        } else if let Ok(harmless) = judged {
            assert!(harmless.bytes.len() <= upload.len() && harmless.thumbnail.bytes.len() < 10_000, "{what}");
        }
        let megabytes = peak_megabytes();
        assert!(megabytes.is_none_or(|megabytes| megabytes < ENOUGH_MEGABYTES), "{what}: {megabytes:?} MB");
    }
}

/// Resets the peak that Linux counts (proc(5), `clear_refs`).
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_megabytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// So many megabytes of zeros, compressed to a thousandth.
fn zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let megabyte = vec![0; 1024 * 1024];
    for _ in 0..megabytes {
        encoder.write_all(&megabyte).unwrap();
    }
    encoder.finish().unwrap()
}

fn png(side: u32, pixels: &[u8]) -> Vec<u8> {
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", pixels), &chunk(b"IEND", b"")].concat()
}

fn with_chunk(start: &[u8], data: &[u8]) -> Vec<u8> {
    let mut upload = png(8, &zeros(1));
    upload.splice(33..33, chunk(start, data));
    upload
}

fn chunk(start: &[u8], data: &[u8]) -> Vec<u8> {
    let named = [start, data].concat();
    let length = u32::try_from(named.len() - 4).unwrap().to_be_bytes();
    [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// A progressive picture of one colour, without tables, so that decoding it would fail.
fn jpeg(side: u16, scans: usize) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let frame = [0xFF, 0xC2, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0];
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0x55];
    [&[0xFF, 0xD8][..], &frame, &scan.repeat(scans), &[0xFF, 0xD9]].concat()
}

fn gif(screen: u16, frame: u16, frames: usize) -> Vec<u8> {
    let [screen, frame] = [screen, frame].map(|side| [side.to_le_bytes(), side.to_le_bytes()].concat());
    // Two colours, and an image of two codes: the first clears the table, the second ends the image.
    let image = [&[0x2C, 0, 0, 0, 0][..], &frame, &[0, 2, 1, 0x2C, 0]].concat();
    [&b"GIF89a"[..], &screen, &[0x80, 0, 0, 0, 0, 0, 255, 255, 255], &image.repeat(frames), &[0x3B]].concat()
}

fn webp() -> Vec<u8> {
    let picture = [&b"VP8L\x06\0\0\0\x2F"[..], &0x0FFF_BFFE_u32.to_le_bytes(), &[0]].concat();
    [&b"RIFF\x12\0\0\0WEBP"[..], &picture].concat()
}
