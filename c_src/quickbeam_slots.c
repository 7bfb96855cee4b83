/*
 * Internal slots of built-in objects, past anything that a script may have put
 * in the place of the built-in functions: what structured cloning and
 * inspection need. Included at the end of quickjs.c, whose internals it uses.
 */

JSValue JS_GetObjectData(JSContext *ctx, JSValueConst value)
{
    (void)ctx;
    switch (JS_GetClassID(value)) {
    case JS_CLASS_NUMBER:
    case JS_CLASS_STRING:
    case JS_CLASS_BOOLEAN:
    case JS_CLASS_SYMBOL:
    case JS_CLASS_BIG_INT:
    case JS_CLASS_DATE:
        return js_dup(JS_VALUE_GET_OBJ(value)->u.object_data);
    default:
        return JS_UNDEFINED;
    }
}

JSValue JS_GetRegExpSource(JSContext *ctx, JSValueConst value)
{
    JSRegExp *re = js_get_regexp(ctx, value, true);
    return re ? js_dup(JS_MKPTR(JS_TAG_STRING, re->pattern)) : JS_EXCEPTION;
}

JSValue JS_GetRegExpFlags(JSContext *ctx, JSValueConst value)
{
    static const struct { char name; int mask; } flags[] = {
        { 'd', LRE_FLAG_INDICES }, { 'g', LRE_FLAG_GLOBAL },
        { 'i', LRE_FLAG_IGNORECASE }, { 'm', LRE_FLAG_MULTILINE },
        { 's', LRE_FLAG_DOTALL }, { 'u', LRE_FLAG_UNICODE },
        { 'v', LRE_FLAG_UNICODE_SETS }, { 'y', LRE_FLAG_STICKY },
    };
    JSRegExp *re = js_get_regexp(ctx, value, true);
    char text[countof(flags)];
    size_t length = 0;
    int set;

    if (!re)
        return JS_EXCEPTION;
    set = lre_get_flags(str8(re->bytecode));
    for (size_t i = 0; i < countof(flags); i++) {
        if (set & flags[i].mask)
            text[length++] = flags[i].name;
    }
    return JS_NewStringLen(ctx, text, length);
}

JSValue JS_NewRegExp(JSContext *ctx, JSValueConst source, JSValueConst flags)
{
    JSValue bytecode = js_compile_regexp(ctx, source, flags);
    if (JS_IsException(bytecode))
        return bytecode;
    return js_regexp_constructor_internal(ctx, JS_UNDEFINED, js_dup(source),
                                          bytecode);
}

JSValue JS_NewMap(JSContext *ctx)
{
    return js_map_constructor(ctx, JS_UNDEFINED, 0, NULL, 0);
}

int JS_AddToCollection(JSContext *ctx, JSValueConst collection,
                       JSValueConst key, JSValueConst value)
{
    JSValueConst items[2] = { key, value };
    bool set = JS_GetClassID(collection) == JS_CLASS_SET;
    JSValue same = js_map_set(ctx, collection, 2, items, set ? MAGIC_SET : 0);
    if (JS_IsException(same))
        return -1;
    JS_FreeValue(ctx, same);
    return 0;
}

JSValue JS_NewNativeError(JSContext *ctx, const char *name)
{
    static const char *const names[] = {
        "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError",
        "URIError",
    };
    JSValueConst proto = ctx->class_proto[JS_CLASS_ERROR];
    for (int i = 0; i < countof(names); i++) {
        if (!strcmp(name, names[i]))
            proto = ctx->native_error_proto[i];
    }
    return JS_NewObjectProtoClass(ctx, proto, JS_CLASS_ERROR);
}

JSValue JS_GetErrorFrames(JSContext *ctx, JSValueConst value)
{
    if (JS_GetClassID(value) != JS_CLASS_ERROR)
        return JS_UNDEFINED;
    return js_dup(JS_VALUE_GET_OBJ(value)->u.object_data);
}

JSValue JS_NewDOMException(JSContext *ctx, JSValueConst message,
                           JSValueConst name)
{
    JSValueConst arguments[2] = { message, name };
    if (!JS_IsRegisteredClass(ctx->rt, JS_CLASS_DOM_EXCEPTION))
        return JS_ThrowTypeError(ctx, "DOMException is missing");
    return js_domexception_constructor0(ctx, JS_UNDEFINED, 2, arguments, 0);
}

int JS_GetDOMException(JSContext *ctx, JSValueConst value, JSValue *pname,
                       JSValue *pmessage)
{
    JSDOMExceptionData *s = JS_GetOpaque2(ctx, value, JS_CLASS_DOM_EXCEPTION);
    if (!s)
        return -1;
    *pname = js_dup(s->name);
    *pmessage = js_dup(s->message);
    return 0;
}

bool JS_GetArrayBufferSlots(JSValueConst value, JSArrayBufferSlots *slots)
{
    JSClassID class_id = JS_GetClassID(value);
    JSArrayBuffer *abuf;

    if (class_id != JS_CLASS_ARRAY_BUFFER &&
        class_id != JS_CLASS_SHARED_ARRAY_BUFFER)
        return false;
    abuf = JS_VALUE_GET_OBJ(value)->u.array_buffer;
    slots->byte_length = abuf->byte_length;
    slots->max_byte_length = abuf->max_byte_length;
    slots->shared = abuf->shared;
    slots->detached = abuf->detached;
    slots->immutable = abuf->immutable;
    return true;
}

JSValue JS_NewArrayBufferSlots(JSContext *ctx, const uint8_t *data, size_t size,
                               int64_t max_byte_length)
{
    uint64_t max = max_byte_length;
    JSValue buffer = js_array_buffer_constructor3(ctx, JS_UNDEFINED, size,
                                                  max_byte_length < 0 ? NULL : &max,
                                                  JS_CLASS_ARRAY_BUFFER, NULL,
                                                  js_array_buffer_realloc, NULL,
                                                  true);
    if (!JS_IsException(buffer) && size > 0)
        js_ask_memcpy(ctx, JS_VALUE_GET_OBJ(buffer)->u.array_buffer->data, data, size);
    return buffer;
}

JSValue JS_MoveArrayBuffer(JSContext *ctx, JSValueConst value)
{
    return js_array_buffer_transfer(ctx, value, 0, NULL,
                                    JS_ARRAY_BUFFER_TRANSFER);
}

bool JS_GetViewSlots(JSValueConst value, JSViewSlots *slots)
{
    JSClassID class_id = JS_GetClassID(value);
    JSTypedArray *ta;
    JSObject *p;

    if (!is_typed_array(class_id) && class_id != JS_CLASS_DATAVIEW)
        return false;
    p = JS_VALUE_GET_OBJ(value);
    ta = p->u.typed_array;
    slots->buffer = js_dup(JS_MKPTR(JS_TAG_OBJECT, ta->buffer));
    slots->byte_offset = ta->offset;
    slots->tracks_length = ta->track_rab;
    if (class_id == JS_CLASS_DATAVIEW) {
        slots->type = -1;
        slots->out_of_bounds = dataview_is_oob(p);
        slots->length = ta->length;
    } else {
        slots->type = class_id - JS_CLASS_UINT8C_ARRAY;
        slots->out_of_bounds = typed_array_is_oob(p);
        slots->length = p->u.array.count;
    }
    return true;
}

JSValue JS_NewView(JSContext *ctx, JSValueConst buffer, const JSViewSlots *slots)
{
    JSValueConst arguments[3] = {
        buffer,
        js_int64(slots->byte_offset),
        slots->tracks_length ? JS_UNDEFINED : js_int64(slots->length),
    };
    if (slots->type < 0)
        return js_dataview_constructor(ctx, JS_UNDEFINED, 3, arguments);
    return JS_NewTypedArray(ctx, 3, arguments, slots->type);
}

JSValue JS_GetCollectionHead(JSContext *ctx, JSValueConst value, uint32_t limit,
                             uint32_t *psize)
{
    JSMapState *s = NULL;
    struct list_head *el;
    JSClassID class_id = JS_GetClassID(value);
    uint32_t i = 0, count = 0;
    JSValue items;

    if (class_id == JS_CLASS_MAP || class_id == JS_CLASS_SET)
        s = JS_GetOpaque(value, class_id);
    if (!s)
        return JS_ThrowTypeError(ctx, "neither a Map nor a Set");
    *psize = s->record_count;
    items = JS_NewArray(ctx);
    if (JS_IsException(items))
        return items;
    list_for_each(el, &s->records) {
        JSMapRecord *mr = list_entry(el, JSMapRecord, link);
        if (mr->empty)
            continue;
        if (count++ == limit)
            break;
        if (JS_DefinePropertyValueUint32(ctx, items, i++, js_dup(mr->key),
                                         JS_PROP_C_W_E) < 0)
            goto fail;
        if (class_id == JS_CLASS_MAP &&
            JS_DefinePropertyValueUint32(ctx, items, i++, js_dup(mr->value),
                                         JS_PROP_C_W_E) < 0)
            goto fail;
    }
    return items;
 fail:
    JS_FreeValue(ctx, items);
    return JS_EXCEPTION;
}

int JS_PollContext(JSContext *ctx)
{
    return js_poll_interrupts(ctx);
}

int JS_SpendContext(JSContext *ctx, int ticks)
{
    ctx->interrupt_counter -= ticks;
    if (js_budget_spent(ctx)) {
        JS_ThrowInterrupted(ctx);
        return -1;
    }
    return 0;
}
