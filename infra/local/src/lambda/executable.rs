//! The files from which instances are started.
//!
//! A build replaces executables, and a failed build may have replaced some of them. So while sources are watched,
//! instances run from private files: the last good build stays complete, and no instance starts from a file that is
//! being written.

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

/// A file from which instances are started.
#[derive(Debug)]
pub enum Executable {
    /// The built file.
    Built(PathBuf),
    /// A private file, deleted when no instance can be started from it any more.
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

/// The way of making a private file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Means {
    /// A link, which costs nothing. Cargo replaces files and never writes into one.
    Link,
    /// A copy, because others may write into the file. The system would refuse that while the file runs.
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

/// Distinguishes a file from the next one of the same name.
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
    /// Keeps files in a directory inside `beside`: links need the same file system, and its files may be executed.
    ///
    /// # Errors
    /// If the directory cannot be made.
    pub fn new(beside: &Path, means: Means) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix(".watch-").tempdir_in(beside).with_context(|| {
            format!("--watch keeps the running executables in {}; making a directory there", beside.display())
        })?;
        Ok(Self { directory, means, seen: BTreeMap::new(), number: 0 })
    }

    /// Makes private files of the executables that are new since the last call.
    ///
    /// # Errors
    /// If one of them cannot be read, or the disk is full.
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
        // Some file systems have no links.
        if self.means == Means::Link && fs::hard_link(path, own).is_ok() {
            return Ok(());
        }
        fs::copy(path, own).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps_a_build(means: Means) {
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
        assert!(!path.exists(), "no instance can start from it any more");
    }

    #[test]
    fn a_link_outlives_a_replaced_file() {
        keeps_a_build(Means::Link);
    }

    #[test]
    fn a_copy_outlives_an_overwritten_file() {
        keeps_a_build(Means::Copy);
    }
}
