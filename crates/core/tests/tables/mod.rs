//! The design's statements as tables: one sentence a test (design §1, §2.2–§2.9).

mod answer;
mod ending;
mod enrolling;
mod floors;
mod freshness;
mod persons;
mod predicates;
mod reach;
mod remembering;
mod silence;
mod steps;
mod times;
