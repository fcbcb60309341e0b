package dev.gatun.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The C interface of a BLAS, loaded from the jar that carries its libraries. */
@SuppressWarnings("restricted")
final class Blas {
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  /** {@code MKL_Set_Threading_Layer}: Intel's OpenMP, the layer that the jar carries. */
  private static final int MKL_INTEL = 0;

  private final String name;
  private final MethodHandle sgemm;

  private Blas(String name, SymbolLookup library) {
    this.name = name;
    var floats = ValueLayout.JAVA_FLOAT;
    var ints = ValueLayout.JAVA_INT;
    var address = ValueLayout.ADDRESS;
    sgemm = handle(library, "cblas_sgemm", FunctionDescriptor.ofVoid(ints, ints, ints, ints, ints, ints, floats,
        address, ints, address, ints, floats, address, ints));
  }

  /** MKL on so many threads. */
  static Blas mkl(int threads) {
    var folder = unpack("org/bytedeco/mkl/linux-x86_64/", List.of("libiomp5.so", "libmkl_core.so.2", "libmkl_def.so.2",
        "libmkl_mc3.so.2", "libmkl_avx2.so.2", "libmkl_avx512.so.2", "libmkl_intel_lp64.so.2",
        "libmkl_intel_thread.so.2", "libmkl_rt.so.2"));
    var library = SymbolLookup.libraryLookup(folder.resolve("libmkl_rt.so.2"), Arena.global());
    call(library, "MKL_Set_Threading_Layer", MKL_INTEL);
    callVoid(library, "MKL_Set_Num_Threads", threads);
    callVoid(library, "MKL_Set_Dynamic", 0);
    return new Blas("MKL", library);
  }

  /** OpenBLAS on so many threads. */
  static Blas openBlas(int threads) {
    var folder = unpack("org/bytedeco/openblas/linux-x86_64/", List.of("libgcc_s.so.1", "libquadmath.so.0",
        "libgfortran.so.5", "libopenblas.so.0"));
    for (var needed : List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5")) {
      SymbolLookup.libraryLookup(folder.resolve(needed), Arena.global());
    }
    var library = SymbolLookup.libraryLookup(folder.resolve("libopenblas.so.0"), Arena.global());
    callVoid(library, "openblas_set_num_threads", threads);
    return new Blas("OpenBLAS", library);
  }

  String name() {
    return name;
  }

  /** c = a · b, all row-major [size, size]. */
  void multiply(int size, MemorySegment a, MemorySegment b, MemorySegment c) {
    try {
      sgemm.invokeExact(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, size, size, size, 1f, a, size, b, size, 0f, c, size);
    } catch (Throwable e) {
      throw new IllegalStateException(name + ": cblas_sgemm", e);
    }
  }

  private static MethodHandle handle(SymbolLookup library, String function, FunctionDescriptor type) {
    var address = library.find(function).orElseThrow(() -> new IllegalStateException("no function " + function));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  private static void call(SymbolLookup library, String function, int argument) {
    try {
      int status = (int) handle(library, function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
          .invokeExact(argument);
      if (status < 0) {
        throw new IllegalStateException(function + "(" + argument + ") gave " + status);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  private static void callVoid(SymbolLookup library, String function, int argument) {
    try {
      handle(library, function, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)).invokeExact(argument);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  /** Copies libraries out of a jar on the class path, once; those that the jar does not have are left out. */
  private static Path unpack(String from, List<String> files) {
    var folder = Path.of(System.getProperty(Compare.NATIVE_FOLDER, System.getProperty("java.io.tmpdir")),
        from.replace('/', '-'));
    try {
      Files.createDirectories(folder);
      for (var file : files) {
        try (var bytes = Blas.class.getClassLoader().getResourceAsStream(from + file)) {
          var target = folder.resolve(file);
          if (bytes != null && !Files.exists(target)) {
            var part = Files.createTempFile(folder, file, ".part");
            Files.copy(bytes, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
          }
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
