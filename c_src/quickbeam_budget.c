/*
 * QuickBEAM: reductions and kills (API in quickbeam.h).
 *
 * Included at the end of quickjs.c: it works on the engine's own structures.
 *
 * Every poll decrements ctx->interrupt_counter. It is set so that it runs out
 * at the next question to the interrupt handler or exactly one tick past the
 * reduction limit, whichever comes first, so that a tick costs a decrement and
 * nothing else. While a kill stands it runs out at every tick.
 */
#include "quickbeam.h"

/* Book the ticks since the last countdown and start the next one. */
static void js_budget_restart(JSContext *ctx)
{
    JSRuntime *rt = ctx->rt;
    int n = JS_INTERRUPT_COUNTER_INIT;

    rt->reduction_count += ctx->interrupt_countdown - ctx->interrupt_counter;
    if (rt->kill_reason) {
        n = 1;
        ctx->step_counter = 1;
    } else if (rt->reduction_limit) {
        uint64_t left = rt->reduction_count < rt->reduction_limit ?
            rt->reduction_limit - rt->reduction_count : 0;
        if (left < n)
            n = left + 1;
    }
    ctx->interrupt_countdown = ctx->interrupt_counter = n;
}

static void js_budget_restart_all(JSRuntime *rt)
{
    struct list_head *el;

    list_for_each(el, &rt->context_list)
        js_budget_restart(list_entry(el, JSContext, link));
}

static void js_budget_end_kill(JSRuntime *rt)
{
    if (rt->kill_reason) {
        rt->kill_reason = JS_CONTEXT_KILL_NONE;
        js_budget_restart_all(rt);
    }
}

static void js_budget_kill(JSRuntime *rt, JSContextKill reason)
{
    rt->kill_reason = reason;
    js_budget_restart_all(rt);
}

static bool js_budget_spent(JSContext *ctx)
{
    JSRuntime *rt = ctx->rt;

    if (rt->poll_held || rt->gc_phase != JS_GC_PHASE_NONE) {
        /* a built-in is being made, or a finalizer called in: the next poll
           outside of it asks */
        ctx->interrupt_countdown += 1 - ctx->interrupt_counter;
        ctx->interrupt_counter = 1;
        return false;
    }
    if (rt->kill_reason) {
        /* the throes of killed code are not charged */
        ctx->interrupt_counter = ctx->interrupt_countdown;
        return true;
    }
    js_budget_restart(ctx);
    if (rt->reduction_limit && rt->reduction_count > rt->reduction_limit) {
        js_budget_kill(rt, JS_CONTEXT_KILL_REDUCTIONS);
    } else if (rt->interrupt_handler &&
               /* may suspend this stack and go on with it on another thread */
               rt->interrupt_handler(rt, rt->interrupt_opaque)) {
        js_budget_kill(rt, JS_CONTEXT_KILL_INTERRUPT);
    }
    return rt->kill_reason != JS_CONTEXT_KILL_NONE;
}

static no_inline bool __js_ask_step(JSContext *ctx)
{
    ctx->step_counter = ctx->rt->kill_reason ? 1 : JS_POLL_STEP;
    ctx->interrupt_counter -= JS_STEP_TICKS;
    return js_budget_spent(ctx);
}

static no_inline __exception int __js_poll_step(JSContext *ctx)
{
    if (__js_ask_step(ctx)) {
        JS_ThrowInterrupted(ctx);
        return -1;
    }
    return 0;
}

static __exception int js_raise_kill(JSContext *ctx)
{
    if (likely(!ctx->rt->kill_reason || ctx->rt->poll_held))
        return 0;
    JS_ThrowInterrupted(ctx);
    return -1;
}

void JS_SetContextReductionLimit(JSContext *ctx, uint64_t limit)
{
    ctx->rt->reduction_limit = limit;
    js_budget_restart_all(ctx->rt);
}

uint64_t JS_GetContextReductionCount(JSContext *ctx)
{
    return ctx->rt->reduction_count +
        (ctx->interrupt_countdown - ctx->interrupt_counter);
}

void JS_ResetContextReductionCount(JSContext *ctx)
{
    js_budget_restart_all(ctx->rt);
    ctx->rt->reduction_count = 0;
    js_budget_restart_all(ctx->rt);
}

JSContextKill JS_GetContextKill(JSContext *ctx)
{
    return ctx->rt->kill_reason;
}

/* The jobs left are continuations of the killed operation: a microtask that
   queues itself again would otherwise start anew with the next operation. */
static void js_budget_drop_jobs(JSRuntime *rt)
{
    JSJobEntry *e;
    int i;

    while (!list_empty(&rt->job_list)) {
        e = list_entry(rt->job_list.next, JSJobEntry, link);
        list_del(&e->link);
        for (i = 0; i < e->argc; i++)
            JS_FreeValueRT(rt, e->argv[i]);
        js_free_rt(rt, e);
    }
}

void JS_ClearContextKill(JSContext *ctx)
{
    JSRuntime *rt = ctx->rt;

    if (rt->kill_reason)
        js_budget_drop_jobs(rt);
    JS_ResetUncatchableError(ctx);
}

void JS_EndContextKill(JSContext *ctx)
{
    JS_ResetUncatchableError(ctx);
}
