//! The built-in atoms are shared by all threads and never written: four threads
//! use them under ThreadSanitizer.

use std::path::Path;
use std::process::Command;

use quickbeam_engine_sys::SOURCE_DIRS;

#[test]
fn four_threads_share_the_atoms_without_a_race() {
    let (engine, c_src) = SOURCE_DIRS;
    let sources = ["quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c"];
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tsan/shared_atoms.c");
    let runner = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-atoms");
    let status = Command::new("cc")
        .args(["-std=gnu11", "-w", "-O1", "-g", "-fsanitize=thread"])
        .args(["-funsigned-char", "-fwrapv", "-D_GNU_SOURCE"])
        .args(["-DCONFIG_NO_DUMPS", "-I", engine, "-I", c_src])
        .args(sources.map(|file| Path::new(engine).join(file)))
        .arg(program)
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
