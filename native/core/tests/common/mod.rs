//! A host for contexts, as small as it can be: operations that evaluate code
//! and tell how they ended, an embedder that tells what it hears.
#![allow(dead_code)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quickbeam_core::{
    Context, ContextOptions, Deliver, Embedder, Failure, Limit, Operation, Outcome, Pool,
    PoolOptions, Wait, calls, messages, timers, waits,
};
use quickbeam_engine::{Collections, Cx, Heap, JsResult, Kind, Report, Value};

/// What no test waits longer for: something is lost then.
pub const LOST: Duration = Duration::from_secs(60);

pub fn pool(size: usize) -> Pool {
    pool_with(size, Duration::from_millis(1))
}

pub fn pool_with(size: usize, slice: Duration) -> Pool {
    Pool::start(PoolOptions {
        size,
        memory_limit: 0,
        max_stack_size: 256 * 1024,
        slice,
    })
    .unwrap()
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Returned(String),
    Threw(String),
    Failed(Failure),
    Aborted(Failure),
    Declined,
    /// Dropped without an end: a bug.
    Lost,
}

pub fn returned(text: &str) -> End {
    End::Returned(text.to_owned())
}

impl End {
    /// Whether it is this failure, whichever way it was told.
    pub fn is(&self, failure: &Failure) -> bool {
        matches!(self, End::Failed(found) | End::Aborted(found) if found == failure)
    }

    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            End::Failed(Failure::TimedOut(_)) | End::Aborted(Failure::TimedOut(_))
        )
    }
}

/// Evaluates code.
pub struct Eval {
    pub code: String,
    pub top_level_await: bool,
    pub tag: usize,
    /// Asked by whom the context itself has asked.
    pub nested: bool,
    pub told: Option<Sender<(usize, End)>>,
}

impl Eval {
    fn send(&mut self, end: End) {
        // Nobody listens any more where a test has failed.
        let _ = self
            .told
            .take()
            .expect("an operation ends once")
            .send((self.tag, end));
    }
}

impl Drop for Eval {
    fn drop(&mut self) {
        if self.told.is_some() {
            self.send(End::Lost);
        }
    }
}

pub fn text_of(cx: Cx<'_>, value: &Value<'_>) -> String {
    if value.kind() == Kind::Symbol {
        return "a symbol".to_owned();
    }
    value.to_text().unwrap_or_else(|thrown| {
        drop(cx.catch(thrown));
        "unreadable".to_owned()
    })
}

impl Operation for Eval {
    fn start<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        if self.code == "panic in start" {
            panic!("in start");
        }
        cx.eval(&self.code, "test.js", self.top_level_await)
    }

    fn is_nested(&self) -> bool {
        self.nested
    }

    fn settle<'a>(&mut self, _cx: Cx<'a>, value: Value<'a>) -> JsResult<Value<'a>> {
        if self.top_level_await {
            self.top_level_await = false;
            return value.get("value");
        }
        Ok(value)
    }

    fn finish<'a>(mut self: Box<Self>, cx: Cx<'a>, outcome: Outcome<'a>) {
        let end = match outcome {
            Outcome::Returned(value) => End::Returned(text_of(cx, &value)),
            Outcome::Threw(value) => End::Threw(text_of(cx, &value)),
            Outcome::Failed(failure) => End::Failed(failure),
        };
        self.send(end);
    }

    fn decline(mut self: Box<Self>) {
        self.send(End::Declined);
    }

    fn tell(&mut self, failure: &Failure) {
        self.send(End::Aborted(failure.clone()));
    }

    fn abort(mut self: Box<Self>, failure: &Failure) {
        self.send(End::Aborted(failure.clone()));
    }
}

/// A string for a script.
pub struct Text(pub String);

impl Deliver for Text {
    fn bytes(&self) -> usize {
        self.0.len()
    }

    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        cx.string(&self.0)
    }
}

/// What an embedder heard.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Ready(bool),
    Uncaught(String),
    Unhandled(String),
    Dropped,
    Panicked(String),
    /// `tell(text)` in a script.
    Told(String),
}

/// `ask(text)` or `askSync(text)` in a script.
pub struct Question {
    pub id: u64,
    pub text: String,
}

pub struct Host {
    events: Mutex<Sender<Event>>,
    questions: Mutex<Sender<Question>>,
    pub installs: AtomicUsize,
    pub collections: AtomicUsize,
    pub limits: Mutex<Vec<Limit>>,
    pub setup: &'static str,
}

struct Hosted {
    events: Sender<Event>,
    questions: Sender<Question>,
}

impl Host {
    fn event(&self, event: Event) {
        let _ = self.events.lock().unwrap().send(event);
    }
}

fn told(report: &Report) -> String {
    format!("{}: {}", report.name, report.message)
}

impl Embedder for Host {
    fn install(&self, heap: &mut Heap) -> Result<(), Report> {
        if self.setup == "panic" {
            panic!("in install");
        }
        if self.setup == "fail" {
            return Err(Report::new("Error", "no globals"));
        }
        self.installs.fetch_add(1, Ordering::SeqCst);
        heap.extend(Hosted {
            events: self.events.lock().unwrap().clone(),
            questions: self.questions.lock().unwrap().clone(),
        });
        heap.with(|cx| install(cx).map_err(|thrown| Report::of(cx, &cx.catch(thrown))))
    }

    fn ready(&self, outcome: Result<(), Report>) {
        self.event(Event::Ready(outcome.is_ok()));
    }

    fn uncaught(&self, report: &Report) {
        self.event(Event::Uncaught(told(report)));
    }

    fn unhandled(&self, report: &Report) {
        self.event(Event::Unhandled(told(report)));
    }

    fn message_dropped(&self) {
        self.event(Event::Dropped);
    }

    fn limit(&self, limit: Limit) {
        self.limits.lock().unwrap().push(limit);
    }

    fn collected(&self, collections: Collections) {
        let told = usize::try_from(collections.count).unwrap();
        self.collections.fetch_add(told, Ordering::SeqCst);
    }

    fn panicked(&self, panic: &str) {
        self.event(Event::Panicked(panic.to_owned()));
    }
}

fn install(cx: Cx<'_>) -> JsResult<()> {
    timers::install(cx)?;
    let global = cx.global();
    cx.method(&global, "tell", 1, |call| {
        let cx = call.cx();
        let text = call.argument(0).to_text()?;
        let hosted = cx.extension::<Hosted>().expect("set by install");
        let _ = hosted.events.send(Event::Told(text));
        Ok(cx.undefined())
    })?;
    cx.method(&global, "ask", 1, |call| {
        let cx = call.cx();
        let text = call.argument(0).to_text()?;
        let (id, promise) = calls::begin(cx, 0)?;
        let hosted = cx.extension::<Hosted>().expect("set by install");
        let _ = hosted.questions.send(Question { id, text });
        Ok(promise)
    })?;
    cx.method(&global, "askSync", 1, |call| {
        let cx = call.cx();
        let text = call.argument(0).to_text()?;
        let id = calls::next_id();
        let hosted = cx.extension::<Hosted>().expect("set by install");
        let handler = Wait::Handler(text.as_str().into());
        let _ = hosted.questions.send(Question { id, text });
        waits::for_answer(cx, id, handler)
    })?;
    cx.method(&global, "sleepSync", 1, |call| {
        let milliseconds = call.argument(0).to_number()?;
        waits::sleep(call.cx(), Duration::from_secs_f64(milliseconds / 1e3))?;
        Ok(call.cx().undefined())
    })?;
    cx.method(&global, "onMessage", 1, |call| {
        let callback = call.argument(0);
        messages::listen(call.cx(), callback.is_function().then_some(callback));
        Ok(call.cx().undefined())
    })?;
    cx.method(&global, "panic", 0, |_| panic!("in a native"))
}

/// Which operation ended, and how.
type Tagged = (usize, End);

/// A context and the test's ends of its channels.
pub struct Guest {
    pub context: Arc<Context>,
    pub host: Arc<Host>,
    pub events: Receiver<Event>,
    pub questions: Receiver<Question>,
    ends: (Sender<Tagged>, Receiver<Tagged>),
}

pub fn guest(pool: &Pool) -> Guest {
    guest_with(pool, ContextOptions::default())
}

pub fn guest_with(pool: &Pool, options: ContextOptions) -> Guest {
    guest_set_up(pool, options, "")
}

pub fn guest_set_up(pool: &Pool, options: ContextOptions, setup: &'static str) -> Guest {
    let (event, events) = channel();
    let (question, questions) = channel();
    let host = Arc::new(Host {
        events: Mutex::new(event),
        questions: Mutex::new(question),
        installs: AtomicUsize::new(0),
        collections: AtomicUsize::new(0),
        limits: Mutex::default(),
        setup,
    });
    let context = pool.spawn(options, host.clone()).unwrap();
    Guest {
        context,
        host,
        events,
        questions,
        ends: channel(),
    }
}

impl Guest {
    /// Begin to evaluate; `tag` names the end.
    pub fn begin(&self, tag: usize, code: &str, limit: Option<Duration>) {
        let _ = self.context.operate(eval(tag, code, &self.ends.0), limit);
    }

    /// The same on behalf of a handler that the context waits for.
    pub fn begin_nested(&self, tag: usize, code: &str) {
        let mut eval = eval(tag, code, &self.ends.0);
        eval.nested = true;
        let _ = self.context.operate(eval, None);
    }

    /// The same on this thread, where the context is idle.
    pub fn begin_here(&self, tag: usize, code: &str, limit: Option<Duration>) {
        let slice = Duration::from_micros(200);
        let _ = self
            .context
            .operate_here(eval(tag, code, &self.ends.0), limit, slice);
    }

    /// The next end of what was begun.
    pub fn ended(&self) -> (usize, End) {
        self.ends
            .1
            .recv_timeout(LOST)
            .expect("an operation did not end")
    }

    /// Whether nothing else has ended.
    pub fn nothing_ended(&self) -> bool {
        self.ends.1.try_recv().is_err()
    }

    /// Evaluate and wait for the end.
    pub fn eval(&self, code: &str) -> End {
        self.eval_within(code, None)
    }

    pub fn eval_within(&self, code: &str, limit: Option<Duration>) -> End {
        let (sender, receiver) = channel();
        let _ = self.context.operate(eval(0, code, &sender), limit);
        receiver
            .recv_timeout(LOST)
            .expect("an operation did not end")
            .1
    }

    pub fn question(&self) -> Question {
        self.questions.recv_timeout(LOST).expect("a question")
    }

    pub fn answer(&self, id: u64, text: &str) {
        self.context
            .answer(id, Box::new(Text(text.to_owned())))
            .unwrap();
    }

    pub fn send(&self, text: &str) {
        self.context.send(Box::new(Text(text.to_owned()))).unwrap();
    }

    /// The next event that is not [`Event::Ready`].
    pub fn event(&self) -> Event {
        loop {
            match self.events.recv_timeout(LOST).expect("an event") {
                Event::Ready(_) => {}
                event => return event,
            }
        }
    }

    /// The events up to now.
    pub fn events(&self) -> Vec<Event> {
        self.events
            .try_iter()
            .filter(|event| !matches!(event, Event::Ready(_)))
            .collect()
    }

    pub fn stop(&self) {
        end(&self.context);
    }

    pub fn reset(&self) -> Result<(), String> {
        let (sender, receiver) = channel();
        let done = move |outcome: Result<(), Report>| {
            sender
                .send(outcome.map_err(|report| told(&report)))
                .unwrap();
        };
        if self.context.reset(Box::new(done)).is_err() {
            return Err("gone".to_owned());
        }
        receiver.recv_timeout(LOST).expect("a reset did not end")
    }
}

pub fn eval(tag: usize, code: &str, told: &Sender<(usize, End)>) -> Box<Eval> {
    // `await` in front asks for top-level await.
    let top_level_await = code.contains("await ") && !code.contains("async");
    Box::new(Eval {
        code: code.to_owned(),
        top_level_await,
        tag,
        nested: false,
        told: Some(told.clone()),
    })
}

/// End a context and wait until it has given everything back.
pub fn end(context: &Arc<Context>) {
    let (sender, receiver) = channel();
    context.end(Some(Box::new(move || sender.send(()).unwrap())));
    receiver.recv_timeout(LOST).expect("a context did not end");
}

/// Stop a pool and wait until its last context has given everything back.
pub fn stop(pool: &Pool) {
    let (sender, receiver) = channel();
    pool.stop(Some(Box::new(move || sender.send(()).unwrap())));
    receiver.recv_timeout(LOST).expect("a pool did not end");
}

/// Wait until `condition` holds.
pub fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LOST, "waited in vain until {what}");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// xorshift64*: the same numbers at each run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}
