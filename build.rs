//! Links the released program statically on Linux, where the system has what that takes: it starts without a dynamic
//! linker, which took a fifth of the time of a run, and depends on no version of the C library.
//!
//! Rust's own way, `-C target-feature=+crt-static`, is not for a package to ask for: procedural macros would be built
//! with it too, and cannot be. So the libraries that the compiler asks the linker for by name are put before it under
//! that name: each is a script that takes the static ones. A program of one line is linked so and run first; where that
//! fails nothing is changed.

use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// What the standard library asks for.
const ASKED_FOR: [&str; 7] = ["gcc_s", "util", "rt", "pthread", "m", "dl", "c"];
/// What they all become; a group, since they use each other.
const SCRIPT: &str = "GROUP ( libc.a libgcc_eh.a libgcc.a libm.a )\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let found = |name: &str| env::var(name).unwrap_or_default();
    let is_linux = found("CARGO_CFG_TARGET_OS") == "linux" && found("CARGO_CFG_TARGET_ENV") == "gnu";
    let is_asked_for = found("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static");
    if !is_linux || is_asked_for || found("PROFILE") != "release" || found("HOST") != found("TARGET") {
        return;
    }
    let folder = Path::new(&found("OUT_DIR")).join("static");
    if write_scripts(&folder).is_ok() && links(&folder).unwrap_or(false) {
        println!("cargo::rustc-link-arg-bins=-static-pie");
        println!("cargo::rustc-link-arg-bins=-L{}", folder.display());
    }
}

fn write_scripts(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    ASKED_FOR.iter().try_for_each(|name| fs::write(folder.join(format!("lib{name}.so")), SCRIPT))
}

/// Whether a program is linked so and runs.
fn links(folder: &Path) -> io::Result<bool> {
    let (source, program) = (folder.join("trial.c"), folder.join("trial"));
    fs::write(&source, "double pow(double, double); int main(int n, char **v) { return pow(n, 0.5) != 1.0; }\n")?;
    let mut linker = Command::new("cc");
    linker.arg(&source).arg("-Wl,-Bdynamic").args(ASKED_FOR.map(|name| format!("-l{name}")));
    linker.arg("-o").arg(&program).args(["-pie", "-nodefaultlibs", "-static-pie", "-L"]).arg(folder);
    Ok(linker.output()?.status.success() && Command::new(&program).output()?.status.success())
}
