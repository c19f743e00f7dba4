//! Writes the pictures of the simulator's pages for the book. `cargo xtask screenshots` starts it.

fn main() {}
