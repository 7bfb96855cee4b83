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
const PATTERN: &str = include_str!("conformance/urlpattern.js");

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
    Suite {
        harness: PATTERN,
        file: "urlpatterntestdata",
        known: 0,
    },
    Suite {
        harness: PATTERN,
        file: "urlpattern-compare-test-data",
        known: 0,
    },
    Suite {
        harness: PATTERN,
        file: "urlpattern-generate-test-data",
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

/// Labels and samples of the Encoding Standard: encodings.rs has what else it says.
fn run_encodings(data: &str, harness: &str) -> (usize, Vec<String>) {
    let mut js = Js::new();
    let lines: Vec<&str> = data.lines().filter(|line| !line.starts_with('#')).collect();
    let mut total = 0;
    let mut failures = Vec::new();
    for line in lines {
        let found = js.eval(&format!("({harness})({line:?})"));
        let found = found.unwrap_or_else(|error| error);
        total += found.split(' ').count();
        failures.extend(
            found
                .split(' ')
                .filter(|word| *word != "ok")
                .map(|word| format!("{line}: {word}")),
        );
    }
    (total, failures)
}

const LABELS: &str = "line => { const [name, labels] = line.split(': '); \
    return labels.split(' ').map(label => { \
        try { return new TextDecoder(label).encoding === name ? 'ok' : label } \
        catch { return name === 'replacement' ? 'ok' : label } }).join(' ') }";

const SAMPLES: &str = "line => { const [, name, hex, text] = /^(\\S+) (\\S+) (.*)$/.exec(line); \
    const bytes = new Uint8Array(hex.match(/../g).map(b => parseInt(b, 16))); \
    return new TextDecoder(name, { fatal: true }).decode(bytes) === JSON.parse(text) ? 'ok' : name }";

struct Row {
    what: &'static str,
    total: usize,
    failures: Vec<String>,
    known: usize,
}

fn rows() -> Vec<Row> {
    let suites = SUITES.iter().map(|suite| {
        let (total, failures) = run(suite);
        Row {
            what: suite.file,
            total,
            failures,
            known: suite.known,
        }
    });
    let encodings = [
        (
            "labels of encodings",
            run_encodings(include_str!("encoding_labels.in"), LABELS),
        ),
        (
            "samples of encodings",
            run_encodings(include_str!("encoding_samples.in"), SAMPLES),
        ),
    ];
    let encodings = encodings.map(|(what, (total, failures))| Row {
        what,
        total,
        failures,
        known: 0,
    });
    suites.chain(encodings).collect()
}

#[test]
fn every_suite_passes() {
    let mut table = String::from(HEAD);
    let mut unexpected = Vec::new();
    for row in rows() {
        let passed = row.total - row.failures.len();
        let _ = writeln!(table, "| {} | {passed} | {} |", row.what, row.total);
        println!("{}: {passed} of {}", row.what, row.total);
        if row.failures.len() != row.known {
            let shown = row.failures.join("\n  ");
            unexpected.push(format!(
                "{}: {} fail\n  {shown}",
                row.what,
                row.failures.len()
            ));
        }
    }
    if let Some(path) = std::env::var_os("QUICKBEAM_CONFORMANCE") {
        // What other commands count follows under headings of their own.
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(at) = before.find("\n## ") {
            table.push_str(&before[at..]);
        }
        std::fs::write(path, table).expect("the table can be written");
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

const HEAD: &str = "# Conformance

What `make conformance` counts: cases of public data, through the globals that scripts see
(native/apis/tests/conformance.rs). `urltestdata` to `percent-encoding` are Web Platform
Tests' for `URL`, the three after them for `URLPattern`; the labels are those of the
Encoding Standard, 4.2, the samples what Python's codecs decode.

| data | passed | cases |
|---|---|---|
";
