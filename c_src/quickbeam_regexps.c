/*
 * Bytecode of the regular expressions that frozen scripts make while they run, as
 * `new RegExp(source)` at the start of an application does: compiled by the first
 * runtime that has the code, shared by all.
 *
 * Included by quickjs.c. A table of lists: an entry is put before its list's first by
 * compare and exchange, and is then neither changed nor taken out until the code is
 * freed. Only while the host says so is something added: later code may be anybody's.
 */

/* Bytes of all entries of one table. */
#define JS_SHARED_REGEXPS_MAX ((size_t)4 << 20)
#define JS_SHARED_REGEXPS_LISTS 64 /* a power of 2 */

/* In one block with its pattern and a string with its bytecode. */
typedef struct JSSharedRegExp {
    struct JSSharedRegExp *next;
    size_t pattern_len;
    const char *pattern; /* as lre_compile() takes it */
    JSString *bytecode; /* immortal */
    uint32_t hash;
    int flags; /* LRE_FLAG_x */
} JSSharedRegExp;

struct JSSharedRegExps {
    _Atomic(JSSharedRegExp *) lists[JS_SHARED_REGEXPS_LISTS];
    _Atomic(size_t) size; /* bytes of the entries */
};

/* In memory of the process: no runtime owns it. */
static JSSharedRegExps *js_new_shared_regexps(void)
{
    return js_def_calloc(NULL, 1, sizeof(JSSharedRegExps));
}

static void js_free_shared_regexps(JSSharedRegExps *regexps)
{
    JSSharedRegExp *entry, *next;
    int i;

    if (!regexps)
        return;
    for (i = 0; i < JS_SHARED_REGEXPS_LISTS; i++) {
        for (entry = atomic_load(&regexps->lists[i]); entry; entry = next) {
            next = entry->next;
            js_def_free(NULL, entry);
        }
    }
    js_def_free(NULL, regexps);
}

static uint32_t js_shared_regexp_hash(const char *pattern, size_t len, int flags)
{
    return hash_string8((const uint8_t *)pattern, len, flags);
}

/* The bytecode that some runtime with the same frozen code has made of the pattern, or
   NULL. Nobody counts references to it. */
static JSString *js_find_shared_regexp(JSRuntime *rt, const char *pattern, size_t len,
                                       int flags)
{
    const JSFrozenCode *frozen;
    JSSharedRegExp *entry;
    uint32_t hash;

    if (!rt->frozen)
        return NULL;
    hash = js_shared_regexp_hash(pattern, len, flags);
    for (frozen = rt->frozen; frozen; frozen = frozen->below) {
        entry = atomic_load_explicit(
            &frozen->regexps->lists[hash & (JS_SHARED_REGEXPS_LISTS - 1)],
            memory_order_acquire);
        for (; entry; entry = entry->next) {
            if (entry->hash == hash && entry->flags == flags &&
                entry->pattern_len == len && !memcmp(entry->pattern, pattern, len))
                return entry->bytecode;
        }
    }
    return NULL;
}

/* Share what was compiled, where the host says so. Two that add the same at once both
   do, which is of no consequence. Returns the string, or NULL: not shared. */
static JSString *js_add_shared_regexp(JSRuntime *rt, const char *pattern, size_t len,
                                      int flags, const uint8_t *bytecode,
                                      size_t bytecode_len)
{
    size_t size = sizeof(JSSharedRegExp) + offsetof(JSMallocBlockHeader, user_data) +
                  sizeof(JSString) + bytecode_len + 1 + len;
    JSSharedRegExps *regexps;
    JSSharedRegExp *entry, *first;
    _Atomic(JSSharedRegExp *) *list;
    JSString *str;
    char *block;

    if (!rt->sharing_regexps || !rt->frozen)
        return NULL;
    regexps = rt->frozen->regexps;
    if (atomic_fetch_add(&regexps->size, size) + size > JS_SHARED_REGEXPS_MAX)
        goto fail;
    block = js_def_malloc(NULL, size);
    if (!block)
        goto fail;
    entry = (JSSharedRegExp *)block;
    str = (JSString *)(block + sizeof(*entry) + offsetof(JSMallocBlockHeader, user_data));
    memset(js_rc(str), 0, offsetof(JSMallocBlockHeader, user_data));
    JS_REF_COUNT(str) = JS_REF_COUNT_IMMORTAL;
    memset(str, 0, sizeof(*str));
    str->len = bytecode_len;
    str->kind = JS_STRING_KIND_NORMAL;
    block = (char *)str8(str);
    memcpy(block, bytecode, bytecode_len);
    block[bytecode_len] = '\0';
    block += bytecode_len + 1;
    memcpy(block, pattern, len);
    entry->pattern = block;
    entry->pattern_len = len;
    entry->bytecode = str;
    entry->flags = flags;
    entry->hash = js_shared_regexp_hash(pattern, len, flags);
    list = &regexps->lists[entry->hash & (JS_SHARED_REGEXPS_LISTS - 1)];
    first = atomic_load_explicit(list, memory_order_relaxed);
    do {
        entry->next = first;
    } while (!atomic_compare_exchange_weak_explicit(list, &first, entry, memory_order_release,
                                                    memory_order_relaxed));
    return str;
 fail:
    atomic_fetch_sub(&regexps->size, size);
    return NULL;
}

bool JS_SetSharingRegExps(JSContext *ctx, bool sharing)
{
    bool before = ctx->rt->sharing_regexps;
    ctx->rt->sharing_regexps = sharing;
    return before;
}

size_t JS_GetFrozenRegExpSize(const JSFrozenCode *frozen)
{
    return atomic_load(&frozen->regexps->size);
}
