//! `session-bench compare`.

use std::fs;
use std::path::Path;

use super::Ended;
use super::arguments::Compare;
use super::result::{Round, RunResult, StoreResult, quartiles};
use super::target::Cause;

/// A change smaller than this is none, however even the rounds were.
const LEAST: f64 = 0.03;

#[derive(Debug, thiserror::Error)]
#[error("{file}: {source}")]
struct Unreadable {
    file: String,
    source: Cause,
}

/// A figure of both runs.
struct Line {
    store: String,
    what: String,
    before: [f64; 3],
    now: [f64; 3],
    more_is_better: bool,
}

#[derive(PartialEq, Eq)]
enum Verdict {
    Same,
    Better,
    Worse,
}

/// Says what has changed by more than the rounds of a run differ among themselves.
pub(super) fn compare(compare: &Compare) -> Result<Ended, Cause> {
    let (before, now) = (read(&compare.before)?, read(&compare.now)?);
    if before.settings != now.settings {
        println!("the settings differ: these are two measurements of two things\n");
    }
    if before.machine.processor != now.machine.processor || before.machine.processors != now.machine.processors {
        println!("the machines differ: what has changed may be that\n");
    }
    println!(
        "{:<32} {:<16} {:>12} {:>12} {:>8} {:>8}",
        "store", "figure", "before", "now", "change", "noise"
    );
    let mut is_worse = false;
    for line in lines(&before, &now) {
        let verdict = line.verdict();
        let word = match verdict {
            Verdict::Same => "",
            Verdict::Better => "better",
            Verdict::Worse => "worse",
        };
        is_worse |= verdict == Verdict::Worse;
        println!(
            "{:<32} {:<16} {:>12.1} {:>12.1} {:>+7.1}% {:>7.1}%  {word}",
            line.store,
            line.what,
            line.before[1],
            line.now[1],
            100.0 * line.change(),
            100.0 * line.noise()
        );
    }
    Ok(if is_worse { Ended::Badly } else { Ended::Well })
}

fn read(file: &Path) -> Result<RunResult, Cause> {
    let read = || -> Result<RunResult, Cause> { Ok(serde_json::from_str(&fs::read_to_string(file)?)?) };
    read().map_err(|source| {
        let file = file.display().to_string();
        Unreadable { file, source }.into()
    })
}

fn lines(before: &RunResult, now: &RunResult) -> Vec<Line> {
    let mut lines = Vec::new();
    for of_now in &now.stores {
        let of_before = before.stores.iter().find(|store| store.store == of_now.store);
        if let Some(of_before) = of_before {
            lines.extend(lines_of(of_before, of_now));
        }
    }
    lines
}

fn lines_of(before: &StoreResult, now: &StoreResult) -> Vec<Line> {
    let line = |what: &str, more_is_better, value: &dyn Fn(&Round) -> Option<f64>| Line {
        store: now.store.clone(),
        what: what.to_owned(),
        before: quartiles(before.rounds.iter().filter_map(value)),
        now: quartiles(now.rounds.iter().filter_map(value)),
        more_is_better,
    };
    let mut lines = vec![
        line("requests/s", true, &|round| Some(round.requests_per_second)),
        line("CPU us", false, &|round| Some(round.cpu_microseconds)),
    ];
    for act in now.acts.keys().filter(|act| before.acts.contains_key(act)) {
        lines.push(line(&format!("{act} p50 us"), false, &|round| {
            round.p50_microseconds.get(act).copied()
        }));
        lines.push(line(&format!("{act} p99 us"), false, &|round| {
            round.p99_microseconds.get(act).copied()
        }));
    }
    lines
}

impl Line {
    fn change(&self) -> f64 {
        self.now[1] / self.before[1] - 1.0
    }

    /// How far rounds of one run are apart, in the run where they are further.
    fn noise(&self) -> f64 {
        let spread = |[lower, median, upper]: [f64; 3]| (upper - lower) / median;
        spread(self.before).max(spread(self.now))
    }

    fn verdict(&self) -> Verdict {
        let (change, noise) = (self.change(), self.noise().max(LEAST));
        if change.is_nan() || change.abs() <= noise {
            return Verdict::Same;
        }
        if (change > 0.0) == self.more_is_better {
            Verdict::Better
        } else {
            Verdict::Worse
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_beyond_the_noise_has_changed() {
        let line = |before, now, more_is_better| Line {
            store: String::new(),
            what: String::new(),
            before,
            now,
            more_is_better,
        };
        let even = [99.0, 100.0, 101.0];
        assert!(line(even, [109.0, 110.0, 111.0], true).verdict() == Verdict::Better);
        assert!(line(even, [109.0, 110.0, 111.0], false).verdict() == Verdict::Worse);
        assert!(
            line(even, [90.0, 110.0, 130.0], true).verdict() == Verdict::Same,
            "its rounds differ more"
        );
        assert!(
            line([100.0; 3], [102.0; 3], true).verdict() == Verdict::Same,
            "too little"
        );
        assert!(
            line([f64::NAN; 3], even, true).verdict() == Verdict::Same,
            "nothing to compare"
        );
    }
}
