#include "CKernels.h"
#include "int8.h"

#include <string.h>

const hr_int8_kernels *hr_int8_kernels_named(const char *name) {
    const hr_kernels *set = hr_kernels_named(name);
    if (!set) return NULL;
#if defined(__x86_64__)
    if (strcmp(set->name, "avx512") == 0) return &hr_int8_avx512;
    if (strcmp(set->name, "avx2") == 0) return &hr_int8_avx2;
#endif
    return &hr_int8_plain;
}

const hr_int8_kernels *hr_int8_kernels_selected(void) { return hr_int8_kernels_named(hr_kernels_selected()->name); }
