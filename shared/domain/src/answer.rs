//! The size of answers. Lambda wraps an answer into a JSON string, so that the quotation marks of JSON count twice.

use std::io;

use serde::Serialize;

use crate::{Error, MAX_ANSWER_BYTES};

/// The bytes of items in an answer. The rest is for brackets and headers.
const MAX_ITEM_BYTES: usize = MAX_ANSWER_BYTES - 4096;

/// The rest of an answer that items still fit into.
#[derive(Debug)]
pub struct Budget {
    rest: usize,
    is_empty: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(MAX_ITEM_BYTES)
    }
}

impl Budget {
    /// A part of an answer, of so many bytes.
    #[must_use]
    pub const fn of(bytes: usize) -> Self {
        Self { rest: bytes, is_empty: true }
    }

    /// Whether a list may have one more item: if it fits, or is the first one. Takes its size off the rest.
    pub fn takes(&mut self, item: &impl Serialize) -> Result<bool, Error> {
        let is_first = std::mem::replace(&mut self.is_empty, false);
        // The comma counts, too.
        let size = wrapped_size(item)? + 1;
        let fits = size <= self.rest;
        self.rest = self.rest.saturating_sub(size);
        Ok(fits || is_first)
    }
}

fn wrapped_size(item: &impl Serialize) -> Result<usize, Error> {
    let mut size = Size(0);
    serde_json::to_writer(&mut size, item).map_err(|error| Error::internal("measuring an answer", error))?;
    Ok(size.0)
}

/// Counts bytes of JSON as a JSON string has them.
struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        self.0 += json.len() + json.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_as_it_is_wrapped() {
        for text in ["hi", "\"quoted\"", "\\", "line\nbreak", "\u{1}", "ü😀"] {
            let json = serde_json::to_string(text).unwrap();
            let wrapped = serde_json::to_string(&json).unwrap().len() - 2;
            assert_eq!(wrapped_size(&text).unwrap(), wrapped, "{text:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_unless_it_is_the_first() {
        let (half, all) = ("x".repeat(MAX_ITEM_BYTES / 2 - 5), "x".repeat(MAX_ITEM_BYTES));
        let mut budget = Budget::default();
        assert_eq!([&half, &half, &half].map(|item| budget.takes(item).unwrap()), [true, true, false]);
        let mut budget = Budget::default();
        assert_eq!([&all, &half].map(|item| budget.takes(item).unwrap()), [true, false]);
    }
}
