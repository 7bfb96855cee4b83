/*
 * QuickBEAM: exact accounting and a safe memory limit.
 *
 * Included at the end of quickjs.c, for it needs the runtime's own fields. The
 * C API is quickbeam.h's "Memory" part; a context there is one JSRuntime with
 * one JSContext.
 */
#include "quickbeam.h"

/* Past the limit, for the out-of-memory error and its stack only. */
#define JS_MEMORY_RESERVE 4096
/* Past the limit, with 8 times the source, for the compiler only. */
#define JS_MEMORY_COMPILE_SLACK (256 * 1024)

static inline size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t max_size(size_t a, size_t b) { return a > b ? a : b; }

/* Nothing is collected while the error is being made, for then objects may be
   half-built; nor, for a small request, when the last collection left the
   heap full and nothing was freed since: a script at its limit would spend its
   life collecting. The next out-of-memory error lifts that. */
static bool js_memory_gc_allowed(JSRuntime *rt, size_t size)
{
    const JSMallocState *s = &rt->malloc_state;

    return !rt->in_out_of_memory &&
        !(s->gc_futile != 0 && s->malloc_size >= s->gc_futile &&
          size < s->limit / 64);
}

/* Collect at `next` bytes, but no later than at 15/16 of the limit; there, no
   sooner than after another 1/16 of growth, unless an allocation would fail. */
static void js_memory_set_next_gc(JSRuntime *rt, size_t next)
{
    size_t live = rt->malloc_state.malloc_size, limit = rt->malloc_state.limit;

    if (limit != 0) {
        next = min_size(next, limit - limit / 16);
        next = max_size(next, live + limit / 16);
        next = min_size(next, limit - 1);
    }
    rt->malloc_gc_threshold = next;
}

static void js_memory_collected(JSRuntime *rt, size_t size_before)
{
    JSMallocState *s = &rt->malloc_state;
    size_t live = s->malloc_size;

    s->gc_futile = 0;
    if (s->limit != 0 && live > s->limit - s->limit / 64 &&
        size_before - live < s->limit / 64)
        s->gc_futile = live;
    js_memory_set_next_gc(rt, live + live / 2);
}

/* An allocation failed where collecting is safe: whether to try again. */
static bool js_memory_collect(JSRuntime *rt)
{
    size_t size_before = rt->malloc_state.malloc_size;

    if (rt->in_out_of_memory)
        return false;
    JS_RunGC(rt);
    js_memory_collected(rt, size_before);
    return rt->malloc_state.malloc_size < size_before;
}

/* Returns the limit to put back. */
static size_t js_memory_open_reserve(JSRuntime *rt)
{
    JSMallocState *s = &rt->malloc_state;
    size_t limit = s->malloc_limit;

    if (s->limit != 0 && s->malloc_limit < s->reserve_end)
        s->malloc_limit = s->reserve_end;
    return limit;
}

/* The compiler may pass the limit in proportion to its source, and fails
   afterwards: it is the one part of the engine where failed allocations are
   not all looked at one by one. Returns the limit to put back. */
static size_t js_memory_begin_compile(JSRuntime *rt, size_t source_len)
{
    JSMallocState *s = &rt->malloc_state;
    size_t limit = s->malloc_limit;

    if (s->limit != 0) {
        s->malloc_limit = max_size(s->malloc_limit, s->limit +
                                   JS_MEMORY_COMPILE_SLACK + 8 * source_len);
    }
    return limit;
}

static int js_memory_end_compile(JSContext *ctx, size_t limit)
{
    JSMallocState *s = &ctx->rt->malloc_state;

    s->malloc_limit = limit;
    if (s->malloc_size > limit - 1)
        js_memory_collect(ctx->rt);
    if (s->malloc_size <= limit - 1)
        return 0;
    JS_ThrowOutOfMemory(ctx);
    return -1;
}

void JS_SetContextMemoryLimit(JSContext *ctx, size_t limit)
{
    JSRuntime *rt = ctx->rt;
    JSMallocState *s = &rt->malloc_state;
    JSValue error;

    if (!JS_IsObject(ctx->out_of_memory_error)) {
        /* made with the limit off, and no one's business if it fails */
        error = JS_MakeError2(ctx, JS_INTERNAL_ERROR, false, "out of memory");
        if (JS_IsException(error))
            JS_FreeValue(ctx, JS_GetException(ctx));
        else
            ctx->out_of_memory_error = error;
    }
    s->limit = s->malloc_limit = limit;
    s->reserve_end = max_size(limit, s->malloc_size) + JS_MEMORY_RESERVE;
    s->gc_futile = 0;
    js_memory_set_next_gc(rt, rt->malloc_gc_threshold);
}

size_t JS_GetContextMallocSize(JSContext *ctx)
{
    return ctx->rt->malloc_state.malloc_size;
}

int JS_ChargeContextMemory(JSContext *ctx, size_t size)
{
    JSMallocState *s = &ctx->rt->malloc_state;

    js_trigger_gc(ctx->rt, size);
    if (!js_memory_fits(s, size)) {
        JS_ThrowOutOfMemory(ctx);
        return -1;
    }
    s->malloc_size += size;
    s->charged += size;
    return 0;
}

void JS_ReleaseContextMemory(JSRuntime *rt, size_t size)
{
    JSMallocState *s = &rt->malloc_state;

    if (size > s->charged)
        size = s->charged;
    s->charged -= size;
    s->malloc_size -= size;
}

void JS_GetContextGC(JSContext *ctx, uint64_t *pcount, uint64_t *pnanoseconds)
{
    *pcount = ctx->rt->gc_count;
    *pnanoseconds = ctx->rt->gc_time_ns;
}

uint64_t JS_GetOutOfMemoryCount(JSContext *ctx)
{
    return ctx->rt->malloc_state.oom_count;
}
