//! A file for each theme.

mod account;
mod another_factor;
mod audit;
mod browsers;
mod consent;
mod decay;
mod delivered;
mod enrol;
mod enrolling_codes;
mod guessing;
mod hints;
mod leaving;
mod locked;
mod max_age;
mod names;
mod nodes;
mod notices;
mod open_redirect;
mod passkey_forgeries;
mod passkey_hardware;
mod passkeys;
mod prompts;
mod registration;
mod sign_in;
mod step_up;
mod unmet;
