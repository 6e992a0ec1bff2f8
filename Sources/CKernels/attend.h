/* Attention, out of the inner loops of a set. Whoever includes this has defined VECTOR, dot_rows_f32, softmax_step and
   weighted_sums. */

/* What a block of queries knows of the slots it has read. */
typedef struct {
    /* Scores of the block of slots at hand, then shares: [count, HR_SLOT_BLOCK]. */
    float *scores;
    /* The largest score so far, and the sum of the shares relative to it: [count] each. */
    float *largest, *sums;
    /* By what the last block has shrunk everything before it, and the share of the partial slot: [count] each. */
    float *keep, *share;
} softmax_state;

/* Whether a query's partial slot follows the slots it sees of the block that begins at `slot`. */
static inline int has_partial(const hr_attention *a, size_t query, size_t slot) {
    size_t visible = a->visible[query];
    return a->partial_keys && visible >= slot && visible < slot + HR_SLOT_BLOCK;
}

/* Slots that a query sees of the `columns` slots from `slot` on. */
static inline size_t closed_slots(const hr_attention *a, size_t query, size_t slot, size_t columns) {
    size_t ahead = a->visible[query] > slot ? a->visible[query] - slot : 0;
    return ahead < columns ? ahead : columns;
}

/* Turns a query's scores of a block of `columns` slots, as far as it sees them, into shares. */
VECTOR static void weigh(const hr_attention *a, size_t query, size_t slot, size_t columns, const softmax_state *state) {
    float *scores = state->scores + query * HR_SLOT_BLOCK;
    size_t closed = closed_slots(a, query, slot, columns), seen = closed;
    if (has_partial(a, query, slot)) {
        dot_rows_f32(a->partial_keys + query * a->width, 1, a->width, a->width, a->queries + query * a->width,
                     a->width, 1, scores + seen, 1);
        seen++;
    }
    state->keep[query] = 1;
    if (seen > 0) state->keep[query] = softmax_step(scores, seen, a->scale, &state->largest[query], &state->sums[query]);
    if (seen > closed) state->share[query] = scores[closed];
}

/* Adds the values of a block, weighted, to what the queries have. One that does not see all of them stops where it must:
   behind that there may be infinite values, which no weight of 0 makes harmless. */
VECTOR static void sum_values(const hr_attention *a, size_t slot, size_t columns, const softmax_state *state) {
    const float *values = a->values + slot * a->width;
    if (a->visible[0] >= slot + columns) {
        weighted_sums(state->scores, HR_SLOT_BLOCK, a->count, values, columns, a->width, state->keep, a->out, a->stride);
        return;
    }
    for (size_t q = 0; q < a->count; q++)
        weighted_sums(state->scores + q * HR_SLOT_BLOCK, HR_SLOT_BLOCK, 1, values, closed_slots(a, q, slot, columns),
                      a->width, &state->keep[q], a->out + q * a->stride, a->stride);
}

VECTOR static void attend(const hr_attention *a) {
    softmax_state state = {.scores = a->scratch, .largest = a->scratch + a->count * HR_SLOT_BLOCK};
    state.sums = state.largest + a->count;
    state.keep = state.sums + a->count;
    state.share = state.keep + a->count;
    for (size_t q = 0; q < a->count; q++) {
        state.largest[q] = -INFINITY;
        state.sums[q] = 0;
    }
    size_t most = a->visible[a->count - 1], end = most + (a->partial_keys ? 1 : 0), width = a->width;
    const float one = 1;
    for (size_t slot = 0; slot < end; slot += HR_SLOT_BLOCK) {
        size_t left = most > slot ? most - slot : 0, columns = left < HR_SLOT_BLOCK ? left : HR_SLOT_BLOCK;
        dot_rows_f32(a->keys + slot * width, columns, width, width, a->queries, width, a->count, state.scores,
                     HR_SLOT_BLOCK);
        for (size_t q = 0; q < a->count; q++) weigh(a, q, slot, columns, &state);
        sum_values(a, slot, columns, &state);
        for (size_t q = 0; q < a->count; q++)
            if (has_partial(a, q, slot))
                weighted_sums(&state.share[q], 1, 1, a->partial_values + q * width, 1, width, &one,
                              a->out + q * a->stride, width);
    }
    for (size_t q = 0; q < a->count; q++)
        for (size_t d = 0; d < width; d++) a->out[q * a->stride + d] /= state.sums[q];
}
