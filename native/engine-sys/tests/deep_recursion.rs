//! Deep recursion on a stack of the host's, as a fiber has it: an error, or the
//! script just works, but never an overrun. The engine's limit is 1 MiB, the
//! stack 192 KiB larger, with an inaccessible page below: an overrun would crash.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use quickbeam_engine_sys::*;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null_mut;

const LIMIT: usize = 1 << 20;
const STACK: usize = LIMIT + (192 << 10);
const GUARD: usize = 64 << 10;

#[repr(C)]
struct StackT {
    sp: *mut c_void,
    flags: c_int,
    size: usize,
}

/// glibc's ucontext_t: only its head is touched here.
#[repr(C, align(16))]
struct Context {
    flags: usize,
    link: *mut Context,
    stack: StackT,
    rest: [u8; 8192],
}

unsafe extern "C" {
    fn getcontext(context: *mut Context) -> c_int;
    fn makecontext(context: *mut Context, function: extern "C" fn(), count: c_int, ...);
    fn swapcontext(save: *mut Context, to: *const Context) -> c_int;
    fn mmap(
        at: *mut c_void,
        size: usize,
        prot: c_int,
        flags: c_int,
        fd: c_int,
        from: i64,
    ) -> *mut c_void;
    fn munmap(at: *mut c_void, size: usize) -> c_int;
    fn mprotect(at: *mut c_void, size: usize, prot: c_int) -> c_int;
}

/// How a script must end.
#[derive(Clone, Copy, PartialEq, Debug)]
enum End {
    /// With a RangeError, InternalError or SyntaxError.
    Error,
    /// Without an error.
    Works,
    /// Either.
    Any,
}
use End::*;

const DEEP: &[(&str, End, &str)] = &[
    ("recursion", Error, "function f() { f() } f()"),
    (
        "recursion with arguments",
        Error,
        "function f(...a) { return f(...a, 1) } f()",
    ),
    (
        "many arguments",
        Any,
        "Math.max.apply(null, new Array(60000).fill(1))",
    ),
    ("arrow", Error, "let f = x => f(x) + 1; f(1)"),
    (
        "method",
        Error,
        "let o = { f() { return this.f() } }; o.f()",
    ),
    ("async", Any, "async function f() { await f() } f()"),
    (
        "generator",
        Error,
        "function* g(n) { yield* g(n + 1) } g(0).next()",
    ),
    (
        "constructor",
        Error,
        "class A { constructor() { new A } } new A",
    ),
    (
        "super",
        Error,
        "class A { constructor() { new this.constructor } } class B extends A {} new B",
    ),
    (
        "class extends chain",
        Any,
        "let C = class {}; for (let i = 0; i < 3e4; i++) { let D = C; C = class extends D {} } new C",
    ),
    (
        "class chain lookup",
        Any,
        "let C = class { static x = 1 }; for (let i = 0; i < 3e4; i++) { let D = C; C = class extends D {} } C.x",
    ),
    ("class fields", Error, "class A { x = new A } new A"),
    (
        "static blocks",
        Error,
        "Function('class A { static {'.repeat(3e4))",
    ),
    (
        "getter",
        Error,
        "let o = { get a() { return this.a } }; o.a",
    ),
    (
        "setter",
        Error,
        "let o = { set a(v) { this.a = v } }; o.a = 1",
    ),
    (
        "toPrimitive",
        Error,
        "let o = { toString() { return '' + o } }; '' + o",
    ),
    ("valueOf", Error, "let o = { valueOf() { return +o } }; +o"),
    (
        "toJSON",
        Error,
        "let o = { toJSON() { return JSON.stringify(o) } }; JSON.stringify(o)",
    ),
    (
        "species",
        Error,
        "class A extends Array { static get [Symbol.species]() { return class extends A { constructor() { super(); new A(1).map(x => x) } } } } function f() { return new A(1, 2).map(f) } f()",
    ),
    (
        "species getter",
        Error,
        "class A extends Array { static get [Symbol.species]() { new A(1, 2).slice(); return A } } new A(1, 2).slice()",
    ),
    (
        "hasInstance",
        Error,
        "class A { static [Symbol.hasInstance](x) { return x instanceof A } } ({}) instanceof A",
    ),
    (
        "iterator",
        Error,
        "let o = { [Symbol.iterator]() { return [...o] } }; [...o]",
    ),
    ("parser parentheses", Error, "Function('('.repeat(1e5))"),
    ("parser arrays", Error, "Function('['.repeat(1e5))"),
    (
        "parser objects",
        Error,
        "Function('x = ' + '{a:'.repeat(1e5))",
    ),
    ("parser blocks", Error, "Function('{'.repeat(1e5))"),
    (
        "parser functions",
        Error,
        "Function('function f() {'.repeat(1e4))",
    ),
    (
        "parser functions, closed",
        Error,
        "(0, eval)('(function() {'.repeat(1e4) + '})'.repeat(1e4))",
    ),
    ("parser arrows", Error, "Function('a=>'.repeat(1e5))"),
    ("parser unary", Error, "Function('- '.repeat(1e5) + '1')"),
    ("parser not", Error, "Function('!'.repeat(1e5) + '1')"),
    (
        "parser typeof",
        Error,
        "Function('typeof '.repeat(1e5) + '1')",
    ),
    (
        "parser await",
        Error,
        "(0, eval)('(async () => ' + 'await '.repeat(1e5) + '1)')",
    ),
    (
        "parser power",
        Error,
        "Function('return ' + '1**'.repeat(1e5) + '1')",
    ),
    (
        "parser sum",
        Any,
        "Function('return ' + '1+'.repeat(1e5) + '1')()",
    ),
    (
        "parser assignment",
        Error,
        "Function('a=' .repeat(1e5) + '1')",
    ),
    (
        "parser comma",
        Any,
        "Function('return ' + '1,'.repeat(1e5) + '1')()",
    ),
    ("parser calls", Any, "Function('f' + '()'.repeat(1e5))"),
    ("parser templates", Error, "Function('`${'.repeat(1e5))"),
    (
        "parser templates, closed",
        Error,
        "Function('`${'.repeat(5e4) + '1' + '}`'.repeat(5e4))",
    ),
    (
        "parser classes",
        Error,
        "Function('class A extends '.repeat(1e5))",
    ),
    ("parser ternary", Error, "Function('a?'.repeat(1e5))"),
    (
        "parser ternary, else",
        Any,
        "Function('a?b:'.repeat(1e5) + '1')",
    ),
    (
        "parser else if",
        Any,
        "Function('if (a) b; else '.repeat(1e5) + '1')",
    ),
    (
        "parser labels",
        Error,
        "let s = ''; for (let i = 0; i < 2e4; i++) s += 'l' + i + ':'; Function(s + '1')",
    ),
    (
        "parser while",
        Error,
        "Function('while (a) '.repeat(1e5) + '1')",
    ),
    ("parser new", Error, "Function('new '.repeat(1e5))"),
    (
        "parser destructuring",
        Error,
        "Function('var [' + '['.repeat(1e5))",
    ),
    (
        "parser destructuring, closed",
        Error,
        "Function('var ' + '['.repeat(1e5) + 'a' + ']'.repeat(1e5) + ' = 1')",
    ),
    (
        "parser object pattern",
        Error,
        "Function('({' + 'a: {'.repeat(5e4) + '}'.repeat(5e4) + '} = 1)')",
    ),
    ("parser parameters", Error, "Function('(a = '.repeat(5e4))"),
    (
        "destructuring",
        Any,
        "let n = 300; Function('a', 'let ' + '['.repeat(n) + 'b' + ']'.repeat(n) + ' = a')(function f(k) { return k ? [f(k - 1)] : 1 }(n))",
    ),
    (
        "new Function nested",
        Error,
        "globalThis.f = n => new Function('n', 'return f(n + 1)')(n); f(0)",
    ),
    ("eval", Error, "function f() { eval('f()') } f()"),
    (
        "indirect eval",
        Error,
        "globalThis.g = () => (0, eval)('g()'); g()",
    ),
    ("JSON.parse", Error, "JSON.parse('['.repeat(1e6))"),
    (
        "JSON.parse objects",
        Error,
        "JSON.parse('{\"a\":'.repeat(1e6))",
    ),
    (
        "JSON.parse reviver",
        Any,
        "JSON.parse('['.repeat(1e4) + ']'.repeat(1e4), (k, v) => v)",
    ),
    (
        "JSON.stringify",
        Error,
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)",
    ),
    (
        "JSON.stringify objects",
        Error,
        "let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; JSON.stringify(a, null, 1)",
    ),
    (
        "toString of arrays",
        Error,
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; String(a)",
    ),
    (
        "flat",
        Error,
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity)",
    ),
    (
        "concat spreadable",
        Any,
        "let a = []; for (let i = 0; i < 1e4; i++) a = [].concat([a]); a.length",
    ),
    (
        "regexp groups",
        Error,
        "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))",
    ),
    (
        "regexp groups without capture",
        Error,
        "new RegExp('(?:'.repeat(1e5) + 'a' + ')'.repeat(1e5))",
    ),
    (
        "regexp classes",
        Error,
        "new RegExp('['.repeat(1e5) + ']'.repeat(1e5), 'v')",
    ),
    (
        "regexp lookahead",
        Any,
        "new RegExp('(?='.repeat(200) + 'a' + ')'.repeat(200)).test('a')",
    ),
    (
        "regexp lookahead, deep",
        Any,
        "new RegExp('(?='.repeat(5000) + 'a' + ')'.repeat(5000)).test('a')",
    ),
    (
        "regexp exec nested",
        Any,
        "new RegExp('(?:a'.repeat(2000) + ')*'.repeat(2000)).test('a'.repeat(100))",
    ),
    (
        "regexp exec groups",
        Any,
        "new RegExp('('.repeat(200) + 'a' + ')*'.repeat(200)).exec('a'.repeat(1000))",
    ),
    (
        "proxy get",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x",
    ),
    (
        "proxy set",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x = 1",
    ),
    (
        "proxy has",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); 'x' in p",
    ),
    (
        "proxy delete",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); delete p.x",
    ),
    (
        "proxy define",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); Object.defineProperty(p, 'x', {})",
    ),
    (
        "proxy keys",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); Object.keys(p)",
    ),
    (
        "proxy isArray",
        Any,
        "let p = []; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); Array.isArray(p)",
    ),
    (
        "proxy getPrototypeOf",
        Any,
        "let p = []; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); Object.getPrototypeOf(p)",
    ),
    (
        "proxy isExtensible",
        Any,
        "let p = []; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); Object.isExtensible(p)",
    ),
    (
        "proxy call",
        Error,
        "let p = () => 1; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p()",
    ),
    (
        "proxy construct",
        Error,
        "let p = class {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); new p",
    ),
    (
        "proxy prototype",
        Error,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = Object.create(new Proxy(p, {})); p.x; 'x' in p",
    ),
    (
        "proxy realm",
        Any,
        "let p = function () {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); Reflect.construct(Array, [1], p)",
    ),
    (
        "prototype chain",
        Any,
        "let p = {}; for (let i = 0; i < 1e5; i++) p = Object.create(p); p.x; for (let k in p); p.x = 1",
    ),
    (
        "bound call",
        Error,
        "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); f()",
    ),
    (
        "bound construct",
        Error,
        "let f = function () {}; for (let i = 0; i < 1e5; i++) f = f.bind(); new f",
    ),
    (
        "bound instanceof",
        Error,
        "let f = function () {}; for (let i = 0; i < 1e5; i++) f = f.bind(); ({}) instanceof f",
    ),
    (
        "bound name",
        Works,
        "let f = function () {}; for (let i = 0; i < 3e4; i++) f = f.bind(); f.name.charCodeAt(5)",
    ),
    (
        "rope left",
        Works,
        "let s = ''; for (let i = 0; i < 3e5; i++) s = s + 'y'.repeat(9); s.charCodeAt(3)",
    ),
    (
        "rope right",
        Works,
        "let s = ''; for (let i = 0; i < 3e4; i++) s = 'y'.repeat(9) + s; s.charCodeAt(3)",
    ),
    (
        "rope both",
        Works,
        "let s = ''; for (let i = 0; i < 2e4; i++) s = 'x' + s + 'y'.repeat(9); s.charCodeAt(3)",
    ),
    (
        "rope big pieces",
        Works,
        "let a = 'x'.repeat(9000), s = a; for (let i = 0; i < 2000; i++) s = i & 1 ? s + a : a + s; s.charCodeAt(3)",
    ),
    (
        "rope as a key",
        Works,
        "let a = 'x'.repeat(9000), s = a; for (let i = 0; i < 500; i++) s = i & 1 ? s + a : a + s; new Map([[s, 1]]).get(s); ({})[s]",
    ),
    (
        "rope free",
        Works,
        "{ let a = 'x'.repeat(9000), s = a; for (let i = 0; i < 20000; i++) s = s + a; s = null }",
    ),
    (
        "object free",
        Works,
        "{ let a = {}; for (let i = 0; i < 1e6; i++) a = { a }; a = null }",
    ),
    (
        "array free",
        Works,
        "{ let a = []; for (let i = 0; i < 1e6; i++) a = [a]; a = null }",
    ),
    (
        "map free",
        Works,
        "{ let a = null; for (let i = 0; i < 1e5; i++) a = new Map([[a, a]]); a = null }",
    ),
    (
        "weak map free",
        Works,
        "{ let a = {}; for (let i = 0; i < 1e4; i++) { let b = {}; new WeakMap().set(b, a); a = b } a = null }",
    ),
    (
        "closure free",
        Works,
        "{ let f = null; for (let i = 0; i < 1e5; i++) { let g = f; f = () => g } f = null }",
    ),
    (
        "bound free",
        Works,
        "{ let f = () => 1; for (let i = 0; i < 3e4; i++) f = f.bind(); f = null }",
    ),
    (
        "proxy free",
        Works,
        "{ let f = {}; for (let i = 0; i < 1e5; i++) f = new Proxy(f, {}); f = null }",
    ),
    (
        "promise free",
        Works,
        "{ let p = Promise.resolve(); for (let i = 0; i < 1e5; i++) p = p.then(() => 1); p = null }",
    ),
    (
        "generator free",
        Works,
        "function* g(x) { yield x } { let a = null; for (let i = 0; i < 1e5; i++) { let b = g(a); b.next(); a = b } a = null }",
    ),
    (
        "async free",
        Works,
        "async function g(x) { await new Promise(() => {}); return x } { let a = null; for (let i = 0; i < 3e4; i++) a = g(a); a = null }",
    ),
    (
        "iterator map",
        Error,
        "let i = [1].values(); for (let k = 0; k < 1e5; k++) i = i.map(x => x); i.next()",
    ),
    (
        "iterator filter",
        Error,
        "let i = [1].values(); for (let k = 0; k < 1e5; k++) i = i.filter(x => 1); i.toArray()",
    ),
    (
        "iterator take",
        Error,
        "let i = [1].values(); for (let k = 0; k < 1e5; k++) i = i.take(9); i.next()",
    ),
    (
        "iterator drop",
        Error,
        "let i = [1].values(); for (let k = 0; k < 1e5; k++) i = i.drop(0); i.next()",
    ),
    (
        "iterator flatMap",
        Error,
        "let i = [1].values(); for (let k = 0; k < 1e5; k++) i = i.flatMap(x => [x]); i.next()",
    ),
    (
        "iterator return",
        Error,
        "let i = [1].values(); for (let k = 0; k < 1e5; k++) i = i.map(x => x); i.return()",
    ),
    (
        "iterator wrap",
        Any,
        "let i = { next() { return { done: true } } }; for (let k = 0; k < 1e5; k++) { let j = i; i = Iterator.from({ next: () => j.next() }) } i.next()",
    ),
    (
        "iterator concat",
        Any,
        "let i = [1]; for (let k = 0; k < 1e5; k++) i = Iterator.concat ? Iterator.concat(i) : i; [...i]",
    ),
    (
        "apply",
        Error,
        "function f() { return f.apply(this, arguments) } f(1)",
    ),
    ("call", Error, "function f() { return f.call.call(f) } f()"),
    (
        "Reflect.apply",
        Error,
        "function f() { return Reflect.apply(f, null, []) } f()",
    ),
    (
        "Reflect.construct",
        Error,
        "function f() { return Reflect.construct(f, []) } f()",
    ),
    (
        "replace",
        Error,
        "function f() { return 'a'.replace(/a/, f) } f()",
    ),
    (
        "replaceAll",
        Error,
        "function f() { return 'aa'.replaceAll('a', f) } f()",
    ),
    (
        "sort",
        Error,
        "function f() { return [2, 1].sort(f), 1 } f()",
    ),
    (
        "typed sort",
        Error,
        "function f() { return new Int8Array([2, 1]).sort(f), 1 } f()",
    ),
    ("forEach", Error, "function f() { [1].forEach(f) } f()"),
    (
        "Array.from",
        Error,
        "function f() { return Array.from([1], f) } f()",
    ),
    (
        "Map.forEach",
        Error,
        "let m = new Map([[1, 1]]); function f() { m.forEach(f) } f()",
    ),
    (
        "groupBy",
        Error,
        "function f() { return Object.groupBy([1], f) } f()",
    ),
    (
        "tagged template",
        Error,
        "function f(s) { return f`${1}` } f()",
    ),
    (
        "prepareStackTrace",
        Any,
        "Error.prepareStackTrace = () => new Error('x').stack; new Error('y').stack",
    ),
    (
        "error in a constructor",
        Error,
        "class E extends Error { constructor() { super(new E) } } new E",
    ),
    (
        "error cause",
        Works,
        "let e = null; for (let i = 0; i < 1e5; i++) e = new Error('x', { cause: e }); e = null",
    ),
    (
        "finally",
        Any,
        "function f() { try { f() } finally { f } } f()",
    ),
    (
        "catch",
        Any,
        "function f() { try { f() } catch { return 1 } return 2 } f()",
    ),
    (
        "thenable",
        Any,
        "let t = { then(f) { t.then(f) } }; Promise.resolve(t)",
    ),
    (
        "BigInt text",
        Any,
        "BigInt('7'.repeat(1e5)).toString().length",
    ),
    (
        "lazy parse of a large sum",
        Any,
        "Function('return ' + \"'a'+\".repeat(1e5) + '1')().length",
    ),
    (
        "structured getters",
        Error,
        "let o = {}; for (let i = 0; i < 5e4; i++) { let q = o; o = { get a() { return q.a } } } o.a",
    ),
    ("with", Error, "Function('with (a) '.repeat(1e5) + '1')"),
    ("optional chain", Any, "Function('a' + '?.b'.repeat(1e5))"),
    (
        "spread nested",
        Error,
        "Function('f(' + '...['.repeat(1e5))",
    ),
];

struct Runner {
    home: Context,
    fiber: Context,
    failures: Vec<String>,
}

static mut RUNNER: *mut Runner = null_mut();

/// Runs the scripts: called on the new stack, with the runtime made there.
extern "C" fn body() {
    let runner = unsafe { &mut *RUNNER };
    for &(name, end, source) in DEEP {
        if let Ok(part) = std::env::var("DEEP") {
            if !name.contains(&part) {
                continue;
            }
            eprintln!("{name}");
        }
        let ended = unsafe { run(source) };
        let right = match (&ended, end) {
            (Ok(()), Works | Any) => true,
            (Err(message), Error | Any) => ["RangeError", "InternalError", "SyntaxError"]
                .iter()
                .any(|kind| message.starts_with(kind)),
            _ => false,
        };
        if !right {
            runner.failures.push(format!("{name}: {ended:?}"));
        }
    }
    unsafe { swapcontext(&mut runner.fiber, &runner.home) };
}

unsafe extern "C" fn never(_: *mut JSRuntime, _: *mut c_void) -> c_int {
    0
}

unsafe fn run(source: &str) -> Result<(), String> {
    unsafe {
        let rt = JS_NewRuntime();
        JS_SetMaxStackSize(rt, LIMIT as _);
        JS_UpdateStackTop(rt);
        JS_SetInterruptHandler(rt, Some(never), null_mut());
        let ctx = JS_NewContext(rt);
        let text = CString::new(source).unwrap();
        let mut value = JS_Eval(ctx, text.as_ptr(), source.len() as _, c"deep".as_ptr(), 0);
        let mut job_ctx = null_mut();
        for _ in 0..1000 {
            if JS_IsException(value) || JS_ExecutePendingJob(rt, &mut job_ctx) == 0 {
                break;
            }
        }
        let result = if JS_IsException(value) {
            value = JS_GetException(ctx);
            let chars: *const c_char = JS_ToCStringLen2(ctx, null_mut(), value, false);
            if chars.is_null() {
                Err("an error without a text".to_owned())
            } else {
                let message = std::ffi::CStr::from_ptr(chars)
                    .to_string_lossy()
                    .into_owned();
                JS_FreeCString(ctx, chars);
                Err(message.chars().take(80).collect())
            }
        } else {
            Ok(())
        };
        JS_FreeValue(ctx, value);
        // The context still works.
        let more = c"[3, 1, 2].sort().join()";
        let after = JS_Eval(
            ctx,
            more.as_ptr(),
            more.count_bytes() as _,
            c"after".as_ptr(),
            0,
        );
        assert!(!JS_IsException(after), "{source}");
        JS_FreeValue(ctx, after);
        JS_RunGC(rt);
        JS_FreeContext(ctx);
        JS_FreeRuntime(rt);
        result
    }
}

#[test]
fn deep_recursion_never_overruns_a_stack_of_one_mebibyte() {
    unsafe {
        let base = mmap(null_mut(), GUARD + STACK, 3, 0x22, -1, 0);
        assert!(base as isize != -1);
        assert_eq!(mprotect(base, GUARD, 0), 0);
        let mut runner: Box<Runner> = Box::new(Runner {
            home: std::mem::zeroed(),
            fiber: std::mem::zeroed(),
            failures: Vec::new(),
        });
        getcontext(&mut runner.fiber);
        runner.fiber.stack.sp = base.byte_add(GUARD);
        runner.fiber.stack.size = STACK;
        RUNNER = &mut *runner;
        makecontext(&mut runner.fiber, body, 0);
        let (home, fiber) = (&raw mut runner.home, &raw const runner.fiber);
        swapcontext(home, fiber);
        munmap(base, GUARD + STACK);
        assert!(runner.failures.is_empty(), "{:#?}", runner.failures);
    }
}
