//! Recompiles the embedded words when a file is added to `locales/`: the macro that embeds them watches
//! only the files it found.

fn main() {
    println!("cargo::rerun-if-changed=../../locales");
}
