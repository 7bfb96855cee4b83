//! The threads that rolldown works on, with stacks that no source overflows.

use std::future::Future;
use std::sync::OnceLock;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

use crate::diagnostic::Diagnostic;
use crate::stack::{MAX, panic_text};

/// More than this does not make bundling faster, but each has a stack.
const MAX_THREADS: usize = 8;

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();

/// Run to the end. The calling thread only waits: its own stack may be small.
pub fn run<F>(work: F) -> Result<F::Output, Vec<Diagnostic>>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let failed = |text: &str| vec![Diagnostic::new(text)];
    let runtime = RUNTIME.get_or_init(start).as_ref();
    let runtime = runtime.map_err(|error| failed(error))?;
    runtime.block_on(runtime.spawn(work)).map_err(|error| {
        let panic = error.try_into_panic();
        let text = panic
            .as_ref()
            .map_or("stopped", |panic| panic_text(&**panic));
        failed(&format!("the bundler panicked: {text}"))
    })
}

fn start() -> Result<Runtime, String> {
    let threads = available_parallelism()
        .map_or(1, usize::from)
        .clamp(2, MAX_THREADS);
    // Rolldown uses the global pool; whoever made it before has the stacks he wants.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("qb-bundle-{index}"))
        .stack_size(MAX)
        .build_global();
    Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("qb-bundler")
        .thread_stack_size(MAX)
        .build()
        .map_err(|error| format!("the threads of the bundler cannot be started: {error}"))
}
