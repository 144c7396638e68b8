//! Figures beside their targets, for people and for machines.

use serde_json::{Value, json};

use super::hash::Hashes;
use super::load::Measured;

/// One measured kind of request.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: &'static str,
    /// Server CPU in microseconds that each may take, where there is a target.
    pub(crate) target: Option<f64>,
    /// What came out.
    pub(crate) measured: Measured,
}

/// One figure that is no request.
#[derive(Debug, Clone)]
pub(crate) struct Single {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its value.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// Its target, with how it is meant.
    pub(crate) target: &'static str,
}

/// Everything of one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    /// The machine in a few words.
    pub(crate) machine: String,
    /// SQLite or PostgreSQL.
    pub(crate) database: &'static str,
    /// Kinds of requests.
    pub(crate) rows: Vec<Row>,
    /// Other figures.
    pub(crate) singles: Vec<Single>,
}

impl Report {
    /// Adds the hash alone and, where sign-ins were measured, how near they come to it.
    pub(crate) fn hashes(&mut self, hashes: Hashes) {
        let mut add = |name, value, unit, target| {
            self.singles.push(Single {
                name,
                value,
                unit,
                target,
            })
        };
        add("hash alone", hashes.rate, "/s", "");
        add("hash alone, CPU", hashes.cpu_each, "µs", "");
        let Some(row) = self.rows.iter().find(|row| row.name == "sign-in") else {
            return;
        };
        let (rate, cpu) = (
            row.measured.rate() / hashes.rate,
            hashes.cpu_each / row.measured.cpu_each(),
        );
        let mut add = |name, value: f64| {
            self.singles.push(Single {
                name,
                value: value * 100.0,
                unit: "%",
                target: "≥ 85",
            })
        };
        add("sign-ins to hashes, by rate", rate);
        add("sign-ins to hashes, by server CPU", cpu);
    }

    /// For people.
    pub(crate) fn to_table(&self) -> String {
        let mut text = format!("{}, {}\n\n", self.machine, self.database);
        text.push_str(
            "| request | per second | p50 ms | p99 ms | server CPU µs | of it kernel | target |\n",
        );
        text.push_str("|---|--:|--:|--:|--:|--:|--:|\n");
        for Row {
            name,
            target,
            measured,
        } in &self.rows
        {
            let target = target.map_or_else(String::new, |target| format!("≤ {target}"));
            text.push_str(&format!(
                "| {name} | {:.0} | {:.2} | {:.2} | {:.1} | {:.1} | {target} |\n",
                measured.rate(),
                measured.percentile(0.5),
                measured.percentile(0.99),
                measured.cpu_each(),
                measured.system_each(),
            ));
        }
        text.push_str("\n| figure | value | target |\n|---|--:|--:|\n");
        for Single {
            name,
            value,
            unit,
            target,
        } in &self.singles
        {
            text.push_str(&format!("| {name} | {value:.1} {unit} | {target} |\n"));
        }
        text
    }

    /// For machines.
    pub(crate) fn to_json(&self) -> String {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|Row { name, target, measured }| {
                json!({
                    "name": name, "answered": measured.turns, "per_second": measured.rate(),
                    "p50_ms": measured.percentile(0.5), "p99_ms": measured.percentile(0.99),
                    "cpu_us": measured.cpu_each(), "kernel_us": measured.system_each(), "target_cpu_us": target,
                })
            })
            .collect();
        let singles: Vec<Value> = self
            .singles
            .iter()
            .map(|single| json!({ "name": single.name, "value": single.value, "unit": single.unit, "target": single.target }))
            .collect();
        json!({ "machine": self.machine, "database": self.database, "requests": rows, "figures": singles }).to_string()
    }
}
