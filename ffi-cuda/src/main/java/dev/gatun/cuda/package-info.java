/**
 * The NVIDIA machine.
 *
 * <p><b>What it abstracts.</b> The CUDA runtime, cuBLAS, cuDNN and NVRTC, bound through {@code java.lang.foreign} and
 * found at run time: nothing native is shipped.
 *
 * <p><b>What it guarantees.</b> A missing library or device is one sentence that names it, never a crash.
 *
 * <p><b>What is dangerous.</b> Native calls take addresses: a wrong one ends the process.
 */
package dev.gatun.cuda;
