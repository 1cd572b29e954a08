//! How the program is linked on Linux, where a run without charts takes about as long to start as to compute.
//!
//! At a fixed address nothing has to be relocated, and with the unwinder of the C compiler inside, one shared library
//! fewer is looked up and mapped: together a fifth of such a run. Elsewhere, or where the compiler has no such archive,
//! the program is linked as any other.

use std::env::var;
use std::path::Path;
use std::process::Command;

/// The unwinder that `libgcc_s.so` has, as an archive.
const UNWINDER: &str = "libgcc_eh.a";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let of_target = |key: &str| var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let glibc = of_target("OS") == "linux" && of_target("ENV") == "gnu";
    let shared = !of_target("FEATURE").split(',').any(|feature| feature == "crt-static");
    if !glibc || !shared || var("HOST") != var("TARGET") {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    if has_unwinder() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Whether the C compiler knows where the archive is.
fn has_unwinder() -> bool {
    let asked = Command::new("cc").arg(format!("-print-file-name={UNWINDER}")).output();
    asked.is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute())
}
