//! One JSRuntime with its one JSContext, in memory of its own.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use quickbeam_engine_sys as sys;

use crate::cover::{HeapCover, Layout};
use crate::cx::Cx;
use crate::family::Family;
use crate::fiber::{Fiber, FiberCache, Pause, Progress, Signal, Suspender, panic_message};
use crate::frozen::FrozenCode;
use crate::region::{Budget, Region};
use crate::root::{Alive, Root};
use crate::token::Tokens;
use crate::value::Value;
use crate::watch::{Watch, on_poll, on_wait};

/// What a heap is made with.
#[derive(Debug, Clone, Default)]
pub struct HeapOptions {
    /// Live bytes; 0 = no limit.
    pub memory_limit: usize,
    /// Scripts that it shares with others.
    pub frozen: Option<Arc<FrozenCode>>,
    /// Count what runs, behind what other heaps have numbered; see [`crate::cover`].
    pub cover: Option<Layout>,
}

/// An engine heap: a runtime and its context, their memory, the embedder's
/// extensions, and the fiber that is suspended in it, if any.
pub struct Heap {
    pub(crate) inner: Box<Inner>,
    fiber: Option<Fiber>,
    fibers: Arc<FiberCache>,
    /// Its runtime must not be touched any more.
    given_away: bool,
}

// SAFETY: a heap and everything it refers to (the region, roots in its
// extensions, a suspended fiber) is owned by it alone and moves as a whole; the
// engine binds nothing to a thread (its stack limit is set anew at each run).
unsafe impl Send for Heap {}

pub(crate) struct Inner {
    rt: *mut sys::JSRuntime,
    pub(crate) ctx: *mut sys::JSContext,
    /// Reductions of the entries that are over.
    pub(crate) reductions: Cell<u64>,
    alive: Option<Rc<Alive>>,
    extensions: RefCell<Vec<(TypeId, Box<dyn Any>)>>,
    pub(crate) watch: RefCell<Option<Rc<dyn Watch>>>,
    pub(crate) suspender: Cell<*const Suspender>,
    pub(crate) dying: Cell<bool>,
    /// What the native that polls is about to do, see [`Cx::spend`].
    pub(crate) ahead: Cell<Duration>,
    pub(crate) poison: RefCell<Option<String>>,
    unhandled: RefCell<Vec<(Root, Root)>>,
    pub(crate) loader: crate::module::Loader,
    /// In a callback of the module loader: nothing may wait now.
    pub(crate) loading: Cell<bool>,
    /// Promises that got a handler after their rejection, where somebody asked.
    handled: RefCell<Vec<Root>>,
    watches_handled: Cell<bool>,
    pub(crate) tokens: RefCell<Tokens>,
    pub(crate) family: Family,
    pub(crate) cover: Option<Box<HeapCover>>,
    /// Everything above lives in it.
    pub(crate) region: Box<Region>,
    /// Last: the heap refers to what is in there without counting.
    frozen: Option<Arc<FrozenCode>>,
}

impl Heap {
    /// A heap with every ECMAScript intrinsic and nothing else; `None` when the
    /// memory for it cannot be had.
    pub fn new(
        options: &HeapOptions,
        budget: Arc<Budget>,
        fibers: Arc<FiberCache>,
    ) -> Option<Heap> {
        let mut region = Box::new(Region::new(budget));
        let functions = sys::JSMallocFunctions {
            js_calloc: Some(region_calloc),
            js_malloc: Some(region_malloc),
            js_free: Some(region_free),
            js_realloc: Some(region_realloc),
            js_malloc_usable_size: Some(region_usable_size),
        };
        let opaque: *mut c_void = (&raw mut *region).cast();
        // SAFETY: the functions agree with what the engine asks of them; the
        // region is boxed, so its address holds until Inner drops it last.
        let (rt, ctx) = unsafe {
            let frozen = options.frozen.as_deref();
            let frozen = frozen.map_or(std::ptr::null(), FrozenCode::as_ptr);
            let rt = sys::JS_NewRuntimeFrozen(&functions, opaque, frozen);
            if rt.is_null() {
                return None;
            }
            sys::JS_SetMaxStackSize(rt, fibers.js_stack());
            sys::JS_UpdateStackTop(rt);
            let ctx = sys::JS_NewContext(rt);
            if ctx.is_null() {
                sys::JS_FreeRuntime(rt);
                return None;
            }
            sys::JS_SetContextMemoryLimit(ctx, options.memory_limit);
            (rt, ctx)
        };
        let cover = options.cover.clone().map(|layout| {
            let frozen = options.frozen.as_deref().and_then(FrozenCode::layout);
            // SAFETY: dropped with Inner, after the runtime has ended.
            unsafe { HeapCover::new(ctx, frozen.unwrap_or(layout)) }
        });
        let inner = Box::new(Inner {
            rt,
            ctx,
            reductions: Cell::new(0),
            alive: Some(Alive::new(rt)),
            extensions: RefCell::default(),
            watch: RefCell::new(None),
            suspender: Cell::new(std::ptr::null()),
            dying: Cell::new(false),
            ahead: Cell::new(Duration::ZERO),
            poison: RefCell::new(None),
            unhandled: RefCell::default(),
            loader: RefCell::default(),
            loading: Cell::new(false),
            handled: RefCell::default(),
            watches_handled: Cell::new(false),
            tokens: RefCell::default(),
            family: Family::default(),
            cover,
            region,
            frozen: options.frozen.clone(),
        });
        let opaque: *mut c_void = (&raw const *inner).cast_mut().cast();
        // SAFETY: Inner is boxed and outlives the runtime; the callbacks have
        // the signatures the engine wants and read Inner only.
        unsafe {
            sys::JS_SetContextOpaque(ctx, opaque);
            sys::JS_SetRuntimeOpaque(rt, opaque);
            sys::JS_SetInterruptHandler(rt, Some(on_poll), opaque);
            sys::JS_SetContextWaitHandler(ctx, Some(on_wait), opaque);
            sys::JS_SetHostPromiseRejectionTracker(rt, Some(on_rejection), opaque);
        }
        Some(Heap {
            inner,
            fiber: None,
            fibers,
            given_away: false,
        })
    }

    /// Use the heap from outside of a fiber, for what runs no scripts: setting
    /// up, tearing down, reading figures.
    pub fn with<R>(&mut self, use_it: impl for<'a> FnOnce(Cx<'a>) -> R) -> R {
        assert!(
            self.fiber.is_none(),
            "the heap is suspended in an operation"
        );
        // SAFETY: this thread has the heap; its stack is told to the engine.
        unsafe { sys::JS_UpdateStackTop(self.inner.rt) };
        use_it(self.inner.cx())
    }

    /// Run `task` on a fiber until it is done or suspends itself.
    pub fn start(&mut self, task: impl for<'a> FnOnce(Cx<'a>) + Send + 'static) -> Progress {
        assert!(self.fiber.is_none(), "one fiber at a time");
        let mut fiber = match self.fibers.take() {
            Ok(fiber) => fiber,
            Err(error) => return Progress::Panicked(format!("no stack for a fiber: {error}")),
        };
        let inner: *const Inner = &raw const *self.inner;
        let progress = fiber.run(Box::new(move |suspender| {
            // SAFETY: the heap owns the fiber and outlives every run of it.
            let inner = unsafe { &*inner };
            inner.suspender.set(suspender);
            // SAFETY: tells the engine where this fiber's stack begins.
            unsafe { sys::JS_UpdateStackTop(inner.rt) };
            task(inner.cx());
        }));
        self.fiber = Some(fiber);
        self.after(progress)
    }

    /// Whether [`Heap::start`] would find a stack.
    pub fn can_start(&self) -> bool {
        self.fibers.has_room()
    }

    /// Go on with the suspended fiber.
    pub fn resume(&mut self, signal: Signal) -> Progress {
        let fiber = self.fiber.as_mut().expect("a suspended fiber");
        let progress = fiber.resume(signal);
        self.after(progress)
    }

    /// Whether an operation is suspended in this heap.
    pub fn is_suspended(&self) -> bool {
        self.fiber.is_some()
    }

    /// From now on every wait and every poll answers with a kill.
    pub fn condemn(&mut self) {
        self.inner.dying.set(true);
    }

    fn after(&mut self, progress: Progress) -> Progress {
        if matches!(progress, Progress::Paused(_)) {
            return progress;
        }
        self.inner.suspender.set(std::ptr::null());
        if let Some(fiber) = self.fiber.take() {
            self.fibers.put(fiber);
        }
        match self.inner.poison.borrow_mut().take() {
            Some(panic) => Progress::Panicked(panic),
            None => progress,
        }
    }

    /// Who is asked at the engine's poll.
    pub fn set_watch(&mut self, watch: Rc<dyn Watch>) {
        *self.inner.watch.borrow_mut() = Some(watch);
    }

    /// Keep `extension` with the heap; one of a type.
    pub fn extend<T: Any>(&mut self, extension: T) {
        let mut extensions = self.inner.extensions.borrow_mut();
        debug_assert!(extensions.iter().all(|(id, _)| *id != TypeId::of::<T>()));
        extensions.push((TypeId::of::<T>(), Box::new(extension)));
    }

    /// What was kept by [`Heap::extend`]; also while an operation is suspended.
    pub fn extension<T: Any>(&self) -> Option<&T> {
        self.inner.extension::<T>()
    }
}

impl Heap {
    /// Give away the memory of a heap that has been frozen, without ending it.
    pub(crate) fn into_region(mut self) -> Box<Region> {
        self.given_away = true;
        std::mem::replace(
            &mut self.inner.region,
            Box::new(Region::new(Budget::new(0))),
        )
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        if self.given_away {
            return;
        }
        self.condemn();
        while self.is_suspended() {
            self.resume(Signal::Kill);
        }
        let inner = &mut *self.inner;
        // SAFETY: nothing of the heap is in use any more. Roots go first, while
        // their runtime is there; then the context, the runtime, and with Inner
        // the region.
        unsafe {
            sys::JS_UpdateStackTop(inner.rt);
            sys::JS_SetInterruptHandler(inner.rt, None, std::ptr::null_mut());
            sys::JS_SetHostPromiseRejectionTracker(inner.rt, None, std::ptr::null_mut());
            inner.unhandled.get_mut().clear();
            inner.handled.get_mut().clear();
            inner.family.dismiss();
            inner.extensions.get_mut().clear();
            if let Some(alive) = inner.alive.take() {
                alive.release_all();
            }
            sys::JS_FreeContext(inner.ctx);
            sys::JS_FreeRuntime(inner.rt);
        }
    }
}

impl Heap {
    /// The numbers of what has been compiled here, where it counts.
    pub(crate) fn layout(&self) -> Option<Layout> {
        self.inner.cover.as_ref().map(|cover| cover.layout())
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl Inner {
    pub(crate) fn runtime(&self) -> *mut sys::JSRuntime {
        self.rt
    }

    pub(crate) fn cx(&self) -> Cx<'_> {
        // SAFETY: the context is alive as long as self.
        unsafe { Cx::from_ptr(NonNull::new_unchecked(self.ctx)) }
    }

    pub(crate) fn frozen(&self) -> Option<&FrozenCode> {
        self.frozen.as_deref()
    }

    pub(crate) fn alive(&self) -> &Rc<Alive> {
        self.alive.as_ref().expect("the heap is alive")
    }

    pub(crate) fn extension<T: Any>(&self) -> Option<&T> {
        let extensions = self.extensions.borrow();
        let (_, found) = extensions.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
        let found: *const T = found.downcast_ref::<T>()?;
        // SAFETY: boxed, and never removed before the heap ends.
        Some(unsafe { &*found })
    }

    pub(crate) fn poison(&self, panic: String) {
        self.poison.borrow_mut().get_or_insert(panic);
    }

    pub(crate) fn collect(&self) {
        // SAFETY: the heap is ours; the collector runs no scripts.
        unsafe { sys::JS_RunGC(self.rt) };
    }

    pub(crate) fn take_unhandled(&self) -> Vec<(Root, Root)> {
        std::mem::take(&mut *self.unhandled.borrow_mut())
    }

    pub(crate) fn watch_handled(&self) {
        self.watches_handled.set(true);
    }

    pub(crate) fn take_handled(&self) -> Vec<Root> {
        std::mem::take(&mut *self.handled.borrow_mut())
    }

    pub(crate) fn suspend(&self, pause: Pause) -> Signal {
        let suspender = self.suspender.get();
        if self.dying.get() || suspender.is_null() {
            return Signal::Kill;
        }
        if self.loading.get() && !matches!(pause, Pause::Slice) {
            return Signal::Kill;
        }
        // SAFETY: set by the running fiber, whose stack we are on.
        match unsafe { (*suspender).suspend(crate::fiber::Output::Paused(pause)) } {
            crate::fiber::Input::Signal(signal) => signal,
            // Heap never runs a task on a suspended fiber.
            crate::fiber::Input::Run(_) | crate::fiber::Input::Exit => Signal::Kill,
        }
    }
}

impl Cx<'_> {
    /// Suspend the fiber that runs this. Answers [`Signal::Kill`] at once where
    /// there is none, and when the heap is condemned.
    pub fn suspend(self, pause: Pause) -> Signal {
        self.inner().suspend(pause)
    }

    /// Whether code runs on a fiber, and so may wait.
    pub fn on_fiber(self) -> bool {
        !self.inner().suspender.get().is_null()
    }

    /// The message of the Rust panic that has ended this heap, if one has.
    pub fn panicked(self) -> Option<String> {
        self.inner().poison.borrow().clone()
    }
}

unsafe extern "C" fn on_rejection(
    _ctx: *mut sys::JSContext,
    promise: sys::JSValue,
    reason: sys::JSValue,
    is_handled: bool,
    opaque: *mut c_void,
) {
    // SAFETY: set in Heap::new, alive as long as the runtime.
    let inner = unsafe { &*opaque.cast::<Inner>() };
    // Whether one was handled later is looked at when they are told.
    if is_handled && !inner.watches_handled.get() {
        return;
    }
    // SAFETY: promise and reason are live for the call; we take references of
    // our own.
    let own = |raw| unsafe { Value::from_raw(inner.cx(), sys::JS_DupValue(inner.ctx, raw)) };
    let noted = catch_unwind(AssertUnwindSafe(|| {
        let promise = Root::new(own(promise));
        if is_handled {
            inner.handled.borrow_mut().push(promise);
        } else {
            let entry = (promise, Root::new(own(reason)));
            inner.unhandled.borrow_mut().push(entry);
        }
    }));
    if let Err(panic) = noted {
        inner.poison(panic_message(&*panic));
    }
}

unsafe extern "C" fn region_malloc(region: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the opaque given to JS_NewRuntime2; one thread at a time.
    unsafe { (*region.cast::<Region>()).malloc(size).cast() }
}

unsafe extern "C" fn region_calloc(region: *mut c_void, count: usize, size: usize) -> *mut c_void {
    // SAFETY: as region_malloc.
    unsafe { (*region.cast::<Region>()).calloc(count, size).cast() }
}

unsafe extern "C" fn region_realloc(
    region: *mut c_void,
    block: *mut c_void,
    size: usize,
) -> *mut c_void {
    // SAFETY: as region_malloc; the block came from this region.
    unsafe {
        (*region.cast::<Region>())
            .realloc(block.cast(), size)
            .cast()
    }
}

unsafe extern "C" fn region_free(region: *mut c_void, block: *mut c_void) {
    // SAFETY: as region_realloc.
    unsafe { (*region.cast::<Region>()).free(block.cast()) }
}

unsafe extern "C" fn region_usable_size(block: *const c_void) -> usize {
    // SAFETY: the block came from a region.
    unsafe { Region::usable_size(block.cast()) }
}
