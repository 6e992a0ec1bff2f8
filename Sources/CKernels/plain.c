/* The plain set: what each kernel computes, as the header states it, and the twin that tests hold the others to. */
#include "sets.h"

#include <math.h>
#include <string.h>

static float widen(uint16_t narrow) {
    uint32_t bits = (uint32_t)narrow << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A half's exponent and fraction, put where a single has them, are 2^112 times too small, subnormal or not. */
static float widen_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7FFF, bits = rest << 13;
    float value;
    if (rest < 0x7C00) {
        memcpy(&value, &bits, sizeof value);
        value *= 0x1p112f;
        memcpy(&bits, &value, sizeof value);
    } else {
        bits |= rest == 0x7C00 ? 0x7F800000 : 0x7FC00000;
    }
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Eight running sums, so that a compiler finds something to do at once even here. */
#define DOT_ROWS(NAME, WEIGHT, WIDE_W, INPUT, WIDE_X)                                                  \
    static void NAME(const WEIGHT *weights, size_t rows, size_t row_stride, size_t columns,            \
                     const INPUT *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) { \
        for (size_t r = 0; r < rows; r++) {                                                            \
            const WEIGHT *row = weights + r * row_stride;                                              \
            for (size_t t = 0; t < tokens; t++) {                                                      \
                const INPUT *x = in + t * in_stride;                                                   \
                float sums[8] = {0}, sum = 0;                                                          \
                size_t c = 0;                                                                          \
                for (; c + 8 <= columns; c += 8)                                                       \
                    for (size_t i = 0; i < 8; i++) sums[i] += WIDE_W(row[c + i]) * WIDE_X(x[c + i]);   \
                for (; c < columns; c++) sum += WIDE_W(row[c]) * WIDE_X(x[c]);                         \
                for (size_t i = 0; i < 8; i++) sum += sums[i];                                         \
                out[t * out_stride + r] = sum;                                                         \
            }                                                                                          \
        }                                                                                              \
    }

#define AS_IT_IS(VALUE) (VALUE)

DOT_ROWS(dot_rows_f32, float, AS_IT_IS, float, AS_IT_IS)
DOT_ROWS(dot_rows_f16, uint16_t, widen_half, float, AS_IT_IS)
DOT_ROWS(dot_rows_bf16, uint16_t, widen, float, AS_IT_IS)
DOT_ROWS(dot_rows_narrow, uint16_t, widen, uint16_t, widen)

static void widen_bf16(const uint16_t *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = widen(in[i]);
}

static void narrow_bf16(const float *in, size_t count, uint16_t *out) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &in[i], sizeof bits);
        if (in[i] != in[i]) out[i] = (uint16_t)(bits >> 16 | 0x40);
        else out[i] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

static void widen_f16(const uint16_t *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = widen_half(in[i]);
}

static void softmax(float *values, size_t count, float scale) {
    float largest = values[0] * scale;
    for (size_t i = 1; i < count; i++) largest = fmaxf(largest, values[i] * scale);
    float sum = 0;
    for (size_t i = 0; i < count; i++) {
        float scaled = values[i] * scale;
        values[i] = expf(scaled - largest);
        sum += values[i];
    }
    for (size_t i = 0; i < count; i++) values[i] /= sum;
}

static float softmax_step(float *values, size_t count, float scale, float *largest, float *sum) {
    float most = *largest;
    for (size_t i = 0; i < count; i++) most = fmaxf(most, values[i] * scale);
    float keep = expf(*largest - most);
    *sum *= keep;
    for (size_t i = 0; i < count; i++) {
        float scaled = values[i] * scale;
        values[i] = expf(scaled - most);
        *sum += values[i];
    }
    *largest = most;
    return keep;
}

static void weighted_sums(const float *weights, size_t weight_stride, size_t tokens, const float *rows, size_t count,
                          size_t width, const float *keep, float *out, size_t out_stride) {
    for (size_t t = 0; t < tokens; t++) {
        float *sums = out + t * out_stride;
        for (size_t d = 0; d < width; d++) sums[d] = keep[t] == 0 ? 0 : keep[t] * sums[d];
        for (size_t s = 0; s < count; s++) {
            float weight = weights[t * weight_stride + s];
            for (size_t d = 0; d < width; d++) sums[d] += weight * rows[s * width + d];
        }
    }
}

#define VECTOR
#include "attend.h"

static void rms_norm(const float *in, const float *gain, size_t count, float epsilon, float *out) {
    float squares = 0;
    for (size_t i = 0; i < count; i++) squares += in[i] * in[i];
    float factor = 1 / sqrtf(squares / (float)count + epsilon);
    for (size_t i = 0; i < count; i++) out[i] = in[i] * factor * gain[i];
}

static void swiglu(float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static double log_sum_exp(const float *values, size_t count) {
    float largest = values[0];
    for (size_t i = 1; i < count; i++) largest = fmaxf(largest, values[i]);
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += exp((double)values[i] - (double)largest);
    return (double)largest + log(sum);
}

const hr_kernels hr_plain_set = {
    "plain", dot_rows_f32, dot_rows_f16, dot_rows_bf16, dot_rows_narrow, widen_bf16, widen_f16, narrow_bf16,
    softmax, softmax_step, weighted_sums, attend, rms_norm, swiglu, log_sum_exp,
};
