//! The way of a request: through the edge, which is CloudFront, or directly to API Gateway.
//!
//! The edge adds two headers to each request. The first has a secret of the stack, and proves the way. The second has
//! the address of the client, because API Gateway sees the address of the edge. Only with the proof does the second one
//! count, so no client can choose its address, on which the limits of registrations and logins depend.

use std::{env, net::IpAddr, sync::LazyLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::{Error, Refusal};
use lambda_http::{
    http::{HeaderMap, HeaderValue},
    request::RequestContext,
};

use crate::http::Request;

/// The header with the secret. `X-Edge` and `X-Amz` as beginnings are reserved (Amazon CloudFront Developer Guide,
/// "Custom headers that CloudFront can't add to origin requests").
const PROOF: &str = "x-chat-proof";
/// The header with the address, which the edge writes over that of a client.
const ADDRESS: &str = "x-chat-address";

static EDGE: LazyLock<Edge> = LazyLock::new(|| Edge {
    proof: env::var("EDGE_PROOF").unwrap_or_default(),
    only: env::var("EDGE_ONLY").is_ok_and(|only| only == "yes"),
});

#[derive(Debug)]
struct Edge {
    /// The secret, or empty if there is no edge.
    proof: String,
    /// Whether requests that did not come through the edge are refused.
    only: bool,
}

impl Edge {
    fn address(&self, headers: &HeaderMap) -> Result<Option<IpAddr>, Error> {
        let is_proven = single(headers, PROOF)
            .filter(|_| !self.proof.is_empty())
            .is_some_and(|proof| verify_slices_are_equal(proof.as_bytes(), self.proof.as_bytes()).is_ok());
        if is_proven {
            return Ok(single(headers, ADDRESS).and_then(|address| address.to_str().ok()?.parse().ok()));
        }
        if self.only { Err(Refusal::WrongAddress.into()) } else { Ok(None) }
    }
}

/// The value of a header that occurs once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// The address of the client, if the request came through the edge.
///
/// # Errors
/// `WrongAddress` if it did not, and only such requests are served.
pub(crate) fn address(headers: &HeaderMap) -> Result<Option<IpAddr>, Error> {
    EDGE.address(headers)
}

/// Replaces the address that API Gateway has seen, if the request came through the edge.
///
/// # Errors
/// `WrongAddress` if it did not, and only such requests are served.
pub(crate) fn take_address(request: &mut Request) -> Result<(), Error> {
    if let Some(address) = address(request.headers())?
        && let Some(RequestContext::ApiGatewayV2(context)) = request.extensions_mut().get_mut()
    {
        context.http.source_ip = Some(address.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "7hTq0Zs5Vw";

    fn edge(only: bool) -> Edge {
        Edge { proof: SECRET.to_owned(), only }
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    /// The address that counts, or the refusal.
    fn seen(edge: &Edge, lines: &[(&'static str, &str)]) -> Result<Option<String>, ()> {
        match edge.address(&headers(lines)) {
            Ok(address) => Ok(address.map(|address| address.to_string())),
            Err(Error::Refused(Refusal::WrongAddress)) => Err(()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn with_the_proof_the_edge_names_the_address() {
        for address in ["203.0.113.7", "2001:db8::7"] {
            let lines = [(PROOF, SECRET), (ADDRESS, address)];
            assert_eq!(seen(&edge(true), &lines), Ok(Some(address.to_owned())));
            assert_eq!(seen(&edge(false), &lines), Ok(Some(address.to_owned())));
        }
        // The edge caches pages, and sends no address with them.
        assert_eq!(seen(&edge(true), &[(PROOF, SECRET)]), Ok(None));
    }

    #[test]
    fn without_the_proof_no_header_counts() {
        let address = (ADDRESS, "203.0.113.7");
        for lines in [&[address] as &[_], &[(PROOF, ""), address], &[(PROOF, SECRET), (PROOF, SECRET), address]] {
            assert_eq!(seen(&edge(true), lines), Err(()), "{lines:?}");
            assert_eq!(seen(&edge(false), lines), Ok(None), "{lines:?}");
        }
        // A function without a secret has no edge, and an empty proof proves nothing.
        let none = |only| Edge { proof: String::new(), only };
        assert_eq!(seen(&none(false), &[(PROOF, ""), address]), Ok(None));
        assert_eq!(seen(&none(true), &[(PROOF, ""), address]), Err(()));
    }

    #[test]
    fn of_two_addresses_neither_counts() {
        let lines = [(PROOF, SECRET), (ADDRESS, "203.0.113.7"), (ADDRESS, "203.0.113.8")];
        assert_eq!(seen(&edge(true), &lines), Ok(None));
        for address in ["203.0.113.7, 203.0.113.8", "203.0.113.7:443", "", "localhost"] {
            assert_eq!(seen(&edge(true), &[(PROOF, SECRET), (ADDRESS, address)]), Ok(None), "{address}");
        }
    }

    proptest! {
        /// A stranger knows the names of the headers, and not the secret.
        #[test]
        fn no_stranger_chooses_an_address(proof in "[ -~]{0,20}", address in "[0-9a-f:.]{0,40}", copies in 1..3usize) {
            prop_assume!(proof != SECRET);
            let lines: Vec<_> = [(PROOF, proof.as_str()), (ADDRESS, address.as_str())].repeat(copies);
            prop_assert_eq!(seen(&edge(true), &lines), Err(()));
            prop_assert_eq!(seen(&edge(false), &lines), Ok(None));
        }
    }
}
