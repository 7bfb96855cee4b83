//! Copies the untouched engine out of the crate `rquickjs-sys`, applies the
//! series in `c_src/patches/` to the copy, and compiles it.

#[path = "build/patches.rs"]
mod patches;
#[path = "build/sources.rs"]
mod sources;

use std::env;
use std::path::{Path, PathBuf};

const C_FILES: [&str; 4] = ["quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c"];

fn main() {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let manifest_dir = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let c_src = manifest_dir
        .join("../../c_src")
        .canonicalize()
        .expect("c_src/ stands beside native/");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed={}", c_src.display());

    let engine = out_dir.join("engine");
    if let Err(message) = sources::copy(&sources::find(&manifest_dir), &engine)
        .and_then(|()| patches::apply_series(&c_src.join("patches"), &engine))
    {
        // A panic would bury the message under a backtrace hint.
        eprintln!("error: {message}");
        std::process::exit(1);
    }

    compile(&engine, &c_src);

    #[cfg(feature = "bindgen")]
    generate_bindings(&engine, &c_src, &manifest_dir.join("src/bindings.rs"));

    // For the test that builds the engine's own test runner.
    println!("cargo:rustc-env=QUICKBEAM_ENGINE_DIR={}", engine.display());
    println!("cargo:rustc-env=QUICKBEAM_C_SRC={}", c_src.display());
}

fn compile(engine: &Path, c_src: &Path) {
    let sanitized = cfg!(feature = "asan") || cfg!(feature = "tsan");
    let mut build = cc::Build::new();
    build
        .include(engine)
        .include(c_src)
        .std("gnu11")
        .define("_GNU_SOURCE", None)
        .define("CONFIG_NO_DUMPS", None)
        .flag_if_supported("-fvisibility=hidden")
        .warnings(false)
        .extra_warnings(false)
        .flag_if_supported("-funsigned-char")
        .flag_if_supported("-fwrapv");
    if sanitized {
        build
            .opt_level(1)
            .flag("-g")
            .flag("-fno-omit-frame-pointer");
    } else {
        // Also in dev and test: an unoptimised engine is ten times slower, and
        // its frames are so large that stack limits mean something else.
        build.opt_level(3);
    }
    if env::var("PROFILE").as_deref() == Ok("release") && !sanitized {
        // In a user's VM a leaked object is no reason to end everything.
        build.define("CONFIG_LEAKS_ALLOWED", None);
    }
    // With -Zsanitizer rustc links a runtime, which serves C code as well; else it
    // links with -nodefaultlibs, which leaves the runtimes to us.
    let ours = env::var_os("CARGO_CFG_SANITIZE").is_none();
    if cfg!(feature = "asan") && ours {
        build.flag("-fsanitize=address,undefined");
        println!("cargo:rustc-link-lib=asan");
        println!("cargo:rustc-link-lib=ubsan");
    } else if cfg!(feature = "asan") {
        build.flag("-fsanitize=address");
    }
    if cfg!(feature = "tsan") {
        build.flag("-fsanitize=thread");
        if ours {
            println!("cargo:rustc-link-lib=tsan");
        }
    }
    if cfg!(feature = "gc-stress") {
        build.define("FORCE_GC_AT_MALLOC", None);
    }
    for file in C_FILES {
        build.file(engine.join(file));
    }
    build.compile("quickbeam_engine");
    println!("cargo:rustc-link-lib=m");
}

#[cfg(feature = "bindgen")]
fn generate_bindings(engine: &Path, c_src: &Path, target: &Path) {
    let bindings = bindgen::Builder::default()
        .header(c_src.join("quickbeam.h").display().to_string())
        .clang_arg(format!("-I{}", engine.display()))
        .clang_arg(format!("-I{}", c_src.display()))
        .use_core()
        .layout_tests(false)
        .generate_comments(false)
        .allowlist_function("(JS|js)_.*")
        .allowlist_type("(JS|js).*")
        .allowlist_var("JS_.*")
        .blocklist_function("JS_(Dump|PrintValue).*")
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .generate()
        .expect("bindgen reads quickbeam.h");
    bindings
        .write_to_file(target)
        .expect("src/bindings.rs is writable");
}
