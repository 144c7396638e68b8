//! A file for each theme.

mod another_factor;
mod audit;
mod browsers;
mod consent;
mod decay;
mod enrol;
mod guessing;
mod here;
mod hints;
mod leaving;
mod locked;
mod max_age;
mod names;
mod nodes;
mod open_redirect;
mod prompts;
mod recovery;
mod registration;
mod setups;
mod sign_in;
mod step_up;
mod unmet;
mod ways;
