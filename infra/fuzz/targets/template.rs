//! A template is read into a system with all of its parts, or refused with a sentence.

#![no_main]

use libfuzzer_sys::fuzz_target;
use template::{Secrets, Template};

fuzz_target!(|source: &str| {
    let mut secrets = Secrets::in_memory();
    let parsed = match Template::parse(source, &mut secrets) {
        Ok(parsed) => parsed,
        Err(error) => {
            let sentence = format!("{error:#}");
            assert!(!sentence.trim().is_empty(), "{error:?}");
            return;
        }
    };
    let is_function = |name: &str| parsed.functions.iter().any(|function| function.name == name);
    let routes = parsed.http_api.iter().flat_map(|api| &api.routes).map(|route| &route.function);
    let sockets = parsed.websocket_api.iter().flat_map(|api| api.routes.values());
    let authorizers =
        parsed.websocket_api.iter().flat_map(|api| &api.authorizer).map(|authorizer| &authorizer.function);
    let rules = parsed.rules.iter().map(|rule| &rule.function);
    for function in routes.chain(sockets).chain(authorizers).chain(rules) {
        assert!(is_function(function), "{function}");
    }
    let again = Template::parse(source, &mut secrets).unwrap();
    assert_eq!(format!("{parsed:?}"), format!("{again:?}"));
});
