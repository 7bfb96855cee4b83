//! Public conformance data, through the globals that scripts see. With
//! QUICKBEAM_CONFORMANCE set to a path, the counts are written there as a table
//! (`make conformance`).

mod common;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use common::Js;

/// A file of cases, and how many of them may fail.
struct Suite {
    harness: &'static str,
    file: &'static str,
    known: usize,
}

const URL: &str = include_str!("conformance/url.js");

static SUITES: &[Suite] = &[
    Suite {
        harness: URL,
        file: "urltestdata",
        known: 0,
    },
    Suite {
        harness: URL,
        file: "setters_tests",
        known: 0,
    },
    Suite {
        harness: URL,
        file: "toascii",
        known: 0,
    },
    Suite {
        harness: URL,
        file: "percent-encoding",
        known: 0,
    },
];

/// `shared/data/url`, beside the repository or further up.
fn data() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = here.ancestors().map(|place| place.join("shared/data/url"));
    let found = places.into_iter().find(|place| place.is_dir());
    found.unwrap_or_else(|| {
        panic!("no shared/data/url beside or above the repository: the conformance data is missing")
    })
}

fn run(suite: &Suite) -> (usize, Vec<String>) {
    let path = data().join(suite.file).with_extension("json");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut js = Js::with_groups(&["url"]);
    js.eval(suite.harness).expect("the harness loads");
    let quoted = format!("{text:?}").replace("\\u{", "\\u{");
    let code = format!(
        "const results = suites['{}'](JSON.parse({quoted})); \
         JSON.stringify([results.length, results.flatMap(found => found.slice(0, 1))], null, 1)",
        suite.file
    );
    let result = js.eval(&code).expect("the suite runs");
    let mut lines = result
        .lines()
        .skip(1)
        .map(|line| line.trim().trim_end_matches(','));
    let total = lines.next().and_then(|line| line.parse().ok());
    let failures = lines.filter(|line| line.starts_with('"'));
    (
        total.expect("a count"),
        failures.map(str::to_owned).collect(),
    )
}

#[test]
fn every_suite_passes() {
    let mut table = String::new();
    let mut unexpected = Vec::new();
    for suite in SUITES {
        let (total, failures) = run(suite);
        let passed = total - failures.len();
        let _ = writeln!(table, "| {} | {passed} | {total} |", suite.file);
        println!("{}: {passed} of {total}", suite.file);
        if failures.len() != suite.known {
            let shown = failures.join("\n  ");
            unexpected.push(format!(
                "{}: {} fail\n  {shown}",
                suite.file,
                failures.len()
            ));
        }
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}
