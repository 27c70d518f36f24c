//! Plots, as SVG.

use plotters::prelude::*;

use super::mix::Act;
use super::result::{RunResult, StoreResult};

const SIZE: (u32, u32) = (900, 420);
const FONT: (&str, u32) = ("sans-serif", 15);

type Failure = Box<dyn std::error::Error>;

/// Requests a second in each round: how fast, and how evenly.
pub(super) fn throughput(result: &RunResult) -> Result<String, Failure> {
    let stores = &result.stores;
    let most = stores
        .iter()
        .flat_map(|store| &store.rounds)
        .map(|round| round.requests_per_second);
    let most = most.fold(1.0_f64, f64::max);
    let rounds = stores.iter().map(|store| store.rounds.len()).max().unwrap_or(1);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(40)
            .y_label_area_size(90)
            .build_cartesian_2d(0.0..rounds as f64 + 1.0, 0.0..most * 1.1)?;
        chart
            .configure_mesh()
            .label_style(FONT)
            .axis_desc_style(FONT)
            .x_desc("round")
            .y_desc("requests/s")
            .disable_x_mesh()
            .x_labels(rounds.min(20) + 1)
            .x_label_formatter(&|round| {
                if round.fract() == 0.0 {
                    format!("{round:.0}")
                } else {
                    String::new()
                }
            })
            .y_label_formatter(&|rate| format!("{rate:.0}"))
            .draw()?;
        for (number, store) in stores.iter().enumerate() {
            let colour = Palette99::pick(number).to_rgba();
            let points = store.rounds.iter().zip(1..);
            let points: Vec<_> = points
                .map(|(round, number)| (f64::from(number), round.requests_per_second))
                .collect();
            chart
                .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
                .label(&store.store)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
            chart.draw_series(points.into_iter().map(|point| Circle::new(point, 3, colour.filled())))?;
        }
        legend(&mut chart)?;
        area.present()?;
    }
    Ok(svg)
}

/// Which share of the requests took longer than so much: a curve a store.
pub(super) fn latency(result: &RunResult, act: Act) -> Result<String, Failure> {
    let stores: Vec<_> = result
        .stores
        .iter()
        .filter(|store| store.acts.contains_key(&act))
        .collect();
    let values = stores
        .iter()
        .flat_map(|store| curve(store, act))
        .map(|(_, micros)| micros);
    let (least, most) = values.fold((f64::MAX, 1.0_f64), |(least, most), micros| {
        (least.min(micros), most.max(micros))
    });
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(40)
            .y_label_area_size(90)
            .build_cartesian_2d(
                (1.0..20_000.0_f64).log_scale(),
                (least.clamp(0.1, most)..most * 1.2).log_scale(),
            )?;
        chart
            .configure_mesh()
            .label_style(FONT)
            .axis_desc_style(FONT)
            .x_desc("slower than all but one in so many")
            .y_desc("microseconds")
            .x_label_formatter(&|share| format!("{share:.0}"))
            .y_label_formatter(&|micros| format!("{micros:.0}"))
            .draw()?;
        for (number, store) in stores.iter().enumerate() {
            let colour = Palette99::pick(number).to_rgba();
            chart
                .draw_series(LineSeries::new(curve(store, act), colour.stroke_width(2)))?
                .label(&store.store)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        }
        legend(&mut chart)?;
        area.present()?;
    }
    Ok(svg)
}

/// One in how many is slower, and than what.
fn curve(store: &StoreResult, act: Act) -> Vec<(f64, f64)> {
    let points = store
        .acts
        .get(&act)
        .map(|of_act| of_act.curve.as_slice())
        .unwrap_or_default();
    let slower = points
        .iter()
        .map(|(faster, micros)| (1.0 / (1.0 - faster).max(5e-5), micros.max(0.1)));
    slower.collect()
}

fn legend<'a, X, Y>(chart: &mut ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Y>>) -> Result<(), Failure>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    let labels = chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw();
    Ok(labels?)
}
