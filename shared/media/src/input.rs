use crate::Refusal;

/// The unread rest of a file.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Refusal> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Refusal::Unreadable)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Refusal::Unreadable)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Refusal> {
        self.array().map(|[byte]| byte)
    }

    /// The bytes that were read since `start`, an earlier state of the same input.
    pub(crate) fn since(self, start: Self) -> &'a [u8] {
        start.0.split_at(start.0.len() - self.0.len()).0
    }
}

/// Converts a length of a file's format.
pub(crate) fn length(length: u32) -> Result<usize, Refusal> {
    usize::try_from(length).map_err(|_| Refusal::Unreadable)
}
