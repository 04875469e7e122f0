//! The files that instances are started from.
//!
//! Who builds a function again replaces its executable, and not all of a failed build's executables are old ones. So
//! while sources are watched, instances run from files that nobody else knows of: the last build that worked stays
//! whole, and nothing is started while it is being written.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use anyhow::{Context as _, Result};
use tempfile::{TempDir, TempPath};

/// A file that instances are started from.
#[derive(Debug)]
pub enum Executable {
    /// The file that was built.
    Built(PathBuf),
    /// A private one, deleted when nobody is going to start it any more.
    Kept(TempPath),
}

impl AsRef<Path> for Executable {
    fn as_ref(&self) -> &Path {
        match self {
            Self::Built(path) => path,
            Self::Kept(path) => path,
        }
    }
}

/// How a private file is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Means {
    /// Linked, which costs nothing: cargo replaces files and never writes into one.
    Link,
    /// Copied: the file may be written into, which the system refuses while it runs.
    Copy,
}

/// The private files of one runtime.
#[derive(Debug)]
pub struct Keeper {
    directory: TempDir,
    means: Means,
    seen: BTreeMap<String, Stamp>,
    number: u64,
}

/// Tells one file from the next of the same name.
#[derive(Debug, Eq, PartialEq)]
struct Stamp {
    modified: SystemTime,
    size: u64,
    inode: u64,
}

impl Stamp {
    fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { modified: metadata.modified()?, size: metadata.len(), inode: metadata.ino() })
    }
}

impl Keeper {
    /// Keeps files in a directory of its own inside `beside`: links need the same file system, and files there may be
    /// executed.
    ///
    /// # Errors
    /// Where the directory cannot be made.
    pub fn new(beside: &Path, means: Means) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix(".watch-").tempdir_in(beside).with_context(|| {
            format!("--watch keeps the running executables in {}; making a directory there", beside.display())
        })?;
        Ok(Self { directory, means, seen: BTreeMap::new(), number: 0 })
    }

    /// Private files of those executables that are new since the last call.
    ///
    /// # Errors
    /// Where one of them cannot be read, or the disk is full.
    pub fn keep_new(&mut self, built: &BTreeMap<String, PathBuf>) -> Result<BTreeMap<String, Arc<Executable>>> {
        let mut stamps = Vec::new();
        let mut kept = BTreeMap::new();
        self.number += 1;
        for (binary, path) in built {
            let failed = || format!("keeping {}", path.display());
            let stamp = Stamp::of(path).with_context(failed)?;
            if self.seen.get(binary) != Some(&stamp) {
                let own = self.directory.path().join(format!("{binary}.{}", self.number));
                self.make(path, &own).with_context(failed)?;
                let own = TempPath::try_from_path(own).with_context(failed)?;
                kept.insert(binary.clone(), Arc::new(Executable::Kept(own)));
                stamps.push((binary.clone(), stamp));
            }
        }
        self.seen.extend(stamps);
        Ok(kept)
    }

    fn make(&self, path: &Path, own: &Path) -> std::io::Result<()> {
        // Not every file system has links.
        if self.means == Means::Link && fs::hard_link(path, own).is_ok() {
            return Ok(());
        }
        fs::copy(path, own).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps_what_was_built(means: Means) {
        let directory = tempfile::tempdir().unwrap();
        let built = directory.path().join("hello");
        fs::write(&built, "first").unwrap();
        let executables = BTreeMap::from([("hello".to_owned(), built.clone())]);
        let mut keeper = Keeper::new(directory.path(), means).unwrap();
        let first = keeper.keep_new(&executables).unwrap().remove("hello").unwrap();
        assert!(keeper.keep_new(&executables).unwrap().is_empty(), "nothing has changed");

        if means == Means::Link {
            fs::remove_file(&built).unwrap();
        }
        fs::write(&built, "the second").unwrap();
        let second = keeper.keep_new(&executables).unwrap().remove("hello").unwrap();
        let content = |executable: &Executable| fs::read_to_string(executable).unwrap();
        assert_eq!((content(&first), content(&second)), ("first".to_owned(), "the second".to_owned()));

        let path = (*first).as_ref().to_owned();
        drop(first);
        assert!(!path.exists(), "nobody can start it any more");
    }

    #[test]
    fn a_link_outlives_the_file_that_was_replaced() {
        keeps_what_was_built(Means::Link);
    }

    #[test]
    fn a_copy_outlives_the_file_that_was_written_into() {
        keeps_what_was_built(Means::Copy);
    }
}
