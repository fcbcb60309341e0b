package dev.gatun.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * A shared library of the system, which may be missing: then every function that is bound throws the cause. Once
 * loaded, a library stays until the process ends.
 *
 * @param name the file that was loaded; the first of the candidates if none was
 * @param fault why there is none; null if there is
 */
record NativeLibrary(String name, SymbolLookup symbols, CudaException fault) {

  /**
   * Tries files in turn.
   *
   * @param folder with a slash at its end, or empty for the system's search path
   * @param files names of shared libraries, the preferred first
   */
  @SuppressWarnings("restricted")
  static NativeLibrary load(String folder, List<String> files) {
    for (var file : files) {
      try {
        return new NativeLibrary(file, SymbolLookup.libraryLookup(folder + file, Arena.global()), null);
      } catch (IllegalArgumentException e) {
        // Not there, or not loadable: the next one, or the sentence below.
        continue;
      }
    }
    return new NativeLibrary(files.getFirst(), null, new CudaException("no " + String.join(" or ", files)
        + " can be loaded: install the CUDA libraries, or name their folder in LD_LIBRARY_PATH"));
  }

  /** A function of the library, or a handle of its type that throws why there is none. */
  @SuppressWarnings("restricted")
  MethodHandle bind(String function, FunctionDescriptor type) {
    if (fault != null) {
      return throwing(fault, type);
    }
    return symbols.find(function).map(address -> Linker.nativeLinker().downcallHandle(address, type))
        .orElseGet(() -> throwing(new CudaException(name + " has no function " + function
            + ": it is older than CUDA 12, or another library of that name"), type));
  }

  private static MethodHandle throwing(CudaException cause, FunctionDescriptor type) {
    var method = type.toMethodType();
    var thrower = MethodHandles.throwException(method.returnType(), CudaException.class).bindTo(cause);
    return MethodHandles.dropArguments(thrower, 0, method.parameterList());
  }
}
