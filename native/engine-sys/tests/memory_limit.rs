//! The memory limit: exact accounting, collecting before failing, and every
//! single allocation failing in turn over `tests/scripts/`.
//!
//! In an ordinary build most allocations come out of arenas, so the host's
//! allocator sees few of them; `--features asan` sends every block to it.

mod host;
use host::{HOST_FUNCTIONS, Host};
use quickbeam_engine_sys::*;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::null_mut;

const KB: usize = 1024;

const DEP: &str = "export const a = 1; export let b = 2, live = 0; \
                   export function bump() { live++; } export default function () { return this; }";
const CYCLE: &str = "import { fn } from 'main'; export function again() { return typeof fn; }";

unsafe extern "C" fn load(
    ctx: *mut JSContext,
    name: *const c_char,
    _opaque: *mut c_void,
) -> *mut JSModuleDef {
    unsafe {
        let source = match CStr::from_ptr(name).to_bytes() {
            b"dep" => DEP,
            b"cycle" => CYCLE,
            _ => {
                JS_ThrowReferenceError(ctx, c"no such module".as_ptr());
                return null_mut();
            }
        };
        let source_z = CString::new(source).expect("no NUL");
        let flags = (JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY) as c_int;
        let value = JS_Eval(ctx, source_z.as_ptr(), source.len(), name, flags);
        if JS_IsException(value) {
            return null_mut();
        }
        let module = value.u.ptr.cast();
        JS_FreeValue(ctx, value);
        module
    }
}

/// One runtime with one context over a `Host`.
struct Engine {
    host: Box<Host>,
    rt: *mut JSRuntime,
    ctx: *mut JSContext,
}

impl Engine {
    /// `None` when the host's allocator failed on the way.
    fn new(host: Host) -> (Option<Engine>, Option<Box<Host>>) {
        let mut host = Box::new(host);
        let opaque = (&raw mut *host).cast();
        unsafe {
            let rt = JS_NewRuntime2(&HOST_FUNCTIONS, opaque);
            if rt.is_null() {
                return (None, Some(host));
            }
            let ctx = JS_NewContext(rt);
            if ctx.is_null() {
                JS_FreeRuntime(rt);
                return (None, Some(host));
            }
            JS_SetModuleLoaderFunc(rt, None, Some(load), null_mut());
            (Some(Engine { host, rt, ctx }), None)
        }
    }

    fn plain() -> Engine {
        Engine::new(Host::default()).0.expect("nothing fails")
    }

    fn limited(limit: usize) -> Engine {
        let engine = Engine::plain();
        unsafe { JS_SetContextMemoryLimit(engine.ctx, limit) };
        engine
    }

    fn live(&self) -> usize {
        unsafe { JS_GetContextMallocSize(self.ctx) }
    }

    fn eval_value(&mut self, source: &str, name: &CStr, flags: u32) -> JSValue {
        let source_z = CString::new(source).expect("no NUL");
        unsafe {
            JS_Eval(
                self.ctx,
                source_z.as_ptr(),
                source.len(),
                name.as_ptr(),
                flags as c_int,
            )
        }
    }

    fn run_jobs(&mut self) {
        let mut ctx = null_mut();
        for _ in 0..10_000 {
            let status = unsafe { JS_ExecutePendingJob(self.rt, &mut ctx) };
            if status == 0 {
                break;
            }
            if status < 0 {
                unsafe { JS_FreeValue(self.ctx, JS_GetException(self.ctx)) };
            }
        }
    }

    /// Whether the script ended without an exception.
    fn run_script(&mut self, source: &str, module: bool) -> bool {
        let (name, flags) = if module {
            (c"main", JS_EVAL_TYPE_MODULE)
        } else {
            (c"script", 0)
        };
        let value = self.eval_value(source, name, flags);
        let threw = JS_IsException(value);
        unsafe { JS_FreeValue(self.ctx, value) };
        if threw {
            unsafe { JS_FreeValue(self.ctx, JS_GetException(self.ctx)) };
        }
        self.run_jobs();
        // A native may have passed over a failure.
        unsafe { JS_FreeValue(self.ctx, JS_GetException(self.ctx)) };
        !threw
    }

    fn text(&mut self, value: JSValue) -> String {
        let mut length = 0;
        unsafe {
            let text = JS_ToCStringLen2(self.ctx, &mut length, value, false);
            if text.is_null() {
                JS_FreeValue(self.ctx, JS_GetException(self.ctx));
                return "(no text)".into();
            }
            let bytes = std::slice::from_raw_parts(text.cast::<u8>(), length);
            let owned = String::from_utf8_lossy(bytes).into_owned();
            JS_FreeCString(self.ctx, text);
            owned
        }
    }

    /// The result as text; an exception as `threw TEXT`.
    fn eval(&mut self, source: &str) -> String {
        let mut value = self.eval_value(source, c"test", 0);
        let threw = JS_IsException(value);
        if threw {
            value = unsafe { JS_GetException(self.ctx) };
        }
        let text = self.text(value);
        unsafe { JS_FreeValue(self.ctx, value) };
        self.run_jobs();
        if threw { format!("threw {text}") } else { text }
    }

    fn free(self) -> Box<Host> {
        unsafe {
            JS_FreeContext(self.ctx);
            JS_FreeRuntime(self.rt);
        }
        self.host
    }
}

fn assert_nothing_left(host: &Host, at: &str) {
    assert_eq!((host.blocks, host.bytes), (0, 0), "leak: {at}");
}

/// The place and kind of everything reachable from the global object.
const SIGNATURE: &str = r"(function () {
  const seen = new Set(), out = [];
  const walk = (o, path) => {
    if (o === null || (typeof o !== 'object' && typeof o !== 'function') || seen.has(o)) return;
    seen.add(o);
    for (const k of Reflect.ownKeys(o)) {
      const d = Reflect.getOwnPropertyDescriptor(o, k), n = path + '.' + String(k);
      out.push(n + ':' + (d.get ? 'g' : '') + (d.set ? 's' : '') + ('value' in d ? typeof d.value : ''));
      walk(d.value, n); walk(d.get, n + '<get>');
    }
    walk(Object.getPrototypeOf(o), path + '<proto>');
  };
  walk(globalThis, ''); out.sort(); return out.join('\n');
})()";

const WORK: &str = r"Error.prepareStackTrace = undefined; Error.stackTraceLimit = 10;
(() => { class A { #x = 1; get x() { return this.#x; } } const m = new Map([[1, 2]]);
  try { null.x } catch (e) { if (!(e instanceof TypeError) || typeof e.stack !== 'string') return 'bad error'; }
  return JSON.stringify([...m, new A().x, `${[3, 1, 2].sort()}`, 'a-b'.replace(/-/g, '+'), eval('1+1'), (2n ** 70n).toString()]); })()";
const ANSWER: &str = r#"[[1,2],1,"1,2,3","a+b",2,"1180591620717411303424"]"#;

fn assert_usable(engine: &mut Engine, signature: Option<&str>, at: &str) {
    engine.run_jobs();
    assert_eq!(engine.eval(WORK), ANSWER, "{at}");
    if let Some(signature) = signature {
        assert!(
            engine.eval(SIGNATURE) == signature,
            "built-ins changed: {at}"
        );
    }
}

fn scripts() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut scripts: Vec<_> = std::fs::read_dir(dir)
        .expect("tests/scripts is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "js" || e == "mjs"))
        .map(|path| {
            let source = std::fs::read_to_string(&path).expect("a readable script");
            (
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                source,
            )
        })
        .collect();
    scripts.sort();
    assert!(scripts.len() >= 28);
    scripts
}

/// `huge.js` makes 6,000 allocations under ASan; its steps are taken wider.
fn stride(name: &str) -> usize {
    if name.starts_with("huge") { 16 } else { 1 }
}

fn fail_each_allocation(and_after: bool) {
    let mut clean = Engine::plain();
    let signature = clean.eval(SIGNATURE);
    assert_nothing_left(&clean.free(), "clean");
    for (name, source) in scripts() {
        for n in (1..).step_by(stride(&name)) {
            let at = format!("{name}, allocation {n}, and after: {and_after}");
            let mut engine = Engine::plain();
            engine.host.calls = 0;
            engine.host.and_after = and_after;
            engine.host.fail_at = n as u64;
            engine.run_script(&source, name.ends_with(".mjs"));
            engine.host.fail_at = 0;
            let failed = engine.host.failed;
            let full = !failed || n % 32 == 1;
            assert_usable(&mut engine, full.then_some(&*signature), &at);
            assert_nothing_left(&engine.free(), &at);
            if !failed {
                break;
            }
        }
    }
}

#[test]
fn each_allocation_fails_once() {
    fail_each_allocation(false);
}

#[test]
fn each_allocation_fails_from_there_on() {
    fail_each_allocation(true);
}

#[test]
fn each_allocation_of_a_new_context_fails() {
    for and_after in [false, true] {
        for n in 1.. {
            let at = format!("new context, allocation {n}");
            let host = Host {
                fail_at: n,
                and_after,
                ..Host::default()
            };
            let failed = match Engine::new(host) {
                (Some(mut engine), _) => {
                    engine.host.fail_at = 0;
                    let failed = engine.host.failed;
                    assert_usable(&mut engine, None, &at);
                    assert_nothing_left(&engine.free(), &at);
                    failed
                }
                (None, host) => {
                    assert_nothing_left(&host.expect("the host comes back"), &at);
                    true
                }
            };
            if !failed {
                break;
            }
        }
    }
}

#[test]
fn every_limit_is_survived() {
    let mut clean = Engine::plain();
    let signature = clean.eval(SIGNATURE);
    clean.free();
    for (name, source) in scripts() {
        for k in (0..).step_by(256 * stride(&name)) {
            let at = format!("{name}, {k} bytes over what is live");
            let mut engine = Engine::plain();
            let live = engine.live();
            unsafe { JS_SetContextMemoryLimit(engine.ctx, live + k) };
            let ended = engine.run_script(&source, name.ends_with(".mjs"));
            unsafe { JS_SetContextMemoryLimit(engine.ctx, 0) };
            let done = (ended && k > KB) || k > 1024 * KB;
            assert_usable(
                &mut engine,
                (done || k % 4096 == 0).then_some(&*signature),
                &at,
            );
            assert_nothing_left(&engine.free(), &at);
            if done {
                break;
            }
        }
    }
}

#[test]
fn accounting_is_exact() {
    let engine = Engine::plain();
    let before = engine.live();
    let mut blocks = [null_mut::<c_void>(); 500];
    let mut seed = 1u32;
    for _ in 0..1_000_000 {
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let block = &mut blocks[(seed >> 8) as usize % 500];
        let size = 1 + (seed >> 12) as usize % if seed >> 28 != 0 { 700 } else { 70_000 };
        unsafe {
            if (seed >> 4) & 3 == 1 {
                *block = js_realloc(engine.ctx, *block, size);
                continue;
            }
            js_free(engine.ctx, *block);
            *block = match (seed >> 4) & 3 {
                0 => js_malloc(engine.ctx, size),
                2 => js_calloc(engine.ctx, 1, size),
                _ => null_mut(),
            };
        }
    }
    for block in blocks {
        unsafe { js_free(engine.ctx, block) };
    }
    assert_eq!(engine.live(), before);
    assert_nothing_left(&engine.free(), "accounting");
}

#[test]
fn out_of_memory_is_an_ordinary_error() {
    let mut engine = Engine::limited(512 * KB);
    let oom = "InternalError: out of memory";
    for greedy in [
        "const a = []; for (;;) a.push('x'.repeat(1000) + a.length)",
        "let o = {}; for (;;) { o = { o, q: {} }; o.q.o = o }",
        "const m = new Map(); for (let i = 0;; i++) m.set(i, i)",
        "'x'.repeat(100e6)",
        "new ArrayBuffer(1e6)",
        "new Array(1e6).fill(0)",
        "eval('0' + '+x'.repeat(100000))",
    ] {
        let source = format!("(() => {{ {greedy} }})()");
        assert_eq!(engine.eval(&source), format!("threw {oom}"), "{greedy}");
        let caught = format!(
            "try {{ (() => {{ {greedy} }})() }} catch (e) {{ String(e) + typeof e.stack + (e instanceof InternalError) }}"
        );
        assert_eq!(engine.eval(&caught), format!("{oom}stringtrue"), "{greedy}");
    }
    assert_eq!(engine.eval(WORK), ANSWER);
    assert_nothing_left(&engine.free(), "errors");
}

#[test]
fn garbage_never_reaches_the_limit() {
    let mut engine = Engine::limited(512 * KB);
    let cyclic = "{ let a = []; for (let i = 0; i < 300; i++) { let o = { i, a }; o.o = o; a.push(o) } a.length }";
    let plain = "{ let a = new Array(300); for (let i = 0; i < 50; i++) a[i] = 'q'.repeat(900) + i; a.length }";
    for i in 0..20_000 {
        assert_eq!(
            engine.eval(if i % 2 == 0 { cyclic } else { plain }),
            "300",
            "eval {i}"
        );
    }
    let strings = "{ let k = []; for (let i = 0; i < 50; i++) { let o = {}; o.o = o; o.s = 'z'.repeat(6000); k.push(o) } k = null } 'w'.repeat(300000).length";
    assert_eq!(engine.eval(strings), "300000");
    assert_nothing_left(&engine.free(), "garbage");
}

#[test]
fn charged_bytes_count() {
    let mut engine = Engine::limited(512 * KB);
    unsafe {
        let before = engine.live();
        assert_eq!(JS_ChargeContextMemory(engine.ctx, 100 * KB), 0);
        assert_eq!(engine.live(), before + 100 * KB);
        assert_eq!(JS_ChargeContextMemory(engine.ctx, 500 * KB), -1);
        let error = JS_GetException(engine.ctx);
        assert_eq!(engine.text(error), "InternalError: out of memory");
        JS_FreeValue(engine.ctx, error);
        let charged = engine.live();
        JS_ReleaseContextMemory(engine.rt, 60 * KB);
        JS_ReleaseContextMemory(engine.rt, usize::MAX);
        assert_eq!(engine.live(), charged - 100 * KB);
    }
    assert_eq!(engine.eval("1 + 1"), "2");
    assert_nothing_left(&engine.free(), "charges");
}
