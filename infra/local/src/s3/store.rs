//! Objects on disk: a file with the content, and a record with everything else.
//!
//! The record defines the object, and is replaced by renaming. However the process ends, the disk has the whole old
//! object or the whole new one. All records are in memory too, and reads never wait for a write.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    time::SystemTime,
};

use s3s::{
    S3Error, S3Result,
    crypto::{Checksum as _, Sha256},
    dto::Timestamp,
    s3_error,
};

use super::{
    condition::Overwrite,
    content::{Content, Draft},
    object::{Attributes, Object},
    tags::Tags,
};

/// The extension of records.
const RECORD: &str = "json";
/// The beginning of the names of all other files.
const CONTENT: &str = "content-";

/// An object to be created, without its content.
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
    /// Held from the check of the old object to its replacement.
    writing: Mutex<()>,
}

impl Store {
    /// Opens the objects below `root`, where each bucket has a directory.
    pub(super) fn open<'a>(root: &Path, buckets: impl Iterator<Item = &'a str>) -> io::Result<Self> {
        let index = buckets.map(|bucket| {
            let directory = root.join(bucket);
            fs::create_dir_all(&directory)?;
            Ok((bucket.to_owned(), load(&directory)?))
        });
        let index = index.collect::<io::Result<_>>()?;
        Ok(Self { root: root.to_owned(), index: RwLock::new(index), writing: Mutex::default() })
    }

    /// The time at which a bucket was created.
    pub(super) fn bucket_created(&self, bucket: &str) -> Option<Timestamp> {
        let directory = fs::metadata(self.root.join(bucket)).ok()?;
        // Some file systems do not record the creation of a directory.
        directory.created().or_else(|_| directory.modified()).ok().map(Timestamp::from)
    }

    pub(super) fn find(&self, bucket: &str, key: &str) -> Option<Arc<Object>> {
        self.index().get(bucket)?.get(key).cloned()
    }

    /// An object and its content, both of the same moment.
    pub(super) fn read(&self, bucket: &str, key: &str) -> S3Result<Option<(Arc<Object>, File)>> {
        let index = self.index();
        let Some(object) = index.get(bucket).and_then(|objects| objects.get(key)) else { return Ok(None) };
        // The index is still locked, and content is deleted after its object.
        let file = File::open(self.root.join(bucket).join(&object.content)).map_err(S3Error::internal_error)?;
        Ok(Some((Arc::clone(object), file)))
    }

    /// The objects of a bucket, in the order of their keys.
    pub(super) fn list(&self, bucket: &str) -> Vec<Arc<Object>> {
        self.index().get(bucket).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Begins the content of an object in this bucket.
    pub(super) fn draft(&self, bucket: &str) -> S3Result<Draft> {
        let (file, path) = named().tempfile_in(self.root.join(bucket)).map_err(S3Error::internal_error)?.into_parts();
        Ok(Draft::new(path, file))
    }

    /// An object, and its content as the content of an object in `bucket`. It is linked, not copied, because content
    /// never changes.
    pub(super) fn link(&self, from: &str, key: &str, bucket: &str) -> S3Result<Option<(Arc<Object>, Content)>> {
        let index = self.index();
        let Some(object) = index.get(from).and_then(|objects| objects.get(key)) else { return Ok(None) };
        let source = self.root.join(from).join(&object.content);
        // The index is still locked, and content is deleted after its object.
        let link = named().make_in(self.root.join(bucket), |path| fs::hard_link(&source, path));
        let path = link.map_err(S3Error::internal_error)?.into_temp_path();
        Ok(Some((Arc::clone(object), Content { path, size: object.size, e_tag: object.e_tag.clone() })))
    }

    /// Creates an object, or replaces it. Blocks on the disk.
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

    /// Replaces the tags of an object. Blocks on the disk.
    pub(super) fn tag(&self, bucket: &str, key: &str, tags: Tags) -> S3Result<()> {
        let _writing = self.writing();
        let object = self.find(bucket, key).ok_or_else(|| s3_error!(NoSuchKey))?;
        self.replace(bucket, Object { tags, ..Object::clone(&object) })?;
        Ok(())
    }

    /// Deletes an object if it exists and `condition` holds. Blocks on the disk.
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

    /// The file of a record. Its name is a hash, because a key may be longer than the name of a file and have any
    /// characters.
    fn record(&self, bucket: &str, key: &str) -> PathBuf {
        let name = hex::encode(Sha256::checksum(key.as_bytes()));
        self.root.join(bucket).join(name).with_extension(RECORD)
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Loads the objects of one bucket. Deletes files without an object, which were being written when the process ended.
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

/// Makes files that are deleted unless they become part of an object.
fn named() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(CONTENT);
    builder
}
