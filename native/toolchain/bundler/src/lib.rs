//! One run of rolldown. Its asynchronous functions are compiled by whoever awaits them,
//! which takes minutes: a crate of its own does so once, and those that change do not.

use std::future::Future;
use std::pin::Pin;

use rolldown::plugin::__inner::SharedPluginable;
use rolldown::{BundleOutput, Bundler, BundlerOptions};
use rolldown_error::BatchedBuildDiagnostic;

/// What was bundled, and the files that were read.
pub struct Bundled {
    pub output: BundleOutput,
    pub files: Vec<String>,
}

pub type Run =
    Pin<Box<dyn Future<Output = Result<Bundled, BatchedBuildDiagnostic>> + Send + 'static>>;

/// Bundle, and write nothing.
pub fn generate(options: BundlerOptions, plugins: Vec<SharedPluginable>) -> Run {
    Box::pin(async move {
        let mut bundler = Bundler::with_plugins(options, plugins)?;
        let output = bundler.generate().await;
        let files = bundler.watch_files().iter().map(|file| file.to_string());
        let files = files.collect();
        let _ = bundler.close().await;
        Ok(Bundled {
            output: output?,
            files,
        })
    })
}
