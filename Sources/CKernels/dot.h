/* Blocks of dot products, for sets with a vector unit. Whoever includes this has defined VECTOR, UNROLL, `floats` (the
   type of a running sum), ZERO, MANY (the most tokens of a block) and `sums4(a, b, c, d)`, the sums of four vectors'
   lanes; and before each function
   WEIGHT and INPUT (element types), VALUE (a vector of them), STEP (elements in it), LOAD_W, SOME_W, LOAD_X, SOME_X (a
   whole vector, or its first elements and zeros), MULTIPLY_ADD and AHEAD (below). Most rows of one token go another way
   than blocks (DOT_FOUR): HEIGHT and BLOCKS see what is left of them, three at most. */

/* ROWS x TOKENS dot products, each with one running sum of a vector's lanes, whatever the block's shape: that is what
   keeps a result independent of its neighbours. ROWS is 8, 4, 2 or 1. Meanwhile the lines from `next` on are asked for
   into the second level of the cache, if ASKS: the processor's own prefetching ends with a page, and a row is about as
   long. Where several blocks of tokens take the same rows, each asks for its share, in even steps, so that memory is at
   work as long as arithmetic is. */
#define DOT_BLOCK(ROWS, TOKENS, ASKS)                                                                        \
    do {                                                                                                     \
        enum { FOURS = (ROWS + 3) / 4 };                                                                     \
        floats sums[4 * FOURS][TOKENS];                                                                      \
        UNROLL for (int r = 0; r < 4 * FOURS; r++) UNROLL for (int t = 0; t < TOKENS; t++) sums[r][t] = ZERO; \
        size_t c = 0;                                                                                        \
        for (; c + STEP <= columns; c += STEP) {                                                             \
            VALUE w[ROWS];                                                                                   \
            UNROLL for (int r = 0; r < ROWS; r++) w[r] = LOAD_W(row + r * row_stride + c);                   \
            if (ASKS && c * sizeof *row % 64 == 0) {                                                         \
                if (passes == 1) {                                                                           \
                    UNROLL for (int r = 0; r < ROWS; r++) _mm_prefetch(next + 64 * r, _MM_HINT_T1);          \
                    next += 64 * ROWS;                                                                       \
                } else {                                                                                     \
                    for (due += ROWS; due >= passes; due -= passes, next += 64)                              \
                        _mm_prefetch(next, _MM_HINT_T1);                                                     \
                }                                                                                            \
            }                                                                                                \
            UNROLL for (int t = 0; t < TOKENS; t++) {                                                        \
                VALUE x = LOAD_X(token + t * in_stride + c);                                                 \
                UNROLL for (int r = 0; r < ROWS; r++) sums[r][t] = MULTIPLY_ADD(w[r], x, sums[r][t]);        \
            }                                                                                                \
        }                                                                                                    \
        if (c < columns) {                                                                                   \
            UNROLL for (int t = 0; t < TOKENS; t++) {                                                        \
                VALUE x = SOME_X(token + t * in_stride + c, columns - c);                                    \
                UNROLL for (int r = 0; r < ROWS; r++)                                                        \
                    sums[r][t] = MULTIPLY_ADD(SOME_W(row + r * row_stride + c, columns - c), x, sums[r][t]); \
            }                                                                                                \
        }                                                                                                    \
        UNROLL for (int t = 0; t < TOKENS; t++) UNROLL for (int f = 0; f < FOURS; f++) {                     \
            __m128 four = sums4(sums[4 * f][t], sums[4 * f + 1][t], sums[4 * f + 2][t], sums[4 * f + 3][t]); \
            float *at = target + t * out_stride + 4 * f;                                                     \
            if (ROWS == 1) _mm_store_ss(at, four);                                                           \
            else if (ROWS == 2) _mm_storel_pi((__m64 *)at, four);                                            \
            else _mm_storeu_ps(at, four);                                                                    \
        }                                                                                                    \
    } while (0)

#define DOT_TOKENS(ROWS, TOKENS)                       \
    do {                                               \
        if (pass < passes) DOT_BLOCK(ROWS, TOKENS, 1); \
        else DOT_BLOCK(ROWS, TOKENS, 0);               \
        t0 += TOKENS;                                  \
        pass++;                                        \
    } while (0)

/* One token's products with a row of each quarter of the rows, `part` high: the same sums as a block's. Each quarter is read
   in order, as the processor's own prefetching wants it; and four at once, as one sum alone waits longer for its own
   additions than for its bytes. AHEAD bytes before they are read, lines are asked for into the second level of the cache,
   where that is not 0: beside weights that are widened there is no room for it. */
#define DOT_FOUR(ROW)                                                                                     \
    do {                                                                                                  \
        const WEIGHT *row = ROW;                                                                          \
        floats sums[4] = {ZERO, ZERO, ZERO, ZERO};                                                        \
        size_t c = 0;                                                                                     \
        for (; c + STEP <= columns; c += STEP) {                                                          \
            VALUE x = LOAD_X(in + c);                                                                     \
            if (AHEAD && c * sizeof *row % 64 == 0)                                                       \
                UNROLL for (int p = 0; p < 4; p++)                                                        \
                    _mm_prefetch((const char *)(row + p * part * row_stride + c) + AHEAD, _MM_HINT_T1);   \
            UNROLL for (int p = 0; p < 4; p++)                                                            \
                sums[p] = MULTIPLY_ADD(LOAD_W(row + p * part * row_stride + c), x, sums[p]);              \
        }                                                                                                 \
        if (c < columns) {                                                                                \
            VALUE x = SOME_X(in + c, columns - c);                                                        \
            UNROLL for (int p = 0; p < 4; p++)                                                            \
                sums[p] = MULTIPLY_ADD(SOME_W(row + p * part * row_stride + c, columns - c), x, sums[p]); \
        }                                                                                                 \
        float four[4];                                                                                    \
        _mm_storeu_ps(four, sums4(sums[0], sums[1], sums[2], sums[3]));                                   \
        UNROLL for (int p = 0; p < 4; p++) out[r0 + p * part] = four[p];                                  \
    } while (0)

/* Rows outside, tokens inside: a row of weights is read from memory once, and from the caches for the tokens that
   follow. While a block of rows is multiplied, the one after the next is asked for. HEIGHT gives the rows of a block, of
   `left` that are left; BLOCKS takes `some` tokens or less. */
#define DOT_ROWS(NAME, HEIGHT, BLOCKS)                                                                         \
    VECTOR static void NAME(const WEIGHT *weights, size_t rows, size_t row_stride, size_t columns,             \
                            const INPUT *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) { \
        size_t r0 = 0, passes = (tokens + MANY - 1) / MANY;                                                    \
        if (tokens == 1) {                                                                                     \
            size_t part = rows / 4;                                                                            \
            for (; r0 < part; r0++) DOT_FOUR(weights + r0 * row_stride);                                       \
            r0 = 4 * part;                                                                                     \
        }                                                                                                      \
        while (r0 < rows) {                                                                                    \
            size_t left = rows - r0, height = HEIGHT, t0 = 0, pass = 0, due = 0;                               \
            const char *next =                                                                                 \
                (const char *)((uintptr_t)weights + (r0 + 2 * height) * row_stride * sizeof *weights);         \
            while (t0 < tokens) {                                                                              \
                const WEIGHT *row = weights + r0 * row_stride;                                                 \
                const INPUT *token = in + t0 * in_stride;                                                      \
                float *target = out + t0 * out_stride + r0;                                                    \
                size_t some = tokens - t0;                                                                     \
                BLOCKS                                                                                         \
            }                                                                                                  \
            r0 += height;                                                                                      \
        }                                                                                                      \
    }
