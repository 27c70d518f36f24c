//! Plots, as SVG.

use plotters::prelude::*;
use serde_json::json;

use crate::filed::Report;

const SIZE: (u32, u32) = (900, 420);
const FONT: (&str, u32) = ("sans-serif", 15);

type Failure = Box<dyn std::error::Error>;

/// What is plotted: groups of bars, each bar one contender's.
struct Bars<'a> {
    about: &'a str,
    contenders: &'a [&'a str],
    legend: SeriesLabelPosition,
    groups: Vec<(String, Vec<f64>)>,
}

/// What sessions add to a request on axum.
pub(crate) fn requests(report: &Report) -> Result<String, Failure> {
    let contenders = ["floor", "session-axum", "tower-sessions"];
    let groups = report.comparisons().filter_map(|comparison| {
        let case = comparison.case.strip_prefix("axum, ")?;
        let added = contenders.map(|name| comparison.added(name).unwrap_or(0.0));
        Some((case.to_owned(), added.to_vec()))
    });
    draw(&Bars {
        about: "ns added to axum",
        contenders: &contenders,
        legend: SeriesLabelPosition::UpperLeft,
        groups: groups.collect(),
    })
}

/// Loads, and loads with updates, by 64 callers at once.
pub(crate) fn databases(databases: &[(&str, Report)]) -> Result<String, Failure> {
    let mut groups = Vec::new();
    for (name, report) in databases {
        for (case, label) in [("load", *name), ("load then update", "with updates")] {
            let mut found = report.under(json!("OneRuntime"));
            let Some(found) = found.find(|comparison| comparison.case == case && comparison.concurrency == 64) else {
                continue;
            };
            let rate = |name| {
                found
                    .by(name)
                    .map_or(0.0, |outcome| outcome.operations_per_second.median)
            };
            groups.push((label.to_owned(), vec![rate("bare"), rate("store")]));
        }
    }
    draw(&Bars {
        about: "operations/s, 64 callers",
        contenders: &["bare driver", "store"],
        legend: SeriesLabelPosition::UpperRight,
        groups,
    })
}

fn draw(bars: &Bars<'_>) -> Result<String, Failure> {
    let most = bars
        .groups
        .iter()
        .flat_map(|(_, values)| values)
        .copied()
        .fold(1.0_f64, f64::max);
    let width = 1.0 / (bars.contenders.len() + 1) as f64;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(30)
            .y_label_area_size(90)
            .build_cartesian_2d(0.0..bars.groups.len() as f64, 0.0..most * 1.1)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .light_line_style(TRANSPARENT)
            .label_style(FONT)
            .axis_desc_style(FONT)
            .y_desc(bars.about)
            .y_label_formatter(&|value| format!("{value:.0}"))
            .draw()?;
        for (number, contender) in bars.contenders.iter().enumerate() {
            let colour = Palette99::pick(number).to_rgba();
            let rectangles = bars.groups.iter().enumerate().map(|(group, (_, values))| {
                let left = group as f64 + width * (number as f64 + 0.5);
                Rectangle::new([(left, 0.0), (left + width, values[number])], colour.filled())
            });
            chart
                .draw_series(rectangles)?
                .label(*contender)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], colour.filled()));
        }
        chart
            .configure_series_labels()
            .border_style(BLACK.mix(0.3))
            .background_style(WHITE.mix(0.9))
            .label_font(FONT)
            .position(bars.legend.clone())
            .draw()?;
        let each = chart.plotting_area().get_x_axis_pixel_range();
        let step = f64::from(each.end - each.start) / bars.groups.len().max(1) as f64;
        let style = TextStyle::from(("sans-serif", 12)).pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Center,
            plotters::style::text_anchor::VPos::Top,
        ));
        for (group, (name, _)) in bars.groups.iter().enumerate() {
            let middle = f64::from(each.start) + step * (group as f64 + 0.5);
            area.draw_text(name, &style, (middle as i32, SIZE.1 as i32 - 36))?;
        }
        area.present()?;
    }
    Ok(svg)
}
