//! The series in `c_src/patches/`: every patch says what it is for, and one that
//! does not apply stops the build by its name.

#[path = "../build/patches.rs"]
mod patches;

use std::fs;
use std::path::Path;

use quickbeam_engine_sys::SOURCE_DIRS;

#[test]
fn every_patch_says_what_why_and_how_to_refresh() {
    let series = Path::new(SOURCE_DIRS.1).join("patches");
    let mut count = 0;
    for entry in fs::read_dir(series).expect("c_src/patches") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a text");
        let head = text.split("\ndiff --git ").next().unwrap_or_default();
        assert!(
            head.starts_with("Subject: "),
            "{} has no subject",
            path.display()
        );
        for word in ["What", "Why", "Refresh"] {
            assert!(
                head.contains(word),
                "{} does not say: {word}",
                path.display()
            );
        }
        count += 1;
    }
    assert!(count > 0, "the series is empty");
}

#[test]
fn a_patch_that_does_not_apply_is_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("patches-test");
    let (series, engine) = (folder.join("patches"), folder.join("engine"));
    fs::create_dir_all(&series).expect("a folder");
    fs::create_dir_all(&engine).expect("a folder");
    fs::write(engine.join("quickjs.c"), "one\ntwo\nthree\n").expect("a file");
    let patch = |from: &str| {
        format!(
            "Subject: a test\n\ndiff --git a/quickjs.c b/quickjs.c\n--- a/quickjs.c\n\
             +++ b/quickjs.c\n@@ -1,3 +1,3 @@\n one\n-{from}\n+2\n three\n"
        )
    };

    fs::write(series.join("0001-good.patch"), patch("two")).expect("a file");
    fs::write(series.join("0002-stale.patch"), patch("zwei")).expect("a file");
    let error = patches::apply_series(&series, &engine).expect_err("0002 is stale");
    assert!(error.contains("0002-stale.patch"), "{error}");
    assert!(error.contains("quickjs.c"), "{error}");
    let patched = fs::read_to_string(engine.join("quickjs.c")).expect("a file");
    assert_eq!(patched, "one\n2\nthree\n");
}
