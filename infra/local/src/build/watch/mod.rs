//! `--watch`: builds again after each change, and sends the next events to the new build.
//!
//! Invariant: the last good build keeps running, whatever happens here. Sockets stay open, and running invocations
//! finish in their instances.

mod included;
mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, Result};
use notify_debouncer_full::{
    DebounceEventResult, Debouncer, RecommendedCache, new_debouncer,
    notify::{ErrorKind, RecommendedWatcher, RecursiveMode},
};
use tokio::sync::Notify;

use self::sources::Sources;
use super::{Builder, Source};
use crate::{
    lambda::{Lambda, executable::Keeper},
    logs,
};

/// The time without a change after which a build begins: saving all files of an editor is one change.
const QUIET: Duration = Duration::from_millis(100);

/// The watched sources.
#[derive(Debug)]
pub struct Watch {
    changed: Arc<Notify>,
    sources: Arc<RwLock<Sources>>,
    /// Watches until it is dropped.
    watcher: Debouncer<RecommendedWatcher, RecommendedCache>,
    template: PathBuf,
    /// The text of the template at the start.
    started_with: String,
    /// The text of the template at the last look.
    seen: String,
}

impl Watch {
    /// Watches the sources of the executables of `builder`, and the `template`, whose text is `source`.
    ///
    /// # Errors
    /// If cargo does not list the sources, or the system watches no more files.
    pub async fn start(builder: &Builder, template: &Path, source: String) -> Result<Self> {
        let sources = Sources::of(builder, template).await?;
        let trees: Vec<_> = sources.trees.iter().cloned().collect();
        let parents: BTreeSet<_> = sources.files.iter().filter_map(|file| file.parent()).map(Path::to_owned).collect();
        let changed = Arc::new(Notify::new());
        let sources = Arc::new(RwLock::new(sources));
        let handler = {
            let (changed, sources) = (Arc::clone(&changed), Arc::clone(&sources));
            // All changes during a build make one more build.
            move |events: DebounceEventResult| {
                if concern(&sources.read().unwrap_or_else(PoisonError::into_inner), &events) {
                    changed.notify_one();
                }
            }
        };
        let mut watcher = new_debouncer(QUIET, None, handler).context("watching the sources")?;
        for (directories, mode) in
            [(trees, RecursiveMode::Recursive), (Vec::from_iter(parents), RecursiveMode::NonRecursive)]
        {
            for directory in directories {
                watcher.watch(&directory, mode).map_err(|error| refused(&directory, error))?;
            }
        }
        Ok(Self {
            changed,
            sources,
            watcher,
            template: template.to_owned(),
            seen: source.clone(),
            started_with: source,
        })
    }

    /// Watches the files that a build has included from elsewhere too, which are known only after it. The build began
    /// at `begun`.
    ///
    /// # Errors
    /// If cargo does not list the included files, or the system watches no more files.
    pub fn include(&mut self, builder: &Builder, built: &BTreeMap<String, PathBuf>, begun: SystemTime) -> Result<()> {
        // Executables that others build are replaced by them.
        let Source::Cargo { root, .. } = builder.source() else { return Ok(()) };
        let mut included = BTreeSet::new();
        for executable in built.values() {
            // Files that were deleted since the build are not sources of the next one.
            included.extend(included::of(executable, root)?.iter().filter_map(|file| fs::canonicalize(file).ok()));
        }
        let new = self.sources.write().unwrap_or_else(PoisonError::into_inner).add(included);
        let directories: BTreeSet<_> = new.iter().filter_map(|file| file.parent()).collect();
        for directory in directories {
            self.watcher.watch(directory, RecursiveMode::NonRecursive).map_err(|error| refused(directory, error))?;
        }
        let modified = |file: &PathBuf| fs::metadata(file).and_then(|metadata| metadata.modified());
        if new.iter().any(|file| modified(file).is_ok_and(|modified| modified >= begun)) {
            // The file was not watched yet, and the build may have read its previous content.
            self.changed.notify_one();
        }
        Ok(())
    }

    /// Replaces the instances of `lambda` by those of a new build, for as long as the future is polled.
    pub async fn run(mut self, builder: Builder, mut keeper: Keeper, lambda: Lambda) {
        loop {
            self.changed.notified().await;
            self.look_at_template().await;
            logs::note("building what has changed");
            let (begun, time) = (Instant::now(), SystemTime::now());
            let new = match builder.build(true).await {
                Ok(built) => {
                    if let Err(error) = self.include(&builder, &built, time) {
                        logs::warning(&format!("{error:#}; not all sources are watched"));
                    }
                    keeper.keep_new(&built)
                }
                Err(error) => Err(error),
            };
            match new {
                Ok(new) if new.is_empty() => logs::note("nothing to replace"),
                Ok(new) => {
                    lambda.replace(&new).await;
                    let names: Vec<_> = new.keys().map(String::as_str).collect();
                    let seconds = begun.elapsed().as_secs_f64();
                    logs::note(&format!("replaced in {seconds:.1} s: {}", names.join(", ")));
                }
                Err(error) => logs::warning(&format!("{error:#}; still running the last build that worked")),
            }
        }
    }

    /// Warns of changes of the template, whose routes, tables and permissions are read only at the start.
    async fn look_at_template(&mut self) {
        // An editor may have deleted the file and not written it yet. Another event follows.
        let Ok(source) = tokio::fs::read_to_string(&self.template).await else { return };
        if source == self.seen {
            return;
        }
        let changed = template::differences(&self.started_with, &source);
        self.seen = source;
        match changed {
            Ok(changed) if changed.is_empty() => {}
            Ok(changed) => logs::warning(&format!(
                "{} has changed ({}): stop and start again for it to take effect",
                self.template.display(),
                changed.join(", ")
            )),
            Err(error) => logs::warning(&format!("{}: {error:#}", self.template.display())),
        }
    }
}

/// Whether a source has changed. Every build reads all sources, so reading does not count.
fn concern(sources: &Sources, events: &DebounceEventResult) -> bool {
    match events {
        Ok(events) => events.iter().any(|event| {
            let is_change = !event.kind.is_access();
            event.need_rescan() || is_change && event.paths.iter().any(|path| sources.contain(path))
        }),
        // A lost event may have been a change.
        Err(_) => true,
    }
}

fn refused(directory: &Path, error: notify_debouncer_full::notify::Error) -> anyhow::Error {
    let limit = matches!(error.kind, ErrorKind::MaxFilesWatch);
    let error = anyhow::Error::new(error);
    if limit {
        return error.context(
            "the system watches no more files; raise the limit with `sudo sysctl fs.inotify.max_user_watches=524288`",
        );
    }
    error.context(format!("watching {}", directory.display()))
}
