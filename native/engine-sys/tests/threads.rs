//! What all threads share: the built-in atoms and frozen code. Four threads use them
//! under ThreadSanitizer.

use std::path::Path;
use std::process::Command;

use quickbeam_engine_sys::SOURCE_DIRS;

/// Build a program of tests/tsan with the engine, and run it.
fn runs_without_a_race(name: &str) {
    let (engine, c_src) = SOURCE_DIRS;
    let sources = ["quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c"];
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tsan");
    let runner = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let status = Command::new("cc")
        .args(["-std=gnu11", "-w", "-O1", "-g", "-fsanitize=thread"])
        .args(["-funsigned-char", "-fwrapv", "-D_GNU_SOURCE"])
        .args(["-DCONFIG_NO_DUMPS", "-I", engine, "-I", c_src])
        .args(sources.map(|file| Path::new(engine).join(file)))
        .arg(programs.join(name).with_extension("c"))
        .arg("-o")
        .arg(&runner)
        .args(["-lm", "-lpthread"])
        .status()
        .expect("a C compiler");
    assert!(
        status.success(),
        "the engine does not compile with -fsanitize=thread"
    );

    // ThreadSanitizer cannot live with all of the kernel's address randomization.
    let output = Command::new("setarch")
        .args(["--addr-no-randomize"])
        .arg(&runner)
        .output()
        .expect("setarch of util-linux");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains("WARNING: ThreadSanitizer"), "{text}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
}

/// They are never written.
#[test]
fn four_threads_share_the_atoms() {
    runs_without_a_race("shared_atoms");
}

/// It is never written, but for the regular expressions that its scripts compile.
#[test]
fn four_threads_share_frozen_code() {
    runs_without_a_race("frozen_code");
}
