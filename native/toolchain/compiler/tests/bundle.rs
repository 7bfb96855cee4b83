//! Bundles from memory and from disk, and the way back by their source maps.

use std::fs;
use std::path::{Path, PathBuf};

use quickbeam_compiler::{BundleOptions, Diagnostic, Format, Modules, Output, Positions, bundle};

fn memory(files: &[(&str, &str)], entry: Option<&str>) -> Modules {
    Modules::Memory {
        files: files
            .iter()
            .map(|(name, text)| ((*name).into(), (*text).into()))
            .collect(),
        entry: entry.map(Into::into),
    }
}

fn code(modules: &Modules, options: &BundleOptions) -> String {
    bundle(modules, options).unwrap().code
}

fn error(modules: &Modules) -> Diagnostic {
    bundle(modules, &BundleOptions::default())
        .unwrap_err()
        .remove(0)
}

/// A directory of files that goes away at the end.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&dir);
        for (name, text) in files {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(dir.canonicalize().unwrap())
    }

    fn bundle(&self, entry: &str, options: &BundleOptions) -> Result<Output, Vec<Diagnostic>> {
        let modules = Modules::Disk {
            entry: self.0.join(entry),
            root: self.0.clone(),
        };
        bundle(&modules, options)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_not_used_is_left_out() {
    let modules = memory(
        &[
            (
                "main.ts",
                "import { twice } from './lib/math'; console.log(twice(21))",
            ),
            (
                "lib/math.ts",
                "export const twice = (n: number) => n * 2; export const gone = 1",
            ),
        ],
        Some("main.ts"),
    );
    let shaken = code(&modules, &BundleOptions::default());
    assert!(
        shaken.contains("twice") && !shaken.contains("gone"),
        "{shaken}"
    );
    let all = BundleOptions {
        treeshake: false,
        ..BundleOptions::default()
    };
    assert!(code(&modules, &all).contains("gone"));
}

#[test]
fn imports_find_files_as_on_disk() {
    let modules = memory(
        &[
            (
                "src/main.ts",
                "import a from './a.js'; import b from '../b'; import c from '/c.json'; import './d'; use(a, b, c)",
            ),
            ("src/a.ts", "export default 'of a'"),
            ("b/index.js", "module.exports = 'of b'"),
            ("c.json", r#"{"c": "of c"}"#),
            ("src/d.tsx", "use(<i/>)"),
        ],
        Some("./src/main.ts"),
    );
    let options = BundleOptions {
        external: vec![("react/jsx-runtime".into(), Some("JSX".into()))],
        ..BundleOptions::default()
    };
    let bundled = code(&modules, &options);
    for text in ["of a", "of b", "of c", "})(JSX)"] {
        assert!(bundled.contains(text), "{text}: {bundled}");
    }
}

#[test]
fn without_an_entry_all_files_are_run() {
    let files = [
        ("a.js", "run('a')"),
        ("b.js", "run('b'); export const b = 1"),
    ];
    let bundled = code(&memory(&files, None), &BundleOptions::default());
    assert!(
        bundled.contains("run(\"a\")") && bundled.contains("exports.b = 1"),
        "{bundled}"
    );
    let esm = BundleOptions {
        format: Format::Esm,
        ..BundleOptions::default()
    };
    assert!(code(&memory(&files, None), &esm).contains("export { b }"));
}

#[test]
fn options_change_the_output() {
    let modules = memory(
        &[(
            "a.js",
            "console.log(1); if (DEV) { dev() } export const longName = run(process.env.NODE_ENV)",
        )],
        None,
    );
    let options = BundleOptions {
        minify: true,
        drop_console: true,
        banner: Some("/* first */".into()),
        footer: Some("/* last */".into()),
        define: vec![("DEV".into(), "false".into())],
        name: Some("lib".into()),
        ..BundleOptions::default()
    };
    let bundled = code(&modules, &options);
    assert!(bundled.starts_with("/* first */") && bundled.trim_end().ends_with("/* last */"));
    assert!(
        !bundled.contains("console") && !bundled.contains("dev"),
        "{bundled}"
    );
    assert!(
        bundled.contains("production") && bundled.contains("this.lib"),
        "{bundled}"
    );
    let cjs = BundleOptions {
        format: Format::Cjs,
        ..BundleOptions::default()
    };
    assert!(code(&modules, &cjs).contains("exports.longName"));
}

#[test]
fn errors_say_where() {
    let at = |error: &Diagnostic| error.place.as_ref().map(|place| (place.line, place.column));
    let syntax = error(&memory(&[("a.js", "\nlet x = ;")], None));
    assert_eq!(
        (syntax.file.as_deref(), at(&syntax)),
        (Some("a.js"), Some((2, 9)))
    );
    let import = error(&memory(
        &[("dir/a.js", "import './é'; import x from './nope'; x()")],
        None,
    ));
    assert_eq!(import.file.as_deref(), Some("dir/a.js"));
    assert!(import.to_string().contains("Could not resolve"), "{import}");
    let package = error(&memory(&[("a.js", "import x from 'nope'; x()")], None));
    assert!(
        package
            .to_string()
            .starts_with("a.js:1:15: Could not resolve"),
        "{package}"
    );
    let export = error(&memory(
        &[
            ("a.js", "import { q } from './b'; q()"),
            ("b.js", "export const r = 1"),
        ],
        Some("a.js"),
    ));
    assert!(export.to_string().starts_with("a.js:1:10: "), "{export}");
    let deep = error(&memory(&[("a.js", &"(".repeat(30_000))], None));
    assert!(deep.to_string().contains("30000 brackets"), "{deep}");
}

#[test]
fn names_stay_in_the_bundle() {
    let outside = error(&memory(&[("../a.js", "")], None));
    assert!(
        outside.message.contains("leads out of the bundle"),
        "{outside}"
    );
    let twice = error(&memory(&[("a.js", ""), ("./a.js", "")], None));
    assert!(twice.message.contains("two files"), "{twice}");
    let entry = error(&memory(&[("a.js", "")], Some("b.js")));
    assert!(entry.message.contains("none of the files"), "{entry}");
    assert!(error(&memory(&[], None)).message.contains("no files"));
    // A file that is on disk is not read.
    let disk = concat!("import '", env!("CARGO_MANIFEST_DIR"), "/Cargo.toml'");
    assert!(
        error(&memory(&[("a.js", disk)], None))
            .message
            .contains("Could not load")
    );
}

#[test]
fn what_may_fail_at_run_time_may_be_missing() {
    let text = "try { require('nope') } catch {} import('nope').catch(() => {}); import 'node:fs'; import 'os'";
    assert!(bundle(&memory(&[("a.js", text)], None), &BundleOptions::default()).is_ok());
}

#[test]
fn packages_are_found_by_their_conditions() {
    let package = r#"{"name": "p", "exports": {
        ".": {"node": "./node.js", "worker": "./worker.js", "default": "./default.js"},
        "./cjs": {"import": "./node.js", "require": "./cjs.js"}
    }}"#;
    let dir = Dir::new(
        "conditions",
        &[
            (
                "main.js",
                "import p from 'p'; import q from 'q'; use(p, q, require('p/cjs'))",
            ),
            ("node_modules/p/package.json", package),
            ("node_modules/p/node.js", "export default 'of node'"),
            ("node_modules/p/worker.js", "export default 'of worker'"),
            ("node_modules/p/default.js", "export default 'of default'"),
            ("node_modules/p/cjs.js", "module.exports = 'of cjs'"),
            (
                "node_modules/q/package.json",
                r#"{"main": "main.js", "browser": "browser.js"}"#,
            ),
            ("node_modules/q/main.js", "module.exports = 'of main'"),
            ("node_modules/q/browser.js", "module.exports = 'of browser'"),
        ],
    );
    let output = dir.bundle("main.js", &BundleOptions::default()).unwrap();
    for text in ["of worker", "of cjs", "of browser"] {
        assert!(output.code.contains(text), "{text}: {}", output.code);
    }
    assert_eq!(output.files.len(), 4, "{:?}", output.files);
    let node = BundleOptions {
        conditions: vec!["node".into()],
        ..BundleOptions::default()
    };
    let output = dir.bundle("main.js", &node).unwrap();
    for text in ["of node", "of main"] {
        assert!(output.code.contains(text), "{text}: {}", output.code);
    }
    let memory = memory(&[("a.js", "import p from 'p'; use(p)")], None);
    let packages = BundleOptions {
        node_modules: Some(dir.0.join("node_modules")),
        ..BundleOptions::default()
    };
    assert!(code(&memory, &packages).contains("of worker"));
}

#[test]
fn a_tsconfig_is_respected() {
    let dir = Dir::new(
        "tsconfig",
        &[
            (
                "tsconfig.json",
                r#"{"compilerOptions": {"paths": {"@/*": ["./src/*"]}, "jsx": "react", "jsxFactory": "h"}}"#,
            ),
            ("src/main.tsx", "import { a } from '@/a'; use(<p>{a}</p>)"),
            ("src/a.ts", "export const a: string = 'of a'"),
        ],
    );
    let code = dir
        .bundle("src/main.tsx", &BundleOptions::default())
        .unwrap()
        .code;
    assert!(code.contains("of a") && code.contains("h(\"p\""), "{code}");
}

#[test]
fn the_exports_of_a_script_can_be_globals() {
    let dir = Dir::new(
        "globals",
        &[("a.ts", "export const a: number = 1; export default 2")],
    );
    let options = BundleOptions {
        format: Format::Esm,
        globals: true,
        ..BundleOptions::default()
    };
    let code = dir.bundle("a.ts", &options).unwrap().code;
    assert!(
        code.contains("Object.assign(globalThis") && code.contains("export { a }"),
        "{code}"
    );
}

#[test]
fn source_maps_lead_back() {
    let dir = Dir::new(
        "maps",
        &[
            (
                "main.ts",
                "import { f } from './lib/f';\ntype A = string;\nf();\n",
            ),
            (
                "lib/f.ts",
                "interface B {}\n\nexport function f(): never {\n  throw new Error('é');\n}\n",
            ),
        ],
    );
    for minify in [false, true] {
        let options = BundleOptions {
            sourcemap: true,
            minify,
            banner: Some("// one\n// two".into()),
            ..BundleOptions::default()
        };
        let output = dir.bundle("main.ts", &options).unwrap();
        let positions = Positions::new(output.map.as_ref().unwrap()).unwrap();
        assert!(positions.sources().any(|source| source == "lib/f.ts"));
        let at = output.code.find("Error(").unwrap();
        let line = output.code[..at].matches('\n').count() as u32 + 1;
        let start = output.code[..at].rfind('\n').unwrap() + 1;
        let found = positions
            .original(line, Some((at - start) as u32 + 1))
            .unwrap();
        assert_eq!((found.source, found.line), ("lib/f.ts", 4));
        assert!((9..=13).contains(&found.column), "{}", found.column);
        assert_eq!(positions.original(1, Some(1)), None);
        assert_eq!(positions.original(1000, None), None);
    }
    assert!(Positions::new("{").is_err());
}
