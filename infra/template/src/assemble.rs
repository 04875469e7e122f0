//! From the text of a template to the typed system.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{
    arn,
    bucket::Bucket,
    intrinsics::Scope,
    properties::{self, RouteSettings, Throttling},
    scope::scope,
    secrets::Secrets,
    system::{Authorizer, EventRule, Function, HttpApi, HttpRoute, Table, Template, WebSocketApi},
    yaml::{self, Places},
};

impl Template {
    /// Reads the text of a template; secrets that it generates are looked up in, or added to, `secrets`.
    ///
    /// # Errors
    /// A sentence that names the resource and the property that are wrong or that the runtime cannot honour.
    pub fn parse(source: &str, secrets: &mut Secrets) -> Result<Self> {
        Self::with_parameters(source, &BTreeMap::new(), secrets)
    }

    /// Like [`Template::parse`], with other values for some of the parameters than their defaults.
    ///
    /// # Errors
    /// Where there is no such parameter, or it may not have that value, as well.
    pub fn with_parameters(source: &str, overrides: &BTreeMap<String, String>, secrets: &mut Secrets) -> Result<Self> {
        let document = yaml::parse(source)?;
        let document = document.as_object().context("a template is a mapping with a section Resources")?;
        let resources = object(document, "Resources").context("the template has no section Resources")?;
        let globals = document.get("Globals").and_then(|globals| globals.get("Function"));
        let places = Places::of(source);
        let reader = Reader { scope: scope(document, resources, overrides, &places)?, resources, globals, places };
        reader.template(secrets)
    }
}

struct Reader<'a> {
    scope: Scope,
    resources: &'a Map<String, Value>,
    globals: Option<&'a Value>,
    places: Places,
}

impl Reader<'_> {
    fn template(&self, secrets: &mut Secrets) -> Result<Template> {
        self.secrets(secrets)?;
        let mut functions = Vec::new();
        let mut routes = Vec::new();
        let mut rules = Vec::new();
        for (id, resource) in self.of_kind("AWS::Serverless::Function") {
            let (function, events) = self.function(id, resource).with_context(|| self.places.name(id))?;
            functions.push(function);
            for event in events {
                match event {
                    properties::Event::HttpApi(event) => routes.push(route(id, event)),
                    properties::Event::EventBridgeRule(event) => {
                        rules.push(EventRule { function: id.clone(), pattern: event.pattern });
                    }
                }
            }
        }
        let tables = self
            .of_kind("AWS::DynamoDB::Table")
            .map(|(id, resource)| self.table(id, resource).with_context(|| self.places.name(id)))
            .collect::<Result<_>>()?;
        let buckets = self.buckets()?;
        let http_api = self
            .only("AWS::Serverless::HttpApi")?
            .map(|(id, resource)| {
                self.http_api(id, resource, &mut routes, &functions).with_context(|| self.places.name(id))
            })
            .transpose()?;
        if let Some(api) = &http_api {
            self.refuse_shadowed(&api.routes, &buckets)?;
        }
        if let Some((_, route)) = routes.first() {
            bail!("{}: Events: its HttpApi is not one of the template's", self.places.name(&route.function));
        }
        let websocket_api = self
            .only("AWS::Serverless::WebSocketApi")?
            .map(|(id, resource)| self.websocket_api(id, resource, &functions).with_context(|| self.places.name(id)))
            .transpose()?;
        Ok(Template { functions, http_api, websocket_api, tables, buckets, rules })
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = (&String, &Value)> {
        self.resources.iter().filter(move |(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(kind))
    }

    /// There is one port, hence one API of each kind.
    fn only(&self, kind: &'static str) -> Result<Option<(&String, &Value)>> {
        let mut found = self.of_kind(kind);
        let first = found.next();
        if let Some((second, _)) = found.next() {
            bail!("{} is a second {kind}; the local runtime serves one", self.places.name(second));
        }
        Ok(first)
    }

    /// The typed properties of a resource, its intrinsics computed.
    fn properties<T: DeserializeOwned>(&self, resource: &Value, defaults: Option<&Value>) -> Result<T> {
        ensure!(resource.get("Condition").is_none(), "Condition: the local runtime has no conditional resources");
        let mut properties = defaults.cloned().unwrap_or_else(|| json!({}));
        merge(&mut properties, resource.get("Properties").unwrap_or(&json!({})));
        let properties = self.scope.resolve(&properties)?;
        serde_path_to_error::deserialize(properties).map_err(|error| match error.path().to_string().as_str() {
            "." => anyhow!("{}", error.inner()),
            path => anyhow!("{path}: {}", error.inner()),
        })
    }

    /// Makes the secrets that are missing.
    fn secrets(&self, kept: &mut Secrets) -> Result<()> {
        for (id, resource) in self.of_kind("AWS::SecretsManager::Secret") {
            let secret: properties::Secret = self.properties(resource, None).with_context(|| self.places.name(id))?;
            match (secret.secret_string, secret.generate_secret_string) {
                (Some(string), None) => kept.add_fixed(id, string),
                (None, Some(rule)) => {
                    kept.get_or_generate(id, &rule).with_context(|| self.places.name(id))?;
                }
                _ => bail!("{}: it needs either SecretString or GenerateSecretString", self.places.name(id)),
            }
        }
        Ok(())
    }

    /// A function, and what calls it.
    fn function(&self, id: &str, resource: &Value) -> Result<(Function, Vec<properties::Event>)> {
        let read: properties::Function = self.properties(resource, self.globals)?;
        ensure!(
            read.runtime.starts_with("provided"),
            "Runtime: the local runtime runs native binaries (provided.al2023), not {}",
            read.runtime
        );
        let package = Path::new(&read.code_uri).file_name().and_then(|name| name.to_str());
        let package = package.context("CodeUri: it must be the directory of a crate")?.to_owned();
        let binary = resource
            .pointer("/Metadata/BuildProperties/Binary")
            .and_then(Value::as_str)
            .map_or_else(|| package.clone(), str::to_owned);
        let environment = read
            .environment
            .variables
            .into_iter()
            .map(|(name, value)| {
                let value = variable(&value).with_context(|| format!("Environment.Variables.{name}"))?;
                Ok((name, value))
            })
            .collect::<Result<_>>()?;
        let function = Function {
            name: id.to_owned(),
            package,
            binary,
            handler: read.handler,
            memory_size: read.memory_size,
            timeout: Duration::from_secs(read.timeout),
            reserved_concurrency: read.reserved_concurrent_executions,
            environment,
            statements: read.policies.into_iter().flat_map(|policy| policy.statement).collect(),
            retries: read.event_invoke_config.maximum_retry_attempts,
        };
        Ok((function, read.events.into_values().collect()))
    }

    fn buckets(&self) -> Result<Vec<Bucket>> {
        let bucket = |(id, resource): (&String, &Value)| {
            let read = self.properties(resource, None).with_context(|| self.places.name(id))?;
            Bucket::new(id, read).with_context(|| self.places.name(id))
        };
        self.of_kind("AWS::S3::Bucket").map(bucket).collect()
    }

    /// There is one port: what lies below a bucket's name is in the bucket.
    fn refuse_shadowed(&self, routes: &[HttpRoute], buckets: &[Bucket]) -> Result<()> {
        for route in routes {
            let first = route.path.as_deref().and_then(|path| path.trim_start_matches('/').split('/').next());
            if let Some(bucket) = buckets.iter().find(|bucket| first == Some(bucket.name.as_str())) {
                bail!(
                    "{}: Path: /{} is the local address of the bucket, and no route can begin with it",
                    self.places.name(&route.function),
                    bucket.name
                );
            }
        }
        Ok(())
    }

    fn table(&self, id: &str, resource: &Value) -> Result<Table> {
        let read: properties::Table = self.properties(resource, None)?;
        let create = json!({
            "TableName": id,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": read.attribute_definitions,
            "KeySchema": read.key_schema,
        });
        let time_to_live = read.time_to_live_specification.filter(|ttl| ttl.enabled).map(|ttl| ttl.attribute_name);
        Ok(Table { name: id.to_owned(), create, time_to_live })
    }

    /// Takes those of `routes` that are the API's, and adds those of its definition.
    fn http_api(
        &self,
        id: &str,
        resource: &Value,
        routes: &mut Vec<(String, HttpRoute)>,
        functions: &[Function],
    ) -> Result<HttpApi> {
        let read: properties::HttpApi = self.properties(resource, None)?;
        ensure!(
            read.stage_name.as_deref().is_none_or(|stage| stage == "$default"),
            "StageName: with a stage other than $default the path of every event would begin with it"
        );
        ensure!(!read.auth.enable_iam_authorizer, "Auth.EnableIamAuthorizer: the local runtime has no such authorizer");
        let id = self.scope.resolve(&json!({"Ref": id}))?;
        let id = id.as_str().unwrap_or_default().to_owned();
        let mut own: Vec<_> = routes.extract_if(.., |(api, _)| *api == id).map(|(_, route)| route).collect();
        if let Some(definition) = &read.definition_body {
            own.extend(definition.routes(functions)?);
        }
        let keys = own.iter().map(HttpRoute::key).collect();
        let throttling = throttling(read.default_route_settings, read.route_settings, &keys)?;
        Ok(HttpApi { id, cors: read.cors_configuration, routes: own, throttling })
    }

    fn websocket_api(&self, id: &str, resource: &Value, functions: &[Function]) -> Result<WebSocketApi> {
        let read: properties::WebSocketApi = self.properties(resource, None)?;
        let stage = read.stage_name.context("StageName: it is missing")?;
        let named = |arn: &str| -> Result<String> {
            functions
                .iter()
                .find(|function| arn::function_arn(&function.name) == arn)
                .map(|function| function.name.clone())
                .with_context(|| format!("{arn} is not a function of the template"))
        };
        let authorizer = read.auth.map(|auth| -> Result<_> {
            ensure!(
                auth.auth_type == "CUSTOM",
                "Auth.AuthType: the local runtime has CUSTOM only, not {}",
                auth.auth_type
            );
            let function = named(&auth.auth_arn).context("Auth.AuthArn")?;
            Ok(Authorizer { function, identity_source: auth.identity_source })
        });
        let routes = read.routes.iter().map(|(key, route)| {
            let function = named(&route.function_arn).with_context(|| format!("Routes.{key}.FunctionArn"))?;
            Ok((key.clone(), function))
        });
        let keys = read.routes.keys().cloned().collect();
        Ok(WebSocketApi {
            throttling: throttling(read.default_route_settings, read.route_settings, &keys)?,
            id: id.to_lowercase(),
            stage,
            selection: selection(&read.route_selection_expression)?,
            authorizer: authorizer.transpose()?,
            routes: routes.collect::<Result<_>>()?,
        })
    }
}

fn object<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    map.get(key).and_then(Value::as_object)
}

/// Lays a resource's properties over the globals, as SAM does: maps entry by entry, lists joined, anything else replaced.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        // An intrinsic function is one value, not a map to merge.
        (Value::Object(base), Value::Object(over))
            if !over.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) =>
        {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(base), Value::Array(over)) => base.extend(over.iter().cloned()),
        (base, over) => *base = over.clone(),
    }
}

/// A route, with the id of the API that it belongs to.
fn route(function: &str, event: properties::HttpApiEvent) -> (String, HttpRoute) {
    let method = event.method.map(|method| method.to_uppercase());
    let route = HttpRoute {
        method: method.filter(|method| method != "ANY" && method != "X-AMAZON-APIGATEWAY-ANY-METHOD"),
        path: event.path.filter(|path| path != "$default"),
        function: function.to_owned(),
    };
    (event.api_id, route)
}

/// CloudFormation refuses the settings of a route that there is not.
fn throttling(
    default: RouteSettings,
    routes: BTreeMap<String, RouteSettings>,
    keys: &BTreeSet<String>,
) -> Result<Throttling> {
    if let Some(key) = routes.keys().find(|key| !keys.contains(*key)) {
        bail!("RouteSettings: {key} is no route of this API");
    }
    Ok(Throttling { default, routes })
}

/// The value of a variable. A secret does not belong there: everybody who may read the function's configuration could read it.
fn variable(value: &Value) -> Result<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        other => bail!("a variable is a string, not {other}"),
    };
    ensure!(
        !text.contains("{{resolve:"),
        "the local runtime resolves no dynamic reference; let the function read the secret at run time"
    );
    Ok(text)
}

/// `$request.body.a.b` → `["a", "b"]`.
fn selection(expression: &str) -> Result<Vec<String>> {
    let path = expression.strip_prefix("$request.body.").with_context(|| {
        format!("RouteSelectionExpression: the local runtime knows $request.body.<field>, not {expression}")
    })?;
    Ok(path.split('.').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests;
