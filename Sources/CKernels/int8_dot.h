/* The loops over weights of 8 bit, for sets with a vector unit. Whoever includes this has defined VECTOR, UNROLL, LANES,
   `floats` (a vector of so many), ZERO, SPREAD(x), MULTIPLY and MULTIPLY_ADD, STORE, sum_lanes(v), load and load_x (a
   whole vector of weights, widened, and of input), some and some_x (its first elements and zeros, and nothing behind them
   read), and MANY_ROWS and MANY, the rows and tokens of a large block. */

/* ROWS x TOKENS dot products. Each has one running sum of a vector's lanes within a group, and one over the groups,
   whatever the block's shape: that keeps a result independent of its neighbours. The first tokens ask for the rows
   behind these, since the processor's own prefetching ends with a row. */
#define DOT_BLOCK(ROWS, TOKENS)                                                                                \
    do {                                                                                                       \
        floats sum[ROWS][TOKENS];                                                                              \
        UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int t = 0; t < TOKENS; t++) sum[r][t] = ZERO;        \
        for (size_t g = 0; g < groups; g++) {                                                                  \
            size_t c = g * group, end = hr_group_end(c, columns, group);                                       \
            floats part[ROWS][TOKENS];                                                                         \
            UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int t = 0; t < TOKENS; t++) part[r][t] = ZERO;   \
            for (; c + LANES <= end; c += LANES) {                                                             \
                UNROLL for (int r = 0; r < ROWS; r++) {                                                        \
                    if (t0 == 0 && c % 64 == 0)                                                                \
                        _mm_prefetch((const char *)(row + (ROWS + r) * columns + c), _MM_HINT_T1);             \
                    floats w = load(row + r * columns + c);                                                    \
                    UNROLL for (int t = 0; t < TOKENS; t++)                                                    \
                        part[r][t] = MULTIPLY_ADD(w, load_x(token + t * in_stride + c), part[r][t]);           \
                }                                                                                              \
            }                                                                                                  \
            if (c < end) {                                                                                     \
                UNROLL for (int r = 0; r < ROWS; r++) {                                                        \
                    floats w = some(row + r * columns + c, end - c);                                           \
                    UNROLL for (int t = 0; t < TOKENS; t++)                                                    \
                        part[r][t] = MULTIPLY_ADD(w, some_x(token + t * in_stride + c, end - c), part[r][t]);  \
                }                                                                                              \
            }                                                                                                  \
            UNROLL for (int r = 0; r < ROWS; r++) {                                                            \
                floats scale = SPREAD(row_scales[r * groups + g]);                                             \
                UNROLL for (int t = 0; t < TOKENS; t++) sum[r][t] = MULTIPLY_ADD(part[r][t], scale, sum[r][t]); \
            }                                                                                                  \
        }                                                                                                      \
        UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int t = 0; t < TOKENS; t++)                          \
            target[t * out_stride + r] = sum_lanes(sum[r][t]);                                                 \
    } while (0)

#define DOT_ROWS_OF(ROWS, TOKENS)                       \
    for (; rows - r0 >= ROWS; r0 += ROWS) {             \
        const int8_t *row = weights + r0 * columns;     \
        const float *row_scales = scales + r0 * groups; \
        float *target = out + t0 * out_stride + r0;     \
        DOT_BLOCK(ROWS, TOKENS);                        \
    }

/* All rows of `weights` with TOKENS tokens. */
#define DOT_TOKENS(ROWS, TOKENS)                  \
    for (; tokens - t0 >= TOKENS; t0 += TOKENS) { \
        const float *token = in + t0 * in_stride; \
        size_t r0 = 0;                            \
        DOT_ROWS_OF(ROWS, TOKENS)                 \
        DOT_ROWS_OF(1, TOKENS)                    \
    }

/* Some rows at a time, so that they stay in the first-level cache for all tokens. */
static const size_t some_rows = 4;

VECTOR static void dot_some(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                            const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    size_t groups = hr_groups(columns, group), t0 = 0;
    DOT_TOKENS(MANY_ROWS, MANY)
    DOT_TOKENS(2, 2)
    DOT_TOKENS(4, 1)
}

VECTOR static void dot_rows(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                            const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    size_t groups = hr_groups(columns, group);
    for (size_t r0 = 0; r0 < rows; r0 += some_rows) {
        size_t height = rows - r0 < some_rows ? rows - r0 : some_rows;
        dot_some(weights + r0 * columns, scales + r0 * groups, height, columns, group, in, in_stride, tokens, out + r0,
                 out_stride);
    }
}

VECTOR static void widen(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                         float *out) {
    size_t groups = hr_groups(columns, group);
    for (size_t r = 0; r < rows; r++, weights += columns, out += columns) {
        for (size_t g = 0; g < groups; g++) {
            size_t c = g * group, end = hr_group_end(c, columns, group);
            float scale = scales[r * groups + g];
            for (; c + LANES <= end; c += LANES) STORE(out + c, MULTIPLY(load(weights + c), SPREAD(scale)));
            for (; c < end; c++) out[c] = (float)weights[c] * scale;
        }
    }
}
