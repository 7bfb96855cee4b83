//! Applies the patch series, in the order of its file names.

use std::fs;
use std::path::{Path, PathBuf};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};

/// Apply every `*.patch` of `series` to the files below `engine`. The error
/// names the patch and the file that did not agree.
pub fn apply_series(series: &Path, engine: &Path) -> Result<(), String> {
    let mut patches: Vec<PathBuf> = fs::read_dir(series)
        .map_err(|error| format!("{}: {error}", series.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "patch"))
        .collect();
    patches.sort();
    for patch in &patches {
        apply(patch, engine).map_err(|why| {
            format!(
                "c_src/patches/{} does not apply to the engine: {why}",
                patch.file_name().unwrap_or_default().to_string_lossy()
            )
        })?;
    }
    Ok(())
}

fn apply(patch: &Path, engine: &Path) -> Result<(), String> {
    let text = fs::read_to_string(patch).map_err(|error| error.to_string())?;
    for file in PatchSet::parse(&text, ParseOptions::gitdiff()) {
        let file = file.map_err(|error| error.to_string())?;
        let name = match file.operation() {
            FileOperation::Modify { modified, .. } => modified.clone().into_owned(),
            _ => return Err("it may only modify files of the engine".to_owned()),
        };
        let name = name.strip_prefix("b/").unwrap_or(&name).to_owned();
        let target = engine.join(&name);
        let before = fs::read_to_string(&target).map_err(|error| format!("{name}: {error}"))?;
        let changes = file
            .patch()
            .as_text()
            .ok_or_else(|| format!("{name}: a binary patch"))?;
        let after = diffy::apply(&before, changes).map_err(|error| format!("{name}: {error}"))?;
        fs::write(&target, after).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}
