//! Terms that travel between threads, and messages to processes.

use std::cell::{Cell, RefCell};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustler::sys;
use rustler::{Encoder, Env, LocalPid, Term};

use crate::atoms;

/// An environment of our own with one term in it.
pub struct Parcel {
    env: *mut sys::ErlNifEnv,
    term: sys::ErlNifTerm,
}

// SAFETY: a process-independent environment may be used by any thread, one at a
// time; Parcel is not Sync and only its owner reads it.
unsafe impl Send for Parcel {}

impl Parcel {
    /// A copy of `term`.
    pub fn new(term: Term<'_>) -> Parcel {
        // SAFETY: allocates an environment and copies a live term into it.
        unsafe {
            let env = sys::enif_alloc_env();
            Parcel {
                env,
                term: sys::enif_make_copy(env, term.as_c_arg()),
            }
        }
    }

    /// A copy of the term in another environment.
    pub fn copy_to<'a>(&self, env: Env<'a>) -> Term<'a> {
        // SAFETY: copies a live term into a live environment.
        unsafe { Term::new(env, sys::enif_make_copy(env.as_c_arg(), self.term)) }
    }

    /// The term.
    pub fn open<R>(&self, read: impl for<'a> FnOnce(Term<'a>) -> R) -> R {
        let marker = ();
        // SAFETY: the environment lives as long as self; the lifetime of the
        // term ends with this call.
        unsafe {
            let env = Env::new(&marker, self.env);
            read(Term::new(env, self.term))
        }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        // SAFETY: made by enif_alloc_env, freed once.
        unsafe { sys::enif_free_env(self.env) }
    }
}

/// How long a NIF runs an idle context on its caller's scheduler, at most.
pub const INLINE_SLICE: Duration = Duration::from_micros(200);

thread_local! {
    /// The environment of the NIF that runs a context on this thread, if one
    /// does: a thread of the VM may only send with its caller's environment.
    static CALLER: Cell<*mut sys::ErlNifEnv> = const { Cell::new(std::ptr::null_mut()) };
}

/// Run a context on the calling scheduler, and account the time to the caller.
pub fn inline<R>(env: Env<'_>, run: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            CALLER.set(std::ptr::null_mut());
        }
    }
    let start = Instant::now();
    CALLER.set(env.as_c_arg());
    let reset = Reset;
    let result = run();
    drop(reset);
    // A process's time slice is about 1 ms; what took less than a hundredth of
    // it is not worth the call.
    let percent = i32::try_from(start.elapsed().as_micros() / 10)
        .unwrap_or(100)
        .min(100);
    if percent > 0 {
        // SAFETY: the environment of the NIF call that this runs in.
        unsafe { sys::enif_consume_timeslice(env.as_c_arg(), percent) };
    }
    result
}

/// Send `build`'s term to `pid`. A thread of the VM that has no environment at
/// hand (a destructor, say) leaves that to the postman.
///
/// Never inlined: the caller may be suspended and go on in another thread, where
/// what was known of this thread's locals is wrong.
#[inline(never)]
pub fn post(pid: LocalPid, build: impl for<'a> FnOnce(Env<'a>) -> Term<'a> + Send + 'static) {
    let caller = CALLER.get();
    if !caller.is_null() || !rustler::thread::is_scheduler_thread() {
        send(caller, pid, build);
        return;
    }
    static POSTMAN: OnceLock<Mutex<Sender<Letter>>> = OnceLock::new();
    type Letter = Box<dyn FnOnce() + Send>;
    let postman = POSTMAN.get_or_init(|| {
        let (sender, letters) = mpsc::channel::<Letter>();
        let name = "quickbeam-post".to_owned();
        let main = move || letters.into_iter().for_each(|letter| letter());
        // Without a thread the letters are dropped with a VM that has no
        // resources left for one.
        let _ = thread::Builder::new().name(name).spawn(main);
        Mutex::new(sender)
    });
    let postman = postman.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = postman.send(Box::new(move || send(std::ptr::null_mut(), pid, build)));
}

fn send(
    caller: *mut sys::ErlNifEnv,
    pid: LocalPid,
    build: impl for<'a> FnOnce(Env<'a>) -> Term<'a>,
) {
    thread_local! {
        static ENV: RefCell<MessageEnv> = RefCell::new(MessageEnv::new());
    }
    ENV.with(|env| {
        let env = env.borrow_mut();
        let marker = ();
        // SAFETY: this thread's own message environment, cleared after use. The
        // caller's is null on threads of ours, and on one of the VM's that of
        // the NIF call in progress.
        unsafe {
            let message = build(Env::new(&marker, env.0)).as_c_arg();
            // A dead receiver is none of the sender's business.
            sys::enif_send(caller, pid.as_c_arg(), env.0, message);
            sys::enif_clear_env(env.0);
        }
    });
}

struct MessageEnv(*mut sys::ErlNifEnv);

impl MessageEnv {
    fn new() -> MessageEnv {
        // SAFETY: allocates.
        MessageEnv(unsafe { sys::enif_alloc_env() })
    }
}

impl Drop for MessageEnv {
    fn drop(&mut self) {
        // SAFETY: made by enif_alloc_env, freed once.
        unsafe { sys::enif_free_env(self.0) }
    }
}

/// What an answer to Elixir is made of.
pub enum Body {
    Nil,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Binary(Vec<u8>),
    /// A whole result, `{:ok, _}` or `{:error, _}`, in external term format.
    Etf(Vec<u8>),
}

impl Body {
    /// The result: `{:ok, term}` or `{:etf, binary}`.
    pub fn result<'a>(&self, env: Env<'a>) -> Term<'a> {
        let ok = |term: Term<'a>| (atoms::ok(), term).encode(env);
        match self {
            Body::Nil => ok(atoms::nil().encode(env)),
            Body::Bool(value) => ok(value.encode(env)),
            Body::Integer(value) => ok(value.encode(env)),
            Body::Float(value) => ok(value.encode(env)),
            Body::Binary(bytes) => ok(binary(env, bytes)),
            Body::Etf(bytes) => (atoms::etf(), binary(env, bytes)).encode(env),
        }
    }
}

/// `bytes` as a binary term.
pub fn binary<'a>(env: Env<'a>, bytes: &[u8]) -> Term<'a> {
    let mut new = rustler::NewBinary::new(env, bytes.len());
    new.as_mut_slice().copy_from_slice(bytes);
    new.into()
}

/// Where the answer to a request goes: `{ref, result}` to a process, or, while
/// the NIF that asked still runs, back to that.
pub struct ReplyTo {
    pid: LocalPid,
    reference: Parcel,
    waiting: Option<Arc<Mutex<Waiting>>>,
}

enum Waiting {
    Yes,
    Answered(Body),
    No,
}

/// The NIF's side of a [`ReplyTo::with_caller`].
pub struct Caller(Arc<Mutex<Waiting>>);

impl Caller {
    /// The answer, if it is there; if not it will come as a message.
    pub fn answer(self) -> Option<Body> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *waiting, Waiting::No) {
            Waiting::Answered(body) => Some(body),
            Waiting::Yes | Waiting::No => None,
        }
    }
}

impl ReplyTo {
    pub fn new(pid: LocalPid, reference: Term<'_>) -> ReplyTo {
        ReplyTo {
            pid,
            reference: Parcel::new(reference),
            waiting: None,
        }
    }

    /// A reply that a NIF looks for before it returns.
    pub fn with_caller(pid: LocalPid, reference: Term<'_>) -> (ReplyTo, Caller) {
        let waiting = Arc::new(Mutex::new(Waiting::Yes));
        let reply = ReplyTo {
            waiting: Some(waiting.clone()),
            ..ReplyTo::new(pid, reference)
        };
        (reply, Caller(waiting))
    }

    /// Answer.
    pub fn reply(self, body: Body) {
        if let Some(waiting) = &self.waiting {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*waiting, Waiting::Yes) {
                *waiting = Waiting::Answered(body);
                return;
            }
        }
        self.send(move |env| body.result(env));
    }

    /// Send `{ref, :ok}`.
    pub fn reply_ok(self) {
        self.send(|env| atoms::ok().encode(env));
    }

    fn send(self, build: impl for<'a> FnOnce(Env<'a>) -> Term<'a> + Send + 'static) {
        let ReplyTo { pid, reference, .. } = self;
        post(pid, move |env| {
            (reference.copy_to(env), build(env)).encode(env)
        });
    }
}
