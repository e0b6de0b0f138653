//! Progress of training on a terminal, and lines in a log where there is none.

use std::io::IsTerminal;

use super::stream::eprintln;
use indicatif::{ProgressBar, ProgressStyle};

use crate::run::{EpochReport, Observer, StartReport, StepReport};

use super::table::{bytes, thousands};

/// A bar for each epoch, where the standard error stream is a terminal, and a line after it.
#[derive(Default)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn start(&mut self, report: &StartReport<'_>) {
        let val = report.val_examples.map(|n| format!(", {} for validation", thousands(n as u128))).unwrap_or_default();
        eprintln!(
            "{}: {} parameters ({} trainable), {} training examples{val}; {} planned",
            report.model,
            thousands(report.parameters as u128),
            thousands(report.trainable as u128),
            thousands(report.train_examples as u128),
            bytes(u128::from(report.planned_bytes)),
        );
        eprintln!("results go to {}", report.dir.display());
    }

    fn step(&mut self, report: &StepReport<'_>) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        if report.step == 1 {
            self.clear();
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(report.steps as u64);
            if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len}  {msg}  {eta} left") {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar
        });
        bar.set_prefix(format!("epoch {}", report.epoch));
        bar.set_message(format!("{}  {:.0} images/s", values(report.values), report.examples_per_second));
        bar.set_position(report.step as u64);
    }

    fn epoch(&mut self, report: &EpochReport<'_>) {
        self.clear();
        let val = report.val.map(|v| format!("  |  val: {}", values(v))).unwrap_or_default();
        eprintln!(
            "epoch {}/{}  train: {}{val}  |  lr {:.3e}  {:.0} images/s  {:.1}s{}",
            report.epoch,
            report.epochs,
            values(report.train),
            report.lr,
            report.examples_per_second,
            report.time.as_secs_f64(),
            if report.best { "  best" } else { "" },
        );
    }

    fn note(&mut self, text: &str) {
        self.clear();
        eprintln!("{text}");
    }
}

/// `loss 0.0099  accuracy 99.60 %`.
pub(super) fn values(values: &[(String, f64)]) -> String {
    let one = |(name, value): &(String, f64)| {
        let share = name.contains("accuracy") || name.starts_with("top");
        if share { format!("{name} {:.2} %", value * 100.0) } else { format!("{name} {value:.4}") }
    };
    values.iter().map(one).collect::<Vec<_>>().join("  ")
}
