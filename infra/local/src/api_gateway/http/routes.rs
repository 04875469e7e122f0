//! The routes of an HTTP API. The most specific one serves a request.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, ensure};
use matchit::Router;
use template::HttpRoute;

/// The routes of an HTTP API.
///
/// The path decides before the method: `ANY /pets/dog` outranks `GET /pets/{id}`; of equal paths, the route with the
/// request's method outranks `ANY`.
#[derive(Debug)]
pub(super) struct Routes {
    /// By method; `ANY` routes are in all of them.
    by_method: BTreeMap<String, Router<Route>>,
    any: Router<Route>,
    default: Option<Route>,
}

/// A route with its key in events.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Route {
    /// Such as `GET /pets/{id}`, or `$default`.
    pub(super) key: String,
    /// The function's name.
    pub(super) function: String,
    /// The name of its greedy variable.
    pub(super) greedy: Option<String>,
}

/// The route of a request, and the parameters in its path.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Matched<'a> {
    pub(super) route: &'a Route,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Routes {
    pub(super) fn new(routes: &[HttpRoute]) -> Result<Self> {
        let methods = routes.iter().filter_map(|route| route.method.clone());
        let by_method = methods.map(|method| Ok((method.clone(), router(routes, Some(&method))?)));
        let default = routes.iter().find(|route| route.path.is_none());
        Ok(Self {
            by_method: by_method.collect::<Result<_>>()?,
            any: router(routes, None)?,
            default: default.map(|route| Route {
                key: "$default".to_owned(),
                function: route.function.clone(),
                greedy: None,
            }),
        })
    }

    /// The route for a decoded path. An escaped `/` separates like any other.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        let router = self.by_method.get(method).unwrap_or(&self.any);
        if let Ok(found) = router.at(path) {
            // The pattern for an empty greedy variable does not contain the variable.
            let empty = found.value.greedy.iter().map(|name| (name.clone(), String::new()));
            let given = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            let parameters = empty.chain(given).collect();
            return Some(Matched { route: found.value, parameters });
        }
        let route = self.default.as_ref()?;
        Some(Matched { route, parameters: BTreeMap::new() })
    }
}

/// The routes for one method: its own, and the routes for any method at other paths.
fn router(routes: &[HttpRoute], method: Option<&str>) -> Result<Router<Route>> {
    let mut matcher = Router::new();
    let own = routes.iter().filter(|route| method.is_some() && route.method.as_deref() == method);
    let own_paths: Vec<_> = own.clone().filter_map(|route| route.path.as_deref()).collect();
    let any = routes
        .iter()
        .filter(|route| route.method.is_none() && route.path.as_deref().is_none_or(|path| !own_paths.contains(&path)));
    for route in own.chain(any) {
        let Some(path) = &route.path else { continue };
        ensure!(
            !path.ends_with('/') || path == "/",
            "{}: Path: a route cannot end in /, and {path} does",
            route.function
        );
        let key = route.key();
        let greedy = greedy(path);
        let patterns = match greedy {
            // Whether `/{proxy+}` serves `/` is not documented, so here it does not.
            Some(("/", name)) => vec![format!("/{{*{name}}}")],
            Some((base, name)) => vec![format!("{base}{{*{name}}}"), base.to_owned()],
            None => vec![path.clone()],
        };
        let target = Route { key, function: route.function.clone(), greedy: greedy.map(|(_, name)| name.to_owned()) };
        for pattern in patterns {
            matcher
                .insert(pattern, target.clone())
                .map_err(|error| anyhow!("{}: Path: {path}: {error}", route.function))?;
        }
    }
    Ok(matcher)
}

/// `/x/{proxy+}` → `/x/`, `proxy`. The variable may be empty, so the route serves `/x/`, but not `/x`.
fn greedy(path: &str) -> Option<(&str, &str)> {
    path.strip_suffix("+}")?.rsplit_once('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let routes: Vec<_> = keys
            .iter()
            .map(|key| {
                let (method, path) =
                    key.split_once(' ').map_or((None, None), |(method, path)| (Some(method), Some(path)));
                HttpRoute {
                    method: method.filter(|method| *method != "ANY").map(str::to_owned),
                    path: path.map(str::to_owned),
                    function: (*key).to_owned(),
                }
            })
            .collect();
        Routes::new(&routes).unwrap()
    }

    #[track_caller]
    fn goes(routes: &Routes, method: &str, path: &str, expected: Option<&str>) {
        let found = routes.find(method, path).map(|matched| matched.route.function.as_str());
        assert_eq!(found, expected, "{method} {path}");
    }

    #[test]
    fn the_most_specific_route_wins() {
        // The example of "Routing API requests" in the developer guide.
        let routes =
            routes(&["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"]);
        goes(&routes, "GET", "/pets/dog/1", Some("GET /pets/dog/1"));
        goes(&routes, "GET", "/pets/dog/2", Some("GET /pets/dog/{id}"));
        goes(&routes, "GET", "/pets/cat/1", Some("GET /pets/{proxy+}"));
        goes(&routes, "POST", "/test/5", Some("ANY /{proxy+}"));
        let only_default = self::routes(&["GET /a", "$default"]);
        goes(&only_default, "GET", "/b", Some("$default"));
    }

    #[test]
    fn a_trailing_slash_is_another_path() {
        let routes = routes(&["GET /x", "GET /y", "GET /y/{proxy+}"]);
        goes(&routes, "GET", "/x", Some("GET /x"));
        goes(&routes, "GET", "/x/", None);
        goes(&routes, "GET", "/y/", Some("GET /y/{proxy+}"));
        goes(&routes, "GET", "/y", Some("GET /y"));
        goes(&routes, "GET", "/y/a/b", Some("GET /y/{proxy+}"));
        goes(&routes, "POST", "/x", None);
    }

    #[test]
    fn the_path_decides_before_the_method() {
        let routes = routes(&["ANY /pets/dog", "GET /pets/{id}", "ANY /both", "GET /both"]);
        goes(&routes, "GET", "/pets/dog", Some("ANY /pets/dog"));
        goes(&routes, "GET", "/both", Some("GET /both"));
        goes(&routes, "POST", "/both", Some("ANY /both"));
        goes(&routes, "POST", "/pets/cat", None);
    }

    #[test]
    fn a_route_for_all_other_paths_takes_no_path_of_another() {
        let routes = routes(&["GET /", "GET /x", "GET /x/{proxy+}", "POST /y", "GET /{proxy+}", "POST /{proxy+}"]);
        goes(&routes, "GET", "/", Some("GET /"));
        goes(&routes, "GET", "/x", Some("GET /x"));
        goes(&routes, "GET", "/x/", Some("GET /x/{proxy+}"));
        goes(&routes, "GET", "/xy", Some("GET /{proxy+}"));
        goes(&routes, "GET", "/y/", Some("GET /{proxy+}"));
        goes(&routes, "POST", "/y", Some("POST /y"));
        goes(&routes, "POST", "/y/", Some("POST /{proxy+}"));
        goes(&routes, "POST", "/", None);
        goes(&routes, "OPTIONS", "/y", None);
    }

    #[test]
    fn a_greedy_parameter_takes_the_rest_of_the_path() {
        let routes = routes(&["GET /u/{name}/{proxy+}"]);
        let parameters = |path| routes.find("GET", path).unwrap().parameters;
        let expected = |proxy: &str| BTreeMap::from([("name".into(), "ä".into()), ("proxy".into(), proxy.into())]);
        assert_eq!(parameters("/u/ä/"), expected(""));
        assert_eq!(parameters("/u/ä/b/c"), expected("b/c"));
    }
}
