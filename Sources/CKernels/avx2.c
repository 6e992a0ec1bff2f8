/* The set for AVX2 with FMA and F16C. Its twin is plain.c. */
#include "sets.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#define VECTOR __attribute__((target("avx2,fma,f16c")))
#define INLINE VECTOR static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

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

INLINE float one_bf16(uint16_t narrow) { return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128((int)narrow << 16))); }

/* The first `count` numbers of a row, and zeros. */
INLINE __m256 some_f32(const float *at, size_t count) {
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps(at, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane));
}

INLINE __m256 some_bf16(const uint16_t *at, size_t count) {
    uint16_t whole[8] = {0};
    for (size_t i = 0; i < count; i++) whole[i] = at[i];
    return load_bf16(whole);
}

INLINE __m256 load_f16(const uint16_t *at) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)at)); }

INLINE __m256 some_f16(const uint16_t *at, size_t count) {
    uint16_t whole[8] = {0};
    for (size_t i = 0; i < count; i++) whole[i] = at[i];
    return load_f16(whole);
}

/* The sums of four vectors' lanes, always in the same order. */
INLINE __m128 sums4(__m256 a, __m256 b, __m256 c, __m256 d) {
    __m256 all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
}

#define floats __m256
#define ZERO _mm256_setzero_ps()
#include "dot.h"

#define HEIGHT (left >= 8 && tokens == 1 ? 8 : left >= 2 ? 2 : 1)
#define BLOCKS                                           \
    if (height == 8) DOT_TOKENS(8, 1);                   \
    else if (height == 2 && some >= 6) DOT_TOKENS(2, 6); \
    else if (height == 2 && some >= 4) DOT_TOKENS(2, 4); \
    else if (height == 2 && some >= 2) DOT_TOKENS(2, 2); \
    else if (height == 2) DOT_TOKENS(2, 1);              \
    else DOT_TOKENS(1, 1);

#define WEIGHT float
#define INPUT float
#define VALUE __m256
#define STEP 8
#define LOAD_W load_f32
#define SOME_W some_f32
#define LOAD_X load_f32
#define SOME_X some_f32
#define MULTIPLY_ADD _mm256_fmadd_ps
DOT_ROWS(dot_rows_f32, HEIGHT, BLOCKS)

#undef WEIGHT
#undef LOAD_W
#undef SOME_W
#define WEIGHT uint16_t
#define LOAD_W load_f16
#define SOME_W some_f16
DOT_ROWS(dot_rows_f16, HEIGHT, BLOCKS)

#undef LOAD_W
#undef SOME_W
#define LOAD_W load_bf16
#define SOME_W some_bf16
DOT_ROWS(dot_rows_bf16, HEIGHT, BLOCKS)

#undef INPUT
#undef LOAD_X
#undef SOME_X
#define INPUT uint16_t
#define LOAD_X load_bf16
#define SOME_X some_bf16
DOT_ROWS(dot_rows_narrow, HEIGHT, BLOCKS)

VECTOR static void widen_bf16(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, load_bf16(in + i));
    for (; i < count; i++) out[i] = one_bf16(in[i]);
}

/* Adds half of the last kept place, and a bit less where the kept part is even. */
VECTOR static void narrow_bf16(const float *in, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 x = _mm256_loadu_ps(in + i);
        __m256i bits = _mm256_castps_si256(x), odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
        __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
        __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
        __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
        __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, is_nan), 16);
        __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(upper, upper), 0x08);
        _mm_storeu_si128((__m128i *)(out + i), _mm256_castsi256_si128(packed));
    }
    for (; i < count; i++) {
        uint32_t bits = (uint32_t)_mm_cvtsi128_si32(_mm_castps_si128(_mm_set_ss(in[i])));
        out[i] = (uint16_t)((in[i] != in[i] ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
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

/* values[i] becomes exp(values[i] * scale - largest); gives their sum. The product is rounded before the largest one is
   taken from it, and never fused: the difference of two equal values is 0 then, however large they are. */
VECTOR static float shares(float *values, size_t count, float scale, float largest) {
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
    return sum;
}

VECTOR static void softmax(float *values, size_t count, float scale) {
    float factor = 1 / shares(values, count, scale, largest_of(values, count) * scale);
    __m256 wide_factor = _mm256_set1_ps(factor);
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm256_storeu_ps(values + i, _mm256_mul_ps(_mm256_loadu_ps(values + i), wide_factor));
    for (; i < count; i++) values[i] *= factor;
}

VECTOR static float softmax_step(float *values, size_t count, float scale, float *largest, float *sum) {
    float most = fmaxf(*largest, largest_of(values, count) * scale), keep = expf(*largest - most);
    *sum = *sum * keep + shares(values, count, scale, most);
    *largest = most;
    return keep;
}

/* One token's sums of 32 channels. `after` is what is read after these rows, and asked for meanwhile, if it is not null. */
INLINE void sum_32(const float *weights, const float *rows, size_t count, size_t width, float keep, float *out,
                   const float *after) {
    __m256 sums[4];
    UNROLL for (int v = 0; v < 4; v++)
        sums[v] = keep == 0 ? _mm256_setzero_ps() : _mm256_mul_ps(_mm256_set1_ps(keep), _mm256_loadu_ps(out + 8 * v));
    for (size_t s = 0; s < count; s++) {
        __m256 w = _mm256_broadcast_ss(weights + s);
        if (after) {
            _mm_prefetch(after + s * width, _MM_HINT_T1);
            _mm_prefetch(after + s * width + 16, _MM_HINT_T1);
        }
        UNROLL for (int v = 0; v < 4; v++)
            sums[v] = _mm256_fmadd_ps(w, _mm256_loadu_ps(rows + s * width + 8 * v), sums[v]);
    }
    UNROLL for (int v = 0; v < 4; v++) _mm256_storeu_ps(out + 8 * v, sums[v]);
}

VECTOR static void weighted_sums_before(const float *weights, size_t weight_stride, size_t tokens, const float *rows,
                                        size_t count, size_t width, const float *keep, float *out, size_t out_stride,
                                        const float *after) {
    for (size_t t = 0; t < tokens; t++, weights += weight_stride, out += out_stride) {
        size_t d = 0;
        for (; d + 32 <= width; d += 32)
            sum_32(weights, rows + d, count, width, keep[t], out + d, t == 0 && after ? after + d : NULL);
        for (; d < width; d++) {
            float sum = keep[t] == 0 ? 0 : keep[t] * out[d];
            for (size_t s = 0; s < count; s++) sum = fmaf(weights[s], rows[s * width + d], sum);
            out[d] = sum;
        }
    }
}

VECTOR static void weighted_sums(const float *weights, size_t weight_stride, size_t tokens, const float *rows,
                                 size_t count, size_t width, const float *keep, float *out, size_t out_stride) {
    weighted_sums_before(weights, weight_stride, tokens, rows, count, width, keep, out, out_stride, NULL);
}

#include "attend.h"

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
        /* Where exp8 stops, e is so large that the quotient is nothing. */
        __m256 is_low = _mm256_cmp_ps(g, _mm256_set1_ps(-88.37626f), _CMP_LT_OQ);
        __m256 e = _mm256_blendv_ps(exp8(_mm256_sub_ps(zero, g)), _mm256_set1_ps(INFINITY), is_low);
        __m256 silu = _mm256_div_ps(g, _mm256_add_ps(one, e));
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
    "avx2", dot_rows_f32, dot_rows_f16, dot_rows_bf16, dot_rows_narrow, widen_bf16, widen_f16, narrow_bf16,
    softmax, softmax_step, weighted_sums, attend, rms_norm, swiglu, log_sum_exp,
};

#endif
