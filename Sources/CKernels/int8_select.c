#include "CKernels.h"
#include "int8.h"

#include <string.h>

const hr_int8_kernels *hr_int8_kernels_named(const char *name) {
    if (strcmp(name, "plain") == 0) return &hr_int8_plain;
#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &hr_int8_avx2;
    if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return &hr_int8_avx512;
#endif
    return 0;
}

const hr_int8_kernels *hr_int8_kernels_selected(void) {
    if (strcmp(hr_kernels_selected()->name, "plain") == 0) return &hr_int8_plain;
    const hr_int8_kernels *widest = hr_int8_kernels_named("avx512");
    if (!widest) widest = hr_int8_kernels_named("avx2");
    return widest ? widest : &hr_int8_plain;
}
