//! How far it is: a bar where somebody looks, and lines in a log.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use session_kit::store::Progress;
use tokio::time::Instant;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;

/// How often there is a line where nobody looks.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
const BAR: &str = "{bar:40} {human_pos} of {human_len} sessions, {per_sec}, {eta} left{msg}";

/// On stderr.
pub(crate) struct Display {
    bar: ProgressBar,
    told_at: Option<Instant>,
}

/// Lines above the bar.
#[derive(Clone)]
struct Above(ProgressBar);

impl Display {
    /// What is wrong with single sessions is told above it.
    pub(crate) fn new() -> Self {
        let bar = if io::stderr().is_terminal() {
            let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style)
        } else {
            ProgressBar::hidden()
        };
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(Above(bar.clone()))
            .without_time();
        let lines = lines.with_target(false).with_ansi(io::stderr().is_terminal());
        tracing_subscriber::registry()
            .with(lines.with_filter(LevelFilter::WARN))
            .init();
        Self { bar, told_at: None }
    }

    pub(crate) fn show(&mut self, progress: &Progress) {
        if !self.bar.is_hidden() {
            self.bar.set_length(progress.found.max(progress.moved));
            self.bar.set_position(progress.moved);
            if progress.failed > 0 {
                self.bar.set_message(format!(", {} can't be", progress.failed));
            }
            return;
        }
        if self.told_at.is_none_or(|told_at| told_at.elapsed() >= BETWEEN_LINES) {
            self.told_at = Some(Instant::now());
            write_line(format_args!("{progress}"));
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl MakeWriter<'_> for Above {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Above {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Where nobody reads it, nothing is lost.
fn write_line(line: std::fmt::Arguments<'_>) {
    drop(writeln!(io::stderr(), "{line}"));
}
