//! Bytecode of texts that many contexts load: compiled once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use quickbeam_engine::{Cx, JsResult};

/// Bytes of bytecode that are kept, at most; beyond that all is forgotten and
/// begins anew.
const BYTES_MAX: usize = 64 << 20;

/// What has been compiled, by name and text. Shared by the contexts of a pool.
pub struct Compiled {
    /// Two hashes with keys of this process: no script can make texts collide.
    hashers: [RandomState; 2],
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    bytecode: HashMap<[u64; 2], Arc<[u8]>>,
    bytes: usize,
}

impl Default for Compiled {
    fn default() -> Compiled {
        Compiled {
            hashers: [RandomState::new(), RandomState::new()],
            kept: Mutex::default(),
        }
    }
}

impl Compiled {
    /// Load an ES module: from bytecode where its text has been compiled before.
    pub fn load_module(&self, cx: Cx<'_>, name: &str, text: &str) -> JsResult<()> {
        // What counts is numbered by the heap that has compiled it.
        if cx.is_covered() {
            return cx.compile_module(text, name);
        }
        let key = self.key("module", name, text);
        if let Some(bytecode) = self.get(&key) {
            // SAFETY: written below, by this build.
            return unsafe { cx.read_module(&bytecode) };
        }
        cx.compile_module(text, name)?;
        let bytecode = cx.write_module(name)?;
        self.put(key, bytecode);
        Ok(())
    }

    /// Run a classic script, or its bytecode.
    pub fn run_script<'a>(
        &self,
        cx: Cx<'a>,
        name: &str,
        text: &str,
    ) -> JsResult<quickbeam_engine::Value<'a>> {
        if cx.is_covered() {
            return cx.run_script(text, name);
        }
        let key = self.key("script", name, text);
        let bytecode = match self.get(&key) {
            Some(bytecode) => bytecode,
            None => self.put(key, cx.compile(text, name)?),
        };
        // SAFETY: written above, by this build.
        unsafe { cx.run_bytecode(&bytecode) }
    }

    fn key(&self, kind: &str, name: &str, text: &str) -> [u64; 2] {
        self.hashers
            .each_ref()
            .map(|hasher| hasher.hash_one((kind, name, text)))
    }

    fn get(&self, key: &[u64; 2]) -> Option<Arc<[u8]>> {
        self.lock().bytecode.get(key).cloned()
    }

    fn put(&self, key: [u64; 2], bytecode: Vec<u8>) -> Arc<[u8]> {
        let bytecode: Arc<[u8]> = bytecode.into();
        let mut kept = self.lock();
        if kept.bytes + bytecode.len() > BYTES_MAX {
            *kept = Kept::default();
        }
        kept.bytes += bytecode.len();
        kept.bytecode.insert(key, bytecode.clone());
        bytecode
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
