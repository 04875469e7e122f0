//! What a run gave: a table for people, JSON for programs, a plot of latency against load.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cpu::Cpu;

/// A run of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What it is called.
    pub scenario: String,
    /// What `done` counts, in the plural.
    pub unit: &'static str,
    /// One after another.
    pub steps: Vec<Step>,
}

/// One kind or height of load.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Step {
    /// What the load was.
    pub load: String,
    /// How much of the report's unit was asked for, each second; 0 where as much as there was time for.
    pub offered: f64,
    /// How many were done.
    pub done: u64,
    /// How many each second.
    pub per_second: f64,
    /// How long one took.
    pub latency: Latency,
    /// How many should have been done, and were not.
    pub lost: u64,
    /// How many were done more than once.
    pub doubled: u64,
    /// Microseconds of processor time.
    pub cpu: Cpu,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Half took at most this long.
    pub p50: f64,
    /// All but one in a hundred took at most this long.
    pub p99: f64,
    /// None took longer.
    pub max: f64,
}

impl Latency {
    /// Of so many microseconds each.
    #[must_use]
    pub fn of(mut micros: Vec<u64>) -> Self {
        micros.sort_unstable();
        let percentile = |percent: usize| {
            let rank = (micros.len() * percent).div_ceil(100);
            micros.get(rank.saturating_sub(1)).copied().unwrap_or_default() as f64 / 1000.0
        };
        Self { p50: percentile(50), p99: percentile(99), max: percentile(100) }
    }
}

impl Report {
    /// The table, as Markdown has it.
    #[must_use]
    pub fn table(&self) -> String {
        let unit = self.unit;
        let mut table = format!(
            "| {} | {unit} | each second | p50 ms | p99 ms | max ms | lost | doubled | functions µs | gateway µs | engine µs \
             | generator µs |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
            self.scenario
        );
        for Step { load, done, per_second, latency, lost, doubled, cpu, .. } in &self.steps {
            let Latency { p50, p99, max } = latency;
            let of_one = |micros: u64| micros as f64 / (*done).max(1) as f64;
            let [functions, gateway, engine, generator] =
                [cpu.functions, cpu.gateway, cpu.engine, cpu.generator].map(of_one);
            let _ = writeln!(
                table,
                "| {load} | {done} | {per_second:.0} | {p50:.1} | {p99:.1} | {max:.1} | {lost} | {doubled} \
                 | {functions:.0} | {gateway:.0} | {engine:.0} | {generator:.0} |"
            );
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let Latency { p50, p99, max } = Latency::of((1..=1000).rev().map(|milli| milli * 1000).collect());
        assert_eq!([p50, p99, max].map(|milli| milli.to_string()), ["500", "990", "1000"]);
        assert!(Latency::of(Vec::new()).max.abs() < f64::EPSILON);
    }
}
