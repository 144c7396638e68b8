//! Recompiles the embedded migrations when a file is added to the tree.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
