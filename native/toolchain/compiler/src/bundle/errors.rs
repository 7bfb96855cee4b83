//! What rolldown reports, as our diagnostics.

use rolldown_error::{BuildDiagnostic, DiagnosticOptions, EventKind};

use super::builtins::is_builtin;
use super::files::Files;
use crate::diagnostic::{Diagnostic, Place};

/// Errors of a bundle that failed.
pub fn from_rolldown(errors: &[BuildDiagnostic], files: &Files) -> Vec<Diagnostic> {
    if let Some(refused) = files.refused() {
        return vec![refused];
    }
    errors
        .iter()
        .map(|error| diagnostic(error, files))
        .collect()
}

/// Warnings that would be errors at run time.
pub fn fatal(warnings: &[BuildDiagnostic], files: &Files) -> Result<(), Vec<Diagnostic>> {
    let errors: Vec<_> = warnings
        .iter()
        .filter(|warning| matches!(warning.kind(), EventKind::UnresolvedImport))
        .filter(|warning| !warning.exporter().is_some_and(|name| is_builtin(&name)))
        .map(|warning| diagnostic(warning, files))
        .filter(|error| !optional(error))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// Whether it is about `import("…")` or `require("…")`, which code may catch.
fn optional(error: &Diagnostic) -> bool {
    error.place.as_ref().is_some_and(|place| {
        let line = &place.lines[(place.line - place.first_line) as usize];
        let before = &line[..byte_of(line, place.column as usize - 1)];
        let call = before.trim_end().strip_suffix('(').map(str::trim_end);
        call.is_some_and(|call| call.ends_with("import") || call.ends_with("require"))
    })
}

fn diagnostic(error: &BuildDiagnostic, files: &Files) -> Diagnostic {
    let options = DiagnosticOptions {
        cwd: files.root().to_owned(),
    };
    let diagnostic = error.to_diagnostic_with(&options);
    let location = diagnostic.get_primary_location();
    let file = location.as_ref().map(|(file, ..)| file.clone());
    let place = location.as_ref().and_then(|(file, _, _, utf16)| {
        let text = super::text_of(files, file)?;
        let start = byte_of(&text, *utf16);
        Some(Place::new(&text, start, start + 1))
    });
    Diagnostic {
        message: error.to_message_with(&options),
        help: None,
        file: file.or_else(|| error.id().map(|id| options.stabilize_path(id))),
        place,
    }
}

/// The byte at which a UTF-16 code unit begins.
fn byte_of(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    text.char_indices()
        .find(|(_, character)| {
            let here = units >= utf16;
            units += character.len_utf16();
            here
        })
        .map_or(text.len(), |(at, _)| at)
}
