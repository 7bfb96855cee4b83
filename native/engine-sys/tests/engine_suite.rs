//! The engine's own test scripts, with the patch series: `run-test262` of the
//! engine's sources is built from the patched copy and run as its Makefile does.

use std::path::{Path, PathBuf};
use std::process::Command;

use quickbeam_engine_sys::SOURCE_DIRS;

const SOURCES: [&str; 6] = [
    "quickjs.c",
    "libregexp.c",
    "libunicode.c",
    "dtoa.c",
    "quickjs-libc.c",
    "run-test262.c",
];

fn build(name: &str, flags: &[&str]) -> PathBuf {
    let (engine, c_src) = SOURCE_DIRS;
    let runner = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let status = Command::new("cc")
        .args(["-std=gnu11", "-w", "-O1", "-funsigned-char", "-fwrapv"])
        .args([
            "-D_GNU_SOURCE",
            "-DCONFIG_NO_DUMPS",
            "-I",
            engine,
            "-I",
            c_src,
        ])
        .args(flags)
        .args(SOURCES.map(|file| Path::new(engine).join(file)))
        .arg("-o")
        .arg(&runner)
        .args(["-lm", "-lpthread", "-ldl"])
        .status()
        .expect("a C compiler");
    assert!(status.success(), "run-test262 does not compile");
    runner
}

fn run(runner: &Path, arguments: &[&str]) {
    let (engine, _) = SOURCE_DIRS;
    let output = Command::new(runner)
        .args(["-m", "-c", "tests.conf", "-a"])
        .args(arguments)
        .current_dir(engine)
        .output()
        .expect("run-test262 runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let text = format!("{stdout}{stderr}");
    // Its exit status counts excluded files, too.
    assert!(
        output.status.code().is_some() && text.contains("Result: 0/"),
        "the engine's own tests fail:\n{text}"
    );
}

#[test]
fn the_engines_own_tests_pass() {
    run(&build("run-test262", &[]), &[]);
}

/// Minutes: `cargo test -p quickbeam-engine-sys -- --ignored gc_stress`.
#[test]
#[ignore = "takes minutes"]
fn the_engines_own_tests_pass_under_gc_stress() {
    let runner = build("run-test262-gc-stress", &["-DFORCE_GC_AT_MALLOC"]);
    run(&runner, &["-x", "gc-stress-skip.txt"]);
}
