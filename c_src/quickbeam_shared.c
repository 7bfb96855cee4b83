/*
 * QuickBEAM: SharedArrayBuffers of one runtime that share their memory (API in
 * quickbeam.h).
 *
 * Included by quickjs.c. Where the host has given no functions for shared memory, it
 * lies in the runtime's own: as many bytes as the buffer may grow to, counted against
 * the limit, and given back with the last of the buffers. One that grows lets the
 * others grow, as their length is the memory's.
 */

typedef struct JSSharedMemory {
    struct list_head buffers; /* JSSharedBuffer.link */
    uint8_t data[];
} JSSharedMemory;

typedef struct JSSharedBuffer {
    JSArrayBuffer abuf;
    struct list_head link;
    JSSharedMemory *memory;
} JSSharedBuffer;

/* Called with size 0, by the finalizer. */
static void *js_shared_free(JSRuntime *rt, void *opaque, void *data, size_t size)
{
    JSSharedBuffer *s = opaque;

    list_del(&s->link);
    if (list_empty(&s->memory->buffers))
        js_free_rt(rt, s->memory);
    return NULL;
}

static JSArrayBuffer *js_shared_attach(JSContext *ctx, JSSharedMemory *memory,
                                       int byte_length, int max_byte_length)
{
    JSSharedBuffer *s = js_mallocz(ctx, sizeof(*s));

    if (!s)
        return NULL;
    s->memory = memory;
    list_add_tail(&s->link, &memory->buffers);
    s->abuf.byte_length = byte_length;
    s->abuf.max_byte_length = max_byte_length;
    s->abuf.shared = true;
    s->abuf.data = memory->data;
    init_list_head(&s->abuf.array_list);
    s->abuf.opaque = s;
    s->abuf.realloc_func = js_shared_free;
    return &s->abuf;
}

/* The insides of a new SharedArrayBuffer. */
static JSArrayBuffer *js_shared_new(JSContext *ctx, uint64_t len, const uint64_t *max_len)
{
    uint64_t size = max_len ? *max_len : len;
    JSSharedMemory *memory;
    JSArrayBuffer *abuf;

    js_trigger_gc(ctx->rt, size);
    memory = js_mallocz(ctx, sizeof(*memory) + max_int(size, 1));
    if (!memory)
        return NULL;
    init_list_head(&memory->buffers);
    abuf = js_shared_attach(ctx, memory, len, max_len ? *max_len : -1);
    if (!abuf)
        js_free(ctx, memory);
    return abuf;
}

/* All that share the memory have the length of the one that has grown. */
static void js_shared_grow(JSArrayBuffer *abuf)
{
    struct list_head *el;

    if (abuf->realloc_func != js_shared_free)
        return;
    list_for_each(el, &((JSSharedBuffer *)abuf->opaque)->memory->buffers) {
        JSSharedBuffer *other = list_entry(el, JSSharedBuffer, link);
        other->abuf.byte_length = abuf->byte_length;
        js_array_buffer_update_typed_arrays(&other->abuf);
    }
}

JSValue JS_ShareArrayBuffer(JSContext *ctx, JSValueConst value)
{
    JSArrayBuffer *abuf = NULL, *shared;
    JSValue obj;

    if (JS_GetClassID(value) == JS_CLASS_SHARED_ARRAY_BUFFER)
        abuf = JS_VALUE_GET_OBJ(value)->u.array_buffer;
    if (!abuf || abuf->realloc_func != js_shared_free)
        return JS_ThrowTypeError(ctx, "no memory that can be shared");
    obj = js_create_from_ctor(ctx, JS_UNDEFINED, JS_CLASS_SHARED_ARRAY_BUFFER);
    if (JS_IsException(obj))
        return obj;
    shared = js_shared_attach(ctx, ((JSSharedBuffer *)abuf->opaque)->memory,
                              abuf->byte_length, abuf->max_byte_length);
    if (!shared) {
        JS_FreeValue(ctx, obj);
        return JS_EXCEPTION;
    }
    JS_SetOpaqueInternal(obj, shared);
    return obj;
}
