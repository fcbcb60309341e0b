/**
 * The CPU machine: kernel specs become Vector API kernels. The only engine module that names the incubating vectors.
 */
module dev.gatun.simd {
  requires jdk.incubator.vector;
  requires jdk.management;
  requires dev.gatun.memory;
  requires transitive dev.gatun.ops;

  exports dev.gatun.simd;

  provides dev.gatun.ops.Backend with dev.gatun.simd.CpuBackend;
}
