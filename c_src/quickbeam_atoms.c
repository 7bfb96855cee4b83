/*
 * Atoms that all runtimes of the process share.
 *
 * Included by quickjs.c. The atoms of quickjs-atom.h and the names that every
 * context gives to its built-ins are the same in every runtime and never freed,
 * so they are built once, in static memory, with immortal reference counts, and
 * only read from then on. Where a runtime shares frozen code, the atoms of that come
 * next (quickbeam_frozen.c). A runtime's own are numbered from rt->atom_base.
 */

#include "quickbeam_names.h"

#define JS_SHARED_HASH_SIZE 4096 /* power of two, sparse: a miss should end at once */

/* enough for every shared atom with a name of 16 bytes on average */
#define JS_SHARED_ATOM_BYTES \
    (JS_ATOM_SHARED_END * (sizeof(JSMallocBlockHeader) + sizeof(JSString) + 24))

static JSAtomStruct *js_shared_atoms[JS_ATOM_SHARED_END];
static uint16_t js_shared_hash[JS_SHARED_HASH_SIZE];
static _Alignas(JS_ARENA_ALIGN) uint8_t js_shared_bytes[JS_SHARED_ATOM_BYTES];
static size_t js_shared_bytes_used;
static uint32_t js_shared_atom_count;
static js_once_t js_shared_atoms_once = JS_ONCE_INIT;

/* Only while the table is built. An atom that does not fit stays out. */
static void js_shared_atom_add(const char *str, size_t len, int atom_type)
{
    size_t size = sizeof(JSMallocBlockHeader) + sizeof(JSString) + len + 1;
    JSMallocBlockHeader *b = (void *)&js_shared_bytes[js_shared_bytes_used];
    JSAtomStruct *p = (void *)b->user_data;
    uint32_t i = js_shared_atom_count;

    size = (size + JS_ARENA_ALIGN - 1) & ~(size_t)(JS_ARENA_ALIGN - 1);
    if (i == JS_ATOM_SHARED_END ||
        size > sizeof(js_shared_bytes) - js_shared_bytes_used)
        return;
    js_shared_bytes_used += size;
    js_shared_atom_count++;
    js_shared_atoms[i] = p;
    b->u.block_idx = JS_ARENA_FREE_NIL;
    b->ref_count = JS_REF_COUNT_IMMORTAL;
    p->len = len;
    p->is_wide_char = i == JS_ATOM_NULL; /* see __JS_NewAtom() */
    p->kind = JS_STRING_KIND_NORMAL;
    memcpy(&p[1], str, len + 1);
    if (atom_type >= JS_ATOM_TYPE_SYMBOL) {
        p->hash = atom_type == JS_ATOM_TYPE_SYMBOL ? JS_ATOM_HASH_SYMBOL
                                                   : JS_ATOM_HASH_PRIVATE;
        p->hash_next = i;
        p->atom_type = JS_ATOM_TYPE_SYMBOL;
    } else {
        uint16_t *bucket;
        p->hash = hash_string(p, atom_type) & JS_ATOM_HASH_MASK;
        bucket = &js_shared_hash[p->hash & (JS_SHARED_HASH_SIZE - 1)];
        p->hash_next = *bucket;
        p->atom_type = atom_type;
        *bucket = i;
    }
}

/* Take over what a bare context has named. */
static void js_shared_atoms_harvest(void)
{
    JSRuntime *rt = js_new_runtime(&def_malloc_funcs, NULL, NULL);
    JSContext *ctx = rt ? JS_NewContext(rt) : NULL;
    int i;

    if (ctx) {
        js_lazy_build_all(ctx);
        for (i = JS_ATOM_SHARED_END; i < rt->atom_size; i++) {
            JSAtomStruct *p = rt->atom_array[i - JS_ATOM_SHARED_END];
            if (!atom_is_free(p) && p->atom_type == JS_ATOM_TYPE_STRING &&
                !p->is_wide_char)
                js_shared_atom_add((char *)str8(p), p->len, p->atom_type);
        }
        JS_FreeContext(ctx);
    }
    if (rt)
        JS_FreeRuntime(rt);
}

/* And what the embedder's APIs name, where that is new. */
static void js_shared_atoms_add_names(void)
{
    JSRuntime *rt = js_new_runtime(&def_malloc_funcs, NULL, NULL);
    JSContext *ctx = rt ? JS_NewContextRaw(rt) : NULL;
    const char *p;

    if (ctx) {
        for (p = js_api_names; *p; p += strlen(p) + 1) {
            JSAtom atom = JS_NewAtom(ctx, p);
            if (atom != JS_ATOM_NULL && atom >= JS_ATOM_SHARED_END)
                js_shared_atom_add(p, strlen(p), JS_ATOM_TYPE_STRING);
            JS_FreeAtom(ctx, atom);
        }
        JS_FreeContext(ctx);
    }
    if (rt)
        JS_FreeRuntime(rt);
}

static void js_shared_atoms_init(void)
{
    const char *p = js_atom_init;
    int i, atom_type;

    js_shared_atom_add("", 0, JS_ATOM_TYPE_SYMBOL); /* JS_ATOM_NULL */
    for (i = 1; i < JS_ATOM_END; i++) {
        if (i == JS_ATOM_Private_brand)
            atom_type = JS_ATOM_TYPE_PRIVATE;
        else if (i >= JS_ATOM_Symbol_toPrimitive)
            atom_type = JS_ATOM_TYPE_SYMBOL;
        else
            atom_type = JS_ATOM_TYPE_STRING;
        js_shared_atom_add(p, strlen(p), atom_type);
        p += strlen(p) + 1;
    }
    assert(js_shared_atom_count == JS_ATOM_END);
    js_shared_atoms_harvest();
    js_shared_atoms_add_names();
}

JSRuntime *JS_NewRuntime2(const JSMallocFunctions *mf, void *opaque)
{
    js_once(&js_shared_atoms_once, js_shared_atoms_init);
    return js_new_runtime(mf, opaque, NULL);
}

typedef struct JSFrozenTemplate {
    uint8_t *data; /* as JS_WriteObject() wrote it */
    size_t size;
} JSFrozenTemplate;

typedef struct JSSharedRegExps JSSharedRegExps; /* quickbeam_regexps.c */

/* All but `regexps` in the memory of the runtime that was frozen. Atoms, functions and
   templates are numbered on from those of the code below. */
typedef struct JSFrozenCode {
    const struct JSFrozenCode *below; /* what that runtime shared itself, or NULL */
    JSAtomStruct **atoms;
    uint32_t first_atom, atoms_end;
    uint32_t *atom_hash;
    uint32_t atom_hash_mask;
    JSFrozenTemplate *templates;
    uint32_t first_template, template_count, template_size;
    JSFunctionBytecode **functions;
    JSModuleDef **modules; /* or NULL: not a module but a script */
    int first_function, function_count;
    JSSharedRegExps *regexps; /* the one thing that is written after */
} JSFrozenCode;

static uint32_t js_frozen_atoms_end(const JSFrozenCode *frozen)
{
    return frozen ? frozen->atoms_end : JS_ATOM_SHARED_END;
}

static no_inline JSAtomStruct *js_frozen_atom(const JSFrozenCode *frozen, JSAtom i)
{
    while (i < frozen->first_atom)
        frozen = frozen->below;
    return frozen->atoms[i - frozen->first_atom];
}

static inline JSAtomStruct *js_atom(JSRuntime *rt, JSAtom i)
{
    if (i < JS_ATOM_SHARED_END)
        return js_shared_atoms[i];
    if (likely(i >= rt->atom_base))
        return rt->atom_array[i - rt->atom_base];
    return js_frozen_atom(rt->frozen, i);
}

/* The shared atom that spells `str`, or JS_ATOM_NULL. `h` is its hash as an
   atom of that type. */
static JSAtom js_shared_atom_find(JSString *str, uint32_t h, int atom_type)
{
    JSAtom i;

    for (i = js_shared_hash[h & (JS_SHARED_HASH_SIZE - 1)]; i != JS_ATOM_NULL;
         i = js_shared_atoms[i]->hash_next) {
        JSAtomStruct *p = js_shared_atoms[i];
        if (p->hash == h && p->atom_type == atom_type && p->len == str->len &&
            js_string_memcmp(p, str, p->len) == 0)
            break;
    }
    return i;
}

/* The same for the raw 8-bit contents of a string atom. */
static JSAtom js_shared_atom_find8(const char *str, size_t len, uint32_t h)
{
    JSAtom i;

    for (i = js_shared_hash[h & (JS_SHARED_HASH_SIZE - 1)]; i != JS_ATOM_NULL;
         i = js_shared_atoms[i]->hash_next) {
        JSAtomStruct *p = js_shared_atoms[i];
        if (p->hash == h && p->len == len && memcmp(str8(p), str, len) == 0)
            break;
    }
    return i;
}

/* The atom of the runtime's frozen code that spells `str`, or JS_ATOM_NULL. A symbol
   is in no bucket. */
static JSAtom js_frozen_atom_find(JSRuntime *rt, JSString *str, uint32_t h,
                                  int atom_type)
{
    const JSFrozenCode *frozen;
    JSAtom i;

    for (frozen = rt->frozen; frozen; frozen = frozen->below) {
        i = frozen->atom_hash[h & frozen->atom_hash_mask];
        while (i != JS_ATOM_NULL) {
            JSAtomStruct *p = frozen->atoms[i - frozen->first_atom];
            if (p->hash == h && p->atom_type == atom_type && p->len == str->len &&
                js_string_memcmp(p, str, p->len) == 0)
                return i;
            i = p->hash_next;
        }
    }
    return JS_ATOM_NULL;
}

/* The same for the raw 8-bit contents of a string atom. */
static JSAtom js_frozen_atom_find8(JSRuntime *rt, const char *str, size_t len,
                                   uint32_t h)
{
    const JSFrozenCode *frozen;
    JSAtom i;

    for (frozen = rt->frozen; frozen; frozen = frozen->below) {
        i = frozen->atom_hash[h & frozen->atom_hash_mask];
        while (i != JS_ATOM_NULL) {
            JSAtomStruct *p = frozen->atoms[i - frozen->first_atom];
            if (p->hash == h && p->atom_type == JS_ATOM_TYPE_STRING && p->len == len &&
                !p->is_wide_char && memcmp(str8(p), str, len) == 0)
                return i;
            i = p->hash_next;
        }
    }
    return JS_ATOM_NULL;
}
