/*
 * Compiled code as data: head, variables, constants, instructions. Included at the
 * end of quickjs.c, whose internals it reads; it writes nothing.
 */

static JSFunctionBytecode *qb_code(JSValueConst code)
{
    if (JS_VALUE_GET_TAG(code) != JS_TAG_FUNCTION_BYTECODE)
        return NULL;
    return JS_VALUE_GET_PTR(code);
}

int JS_GetCodeInfo(JSContext *ctx, JSValueConst code, JSCodeInfo *info)
{
    JSFunctionBytecode *b = qb_code(code);

    if (!b) {
        JS_ThrowTypeError(ctx, "not compiled code");
        return -1;
    }
    /* room for the frames of a host that goes into nested functions */
    if (js_check_stack_overflow(ctx->rt, QB_CODE_STACK)) {
        JS_ThrowStackOverflow(ctx);
        return -1;
    }
    info->name = b->func_name;
    info->filename = b->filename;
    info->line = b->line_num;
    info->column = b->col_num;
    info->is_strict = b->is_strict_mode;
    info->is_generator = (b->func_kind & JS_FUNC_GENERATOR) != 0;
    info->is_async = (b->func_kind & JS_FUNC_ASYNC) != 0;
    info->arg_count = b->arg_count;
    info->defined_arg_count = b->defined_arg_count;
    info->var_count = b->var_count;
    info->closure_var_count = b->closure_var_count;
    info->stack_size = b->stack_size;
    info->byte_code_len = b->byte_code_len;
    info->constant_count = b->cpool_count;
    info->source = b->source;
    info->source_len = b->source ? b->source_len : 0;
    return 0;
}

/* In the words of the language where it has one. */
static const char *qb_var_kind(int kind, bool is_lexical, bool is_const)
{
    switch (kind) {
    case JS_VAR_FUNCTION_DECL:
    case JS_VAR_NEW_FUNCTION_DECL:
        return "function";
    case JS_VAR_CATCH:
        return "catch";
    case JS_VAR_FUNCTION_NAME:
        return "function_name";
    case JS_VAR_PRIVATE_FIELD:
        return "private_field";
    case JS_VAR_PRIVATE_METHOD:
        return "private_method";
    case JS_VAR_PRIVATE_GETTER:
        return "private_getter";
    case JS_VAR_PRIVATE_SETTER:
        return "private_setter";
    case JS_VAR_PRIVATE_GETTER_SETTER:
        return "private_getter_setter";
    case JS_VAR_USING:
        return "using";
    case JS_VAR_USING_METHOD:
        return "using_method";
    default:
        return is_const ? "const" : is_lexical ? "let" : "var";
    }
}

bool JS_GetCodeVar(JSValueConst code, uint32_t index, JSCodeVar *var)
{
    JSFunctionBytecode *b = qb_code(code);
    JSVarDef *vd;

    if (!b || !b->vardefs || index >= (uint32_t)b->arg_count + b->var_count)
        return false;
    vd = &b->vardefs[index];
    var->name = vd->var_name;
    var->kind = qb_var_kind(vd->var_kind, vd->is_lexical, vd->is_const);
    var->type = index < b->arg_count ? "arg" : "local";
    var->index = index < b->arg_count ? index : index - b->arg_count;
    return true;
}

bool JS_GetCodeClosureVar(JSValueConst code, uint32_t index, JSCodeVar *var)
{
    static const char *const types[] = {
        [JS_CLOSURE_LOCAL] = "local",
        [JS_CLOSURE_ARG] = "arg",
        [JS_CLOSURE_REF] = "ref",
        [JS_CLOSURE_GLOBAL_REF] = "global_ref",
        [JS_CLOSURE_GLOBAL_DECL] = "global_decl",
        [JS_CLOSURE_GLOBAL] = "global",
        [JS_CLOSURE_MODULE_DECL] = "module_decl",
        [JS_CLOSURE_MODULE_IMPORT] = "module_import",
    };
    JSFunctionBytecode *b = qb_code(code);
    JSClosureVar *cv;

    if (!b || index >= b->closure_var_count)
        return false;
    cv = &b->closure_var[index];
    var->name = cv->var_name;
    var->kind = qb_var_kind(cv->var_kind, cv->is_lexical, cv->is_const);
    var->type = types[cv->closure_type];
    var->index = cv->var_idx;
    return true;
}

JSValue JS_GetCodeConstant(JSContext *ctx, JSValueConst code, uint32_t index)
{
    JSFunctionBytecode *b = qb_code(code);

    if (!b || index >= (uint32_t)b->cpool_count)
        return JS_UNDEFINED;
    return js_dup(b->cpool[index]);
}

bool JS_IsCode(JSValueConst value)
{
    return qb_code(value) != NULL;
}

static const char *const qb_opcode_names[OP_COUNT] = {
#define FMT(f)
#define DEF(id, size, n_pop, n_push, f) [OP_ ## id] = #id,
#define def(id, size, n_pop, n_push, f)
#include "quickjs-opcode.h"
#undef def
#undef DEF
#undef FMT
};

bool JS_GetCodeInstruction(JSValueConst code, uint32_t offset,
                           JSInstruction *instruction)
{
    JSFunctionBytecode *b = qb_code(code);
    const JSOpCode *oi;
    const uint8_t *p;
    int64_t *operands = instruction->operands;
    int64_t at = (int64_t)offset + 1;
    int op, count = 0;

    if (!b || offset >= (uint32_t)b->byte_code_len)
        return false;
    op = b->byte_code_buf[offset];
    if (op >= OP_COUNT)
        return false;
    oi = &short_opcode_info(op);
    if (oi->size > b->byte_code_len - offset)
        return false;
    p = b->byte_code_buf + offset + 1;
    instruction->name = qb_opcode_names[op];
    instruction->size = oi->size;
    instruction->has_atom = false;
    switch (oi->fmt) {
    case OP_FMT_none:
        break;
    /* operands that the opcode itself says */
    case OP_FMT_none_int:
        operands[count++] = op - OP_push_0;
        break;
    case OP_FMT_npopx:
        operands[count++] = op - OP_call0;
        break;
    case OP_FMT_none_loc:
        if (op == OP_get_loc0_loc1) {
            operands[count++] = 0;
            operands[count++] = 1;
        } else {
            operands[count++] = (op - OP_get_loc0) % 4;
        }
        break;
    case OP_FMT_none_arg:
        operands[count++] = (op - OP_get_arg0) % 4;
        break;
    case OP_FMT_none_var_ref:
        operands[count++] = (op - OP_get_var_ref0) % 4;
        break;
    case OP_FMT_u8:
    case OP_FMT_loc8:
    case OP_FMT_const8:
        operands[count++] = get_u8(p);
        break;
    case OP_FMT_i8:
        operands[count++] = get_i8(p);
        break;
    case OP_FMT_u16:
    case OP_FMT_npop:
    case OP_FMT_loc:
    case OP_FMT_arg:
    case OP_FMT_var_ref:
        operands[count++] = get_u16(p);
        break;
    case OP_FMT_i16:
        operands[count++] = get_i16(p);
        break;
    case OP_FMT_npop_u16:
        operands[count++] = get_u16(p);
        operands[count++] = get_u16(p + 2);
        break;
    case OP_FMT_u32:
    case OP_FMT_const:
        operands[count++] = get_u32(p);
        break;
    case OP_FMT_u32x2:
        operands[count++] = get_u32(p);
        operands[count++] = get_u32(p + 4);
        break;
    case OP_FMT_i32:
        operands[count++] = get_i32(p);
        break;
    /* a jump is relative to where its distance stands */
    case OP_FMT_label8:
        operands[count++] = at + get_i8(p);
        break;
    case OP_FMT_label16:
        operands[count++] = at + get_i16(p);
        break;
    case OP_FMT_label:
        operands[count++] = at + get_i32(p);
        break;
    case OP_FMT_label_u16:
        operands[count++] = at + get_i32(p);
        operands[count++] = get_u16(p + 4);
        break;
    case OP_FMT_atom:
    case OP_FMT_atom_u8:
    case OP_FMT_atom_u16:
    case OP_FMT_atom_label_u8:
    case OP_FMT_atom_label_u16:
        instruction->has_atom = true;
        instruction->atom = get_u32(p);
        if (oi->fmt == OP_FMT_atom_u8) {
            operands[count++] = get_u8(p + 4);
        } else if (oi->fmt == OP_FMT_atom_u16) {
            operands[count++] = get_u16(p + 4);
        } else if (oi->fmt != OP_FMT_atom) {
            operands[count++] = at + 4 + get_i32(p + 4);
            operands[count++] = oi->fmt == OP_FMT_atom_label_u8 ? get_u8(p + 8)
                                                                : get_u16(p + 8);
        }
        break;
    default:
        return false;
    }
    instruction->count = count;
    return true;
}
