/*
 * QuickBEAM: Atomics.wait that suspends the stack (API in quickbeam.h).
 *
 * Included at the end of quickjs.c: it works on the engine's own structures.
 *
 * A waiter lives on the stack that waits and is linked in the runtime. It is
 * notified by code that runs on top of that stack, so nothing is locked.
 */
#include "quickbeam.h"

#ifdef CONFIG_ATOMICS

/* The end of ECMAScript's DoWait, from where the value is compared. */
static JSValue js_atomics_wait_host(JSContext *ctx, void *ptr, int size_log2,
                                    int64_t v, double timeout)
{
    JSRuntime *rt = ctx->rt;
    JSAtomicsWaiter waiter;
    bool equal;
    int ret;

    if (size_log2 == 3)
        equal = atomic_load((_Atomic int64_t *)ptr) == v;
    else
        equal = atomic_load((_Atomic int32_t *)ptr) == v;
    if (!equal)
        return JS_AtomToString(ctx, JS_ATOM_not_equal);

    memset(&waiter, 0, sizeof(waiter));
    waiter.ptr = ptr;
    waiter.linked = true;
    list_add_tail(&waiter.link, &rt->atomics_waiters);
    if (isnan(timeout))
        timeout = INFINITY;
    /* may go on in another thread */
    ret = rt->wait_handler(ctx, timeout > 0 ? timeout : 0, &waiter.linked,
                           rt->wait_opaque);
    if (waiter.linked)
        list_del(&waiter.link);
    if (ret < 0)
        return JS_EXCEPTION;
    return JS_AtomToString(ctx, waiter.linked ? JS_ATOM_timed_out : JS_ATOM_ok);
}

void JS_SetContextWaitHandler(JSContext *ctx, JSContextWaitHandler *handler,
                              void *opaque)
{
    ctx->rt->wait_handler = handler;
    ctx->rt->wait_opaque = opaque;
    JS_SetCanBlock(ctx->rt, handler != NULL);
}

#endif /* CONFIG_ATOMICS */
