//! axe-core, run on a page as it stands in a real browser. It must not decide which findings matter: all
//! do.

use serde_json::Value;

use crate::page::Page;

/// The script as it is published; it runs from the debugger, so the page's policy does not hold it back.
const SCRIPT: &str = include_str!("../assets/axe-core/axe.min.js");

/// Once colours have come to rest: every rule that is on by itself, and the size of targets (WCAG 2.2
/// §2.5.8), which is not.
const RUN: &str = "Promise.allSettled(document.getAnimations()
    .filter(motion => motion.effect.getComputedTiming().endTime !== Infinity)
    .map(motion => motion.finished)
).then(() => axe.run(document, {
    resultTypes: ['violations'],
    rules: {'target-size': {enabled: true}},
})).then(found => found.violations.map(rule => ({
    rule: rule.id, help: rule.help, at: rule.nodes.map(node => node.html), why: rule.nodes[0].failureSummary,
})))";

/// What axe-core finds wrong on the page, one line a rule; nothing is what there should be.
#[track_caller]
pub fn violations(page: &Page) -> Vec<String> {
    page.eval(&format!("{SCRIPT}; typeof axe.run"));
    let found = page.eval(RUN);
    let rules = found.as_array().expect("axe-core lists its findings");
    rules.iter().map(Value::to_string).collect()
}
