//! From the command line to a system that answers.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, bail};
use tables::Engine;
use template::{Function, Secrets, Template};
use url::Url;

use crate::{
    api_gateway::{
        http::HttpApi,
        websocket::{WebSocketApi, socket::Limits},
    },
    build::{Builder, Source, watch::Watch},
    calls::{Invocations, Record},
    dynamodb::DynamoDb,
    eventbridge::EventBridge,
    faults::Faults,
    gateway::{self, Gateway, Hosts, Interceptor},
    iam::Iam,
    lambda::{
        Endpoints, Lambda,
        executable::{Executable, Keeper, Means},
        warden::Warden,
    },
    logs,
    options::Options,
    s3::S3,
    screen::Screen,
    secrets_manager::SecretsManager,
};

/// A running system. When it is dropped, the warden ends its functions.
#[derive(Debug)]
pub struct System {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    gateway: Arc<Gateway>,
    warden: Warden,
    /// The lock of the data directory, held until the end.
    _lock: Option<fs::File>,
}

/// The time in which open sockets may close and their `$disconnect` may run.
const FAREWELL: Duration = Duration::from_secs(3);

impl System {
    /// Closes the sockets in order. Gives up on sockets that do not close in time.
    pub async fn say_goodbye(&self) {
        if let Some(api) = &self.gateway.websocket_api {
            // The remaining sockets end with the functions.
            let _ = tokio::time::timeout(FAREWELL, api.shut_down()).await;
        }
    }

    /// Kills the functions, and returns when they are dead.
    pub fn end(&self) {
        self.warden.end();
    }
}

/// Builds and starts the system. Must be called inside a Tokio runtime.
///
/// # Errors
/// A sentence for the person at the terminal.
pub async fn start(options: &Options) -> Result<System> {
    let file = template_file(options)?;
    let root = file.parent().unwrap_or(Path::new(".")).to_owned();
    let source = read(&file)?;
    let data = data_directory(options, &root);
    let lock = data.as_deref().map(lock).transpose()?;
    let mut secrets = match &data {
        Some(directory) => Secrets::open(directory.join("secrets.json"))?,
        None => Secrets::in_memory(),
    };
    let overrides = options.parameter_overrides.iter().cloned().collect();
    let template =
        Template::with_parameters(&source, &overrides, &mut secrets).with_context(|| file.display().to_string())?;
    // Before the build, so that a used port is reported first.
    let (listeners, port) = gateway::listen(options.port, options.listen).await?;
    let builder = Builder::new(options, &root, &template.functions)?;
    // Before the build, so that no change is missed.
    let mut watch = if options.watch { Some(Watch::start(&builder, &file, source).await?) } else { None };
    let begun = SystemTime::now();
    let built = builder.build(false).await?;
    if let Some(watch) = &mut watch {
        watch.include(&builder, &built, begun)?;
    }
    let mut keeper = watch.is_some().then(|| keeper(&builder, &built)).transpose()?;
    let executables = executables(&template.functions, built, keeper.as_mut())?;
    let engine = Engine::start(data.as_deref(), &template.tables, options.ttl_sweep, logs::warning)
        .with_context(|| data.as_deref().unwrap_or(Path::new("the tables")).display().to_string())?;
    let warden = Warden::start(&env::current_exe().context("looking for this program's own executable")?)?;
    let objects = data.as_ref().map_or_else(|| warden.temporary_directory(), |directory| Ok(directory.join("s3")))?;
    let iam = Arc::new(Iam::new(&template.functions, options.iam_record.as_deref()).context("opening --iam-record")?);
    let url = format!("http://127.0.0.1:{port}");
    let stage = template.websocket_api.as_ref().map(|api| api.stage.clone());
    let public = options.public_url.as_ref().map(|url| at_port(url.clone(), port));
    let endpoints = Endpoints { base: url.clone(), public: public.as_ref().map(base), stage };
    let labels = template.functions.iter().map(|function| function.label().to_owned());
    let faults = options.faults.then(|| Arc::new(Faults::new(labels.collect())));
    let record = options.record_calls.then(Record::default);
    let invocations = (options.record_calls || options.faults).then(|| Arc::new(Invocations::new(record)));
    let lambda = Lambda::new(
        executables,
        &iam,
        invocations.as_ref(),
        faults.as_ref(),
        &endpoints,
        &warden,
        options.instance_idle,
    );
    let interceptor = invocations.map(|invocations| Arc::new(Interceptor::new(invocations, faults.clone())));
    let screen = Screen::new(&template, &url, data.as_deref(), &root);
    if let (Some(watch), Some(keeper)) = (watch, keeper) {
        tokio::spawn(watch.run(builder, keeper, lambda.clone()));
    }
    let s3 = {
        let events = EventBridge::new(template.rules, lambda.clone());
        S3::start(&objects, template.buckets, Arc::clone(&iam), events, options.ttl_sweep)?
    };
    let http_api = template.http_api.map(|api| HttpApi::new(api, lambda.clone())).transpose()?;
    let limits = Limits::platform(options.socket_idle, options.socket_duration);
    let websocket_api =
        template.websocket_api.map(|api| Arc::new(WebSocketApi::new(api, lambda.clone(), limits, faults)));
    let secrets = SecretsManager::new(secrets);
    let dynamodb = DynamoDb::new(engine);
    let public_host = public.as_ref().and_then(Url::host_str).map(str::to_owned);
    let hosts = Hosts::new(options.allow_host.iter().cloned().chain(public_host));
    let gateway = Gateway { http_api, websocket_api, lambda, dynamodb, s3, secrets, iam, hosts, interceptor };
    let gateway = Arc::new(gateway);
    for listener in listeners {
        let gateway = Arc::clone(&gateway);
        tokio::spawn(gateway::serve(gateway, listener));
    }
    screen.show();
    Ok(System { url, gateway, warden, _lock: lock })
}

/// Replaces the port 0 by that of the runtime.
fn at_port(mut url: Url, port: u16) -> Url {
    if url.port() == Some(0) {
        // Fails only without a host.
        let _ = url.set_port(Some(port));
    }
    url
}

/// A URL without its last slash.
fn base(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn read(template: &Path) -> Result<String> {
    fs::read_to_string(template)
        .with_context(|| format!("reading {}; --template names another file", template.display()))
}

/// Makes the keeper of private files, beside the built executables.
fn keeper(builder: &Builder, built: &BTreeMap<String, PathBuf>) -> Result<Keeper> {
    let first = built.values().next().and_then(|executable| executable.parent());
    let means = match builder.source() {
        Source::Cargo { .. } => Means::Link,
        Source::Directory(_) => Means::Copy,
    };
    Keeper::new(first.context("the template has no function to watch")?, means)
}

/// Every function with the file of its executable.
fn executables(
    functions: &[Function],
    built: BTreeMap<String, PathBuf>,
    keeper: Option<&mut Keeper>,
) -> Result<Vec<(Function, Arc<Executable>)>> {
    let files: BTreeMap<_, _> = match keeper {
        Some(keeper) => keeper.keep_new(&built)?,
        None => built.into_iter().map(|(binary, path)| (binary, Arc::new(Executable::Built(path)))).collect(),
    };
    let file = |function: &Function| {
        let file = files.get(&function.binary).with_context(|| format!("{} has not been built", function.binary))?;
        Ok((function.clone(), Arc::clone(file)))
    };
    functions.iter().map(file).collect()
}

fn template_file(options: &Options) -> Result<PathBuf> {
    if let Some(file) = &options.template {
        return std::path::absolute(file).with_context(|| format!("looking for {}", file.display()));
    }
    // `cargo run` sets this to the directory of the package, whatever the current directory is.
    let start = env::var_os("CARGO_MANIFEST_DIR").map_or_else(env::current_dir, |directory| Ok(directory.into()))?;
    let found = start.ancestors().map(|directory| directory.join("template.yaml")).find(|file| file.is_file());
    found.with_context(|| {
        format!("there is no template.yaml in {} or above it; name one with --template", start.display())
    })
}

fn data_directory(options: &Options, root: &Path) -> Option<PathBuf> {
    (!options.memory).then(|| options.data.clone().unwrap_or_else(|| root.join(".local")))
}

/// Locks the data directory. Two runtimes on one database would each regard the sockets as theirs.
fn lock(directory: &Path) -> Result<fs::File> {
    let path = directory.join("lock");
    let file = fs::create_dir_all(directory).and_then(|()| fs::File::create(&path)).with_context(|| {
        let directory = directory.display();
        format!(
            "the data cannot be kept in {directory}; choose another directory with --data, or keep none with --memory"
        )
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            bail!(
                "{} is in use by another local runtime; stop it, or choose another directory with --data",
                directory.display()
            )
        }
        Err(fs::TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}
