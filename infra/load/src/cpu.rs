//! Processor time by its users, from `/proc`: the functions, whose time AWS bills; the gateway and the engine, which
//! play AWS; and this generator.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;

/// Microseconds of one tick: Linux reports processor time in hundredths of a second on every architecture.
const TICK: u64 = 10_000;
/// The prefix of the names of the engine's threads.
const ENGINE: &str = "dynamodb";

/// Microseconds of processor time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cpu {
    /// The time of all instances of all functions.
    pub functions: u64,
    /// The time of API Gateway, Lambda and IAM, as the local runtime plays them.
    pub gateway: u64,
    /// The time of the embedded DynamoDB.
    pub engine: u64,
    /// The time of this program.
    pub generator: u64,
    /// The time of living instances, by the name of their executable.
    pub by_function: BTreeMap<String, u64>,
}

impl Cpu {
    /// Returns the time until now of the local runtime with this process id, of its functions, and of this program.
    #[must_use]
    pub fn now(runtime: Option<u32>) -> Self {
        let mut cpu = Self { generator: Stat::read("/proc/self/stat").map_or(0, |stat| stat.own), ..Self::default() };
        let Some(runtime) = runtime else { return cpu };
        for process in numbered("/proc") {
            let Some(stat) = Stat::read(format!("/proc/{process}/stat")) else { continue };
            if stat.parent == runtime {
                cpu.functions += stat.own;
                *cpu.by_function.entry(executable(process)).or_default() += stat.own;
            } else if process == runtime {
                // The time of instances that have ended.
                cpu.functions += stat.children;
            }
        }
        for thread in numbered(format!("/proc/{runtime}/task")) {
            let Some(stat) = Stat::read(format!("/proc/{runtime}/task/{thread}/stat")) else { continue };
            let part = if stat.name.starts_with(ENGINE) { &mut cpu.engine } else { &mut cpu.gateway };
            *part += stat.own;
        }
        cpu
    }

    /// Returns the time since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let of = |name: &String, time: &u64| time.saturating_sub(before.by_function.get(name).copied().unwrap_or(0));
        Self {
            functions: self.functions.saturating_sub(before.functions),
            gateway: self.gateway.saturating_sub(before.gateway),
            engine: self.engine.saturating_sub(before.engine),
            generator: self.generator.saturating_sub(before.generator),
            by_function: self.by_function.iter().map(|(name, time)| (name.clone(), of(name, time))).collect(),
        }
    }
}

/// The processor time of a process.
pub(crate) struct Stat {
    name: String,
    pub(crate) parent: u32,
    own: u64,
    children: u64,
}

impl Stat {
    /// See proc(5).
    pub(crate) fn read(path: impl AsRef<Path>) -> Option<Self> {
        Self::parse(&fs::read_to_string(path).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The name may contain any character, parentheses too.
        let (name, rest) = text.split_once('(')?.1.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        // The third field of the line is the first one here.
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            name: name.to_owned(),
            parent: number(4)?.try_into().ok()?,
            own: (number(14)? + number(15)?) * TICK,
            children: (number(16)? + number(17)?) * TICK,
        })
    }
}

/// The ids of the processes or threads in a directory.
pub(crate) fn numbered(directory: impl AsRef<Path>) -> Vec<u32> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn executable(process: u32) -> String {
    let path = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let line = "42 (a (b) c) S 7 1 1 0 -1 4194304 10 0 0 0 3 4 5 6 20 0 1 0 100 1000 10 1";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.name.as_str(), stat.parent), ("a (b) c", 7));
        assert_eq!((stat.own, stat.children), (70_000, 110_000));
    }
}
