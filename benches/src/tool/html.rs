//! A result as a page of its own, without anything from elsewhere.

use std::fmt::Write as _;

use super::mix::Act;
use super::plot;
use super::result::{RunResult, StoreResult};
use super::table::cpu;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #ddd}\
th:first-child,td:first-child{text-align:left}svg{max-width:100%;height:auto}.scroll{overflow-x:auto}code{font-size:.9em}";

pub(super) fn page(result: &RunResult) -> String {
    let settings = &result.settings;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>session-bench</title><style>{STYLE}</style></head>\n<body>\n<h1>session-bench</h1>\n"
    );
    let mut add = |text: std::fmt::Arguments<'_>| {
        // Writing to a string can't fail.
        page.write_fmt(text).unwrap_or_default();
    };
    add(format_args!(
        "<p>{} sessions of {} bytes, {} requests at once, <code>{}</code>, {} s in {} rounds; {}, {} processors, {}.</p>\n",
        settings.sessions,
        settings.value_bytes,
        settings.concurrency,
        escaped(&settings.mix),
        settings.seconds,
        settings.rounds,
        escaped(&result.machine.processor),
        result.machine.processors,
        escaped(&result.machine.kernel),
    ));
    if !result.is_complete {
        add(format_args!("<p><strong>It was stopped before its end.</strong></p>\n"));
    }
    add(format_args!(
        "<h2>Throughput</h2>\n{}\n",
        figure(plot::throughput(result))
    ));
    add(format_args!("<div class=\"scroll\">{}</div>\n", rates(result)));
    for act in Act::ALL {
        if result.stores.iter().any(|store| store.acts.contains_key(&act)) {
            add(format_args!(
                "<h2>Latency: {act}</h2>\n{}\n",
                figure(plot::latency(result, act))
            ));
            add(format_args!("<div class=\"scroll\">{}</div>\n", latencies(result, act)));
        }
    }
    add(format_args!("{}</body>\n</html>\n", errors(&result.stores)));
    page
}

fn figure(svg: Result<String, Box<dyn std::error::Error>>) -> String {
    svg.unwrap_or_else(|error| format!("<p>There is no plot: {}</p>", escaped(&error.to_string())))
}

fn rates(result: &RunResult) -> String {
    let rows = result.stores.iter().map(|store| {
        let [lower, median, upper] = store.requests_per_second();
        format!(
            "<tr><td>{}</td><td>{median:.0}</td><td>{lower:.0}</td><td>{upper:.0}</td><td>{:.1}</td></tr>",
            escaped(&store.store),
            cpu(store)
        )
    });
    let head = "<tr><th>store</th><th>requests/s</th><th>lower quartile</th><th>upper quartile</th><th>CPU µs a request</th></tr>";
    format!("<table>{head}{}</table>", rows.collect::<String>())
}

fn latencies(result: &RunResult, act: Act) -> String {
    let rows = result.stores.iter().filter_map(|store| {
        let of_act = store.acts.get(&act)?;
        let (latency, corrected) = (of_act.microseconds, of_act.corrected_microseconds);
        let corrected = corrected.map_or_else(String::new, |corrected| format!("{:.0}", corrected.p99));
        Some(format!(
            "<tr><td>{}</td><td>{}</td><td>{:.0}</td><td>{:.0}</td><td>{:.0}</td><td>{:.0}</td><td>{corrected}</td></tr>",
            escaped(&store.store),
            of_act.requests,
            latency.p50,
            latency.p99,
            latency.p999,
            latency.max
        ))
    });
    let head = "<tr><th>store</th><th>requests</th><th>p50 µs</th><th>p99 µs</th><th>p999 µs</th><th>max µs</th><th>p99 µs corrected</th></tr>";
    format!("<table>{head}{}</table>", rows.collect::<String>())
}

fn errors(stores: &[StoreResult]) -> String {
    let lines = stores.iter().flat_map(|store| {
        let errors = store.errors.iter();
        errors.map(|(words, times)| format!("<li>{}: {times} times: {}</li>", escaped(&store.store), escaped(words)))
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("<h2>Errors</h2>\n<ul>{lines}</ul>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
