/*
 * Values across the border of the engine: BigInt as words, Map and Set as
 * arrays. Included at the end of quickjs.c, whose internals it uses.
 */

#define QB_WORD_BITS 32
#define QB_WORDS_PER_LIMB (JS_LIMB_BITS / QB_WORD_BITS)

static uint32_t qb_get_word(const JSBigInt *a, size_t i)
{
    return (uint32_t)(a->tab[i / QB_WORDS_PER_LIMB] >>
                      (i % QB_WORDS_PER_LIMB * QB_WORD_BITS));
}

/* two's complement negation of `count` words in place */
static void qb_negate(uint32_t *words, size_t count)
{
    uint64_t carry = 1;
    for (size_t i = 0; i < count; i++) {
        carry += (uint32_t)~words[i];
        words[i] = (uint32_t)carry;
        carry >>= QB_WORD_BITS;
    }
}

JSValue JS_NewBigIntWords(JSContext *ctx, bool negative, size_t count,
                          const uint32_t *words)
{
    /* one word more than the magnitude has, for the sign */
    size_t limbs = count / QB_WORDS_PER_LIMB + 1;
    JSBigInt *r;

    if (limbs > JS_BIGINT_MAX_SIZE)
        return JS_ThrowRangeError(ctx, "BigInt is too large to allocate");
    r = js_bigint_new(ctx, limbs);
    if (!r)
        return JS_EXCEPTION;
    memset(r->tab, 0, limbs * sizeof(js_limb_t));
    for (size_t i = 0; i < count; i++)
        r->tab[i / QB_WORDS_PER_LIMB] |= (js_limb_t)words[i]
            << (i % QB_WORDS_PER_LIMB * QB_WORD_BITS);
    if (negative) {
        js_limb_t carry = 1;
        for (size_t i = 0; i < limbs; i++) {
            js_limb_t limb = ~r->tab[i] + carry;
            carry = carry && limb == 0;
            r->tab[i] = limb;
        }
    }
    r = js_bigint_normalize(ctx, r);
    return r ? JS_CompactBigInt(ctx, r) : JS_EXCEPTION;
}

uint32_t *JS_GetBigIntWords(JSContext *ctx, JSValueConst value, bool *pnegative,
                            size_t *pcount)
{
    JSBigIntBuf buf;
    const JSBigInt *a;
    uint32_t *words;
    size_t count;

    if (JS_VALUE_GET_TAG(value) == JS_TAG_SHORT_BIG_INT)
        a = js_bigint_set_short(&buf, value);
    else if (JS_VALUE_GET_TAG(value) == JS_TAG_BIG_INT)
        a = JS_VALUE_GET_PTR(value);
    else {
        JS_ThrowTypeError(ctx, "not a BigInt");
        return NULL;
    }
    count = (size_t)a->len * QB_WORDS_PER_LIMB;
    words = js_malloc(ctx, count * sizeof(*words));
    if (!words)
        return NULL;
    for (size_t i = 0; i < count; i++)
        words[i] = qb_get_word(a, i);
    *pnegative = js_bigint_sign(a);
    if (*pnegative)
        qb_negate(words, count);
    *pcount = count;
    return words;
}

JSValue JS_GetCollectionItems(JSContext *ctx, JSValueConst value)
{
    uint32_t size;
    return JS_GetCollectionHead(ctx, value, UINT32_MAX, &size);
}

JSValue JS_NewSetFrom(JSContext *ctx, size_t count, JSValueConst *items)
{
    JSValue set = js_map_constructor(ctx, JS_UNDEFINED, 0, NULL, MAGIC_SET);
    if (JS_IsException(set))
        return set;
    for (size_t i = 0; i < count; i++) {
        JSValue same = js_map_set(ctx, set, 1, &items[i], MAGIC_SET);
        if (JS_IsException(same)) {
            JS_FreeValue(ctx, set);
            return same;
        }
        JS_FreeValue(ctx, same);
    }
    return set;
}

bool JS_GetBufferBytes(JSValueConst value, const uint8_t **pdata, size_t *psize)
{
    JSObject *p;
    JSArrayBuffer *abuf;
    JSTypedArray *ta;

    *pdata = NULL;
    *psize = 0;
    if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT)
        return false;
    p = JS_VALUE_GET_OBJ(value);
    if (p->class_id == JS_CLASS_ARRAY_BUFFER ||
        p->class_id == JS_CLASS_SHARED_ARRAY_BUFFER) {
        abuf = p->u.array_buffer;
        if (!abuf->detached) {
            *pdata = abuf->data;
            *psize = abuf->byte_length;
        }
        return true;
    }
    if (is_typed_array(p->class_id)) {
        if (!typed_array_is_oob(p)) {
            ta = p->u.typed_array;
            *pdata = ta->buffer->u.array_buffer->data + ta->offset;
            *psize = (size_t)p->u.array.count
                << typed_array_size_log2(p->class_id);
        }
        return true;
    }
    if (p->class_id == JS_CLASS_DATAVIEW) {
        if (!dataview_is_oob(p)) {
            ta = p->u.typed_array;
            abuf = ta->buffer->u.array_buffer;
            *pdata = abuf->data + ta->offset;
            *psize = ta->track_rab ? abuf->byte_length - ta->offset
                                   : ta->length;
        }
        return true;
    }
    return false;
}

bool JS_PromiseIsHandled(JSContext *ctx, JSValueConst value)
{
    JSPromiseData *s = JS_GetOpaque(value, JS_CLASS_PROMISE);
    (void)ctx;
    return !s || s->is_handled;
}

JSModuleDef *JS_FindLoadedModule(JSContext *ctx, const char *name)
{
    JSModuleDef *m;
    JSAtom atom = JS_NewAtom(ctx, name);

    if (atom == JS_ATOM_NULL)
        return NULL;
    m = js_find_loaded_module_by_name(ctx, atom);
    JS_FreeAtom(ctx, atom);
    return m;
}

bool JS_IsModuleLinked(JSModuleDef *m)
{
    return m->status >= JS_MODULE_STATUS_LINKED;
}

int JS_RenameModule(JSContext *ctx, JSModuleDef *m, const char *name)
{
    JSAtom atom = JS_NewAtom(ctx, name);

    if (atom == JS_ATOM_NULL)
        return -1;
    JS_FreeAtom(ctx, m->module_name);
    m->module_name = atom;
    return 0;
}

uint32_t JS_GetGlobalCount(JSContext *ctx)
{
    JSShape *shape = JS_VALUE_GET_OBJ(ctx->global_obj)->shape;

    return shape->prop_count - shape->deleted_prop_count;
}

int JS_PromiseReact(JSContext *ctx, JSValueConst promise,
                    JSValueConst fulfilled, JSValueConst rejected)
{
    JSValueConst handlers[2] = { fulfilled, rejected };
    JSValueConst no_capability[2] = { JS_UNDEFINED, JS_UNDEFINED };

    if (!JS_GetOpaque2(ctx, promise, JS_CLASS_PROMISE))
        return -1;
    return perform_promise_then(ctx, promise, handlers, no_capability);
}
