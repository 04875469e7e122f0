//! The layers of the runtime: a module names only modules below its own, and no two files name each other, directly or
//! through others.
//!
//! The tests read the `use` declarations and all paths in every file of `src`, without comments and unit tests. A name
//! that a module imports or re-exports counts for the file that defines it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// From the top down. Modules of one row do not name each other.
const LAYERS: &[&[&str]] = &[
    &["main", "bin"],
    &["system"],
    &["gateway", "build", "screen"],
    &["s3"],
    &["api_gateway", "eventbridge"],
    &["lambda", "dynamodb", "secrets_manager"],
    &["iam", "faults", "options"],
    &["calls", "logs", "ids", "headers"],
];

/// The path of a module from the root of its crate, or a path as a file writes it.
type Segments = Vec<String>;

/// The files of a crate, by the paths of their modules.
struct Crate {
    files: BTreeMap<Segments, PathBuf>,
    /// The imports of each module: a path for each name.
    imports: BTreeMap<Segments, BTreeMap<String, Segments>>,
    /// The paths that each module names.
    named: BTreeMap<Segments, BTreeSet<Segments>>,
}

impl Crate {
    fn read(src: &Path) -> Self {
        let mut read = Self { files: BTreeMap::new(), imports: BTreeMap::new(), named: BTreeMap::new() };
        for file in files(src) {
            let module = module(file.strip_prefix(src).unwrap());
            let code = code(&fs::read_to_string(&file).unwrap());
            let (mut imports, mut named) = (BTreeMap::new(), BTreeSet::new());
            for declaration in declarations(&code) {
                for (path, name) in leaves(&declaration, &[]) {
                    named.insert(path.clone());
                    imports.insert(name, path);
                }
            }
            named.extend(inline(&code));
            read.imports.insert(module.clone(), imports);
            read.named.insert(module.clone(), named);
            read.files.insert(module, file);
        }
        read
    }

    /// The module that defines the item at `path`, as `module` writes it. `None` if another crate defines it.
    fn defines(&self, module: &[String], path: &[String], depth: u8) -> Option<Segments> {
        assert!(depth < 16, "{module:?} imports {path:?} from itself");
        let (first, rest) = path.split_first()?;
        let is_program = module.first().is_some_and(|first| first == "main" || first == "bin");
        let (mut found, mut rest): (Segments, _) = match first.as_str() {
            "crate" => (Segments::new(), rest),
            "self" => (module.to_vec(), rest),
            "super" => (module.split_last().map(|(_, parent)| parent.to_vec())?, rest),
            "local" if is_program => (Segments::new(), rest),
            name if self.files.contains_key(&child(module, name)) => (module.to_vec(), path),
            name => {
                let import = self.imports.get(module)?.get(name).filter(|import| import.first() != Some(first))?;
                return self.defines(module, &[import, rest].concat(), depth + 1);
            }
        };
        while let Some((name, deeper)) = rest.split_first() {
            if name == "super" {
                found.pop();
            } else if self.files.contains_key(&child(&found, name)) {
                found.push(name.clone());
            } else if let Some(import) = self.imports.get(&found).and_then(|imports| imports.get(name)) {
                return self.defines(&found, &[import, deeper].concat(), depth + 1);
            } else {
                break;
            }
            rest = deeper;
        }
        Some(found)
    }

    /// The modules that each module names.
    fn arrows(&self) -> BTreeMap<Segments, BTreeSet<Segments>> {
        let arrows = self.named.iter().map(|(module, named)| {
            let targets = named.iter().filter_map(|path| self.defines(module, path, 0));
            (module.clone(), targets.filter(|target| target != module && !target.is_empty()).collect())
        });
        arrows.collect()
    }
}

fn child(module: &[String], name: &str) -> Segments {
    [module, &[name.to_owned()]].concat()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

/// `s3/mod.rs` → `s3`, `s3/store.rs` → `s3::store`, `lib.rs` → no segment.
fn module(file: &Path) -> Segments {
    let path = file.with_extension("");
    let segments = path.iter().map(|segment| segment.to_str().unwrap().to_owned());
    segments.filter(|segment| segment != "mod" && segment != "lib").collect()
}

/// Removes comments and unit tests, which end their files.
fn code(source: &str) -> String {
    let source = source.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = source.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text between each `use` and its `;`.
fn declarations(code: &str) -> Vec<String> {
    let begins = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub").map_or(line, |line| match line.strip_prefix('(') {
            Some(line) => line.split_once(") ").map_or("", |(_, line)| line),
            None => line.trim_start(),
        });
        line.starts_with("use ")
    };
    let mut found = Vec::new();
    let mut rest = code;
    while !rest.is_empty() {
        let line = rest.lines().next().unwrap_or_default();
        let end = if begins(line) { rest.find(';').unwrap() } else { line.len() };
        if begins(line) {
            found.push(rest[..end].split_once("use ").unwrap().1.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}

/// The paths of a declaration, each with its name in the module.
fn leaves(declaration: &str, above: &[String]) -> Vec<(Segments, String)> {
    let declaration = declaration.trim();
    if let Some((path, group)) = declaration.split_once('{') {
        let above = [above, &segments(path)].concat();
        let group = group.rsplit_once('}').unwrap().0;
        return items(group).into_iter().flat_map(|item| leaves(item, &above)).collect();
    }
    let (path, name) = declaration.split_once(" as ").map_or((declaration, None), |(path, name)| (path, Some(name)));
    let mut path = [above, &segments(path)].concat();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self" || last == "*") {
        path.pop();
    }
    let name = name.map_or_else(|| path.last().cloned().unwrap_or_default(), str::to_owned);
    vec![(path, name)]
}

fn segments(path: &str) -> Segments {
    path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// The items of a group, which may hold groups.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.push(&group[begin..]);
    found.into_iter().filter(|item| !item.trim().is_empty()).collect()
}

/// The paths in expressions and types.
fn inline(code: &str) -> BTreeSet<Segments> {
    let words = code.split(|character: char| !character.is_alphanumeric() && character != '_' && character != ':');
    // A group and type arguments end a path.
    let paths = words.map(|word| word.trim_end_matches(':'));
    paths.filter(|path| path.contains("::") && !path.starts_with(':')).map(segments).collect()
}

/// The groups of modules that name each other, directly or through others.
fn cycles(arrows: &BTreeMap<Segments, BTreeSet<Segments>>) -> BTreeSet<BTreeSet<Segments>> {
    let reach = |start: &Segments| {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(module) = open.pop() {
            open.extend(arrows.get(module).into_iter().flatten().filter(|target| reached.insert((*target).clone())));
        }
        reached
    };
    let reached: BTreeMap<_, _> = arrows.keys().map(|module| (module, reach(module))).collect();
    let cycle = |module: &Segments| -> BTreeSet<Segments> {
        let others = reached[module].iter();
        others.filter(|other| reached.get(other).is_some_and(|back| back.contains(module))).cloned().collect()
    };
    arrows.keys().map(cycle).filter(|cycle| !cycle.is_empty()).collect()
}

fn layer(module: &[String]) -> usize {
    let name = &module[0];
    let found = LAYERS.iter().position(|row| row.contains(&name.as_str()));
    found.unwrap_or_else(|| panic!("{name} is in no row of LAYERS"))
}

/// The arrows between the files of a crate, without `lib.rs`, which only lists the modules.
fn arrows(src: &Path) -> BTreeMap<Segments, BTreeSet<Segments>> {
    let mut arrows = Crate::read(src).arrows();
    arrows.remove(&Segments::new());
    arrows
}

fn infra() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn a_module_names_only_modules_below_it() {
    let mut up = Vec::new();
    for (module, targets) in arrows(&infra().join("local/src")) {
        for target in targets {
            if module[0] != target[0] && layer(&target) <= layer(&module) {
                up.push(format!("{} names {}", module.join("::"), target.join("::")));
            }
        }
    }
    assert!(up.is_empty(), "arrows that run up:\n{}", up.join("\n"));
}

#[test]
fn no_files_name_each_other() {
    for src in ["local/src", "tables/src", "template/src"] {
        let cycles = cycles(&arrows(&infra().join(src)));
        let written = cycles.iter().map(|cycle| {
            let names: Vec<_> = cycle.iter().map(|module| module.join("::")).collect();
            names.join(", ")
        });
        assert!(cycles.is_empty(), "files of {src} that name each other:\n{}", written.collect::<Vec<_>>().join("\n"));
    }
}

/// A circle through a group, a re-export and a path in an expression is found, and comments and unit tests do not
/// count.
#[test]
fn a_circle_is_found_through_every_kind_of_path() {
    let directory = tempfile::tempdir().unwrap();
    let write = |file: &str, source: &str| {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    };
    write("lib.rs", "mod a;\nmod b;\nmod c;\n");
    write("a/mod.rs", "mod inner;\npub use inner::{Inner as Renamed, Other};\n");
    write("a/inner.rs", "use std::fmt;\nuse crate::{\n    b::{self, B},\n};\n");
    write("b.rs", "// crate::a::Renamed\nfn f() { c::g::<u8>() }\nuse crate::c;\n");
    write("c.rs", "pub fn g<T>() -> crate::a::Renamed {}\n#[cfg(test)]\nmod tests {\n    use crate::d::D;\n}\n");
    write("d.rs", "use super::a;\n");
    let expected = ["a::inner", "b", "c"].map(|module| module.split("::").map(str::to_owned).collect::<Segments>());
    assert_eq!(cycles(&arrows(directory.path())), BTreeSet::from([BTreeSet::from(expected)]));
}
