//! The first screen: the addresses of the services, and the table of routes.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use owo_colors::OwoColorize as _;
use serde::Serialize;
use template::{Function, HttpRoute, OBJECT_CREATED, REGION, Template};

use crate::logs;

/// The end of a path that matches everything below it.
const GREEDY: &str = "/{proxy+}";

/// The addresses of the services, and the table of routes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Screen {
    url: String,
    web_socket_url: Option<String>,
    /// The URLs of the buckets.
    buckets: Vec<String>,
    /// `None` if the data ends with the process.
    data: Option<PathBuf>,
    routes: Vec<Route>,
    #[serde(skip)]
    tour: Option<PathBuf>,
}

/// Its abbreviation on the screen.
const BELOW: &str = "/…";

/// One line of the table of routes.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Route {
    /// `GET`, `ANY`, `WS` for a route of the WebSocket API, or `EVENT` for a rule of EventBridge.
    method: String,
    /// A path, a route key of the WebSocket API, or the type of an event.
    path: String,
    /// The labels of the functions that it calls, in this order.
    functions: Vec<String>,
}

impl Screen {
    /// The screen of a `template` that is served at `url`; `data` is the data directory, if the data is kept.
    #[must_use]
    pub fn new(template: &Template, url: &str, data: Option<&Path>, root: &Path) -> Self {
        let stage = template.websocket_api.as_ref().map(|api| &api.stage);
        let tour = root.join("infra/docs/tour.md");
        Self {
            url: url.to_owned(),
            web_socket_url: stage.map(|stage| format!("{}/{stage}", url.replacen("http", "ws", 1))),
            buckets: template.buckets.iter().map(|bucket| format!("{url}/{}", bucket.name)).collect(),
            data: data.map(Path::to_owned),
            routes: routes(template),
            tour: tour.is_file().then_some(tour),
        }
    }

    /// Prints the screen.
    pub fn show(&self) {
        logs::show("ready", self);
    }
}

fn routes(template: &Template) -> Vec<Route> {
    let label = |name: &str| {
        let found = template.functions.iter().find(|function| function.name == name);
        found.map_or(name, Function::label).to_owned()
    };
    let http = template.http_api.iter().flat_map(|api| shortened(&api.routes));
    let http = http.map(|(route, path)| Route {
        method: route.method.clone().unwrap_or_else(|| "ANY".to_owned()),
        path,
        functions: vec![label(&route.function)],
    });
    let sockets = template.websocket_api.iter().flat_map(|api| {
        let first = api.authorizer.as_ref().map(|authorizer| authorizer.function.as_str());
        api.routes.iter().map(move |(key, function)| (key, first.filter(|_| key == "$connect"), function))
    });
    let sockets = sockets.map(|(key, first, function)| Route {
        method: "WS".to_owned(),
        path: key.clone(),
        functions: first.into_iter().chain([function.as_str()]).map(label).collect(),
    });
    let events = template.rules.iter().map(|rule| Route {
        method: "EVENT".to_owned(),
        path: OBJECT_CREATED.to_owned(),
        functions: vec![label(&rule.function)],
    });
    let mut routes: Vec<_> = http.collect();
    routes.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    routes.extend(sockets);
    routes.extend(events);
    routes
}

/// Joins a route and the route for everything below it into one line if the same function serves both.
fn shortened(routes: &[HttpRoute]) -> impl Iterator<Item = (&HttpRoute, String)> {
    let has = |like: &HttpRoute, path: String| {
        let wanted = HttpRoute { path: Some(path), ..like.clone() };
        routes.contains(&wanted)
    };
    routes.iter().filter_map(move |route| {
        let Some(path) = &route.path else { return Some((route, "$default".to_owned())) };
        match path.strip_suffix(GREEDY) {
            Some(above) if has(route, above.to_owned()) => None,
            None if has(route, format!("{path}{GREEDY}")) => Some((route, format!("{path}[{GREEDY}]"))),
            _ => Some((route, path.clone())),
        }
    })
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, web_socket_url, buckets, data, routes, tour } = self;
        writeln!(f)?;
        writeln!(f, "  {:<10} {}", "HTTP".dimmed(), url.cyan().bold())?;
        if let Some(url) = web_socket_url {
            writeln!(f, "  {:<10} {}", "WebSocket".dimmed(), url.cyan().bold())?;
        }
        for bucket in buckets {
            writeln!(f, "  {:<10} {}", "S3".dimmed(), bucket.cyan().bold())?;
        }
        match data {
            Some(directory) => writeln!(f, "  {:<10} {}", "Data".dimmed(), directory.display())?,
            None => writeln!(f, "  {:<10} in memory: it ends with this process", "Data".dimmed())?,
        }
        writeln!(f)?;
        let rows: Vec<_> = routes.iter().map(|route| (route, route.path.replace(GREEDY, BELOW))).collect();
        let methods = rows.iter().map(|(route, _)| route.method.len()).max().unwrap_or_default();
        let paths = rows.iter().map(|(_, path)| path.chars().count()).max().unwrap_or_default();
        for (Route { method, functions, .. }, path) in rows {
            let functions = functions.join(", then ");
            writeln!(f, "  {:<methods$}  {path:<paths$}  {}", method.green(), functions.bold())?;
        }
        writeln!(f)?;
        let step = |f: &mut fmt::Formatter<'_>, name: &str, how: &str| writeln!(f, "  {:<10} {how}", name.dimmed());
        let command = format!("aws dynamodb list-tables --endpoint-url {url} --region {REGION}");
        step(f, "Tables", &format!("{command}, with any credentials"))?;
        if !buckets.is_empty() {
            step(f, "Objects", &format!("aws s3 ls --endpoint-url {url} --region {REGION}, with any credentials"))?;
        }
        step(f, "Rights", &format!("{url}/_local/iam lists the granted rights and the used ones"))?;
        if let Some(tour) = tour {
            step(f, "A tour", &tour.display().to_string())?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_and_all_below_it_are_one_line() {
        let route = |path: &str, function: &str| HttpRoute {
            method: Some("GET".to_owned()),
            path: Some(path.to_owned()),
            function: function.to_owned(),
        };
        let routes = [route("/a", "A"), route("/a/{proxy+}", "A"), route("/b", "B"), route("/b/{proxy+}", "C")];
        let paths: Vec<_> = shortened(&routes).map(|(_, path)| path).collect();
        assert_eq!(paths, ["/a[/{proxy+}]", "/b", "/b/{proxy+}"]);
    }
}
