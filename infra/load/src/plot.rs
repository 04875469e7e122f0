//! Latency against load, as an SVG file.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::report::{Latency, Report};

const SIZE: (u32, u32) = (720, 400);

/// A function that selects one number of a latency.
type Pick = fn(&Latency) -> f64;

/// Draws the latency of each step above its throughput. Times are on a logarithmic scale.
///
/// # Errors
/// If the file cannot be written.
pub fn write(report: &Report, file: &Path) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| anyhow!("{error}");
    let most = report.steps.iter().map(|step| step.per_second).fold(1.0, f64::max);
    let slowest = report.steps.iter().map(|step| step.latency.max).fold(1.0, f64::max);
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(|error| failed(&error))?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .caption(&report.scenario, ("sans-serif", 18))
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..most * 1.05, (0.5..slowest * 1.5).log_scale())
        .map_err(|error| failed(&error))?;
    chart
        .configure_mesh()
        .light_line_style(BLACK.mix(0.05))
        .x_desc(format!("{} each second", report.unit))
        .y_desc("milliseconds")
        .draw()
        .map_err(|error| failed(&error))?;
    let lines: [(&str, RGBColor, Pick); 3] =
        [("p50", GREEN, |of| of.p50), ("p99", BLUE, |of| of.p99), ("max", RED, |of| of.max)];
    for (name, colour, pick) in lines {
        let points = || report.steps.iter().map(|step| (step.per_second, pick(&step.latency).max(0.5)));
        let line = chart.draw_series(LineSeries::new(points(), &colour)).map_err(|error| failed(&error))?;
        line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        let dots = points().map(|point| Circle::new(point, 3, colour.filled()));
        chart.draw_series(dots).map_err(|error| failed(&error))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .draw()
        .map_err(|error| failed(&error))?;
    area.present().map_err(|error| failed(&error))
}
