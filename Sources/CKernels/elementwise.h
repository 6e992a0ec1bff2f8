/* Exponentials, norms and what is made of them, for sets with a vector unit. Whoever includes this has defined VECTOR,
   INLINE, LANES, `floats` (a vector of so many) and `doubles` (half as many); ZERO, SPREAD(x), ADD, SUBTRACT, MULTIPLY,
   DIVIDE, MULTIPLY_ADD and NEGATIVE_ADD (c - a * b), LEAST(a, b) (b where either is no number), MOST, NEAREST (whole
   numbers), POWER(n) (2 to a whole number), load_f32 and STORE, some_f32 and store_some (the first `count` lanes, and
   nothing behind them read or written), only(v, count) (the others 0), below(x, limit, yes, no), sum_lanes, most_of_lanes,
   and for doubles ZERO_D, ADD_D, LOW_D(v), HIGH_D(v), sum_doubles. */

/* exp by range reduction to [-ln2/2, ln2/2] and the polynomial of Cephes' expf; relative error below 2e-7.
   Below -87.3, where exp leaves the normal range, it is 0. What is not a number stays so: LEAST gives its second operand
   then, and no comparison holds. */
INLINE floats exponential(floats x) {
    floats y = LEAST(SPREAD(88.37626f), x), n = NEAREST(MULTIPLY(y, SPREAD(1.44269504f)));
    floats r = NEGATIVE_ADD(n, SPREAD(0.693359375f), y);
    r = NEGATIVE_ADD(n, SPREAD(-2.12194440e-4f), r);
    floats p = SPREAD(1.9875691500e-4f);
    p = MULTIPLY_ADD(p, r, SPREAD(1.3981999507e-3f));
    p = MULTIPLY_ADD(p, r, SPREAD(8.3334519073e-3f));
    p = MULTIPLY_ADD(p, r, SPREAD(4.1665795894e-2f));
    p = MULTIPLY_ADD(p, r, SPREAD(1.6666665459e-1f));
    p = MULTIPLY_ADD(p, r, SPREAD(5.0000001201e-1f));
    p = MULTIPLY_ADD(p, MULTIPLY(r, r), ADD(r, SPREAD(1)));
    return below(x, SPREAD(-87.33654f), ZERO, MULTIPLY(p, POWER(n)));
}

VECTOR static float largest_of(const float *values, size_t count) {
    float largest = values[0];
    if (count < LANES) {
        for (size_t i = 1; i < count; i++) largest = fmaxf(largest, values[i]);
        return largest;
    }
    floats most = load_f32(values);
    for (size_t i = LANES; i + LANES <= count; i += LANES) most = MOST(most, load_f32(values + i));
    return most_of_lanes(MOST(most, load_f32(values + count - LANES)));
}

/* values[i] becomes exp(values[i] * scale - largest); gives their sum. The product is rounded before the largest one is
   taken from it, and never fused: the difference of two equal values is 0 then, however large they are. */
VECTOR static float shares(float *values, size_t count, float scale, float largest) {
    floats sums = ZERO;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        floats e = exponential(SUBTRACT(MULTIPLY(load_f32(values + i), SPREAD(scale)), SPREAD(largest)));
        sums = ADD(sums, e);
        STORE(values + i, e);
    }
    if (i < count) {
        floats x = MULTIPLY(some_f32(values + i, count - i), SPREAD(scale));
        floats e = only(exponential(SUBTRACT(x, SPREAD(largest))), count - i);
        sums = ADD(sums, e);
        store_some(values + i, count - i, e);
    }
    return sum_lanes(sums);
}

VECTOR static void softmax(float *values, size_t count, float scale) {
    float sum = shares(values, count, scale, largest_of(values, count) * scale);
    floats factor = SPREAD(1 / sum);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) STORE(values + i, MULTIPLY(load_f32(values + i), factor));
    if (i < count) store_some(values + i, count - i, MULTIPLY(some_f32(values + i, count - i), factor));
}

VECTOR static float softmax_step(float *values, size_t count, float scale, float *largest, float *sum) {
    float most = fmaxf(*largest, largest_of(values, count) * scale), keep = expf(*largest - most);
    *sum = *sum * keep + shares(values, count, scale, most);
    *largest = most;
    return keep;
}

VECTOR static void rms_norm(const float *in, const float *gain, size_t count, float epsilon, float *out) {
    floats squares = ZERO;
    size_t whole = count / LANES * LANES, rest = count - whole;
    for (size_t i = 0; i < whole; i += LANES) squares = MULTIPLY_ADD(load_f32(in + i), load_f32(in + i), squares);
    floats last = some_f32(in + whole, rest);
    squares = MULTIPLY_ADD(last, last, squares);
    floats factor = SPREAD(1 / sqrtf(sum_lanes(squares) / (float)count + epsilon));
    for (size_t i = 0; i < whole; i += LANES)
        STORE(out + i, MULTIPLY(MULTIPLY(load_f32(in + i), factor), load_f32(gain + i)));
    store_some(out + whole, rest, MULTIPLY(MULTIPLY(last, factor), some_f32(gain + whole, rest)));
}

/* silu(g) * up. Where `exponential` stops, e to the -g is so large that the quotient is nothing. */
INLINE floats gated(floats g, floats up) {
    floats e = below(g, SPREAD(-88.37626f), SPREAD(INFINITY), exponential(SUBTRACT(ZERO, g)));
    return MULTIPLY(DIVIDE(g, ADD(SPREAD(1), e)), up);
}

VECTOR static void swiglu(float *gate, const float *up, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) STORE(gate + i, gated(load_f32(gate + i), load_f32(up + i)));
    if (i < count) store_some(gate + i, count - i, gated(some_f32(gate + i, count - i), some_f32(up + i, count - i)));
}

VECTOR static double log_sum_exp(const float *values, size_t count) {
    float largest = largest_of(values, count);
    doubles low = ZERO_D, high = ZERO_D;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        floats e = exponential(SUBTRACT(load_f32(values + i), SPREAD(largest)));
        low = ADD_D(low, LOW_D(e));
        high = ADD_D(high, HIGH_D(e));
    }
    if (i < count) {
        floats e = only(exponential(SUBTRACT(some_f32(values + i, count - i), SPREAD(largest))), count - i);
        low = ADD_D(low, LOW_D(e));
        high = ADD_D(high, HIGH_D(e));
    }
    return (double)largest + log(sum_doubles(ADD_D(low, high)));
}
