//! Finds the engine's untouched sources and copies them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder `quickjs/` of the exact `rquickjs-sys` that Cargo.lock names, as
/// Cargo unpacked or vendored it. `QUICKBEAM_ENGINE_SRC` overrides it.
pub fn find(manifest_dir: &Path) -> Result<PathBuf, String> {
    println!("cargo:rerun-if-env-changed=QUICKBEAM_ENGINE_SRC");
    if let Some(dir) = env::var_os("QUICKBEAM_ENGINE_SRC") {
        return Ok(dir.into());
    }
    // Offline first: the crate itself is there, or this would not run; only
    // crates that this build does not need may be missing.
    let text = metadata(manifest_dir, true).or_else(|_| metadata(manifest_dir, false))?;
    manifest_path(&text).ok_or_else(|| "cargo metadata does not name rquickjs-sys".to_owned())
}

fn metadata(manifest_dir: &Path, offline: bool) -> Result<String, String> {
    let cargo = env::var_os("CARGO").expect("cargo sets CARGO");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args([
            "--filter-platform",
            &env::var("TARGET").expect("cargo sets TARGET"),
        ])
        .args(offline.then_some("--offline"))
        .arg("--manifest-path")
        .arg(manifest_dir.join("Cargo.toml"))
        .output()
        .map_err(|error| format!("cannot run `cargo metadata`: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`cargo metadata` failed: {stderr}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The `manifest_path` of rquickjs-sys in the JSON of `cargo metadata`, found
/// without a JSON parser: build dependencies are paid by every user.
fn manifest_path(metadata: &str) -> Option<PathBuf> {
    const KEY: &str = "\"manifest_path\":\"";
    metadata.match_indices(KEY).find_map(|(at, _)| {
        let rest = &metadata[at + KEY.len()..];
        let path = rest[..rest.find('"')?].replace("\\\\", "\\");
        let folder = Path::new(&path).parent()?;
        let name = folder.file_name()?.to_str()?;
        (name.starts_with("rquickjs-sys")).then(|| folder.join("quickjs"))
    })
}

/// Copy `from` to `to`, which is emptied first: a patch must never meet a file
/// that is patched already.
pub fn copy(from: &Result<PathBuf, String>, to: &Path) -> Result<(), String> {
    let from = from.as_ref().map_err(Clone::clone)?;
    if to.exists() {
        fs::remove_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    copy_folder(from, to)
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    let at = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(to).map_err(|error| at(to, error))?;
    for entry in fs::read_dir(from).map_err(|error| at(from, error))? {
        let entry = entry.map_err(|error| at(from, error))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            let bytes = fs::read(&source).map_err(|error| at(&source, error))?;
            fs::write(&target, bytes).map_err(|error| at(&target, error))?;
        }
    }
    Ok(())
}
