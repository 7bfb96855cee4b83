//! Where the static C++ library is, for builds that ask for it by
//! `CXXSTDLIB=static:-bundle=stdc++` (cc reads it for ada-url): a library that is
//! handed on then needs no libstdc++ of its user's system.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CXXSTDLIB");
    let library = std::env::var("CXXSTDLIB").unwrap_or_default();
    let Some((_, name)) = library
        .split_once('=')
        .filter(|_| library.starts_with("static"))
    else {
        return;
    };
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let file = format!("lib{name}.a");
    let found = Command::new(compiler)
        .arg(format!("-print-file-name={file}"))
        .output();
    let path = found.map(|found| String::from_utf8_lossy(&found.stdout).trim().to_owned());
    // The bare name comes back where the compiler knows of none.
    match path.as_deref().map(Path::new).map(Path::parent) {
        Ok(Some(folder)) if folder.is_absolute() => {
            println!("cargo:rustc-link-search=native={}", folder.display());
        }
        _ => panic!("CXXSTDLIB is {library}, but the C++ compiler has no {file}"),
    }
}
