//! Objects on disk: the content in one file, all else about an object in a record beside it.
//!
//! An object is what its record says, and a record is replaced by renaming: however the process ends, there is the whole
//! old object or the whole new one. All records are in memory as well, and reads never wait for a write.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    time::SystemTime,
};

use axum::body::Bytes;
use s3s::{
    S3Error, S3Result,
    crypto::{Checksum as _, Md5, Sha256},
    dto::Timestamp,
    s3_error,
};
use serde::{Deserialize, Serialize};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

use super::{condition::Overwrite, tags::Tags};

/// How the names of records end, and those of all other files begin.
const RECORD: &str = "json";
const CONTENT: &str = "content-";

/// What is known of an object, but for its content.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Object {
    pub(super) key: String,
    /// Bytes.
    pub(super) size: u64,
    /// The MD5 of the content, in hex.
    pub(super) e_tag: String,
    pub(super) created: Timestamp,
    pub(super) attributes: Attributes,
    pub(super) tags: Tags,
    /// The name of the file that has the content.
    content: String,
}

/// What a writer says about an object, and every reader is told.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Attributes {
    pub(super) content_type: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) expires: Option<Timestamp>,
    /// `x-amz-meta-…`, without that.
    pub(super) metadata: BTreeMap<String, String>,
}

/// Content that is in the directory of its bucket, and belongs to no object yet. Dropped, it is gone.
#[derive(Debug)]
pub(super) struct Content {
    path: TempPath,
    pub(super) size: u64,
    e_tag: String,
}

/// Content that is being written.
pub(super) struct Draft {
    path: TempPath,
    file: tokio::fs::File,
    size: u64,
    md5: Md5,
}

/// An object that is to be, but for its content.
pub(super) struct Wanted {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) attributes: Attributes,
    pub(super) tags: Tags,
    pub(super) overwrite: Overwrite,
}

type Index = BTreeMap<String, BTreeMap<String, Arc<Object>>>;

/// All objects of all buckets.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    index: RwLock<Index>,
    /// Held from looking at what is there to replacing it.
    writing: Mutex<()>,
}

impl Store {
    /// The objects below `root`, in a directory for each of the buckets.
    pub(super) fn open<'a>(root: &Path, buckets: impl Iterator<Item = &'a str>) -> io::Result<Self> {
        let index = buckets.map(|bucket| {
            let directory = root.join(bucket);
            fs::create_dir_all(&directory)?;
            Ok((bucket.to_owned(), load(&directory)?))
        });
        let index = index.collect::<io::Result<_>>()?;
        Ok(Self { root: root.to_owned(), index: RwLock::new(index), writing: Mutex::default() })
    }

    /// When a bucket was made.
    pub(super) fn bucket_created(&self, bucket: &str) -> Option<Timestamp> {
        let directory = fs::metadata(self.root.join(bucket)).ok()?;
        // Not every file system knows when a directory was made.
        directory.created().or_else(|_| directory.modified()).ok().map(Timestamp::from)
    }

    pub(super) fn find(&self, bucket: &str, key: &str) -> Option<Arc<Object>> {
        self.index().get(bucket)?.get(key).cloned()
    }

    /// An object with its content, of the same moment.
    pub(super) fn read(&self, bucket: &str, key: &str) -> S3Result<Option<(Arc<Object>, File)>> {
        let index = self.index();
        let Some(object) = index.get(bucket).and_then(|objects| objects.get(key)) else { return Ok(None) };
        // Still locked: content is deleted after its object.
        let file = File::open(self.root.join(bucket).join(&object.content)).map_err(S3Error::internal_error)?;
        Ok(Some((Arc::clone(object), file)))
    }

    /// The objects of a bucket, by key.
    pub(super) fn list(&self, bucket: &str) -> Vec<Arc<Object>> {
        self.index().get(bucket).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Content to be written, for an object of this bucket.
    pub(super) fn draft(&self, bucket: &str) -> S3Result<Draft> {
        let (file, path) = named().tempfile_in(self.root.join(bucket)).map_err(S3Error::internal_error)?.into_parts();
        Ok(Draft { path, file: tokio::fs::File::from_std(file), size: 0, md5: Md5::new() })
    }

    /// An object, and its content for an object of `bucket`, without copying it: content never changes.
    pub(super) fn link(&self, from: &str, key: &str, bucket: &str) -> S3Result<Option<(Arc<Object>, Content)>> {
        let index = self.index();
        let Some(object) = index.get(from).and_then(|objects| objects.get(key)) else { return Ok(None) };
        let source = self.root.join(from).join(&object.content);
        // Still locked: content is deleted after its object.
        let link = named().make_in(self.root.join(bucket), |path| fs::hard_link(&source, path));
        let path = link.map_err(S3Error::internal_error)?.into_temp_path();
        Ok(Some((Arc::clone(object), Content { path, size: object.size, e_tag: object.e_tag.clone() })))
    }

    /// Makes an object, or replaces it. Blocks for as long as the disk takes.
    pub(super) fn put(&self, wanted: Wanted, content: Content) -> S3Result<Arc<Object>> {
        let Wanted { bucket, key, attributes, tags, overwrite } = wanted;
        let Content { path, size, e_tag } = content;
        let _writing = self.writing();
        let old = self.find(&bucket, &key);
        overwrite.check(old.as_deref())?;
        let path = path.keep().map_err(S3Error::internal_error)?;
        let object = Object {
            key,
            size,
            e_tag,
            created: Timestamp::from(SystemTime::now()),
            attributes,
            tags,
            content: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let object = self.replace(&bucket, object)?;
        if let Some(old) = old {
            self.delete_content(&bucket, &old)?;
        }
        Ok(object)
    }

    /// Replaces the tags of an object. Blocks for as long as the disk takes.
    pub(super) fn tag(&self, bucket: &str, key: &str, tags: Tags) -> S3Result<()> {
        let _writing = self.writing();
        let object = self.find(bucket, key).ok_or_else(|| s3_error!(NoSuchKey))?;
        self.replace(bucket, Object { tags, ..Object::clone(&object) })?;
        Ok(())
    }

    /// Deletes an object if it is there and `condition` holds. Blocks for as long as the disk takes.
    pub(super) fn delete(&self, bucket: &str, key: &str, condition: impl FnOnce(&Object) -> bool) -> S3Result<()> {
        let _writing = self.writing();
        let Some(object) = self.find(bucket, key).filter(|object| condition(object)) else { return Ok(()) };
        fs::remove_file(self.record(bucket, key)).map_err(S3Error::internal_error)?;
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        index.get_mut(bucket).and_then(|objects| objects.remove(key));
        drop(index);
        self.delete_content(bucket, &object)
    }

    fn replace(&self, bucket: &str, object: Object) -> S3Result<Arc<Object>> {
        let written = || -> io::Result<()> {
            let mut draft = named().tempfile_in(self.root.join(bucket))?;
            draft.write_all(&serde_json::to_vec(&object)?)?;
            draft.as_file().sync_all()?;
            draft.persist(self.record(bucket, &object.key))?;
            Ok(())
        };
        written().map_err(S3Error::internal_error)?;
        let object = Arc::new(object);
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        index.entry(bucket.to_owned()).or_default().insert(object.key.clone(), Arc::clone(&object));
        Ok(object)
    }

    fn delete_content(&self, bucket: &str, object: &Object) -> S3Result<()> {
        fs::remove_file(self.root.join(bucket).join(&object.content)).map_err(S3Error::internal_error)
    }

    /// A key may be longer than the name of a file, and have any characters.
    fn record(&self, bucket: &str, key: &str) -> PathBuf {
        let name = hex(&Sha256::checksum(key.as_bytes()));
        self.root.join(bucket).join(name).with_extension(RECORD)
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Draft {
    /// Bytes so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn write(&mut self, bytes: &Bytes) -> S3Result<()> {
        self.file.write_all(bytes).await.map_err(S3Error::internal_error)?;
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Returns when the content is on disk.
    pub(super) async fn finish(mut self) -> S3Result<Content> {
        self.file.flush().await.map_err(S3Error::internal_error)?;
        self.file.sync_all().await.map_err(S3Error::internal_error)?;
        Ok(Content { path: self.path, size: self.size, e_tag: hex(&self.md5.finalize()) })
    }
}

/// The objects of one bucket. What belongs to none of them was being written when the process ended, and is deleted.
fn load(directory: &Path) -> io::Result<BTreeMap<String, Arc<Object>>> {
    let files = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    let files = files.collect::<io::Result<Vec<_>>>()?;
    let (records, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|path| path.extension().is_some_and(|extension| extension == RECORD));
    let mut objects = BTreeMap::new();
    for record in records {
        let object: Object = serde_json::from_slice(&fs::read(&record)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", record.display())))?;
        objects.insert(object.key.clone(), Arc::new(object));
    }
    let contents: HashSet<_> = objects.values().map(|object| directory.join(&object.content)).collect();
    let is_ours =
        |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(CONTENT.as_bytes()));
    for leftover in others.iter().filter(|path| is_ours(path) && !contents.contains(*path)) {
        fs::remove_file(leftover)?;
    }
    Ok(objects)
}

/// Files that are deleted unless they come to belong to an object.
fn named() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(CONTENT);
    builder
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
