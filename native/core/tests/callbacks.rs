//! Timers and messages.

mod common;

use std::time::{Duration, Instant};

use common::*;

#[test]
fn timers_fire_in_order_of_time_then_of_setting() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(
        "for (const [name, delay] of [['e', 60], ['c', 30], ['d', 30], ['a', 0], ['b', 1]])
            setTimeout(tell, delay, name)",
    );
    let told: Vec<Event> = (0..5).map(|_| guest.event()).collect();
    assert_eq!(
        told,
        ["a", "b", "c", "d", "e"].map(|name| Event::Told(name.into()))
    );
}

#[test]
fn a_timer_does_not_fire_early() {
    let pool = pool(1);
    let guest = guest(&pool);
    let start = Instant::now();
    guest.eval("setTimeout(() => tell('now'), 50)");
    guest.event();
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[test]
fn intervals_repeat_until_they_are_cleared() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(
        "var n = 0; var id = setInterval(step => { tell(n += step); if (n === 6) clearInterval(id) }, 2, 2)",
    );
    for n in [2, 4, 6] {
        assert_eq!(guest.event(), Event::Told(n.to_string()));
    }
    assert_eq!(
        guest.eval("new Promise(resolve => setTimeout(resolve, 30))"),
        returned("undefined")
    );
    assert_eq!(guest.events(), []);
}

#[test]
fn cleared_timers_do_not_fire() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(
        "const ids = Array.from({length: 100}, () => setTimeout(tell, 10, 'no'));
         ids.forEach(clearTimeout); clearTimeout(); clearTimeout(null); clearTimeout(-1);
         clearTimeout(1e20); clearTimeout({}); clearInterval('x');
         // From within a callback of the same time.
         const other = setTimeout(() => clearTimeout(late), 10); const late = setTimeout(tell, 10, 'no'); 0",
    );
    assert_eq!(
        guest.eval("new Promise(resolve => setTimeout(resolve, 40))"),
        returned("undefined")
    );
    assert_eq!(guest.events(), []);
}

#[test]
fn bad_timers_throw() {
    let pool = pool(1);
    let guest = guest(&pool);
    for code in [
        "setTimeout()",
        "setTimeout('code', 1)",
        "setInterval({}, 1)",
        "setTimeout(() => {}, Symbol())",
        "setTimeout(() => {}, 1n)",
    ] {
        assert!(
            matches!(guest.eval(code), End::Threw(text) if text.starts_with("TypeError")),
            "{code}"
        );
    }
    assert_eq!(
        guest.eval("setTimeout(tell, { valueOf() { throw 'thrown' } })"),
        End::Threw("thrown".into())
    );
    assert_eq!(
        guest.eval("typeof setTimeout(() => {}, 1e300)"),
        returned("number")
    );
}

#[test]
fn a_timer_that_throws_does_not_stop_the_next() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("setTimeout(() => { throw new Error('one') }, 1); setTimeout(tell, 2, 'two')");
    assert_eq!(guest.event(), Event::Uncaught("Error: one".into()));
    assert_eq!(guest.event(), Event::Told("two".into()));
}

#[test]
fn microtasks_of_one_timer_run_before_the_next_timer() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(
        "for (const n of [1, 2]) setTimeout(() => { tell(n); Promise.resolve().then(() => tell(n + 'm')) })",
    );
    let told: Vec<Event> = (0..4).map(|_| guest.event()).collect();
    assert_eq!(
        told,
        ["1", "1m", "2", "2m"].map(|name| Event::Told(name.into()))
    );
}

#[test]
fn a_timer_set_again_and_again_starves_no_eval() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("const again = () => setTimeout(again, 0); again(); again(); again()");
    for round in 0..200 {
        assert_eq!(guest.eval(&round.to_string()), returned(&round.to_string()));
    }
}

#[test]
fn evals_without_end_starve_no_timer() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("var fired = 0; setInterval(() => fired++, 1)");
    for tag in 0..20_000 {
        guest.begin(tag, "{ let n = 0; while (n < 500) n++ } fired", None);
    }
    let mut fired = returned("0");
    for _ in 0..20_000 {
        fired = guest.ended().1;
    }
    assert_ne!(fired, returned("0"));
}

#[test]
fn timers_of_a_thousand_contexts_fire() {
    let pool = pool(2);
    let guests: Vec<_> = (0..1_000).map(|_| guest(&pool)).collect();
    for (index, guest) in guests.iter().enumerate() {
        let delay = index * 7 % 50;
        guest.begin(
            index,
            &format!("new Promise(done => setTimeout(done, {delay}, {index}))"),
            None,
        );
    }
    for (index, guest) in guests.iter().enumerate() {
        assert_eq!(guest.ended(), (index, returned(&index.to_string())));
    }
}

#[test]
fn timers_are_charged_and_given_back() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("var f = () => {}; var ids = []");
    guest.eval("for (let n = 0; n < 10000; n++) ids.push(setTimeout(f, 1e6))");
    until("the figure is there", || pool.stats().memory > 1_600_000);
    guest.eval("ids.forEach(clearTimeout); ids = null");
    until("it is gone", || pool.stats().memory < 400_000);
}

#[test]
fn messages_come_in_order_and_wait_for_a_callback() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.send("0");
    guest.send("1");
    assert_eq!(guest.eval("1"), returned("1"), "kept messages stop nothing");
    guest.eval("onMessage(tell)");
    guest.send("2");
    for n in 0..3 {
        assert_eq!(guest.event(), Event::Told(n.to_string()));
    }
    guest.eval("onMessage(null)");
    guest.send("3");
    guest.eval("onMessage(m => tell('again ' + m))");
    assert_eq!(guest.event(), Event::Told("again 3".into()));
}

#[test]
fn a_burst_of_ten_thousand_messages_comes_in_order() {
    let pool = pool(2);
    let guest = guest(&pool);
    guest.eval("var got = []; onMessage(m => { got.push(+m) })");
    for n in 0..10_000 {
        guest.send(&n.to_string());
    }
    let code = "got.length === 10000 && got.every((m, n) => m === n)";
    assert_eq!(
        guest.eval(code),
        returned("true"),
        "an eval runs after the messages before it"
    );
}

#[test]
fn no_message_is_lost_while_the_script_waits() {
    let pool = pool(1);
    for wait in ["await ask('x')", "askSync('x')"] {
        let guest = guest(&pool);
        guest.eval("onMessage(tell)");
        guest.begin(0, wait, None);
        let id = guest.question().id;
        for n in 0..100 {
            guest.send(&n.to_string());
        }
        guest.answer(id, "go");
        assert_eq!(guest.ended().1, returned("go"));
        for n in 0..100 {
            assert_eq!(guest.event(), Event::Told(n.to_string()));
        }
    }
}

#[test]
fn a_callback_that_throws_gets_the_next_message() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("onMessage(m => { if (m === 'bad') throw new Error(m); tell(m) })");
    guest.send("bad");
    guest.send("good");
    assert_eq!(guest.event(), Event::Uncaught("Error: bad".into()));
    assert_eq!(guest.event(), Event::Told("good".into()));
}

#[test]
fn a_callback_may_call_the_host_and_wait() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("onMessage(async m => tell(askSync(m) + await ask(m)))");
    guest.send("a");
    guest.send("b");
    for _ in 0..2 {
        let question = guest.question();
        guest.answer(question.id, &question.text);
    }
    // One of these is `await ask('a')`, the other `askSync('b')` or the like.
    for _ in 0..2 {
        let question = guest.question();
        guest.answer(question.id, &question.text.to_uppercase());
    }
    let mut told = [guest.event(), guest.event()];
    told.sort_by_key(|event| format!("{event:?}").to_lowercase());
    let text = format!("{told:?}").to_lowercase();
    assert!(text.contains("aa") && text.contains("bb"), "{told:?}");
}

#[test]
fn a_thousand_messages_over_fifty_contexts_reach_their_own() {
    let pool = pool(4);
    let guests: Vec<_> = (0..50).map(|_| guest(&pool)).collect();
    for (index, guest) in guests.iter().enumerate() {
        guest.eval(&format!("onMessage(m => tell({index} + ':' + m))"));
    }
    for n in 0..1_000 {
        guests[n % 50].send(&n.to_string());
    }
    for n in 0..1_000 {
        assert_eq!(
            guests[n % 50].event(),
            Event::Told(format!("{}:{n}", n % 50))
        );
    }
}

#[test]
fn what_comes_waits_while_an_operation_is_pre_empted() {
    let pool = pool_with(1, Duration::from_micros(100));
    let guest = guest(&pool);
    guest.eval("var order = []; onMessage(m => order.push(m))");
    let code = "setTimeout(() => order.push('timer'), 0);
        Promise.resolve().then(() => order.push('job'));
        tell('begun');
        while (!globalThis.over) { if (Date.now() > started + 50) globalThis.over = true }
        order.push('end');";
    guest.begin(0, &format!("var started = Date.now(); {code}"), None);
    assert_eq!(guest.event(), Event::Told("begun".into()));
    guest.send("message");
    // Others have their turns meanwhile.
    let other = common::guest(&pool);
    assert_eq!(other.eval("1"), returned("1"));
    assert_eq!(guest.ended().0, 0);
    assert!(guest.context.info().unwrap().slices > 10);
    until("all has come", || {
        guest.eval("order.length") == returned("4")
    });
    let End::Returned(order) = guest.eval("order.join()") else {
        panic!("no order");
    };
    assert!(order.starts_with("end,job,"), "{order}");
}

#[test]
fn what_comes_is_taken_while_an_operation_awaits() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("var order = []; onMessage(m => order.push(m))");
    let code = "(async () => { setTimeout(() => order.push('timer'), 0); await ask('x');
        order.push('end'); return order.join() })()";
    guest.begin(0, code, None);
    let question = guest.question();
    guest.send("message");
    until("both have come", || {
        guest.eval("order.length") == returned("2")
    });
    guest.answer(question.id, "");
    let (_, end) = guest.ended();
    assert!(
        end == returned("timer,message,end") || end == returned("message,timer,end"),
        "{end:?}"
    );
}
