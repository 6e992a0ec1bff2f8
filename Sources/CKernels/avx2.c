/* The set for AVX2 with FMA and F16C. Its twin is plain.c. */
#include "sets.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#define VECTOR __attribute__((target("avx2,fma,f16c")))
#define INLINE VECTOR static inline __attribute__((always_inline))

INLINE float sum8(__m256 v) {
    __m128 low = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    low = _mm_add_ps(low, _mm_movehl_ps(low, low));
    return _mm_cvtss_f32(_mm_add_ss(low, _mm_movehdup_ps(low)));
}

INLINE float max8(__m256 v) {
    __m128 low = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    low = _mm_max_ps(low, _mm_movehl_ps(low, low));
    return _mm_cvtss_f32(_mm_max_ss(low, _mm_movehdup_ps(low)));
}

INLINE __m256 load_f32(const float *at) { return _mm256_loadu_ps(at); }

INLINE __m256 load_bf16(const uint16_t *at) {
    __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)at));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

INLINE float one_f32(float value) { return value; }

INLINE float one_bf16(uint16_t narrow) { return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128((int)narrow << 16))); }

/* A block of ROWS x TOKENS dot products. Every one has two running sums of eight lanes, whatever the block's shape:
   that is what keeps a result independent of its neighbours. */
#define DOT_BLOCK(TYPE, LOAD, ONE, ROWS, TOKENS)                                                              \
    do {                                                                                                      \
        __m256 even[ROWS][TOKENS], odd[ROWS][TOKENS];                                                         \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++)   \
            even[r][t] = odd[r][t] = _mm256_setzero_ps();                                                     \
        size_t c = 0;                                                                                         \
        for (; c + 16 <= columns; c += 16) {                                                                  \
            _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                \
                __m256 first = LOAD(row + r * row_stride + c), second = LOAD(row + r * row_stride + c + 8);   \
                _Pragma("unroll") for (int t = 0; t < TOKENS; t++) {                                          \
                    const float *x = token + t * in_stride + c;                                               \
                    even[r][t] = _mm256_fmadd_ps(first, _mm256_loadu_ps(x), even[r][t]);                      \
                    odd[r][t] = _mm256_fmadd_ps(second, _mm256_loadu_ps(x + 8), odd[r][t]);                   \
                }                                                                                             \
            }                                                                                                 \
        }                                                                                                     \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) _Pragma("unroll") for (int t = 0; t < TOKENS; t++) { \
            float sum = sum8(_mm256_add_ps(even[r][t], odd[r][t]));                                           \
            for (size_t rest = c; rest < columns; rest++)                                                     \
                sum = fmaf(ONE(row[r * row_stride + rest]), token[t * in_stride + rest], sum);                \
            target[t * out_stride + r] = sum;                                                                 \
        }                                                                                                     \
    } while (0)

/* Rows outside, tokens inside: a row of weights is read from memory once and from the first-level cache for the
   following tokens. */
#define DOT_ROWS(NAME, TYPE, LOAD, ONE)                                                                        \
    VECTOR static void NAME(const TYPE *weights, size_t rows, size_t row_stride, size_t columns,               \
                            const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) { \
        size_t r0 = 0;                                                                                         \
        for (; r0 + 4 <= rows; r0 += 4) {                                                                      \
            const TYPE *block = weights + r0 * row_stride;                                                     \
            size_t t0 = 0;                                                                                     \
            for (; t0 + 4 <= tokens; t0 += 4) {                                                                \
                for (size_t r1 = 0; r1 < 4; r1++) {                                                            \
                    const TYPE *row = block + r1 * row_stride;                                                 \
                    const float *token = in + t0 * in_stride;                                                  \
                    float *target = out + t0 * out_stride + r0 + r1;                                           \
                    DOT_BLOCK(TYPE, LOAD, ONE, 1, 4);                                                          \
                }                                                                                              \
            }                                                                                                  \
            for (; t0 < tokens; t0++) {                                                                        \
                const TYPE *row = block;                                                                       \
                const float *token = in + t0 * in_stride;                                                      \
                float *target = out + t0 * out_stride + r0;                                                    \
                DOT_BLOCK(TYPE, LOAD, ONE, 4, 1);                                                              \
            }                                                                                                  \
        }                                                                                                      \
        for (; r0 < rows; r0++) {                                                                              \
            for (size_t t0 = 0; t0 < tokens; t0++) {                                                           \
                const TYPE *row = weights + r0 * row_stride;                                                   \
                const float *token = in + t0 * in_stride;                                                      \
                float *target = out + t0 * out_stride + r0;                                                    \
                DOT_BLOCK(TYPE, LOAD, ONE, 1, 1);                                                              \
            }                                                                                                  \
        }                                                                                                      \
    }

DOT_ROWS(dot_rows_f32, float, load_f32, one_f32)
DOT_ROWS(dot_rows_bf16, uint16_t, load_bf16, one_bf16)

VECTOR static void widen_bf16(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, load_bf16(in + i));
    for (; i < count; i++) out[i] = one_bf16(in[i]);
}

VECTOR static void widen_f16(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
    for (; i < count; i++) out[i] = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(in[i])));
}

/* exp by range reduction to [-ln2/2, ln2/2] and the polynomial of Cephes' expf; relative error below 2e-7.
   Below -87.3, where exp leaves the normal range, it is 0. What is not a number stays so: min gives its second operand
   then, and no comparison holds. */
INLINE __m256 exp8(__m256 x) {
    __m256 tiny = _mm256_cmp_ps(x, _mm256_set1_ps(-87.33654f), _CMP_LT_OQ);
    x = _mm256_min_ps(_mm256_set1_ps(88.37626f), x);
    __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), r);
    __m256 p = _mm256_set1_ps(1.9875691500e-4f);
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.3981999507e-3f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(8.3334519073e-3f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(4.1665795894e-2f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.6666665459e-1f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(5.0000001201e-1f));
    p = _mm256_fmadd_ps(p, _mm256_mul_ps(r, r), _mm256_add_ps(r, _mm256_set1_ps(1)));
    __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_andnot_ps(tiny, _mm256_mul_ps(p, _mm256_castsi256_ps(power)));
}

VECTOR static float largest_of(const float *values, size_t count) {
    size_t i = 0;
    float largest = values[0];
    if (count >= 8) {
        __m256 most = _mm256_loadu_ps(values);
        for (i = 8; i + 8 <= count; i += 8) most = _mm256_max_ps(most, _mm256_loadu_ps(values + i));
        largest = max8(most);
    }
    for (; i < count; i++) largest = fmaxf(largest, values[i]);
    return largest;
}

/* The product is rounded before the largest one is taken from it, and never fused: the difference of two equal values
   is 0 then, however large they are. */
VECTOR static void softmax(float *values, size_t count, float scale) {
    float largest = largest_of(values, count) * scale;
    __m256 wide_scale = _mm256_set1_ps(scale), wide_largest = _mm256_set1_ps(largest), sums = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(values + i), wide_scale);
        __m256 e = exp8(_mm256_sub_ps(scaled, wide_largest));
        sums = _mm256_add_ps(sums, e);
        _mm256_storeu_ps(values + i, e);
    }
    float sum = sum8(sums);
    for (; i < count; i++) {
        float scaled = values[i] * scale;
        values[i] = expf(scaled - largest);
        sum += values[i];
    }
    float factor = 1 / sum;
    __m256 wide_factor = _mm256_set1_ps(factor);
    for (i = 0; i + 8 <= count; i += 8)
        _mm256_storeu_ps(values + i, _mm256_mul_ps(_mm256_loadu_ps(values + i), wide_factor));
    for (; i < count; i++) values[i] *= factor;
}

VECTOR static void weighted_sum(const float *weights, const float *rows, size_t count, size_t width, float *out) {
    size_t d = 0;
    for (; d + 32 <= width; d += 32) {
        __m256 a = _mm256_setzero_ps(), b = a, c = a, e = a;
        for (size_t s = 0; s < count; s++) {
            __m256 w = _mm256_broadcast_ss(weights + s);
            const float *row = rows + s * width + d;
            a = _mm256_fmadd_ps(w, _mm256_loadu_ps(row), a);
            b = _mm256_fmadd_ps(w, _mm256_loadu_ps(row + 8), b);
            c = _mm256_fmadd_ps(w, _mm256_loadu_ps(row + 16), c);
            e = _mm256_fmadd_ps(w, _mm256_loadu_ps(row + 24), e);
        }
        _mm256_storeu_ps(out + d, a);
        _mm256_storeu_ps(out + d + 8, b);
        _mm256_storeu_ps(out + d + 16, c);
        _mm256_storeu_ps(out + d + 24, e);
    }
    for (; d < width; d++) {
        float sum = 0;
        for (size_t s = 0; s < count; s++) sum = fmaf(weights[s], rows[s * width + d], sum);
        out[d] = sum;
    }
}

VECTOR static void rms_norm(const float *in, const float *gain, size_t count, float epsilon, float *out) {
    __m256 squares = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 x = _mm256_loadu_ps(in + i);
        squares = _mm256_fmadd_ps(x, x, squares);
    }
    float sum = sum8(squares);
    for (; i < count; i++) sum = fmaf(in[i], in[i], sum);
    float factor = 1 / sqrtf(sum / (float)count + epsilon);
    __m256 wide = _mm256_set1_ps(factor);
    for (i = 0; i + 8 <= count; i += 8)
        _mm256_storeu_ps(out + i, _mm256_mul_ps(_mm256_mul_ps(_mm256_loadu_ps(in + i), wide), _mm256_loadu_ps(gain + i)));
    for (; i < count; i++) out[i] = in[i] * factor * gain[i];
}

VECTOR static void swiglu(float *gate, const float *up, size_t count) {
    __m256 one = _mm256_set1_ps(1), zero = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 g = _mm256_loadu_ps(gate + i);
        __m256 silu = _mm256_div_ps(g, _mm256_add_ps(one, exp8(_mm256_sub_ps(zero, g))));
        _mm256_storeu_ps(gate + i, _mm256_mul_ps(silu, _mm256_loadu_ps(up + i)));
    }
    for (; i < count; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

VECTOR static double log_sum_exp(const float *values, size_t count) {
    float largest = largest_of(values, count);
    __m256 wide_largest = _mm256_set1_ps(largest);
    __m256d low = _mm256_setzero_pd(), high = low;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 e = exp8(_mm256_sub_ps(_mm256_loadu_ps(values + i), wide_largest));
        low = _mm256_add_pd(low, _mm256_cvtps_pd(_mm256_castps256_ps128(e)));
        high = _mm256_add_pd(high, _mm256_cvtps_pd(_mm256_extractf128_ps(e, 1)));
    }
    double lanes[4], sum = 0;
    _mm256_storeu_pd(lanes, _mm256_add_pd(low, high));
    for (int lane = 0; lane < 4; lane++) sum += lanes[lane];
    for (; i < count; i++) sum += exp((double)values[i] - (double)largest);
    return (double)largest + log(sum);
}

const hr_kernels hr_avx2_set = {
    "avx2", dot_rows_f32, dot_rows_bf16, widen_bf16, widen_f16, softmax, weighted_sum, rms_norm, swiglu, log_sum_exp,
};

#endif
