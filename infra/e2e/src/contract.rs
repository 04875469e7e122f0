//! Compares every call and every frame of the journeys with `openapi.yaml` and `asyncapi.yaml`.

use std::{
    collections::BTreeMap,
    env, fs,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use harness::workspace;
use jsonschema::{Registry, Validator};
use reqwest::{Request, Url, header::HeaderMap};
use serde_json::{Value, json};

/// The base of the descriptions' URIs, by which one refers to the other. Neither is fetched.
const BASE: &str = "https://chat.example/";
const OPENAPI: &str = "openapi.yaml";
const ASYNCAPI: &str = "asyncapi.yaml";

/// The two descriptions.
pub(crate) static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::read);

pub(crate) struct Contract {
    openapi: Value,
    asyncapi: Value,
    registry: Registry<'static>,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// The parts of a request that `openapi.yaml` describes.
pub(crate) struct Call {
    operation: Option<String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl Contract {
    fn read() -> Self {
        let [mut openapi, mut asyncapi] = [OPENAPI, ASYNCAPI].map(|name| {
            let path = workspace().join("infra").join(name);
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_saphyr::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        });
        let lists = close(&mut openapi);
        close(&mut asyncapi);
        assert!(lists >= 2, "{OPENAPI} has {lists} lists of values to which more can be added");
        let registry = Registry::new()
            .add(format!("{BASE}{OPENAPI}"), openapi.clone())
            .and_then(|registry| registry.add(format!("{BASE}{ASYNCAPI}"), asyncapi.clone()))
            .and_then(jsonschema::RegistryBuilder::prepare)
            .expect("the descriptions have schemas");
        Self { openapi, asyncapi, registry, validators: Mutex::default() }
    }

    /// Returns the described parts of a request, for [`Contract::assert_answer`].
    pub(crate) fn call(&self, request: &Request) -> Call {
        let bytes = request.body().and_then(|body| body.as_bytes());
        // A byte order mark is ignored, as the description says.
        let bytes = bytes.map(|bytes| bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        Call {
            operation: self.operation(request.method().as_str(), &path(request.url())),
            query: request.url().query_pairs().into_owned().collect(),
            body: bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()),
        }
    }

    /// Asserts that the answer is described, and that the request is, too, if it succeeded.
    #[track_caller]
    pub(crate) fn assert_answer(&self, call: &Call, status: u16, headers: &HeaderMap, body: &str) {
        let Some(operation) = &call.operation else {
            let json = headers.get("content-type").is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
            assert!(!json || status == 404, "an operation that is not described gave {status}: {body}");
            return;
        };
        self.assert_response(operation, status, headers, body);
        if status < 300 {
            self.assert_request(operation, call);
        }
    }

    #[track_caller]
    fn assert_request(&self, operation: &str, call: &Call) {
        let schema = format!("{operation}/requestBody/content/application~1json/schema");
        if self.at(&schema).is_some() {
            let required = self.at(&format!("{operation}/requestBody/required")) == Some(&json!(true));
            match &call.body {
                Some(body) => self.assert_valid(OPENAPI, &schema, body),
                None => assert!(!required, "{operation}: taken without a body"),
            }
        }
        let parameters = self.at(&format!("{operation}/parameters")).and_then(Value::as_array);
        for index in 0..parameters.map_or(0, Vec::len) {
            let parameter = self.resolve(format!("{operation}/parameters/{index}"));
            let field = |name: &str| self.at(&format!("{parameter}/{name}"));
            match call.query.iter().find(|(name, _)| field("name").is_some_and(|described| described == name)) {
                Some((_, value)) => self.assert_text_valid(&format!("{parameter}/schema"), value),
                None => assert_ne!(field("required"), Some(&json!(true)), "{parameter}: taken without"),
            }
        }
    }

    #[track_caller]
    fn assert_response(&self, operation: &str, status: u16, headers: &HeaderMap, body: &str) {
        let described =
            [status.to_string(), "default".to_owned()].map(|status| format!("{operation}/responses/{status}"));
        let response = described.into_iter().find(|pointer| self.at(pointer).is_some());
        let response = self.resolve(response.unwrap_or_else(|| panic!("{operation}: {status} is not described")));
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        for name in self.keys(&format!("{response}/headers")) {
            let described = self.resolve(format!("{response}/headers/{name}"));
            match header(name) {
                Some(value) => self.assert_text_valid(&format!("{described}/schema"), value),
                None => assert_ne!(
                    self.at(&format!("{described}/required")),
                    Some(&json!(true)),
                    "{operation}: {status} without {name}"
                ),
            }
        }
        if self.at(&format!("{response}/content")).is_none() {
            assert!(body.is_empty(), "{operation}: {status} with a body");
            return;
        }
        let media_type = header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let schema = format!("{response}/content/{}/schema", escape(media_type));
        assert!(self.at(&schema).is_some(), "{operation}: {status} as {media_type:?} is not described");
        if media_type.ends_with("json") {
            let body = serde_json::from_str(body).unwrap_or_else(|_| panic!("{operation} gave {body:?}"));
            self.assert_valid(OPENAPI, &schema, &body);
        }
    }

    /// Asserts that `asyncapi.yaml` lets a client send this frame.
    #[track_caller]
    pub(crate) fn assert_frame(&self, frame: &Value) {
        self.assert_described("talk", frame);
    }

    /// Asserts that `asyncapi.yaml` lets a client receive this event.
    #[track_caller]
    pub(crate) fn assert_event(&self, event: &Value) {
        self.assert_described("listen", event);
    }

    #[track_caller]
    fn assert_described(&self, operation: &str, frame: &Value) {
        let messages = &self.asyncapi["operations"][operation]["messages"];
        let names = messages.as_array().expect("an operation has messages").iter().map(|message| {
            message["$ref"]
                .as_str()
                .and_then(|reference| reference.rsplit('/').next())
                .expect("a message is referred to")
        });
        let name =
            names.into_iter().find(|name| self.asyncapi["components"]["messages"][name]["name"] == frame["type"]);
        let name = name.unwrap_or_else(|| panic!("{operation}: {frame} is not described"));
        self.assert_valid(ASYNCAPI, &format!("/components/messages/{name}/payload"), frame);
    }

    /// The pointer to the operation of a path, with or without its trailing slash.
    fn operation(&self, method: &str, path: &str) -> Option<String> {
        let given: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let matches = |described: &&str| {
            let described: Vec<&str> = described.trim_end_matches('/').split('/').collect();
            let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
            described.len() == given.len() && described.iter().zip(&given).all(same)
        };
        let path = self.keys("/paths").into_iter().find(matches)?;
        let operation = format!("/paths/{}/{}", escape(path), method.to_lowercase());
        self.at(&operation).is_some().then_some(operation)
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        self.openapi.pointer(pointer)
    }

    fn keys(&self, pointer: &str) -> Vec<&str> {
        let object = self.at(pointer).and_then(Value::as_object);
        object.into_iter().flat_map(|object| object.keys().map(String::as_str)).collect()
    }

    /// The pointer itself, or its target if it points to a reference.
    fn resolve(&self, pointer: String) -> String {
        let reference = self.at(&format!("{pointer}/$ref")).and_then(Value::as_str);
        reference.and_then(|reference| reference.strip_prefix('#')).map_or(pointer, str::to_owned)
    }

    /// Asserts the validity of a value that a header or a query has as text.
    #[track_caller]
    fn assert_text_valid(&self, schema: &str, text: &str) {
        let schema = self.resolve(schema.to_owned());
        self.assert_valid(OPENAPI, &schema, &self.value(&schema, text));
    }

    /// The value of a text: a number if the schema asks for one, and values with commas between them if it asks for a
    /// list.
    fn value(&self, schema: &str, text: &str) -> Value {
        match self.at(&format!("{schema}/type")).and_then(Value::as_str) {
            Some("integer") => text.parse().map_or_else(|_| json!(text), |number: u64| json!(number)),
            Some("array") => {
                let items = self.resolve(format!("{schema}/items"));
                text.split(',').map(|item| self.value(&items, item)).collect()
            }
            _ => json!(text),
        }
    }

    #[track_caller]
    fn assert_valid(&self, document: &str, schema: &str, value: &Value) {
        // A URI cannot contain the braces of a path template (RFC 3986, section 3.5).
        let fragment = schema.replace('{', "%7B").replace('}', "%7D");
        let validator = self.validator(format!("{BASE}{document}#{fragment}"));
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{value} is not as {document}#{schema} says: {errors:#?}");
    }

    fn validator(&self, schema: String) -> Arc<Validator> {
        // A journey that panicked here reports it. The others continue.
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(schema).or_insert_with_key(|schema| {
            let built = jsonschema::options().with_registry(&self.registry).build(&json!({"$ref": schema}));
            Arc::new(built.unwrap_or_else(|error| panic!("{schema}: {error}")))
        });
        Arc::clone(validator)
    }
}

/// Renames `x-extensible-enum` to `enum` in a description, and returns how often. Clients accept more values, but this
/// version of the server returns no other.
fn close(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(close).sum(),
        Value::Object(fields) => {
            let values = fields.remove("x-extensible-enum");
            let own = usize::from(values.is_some());
            fields.extend(values.map(|values| ("enum".to_owned(), values)));
            own + fields.values_mut().map(close).sum::<usize>()
        }
        _ => 0,
    }
}

/// The path of a URL below the base path of a deployed system.
pub(crate) fn path(url: &Url) -> String {
    let base = env::var("HTTP_URL").ok().and_then(|base| Url::parse(&base).ok());
    let base = base.as_ref().map_or("", |base| base.path().trim_end_matches('/'));
    url.path().strip_prefix(base).unwrap_or(url.path()).to_owned()
}

/// A name as part of a JSON pointer (RFC 6901, section 3).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
