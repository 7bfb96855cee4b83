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

const DEEP: &str = include_str!("lists/deep_recursion.txt");

/// Name, how it must end, and source of each script.
fn scripts() -> impl Iterator<Item = (&'static str, End, &'static str)> {
    DEEP.split("\n# ").skip(1).map(|script| {
        let (head, source) = script.split_once('\n').expect("a head and a source");
        let (end, name) = head.split_once(": ").expect("an end and a name");
        let end = match end {
            "Error" => Error,
            "Works" => Works,
            "Any" => Any,
            other => panic!("{other} is no end"),
        };
        (name, end, source.trim_end())
    })
}

struct Runner {
    home: Context,
    fiber: Context,
    failures: Vec<String>,
}

static mut RUNNER: *mut Runner = null_mut();

/// Runs the scripts: called on the new stack, with the runtime made there.
extern "C" fn body() {
    let runner = unsafe { &mut *RUNNER };
    for (name, end, source) in scripts() {
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
