package dev.gatun.bench.peers;

import java.util.List;

/** OpenBLAS. */
public final class OpenBlas extends Blas {
  @Override
  public String name() {
    return "OpenBLAS";
  }

  @Override
  public String settings() {
    return "cblas_sgemm through FFM, memory allocated once; it chooses its kernels by the processor";
  }

  @Override
  Natives load(int threads) {
    var library = Natives.load("org/bytedeco/openblas/linux-x86_64/", List.of("libgcc_s.so.1", "libquadmath.so.0",
        "libgfortran.so.5"), List.of(), "libopenblas.so.0");
    library.set("openblas_set_num_threads", threads);
    return library;
  }
}
