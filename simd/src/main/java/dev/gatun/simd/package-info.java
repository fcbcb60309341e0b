/**
 * The processor as a machine: kernel specs become classes on the Vector API, made while the program runs.
 *
 * <p><b>What it abstracts.</b> {@link dev.gatun.simd.CpuBackend} is all that others see, with the
 * {@link dev.gatun.simd.Machine} that it found. Behind it:
 *
 * <pre>
 * Map, Row                    → Structure → Kernel: a tape at once, a generated vector class when it is warm
 * MatMul, Convolve            → TileShape → Tile:   plain Java at once, a generated register tile when it is warm
 * windows, gathers, searches  → written kernels
 * factorisations              → written kernels in f64, whatever the dtype
 * </pre>
 *
 * <p>A structure or shape is what is baked into code. It holds as little of sizes and addresses as speed allows, so
 * that the plans of a process share classes; tiles of f64 are generated from the start. The Warmer has HotSpot compile
 * what is generated, beside the main path, and reports what stays slow. The Team is the process's one set of threads.
 *
 * <p><b>What it guarantees.</b> Bits hang on the spec alone: not on the number of threads, the width of the vectors, or
 * on whether a generated class or its slower twin served. Running a loaded plan allocates nothing once its kernels are
 * warm. Without the module of the Vector API the machine says which flag is missing, and nothing runs in its place.
 *
 * <p><b>What is dangerous.</b> Kernels read and write absolute addresses without a check of their own: a plan's ranges
 * are checked when it is loaded, and the memory must stay open while it runs. What keeps generated code fast is what C2
 * makes of it; where a form looks odd its comment says what C2 did with the plain one.
 */
package dev.gatun.simd;
