//! The report of a run: a table in Markdown, and values for JSON and a plot.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cpu::Cpu;

/// A run of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The name of the scenario.
    pub scenario: String,
    /// The unit of `done`, in the plural.
    pub unit: &'static str,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// One kind or level of load.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Step {
    /// A description of the load.
    pub load: String,
    /// The offered load in units a second; 0 if the load was as much as the system took.
    pub offered: f64,
    /// The number of units done.
    pub done: u64,
    /// The units done each second.
    pub per_second: f64,
    /// The latency of a unit.
    pub latency: Latency,
    /// The number of units that were expected and did not happen.
    pub lost: u64,
    /// The number of units that happened more than once.
    pub doubled: u64,
    /// The processor time, in microseconds.
    pub cpu: Cpu,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The maximum.
    pub max: f64,
}

impl Latency {
    /// The percentiles of latencies in microseconds.
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
    /// Returns the table in Markdown.
    #[must_use]
    pub fn table(&self) -> String {
        let unit = self.unit;
        let mut table = format!(
            "| {} | {unit} | each second | p50 ms | p99 ms | max ms | lost | doubled | functions µs | gateway µs \
             | engine µs | generator µs |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
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
