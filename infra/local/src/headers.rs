//! Headers of requests.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The members of a list, over all lines of the header (RFC 9110, section 5.3). A line that is not text has none.
pub fn list(headers: &HeaderMap, name: impl Into<HeaderName>) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name.into()).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|member| !member.is_empty())
}

/// The value of a header that may have one line only. `None` without the header, and with several lines.
#[must_use]
pub fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

#[cfg(test)]
mod tests {
    use axum::http::header::CONNECTION;

    use super::*;

    #[test]
    fn a_list_is_one_however_it_is_split_into_lines() {
        for lines in [&["a, b,c"][..], &["a", "b", "c"], &["a,", " b ,c"], &["", "a,b", ",,", "c,"]] {
            let headers = lines.iter().map(|line| (CONNECTION, line.parse().unwrap())).collect();
            assert_eq!(list(&headers, CONNECTION).collect::<Vec<_>>(), ["a", "b", "c"], "{lines:?}");
            assert_eq!(single(&headers, &CONNECTION).is_some(), lines.len() == 1, "{lines:?}");
        }
        assert_eq!(list(&HeaderMap::new(), CONNECTION).count(), 0);
    }
}
