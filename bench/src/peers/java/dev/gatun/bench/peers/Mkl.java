package dev.gatun.bench.peers;

import dev.gatun.bench.Product;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Intel's MKL. */
public final class Mkl extends Blas {
  /** {@code MKL_Set_Threading_Layer}: Intel's OpenMP, the layer that the jar carries. */
  private static final int INTEL_OPENMP = 0;

  private static final int RIGHT_MATRIX = 162;
  private static final int PACKED = 151;

  private MethodHandle batched;
  private MethodHandle packedSize;
  private MethodHandle pack;
  private MethodHandle compute;

  @Override
  public String name() {
    return "MKL";
  }

  @Override
  public String settings() {
    return "cblas_sgemm, cblas_sgemm_batch_strided and, where b stays, cblas_sgemm_compute through FFM, "
        + "memory allocated once, Intel's OpenMP, a fixed number of threads";
  }

  @Override
  Natives load(int threads) {
    var library = Natives.load("org/bytedeco/mkl/linux-x86_64/", List.of(), List.of("libiomp5.so", "libmkl_core.so.2",
        "libmkl_def.so.2", "libmkl_mc3.so.2", "libmkl_avx2.so.2", "libmkl_avx512.so.2", "libmkl_intel_lp64.so.2",
        "libmkl_intel_thread.so.2"), "libmkl_rt.so.2");
    setThreadingLayer(library);
    library.set("MKL_Set_Num_Threads", threads);
    library.set("MKL_Set_Dynamic", 0);
    return library;
  }

  private static void setThreadingLayer(Natives library) {
    try {
      int status = (int) library.function("MKL_Set_Threading_Layer", FunctionDescriptor.of(ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT)).invokeExact(INTEL_OPENMP);
      if (status < 0) {
        throw new IllegalStateException("MKL_Set_Threading_Layer gave " + status);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("MKL_Set_Threading_Layer", e);
    }
  }

  @Override
  void bind(Natives library) {
    super.bind(library);
    var floats = ValueLayout.JAVA_FLOAT;
    var ints = ValueLayout.JAVA_INT;
    var address = ValueLayout.ADDRESS;
    batched = library.function("cblas_sgemm_batch_strided", FunctionDescriptor.ofVoid(ints, ints, ints, ints, ints,
        ints, floats, address, ints, ints, address, ints, ints, floats, address, ints, ints, ints));
    packedSize = library.function("cblas_sgemm_pack_get_size", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ints, ints,
        ints, ints));
    pack = library.function("cblas_sgemm_pack", FunctionDescriptor.ofVoid(ints, ints, ints, ints, ints, ints, floats,
        address, ints, address));
    compute = library.function("cblas_sgemm_compute", FunctionDescriptor.ofVoid(ints, ints, ints, ints, ints, ints,
        address, ints, address, ints, floats, address, ints));
  }

  @Override
  boolean packs() {
    return true;
  }

  @Override
  MemorySegment prepare(Product p, MemorySegment b, Arena arena) throws Throwable {
    if (!p.constant()) {
      return b;
    }
    var packed = Natives.floats(arena, (long) packedSize.invokeExact(RIGHT_MATRIX, p.m(), p.n(), p.k()) / Float.BYTES);
    pack.invokeExact(ROW_MAJOR, RIGHT_MATRIX, order(p.transposedB()), p.m(), p.n(), p.k(), 1f, b, rightPitch(p),
        packed);
    return packed;
  }

  @Override
  void multiply(Product p, MemorySegment a, MemorySegment b, MemorySegment c) throws Throwable {
    if (p.constant()) {
      compute.invokeExact(ROW_MAJOR, order(p.transposedA()), PACKED, p.m(), p.n(), p.k(), a, leftPitch(p), b,
          rightPitch(p), 0f, c, p.n());
    } else if (p.batch() == 1) {
      super.multiply(p, a, b, c);
    } else {
      batched.invokeExact(ROW_MAJOR, order(p.transposedA()), order(p.transposedB()), p.m(), p.n(), p.k(), 1f, a,
          leftPitch(p), p.m() * p.k(), b, rightPitch(p), p.n() * p.k(), 0f, c, p.n(), p.m() * p.n(), p.batch());
    }
  }
}
