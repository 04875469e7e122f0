//! Headers whose values are lists.

use lambda_http::http::header::{AsHeaderName, HeaderMap};

/// The members of a list, over all lines of the header (RFC 9110, sections 5.3 and 5.6.1). A line that is not text has
/// none.
pub(crate) fn list(headers: &HeaderMap, name: impl AsHeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|member| !member.is_empty())
}
