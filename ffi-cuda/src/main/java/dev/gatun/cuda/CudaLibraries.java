package dev.gatun.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The CUDA libraries and devices of this machine, found by asking the system's loader for their names. Needs neither a
 * driver nor a device to answer: what is missing is named, with what mends it.
 *
 * <p>Source: the references of the CUDA runtime, cuBLAS, cuDNN 9 and NVRTC; CUDA 12 and 13 share every function that is
 * called here.
 */
public final class CudaLibraries {
  private static final FunctionDescriptor ONE_ADDRESS = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final FunctionDescriptor PROPERTY = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);

  /** Values of cudaDeviceAttr. */
  private static final int MULTIPROCESSORS = 16;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;

  private static final int NAME_BYTES = 256;
  private static final int LONGEST_MESSAGE = 512;

  private final NativeLibrary runtime;
  private final NativeLibrary driver;
  private final List<Library> libraries;
  private final List<Device> devices = new ArrayList<>();
  private String fault;

  /**
   * One library.
   *
   * @param name what people call it
   * @param file the shared library that was loaded; null if none was
   * @param version as the library itself says, such as 12.6; null if it did not
   * @param fault why it cannot be used, with the remedy; null if it can
   */
  public record Library(String name, String file, String version, String fault) {}

  /**
   * One device.
   *
   * @param capability the compute capability, such as 9.0
   */
  public record Device(int number, String name, String capability, int multiprocessors) {}

  /** Asks a library for its version. */
  private interface Version {
    String of(NativeLibrary library, Arena arena) throws Throwable;
  }

  private CudaLibraries(String folder) {
    runtime = NativeLibrary.load(folder, soname("libcudart", 13, 12));
    driver = NativeLibrary.load(folder, List.of("libcuda.so.1"));
    libraries = List.of(
        library("cudart", runtime, (library, arena) -> {
          int version = integer(library, "cudaRuntimeGetVersion", arena);
          return version / 1000 + "." + version % 1000 / 10;
        }),
        library("cublas", NativeLibrary.load(folder, soname("libcublas", 13, 12)),
            (library, arena) -> properties(library, "cublasGetProperty", arena)),
        library("cublaslt", NativeLibrary.load(folder, soname("libcublasLt", 13, 12)),
            (library, arena) -> properties(library, "cublasLtGetProperty", arena)),
        library("nvrtc", NativeLibrary.load(folder, soname("libnvrtc", 13, 12)), CudaLibraries::compilerVersion),
        library("cudnn", NativeLibrary.load(folder, soname("libcudnn", 9)), (library, _) -> {
          long version = (long) library.bind("cudnnGetVersion", FunctionDescriptor.of(JAVA_LONG)).invokeExact();
          return version / 10_000 + "." + version % 10_000 / 100 + "." + version % 100;
        }));
    findDevices();
  }

  /** Looks for the libraries where the system does. */
  public static CudaLibraries find() {
    return new CudaLibraries("");
  }

  /** Looks for the libraries in one folder, whose path ends in a slash. */
  static CudaLibraries in(String folder) {
    return new CudaLibraries(folder);
  }

  /** cudart, cublas, cublaslt, nvrtc and cudnn, found or not. */
  public List<Library> libraries() {
    return libraries;
  }

  /** The devices, by number; empty if there is none or none can be used. */
  public List<Device> devices() {
    return List.copyOf(devices);
  }

  /** Why there are no devices, with the remedy; null if there are. */
  public String fault() {
    return fault;
  }

  private static List<String> soname(String stem, int... versions) {
    return java.util.Arrays.stream(versions).mapToObj(version -> stem + ".so." + version).toList();
  }

  private static Library library(String name, NativeLibrary library, Version version) {
    if (library.fault() != null) {
      return new Library(name, null, null, library.fault().getMessage());
    }
    try (var arena = Arena.ofConfined()) {
      return new Library(name, library.name(), version.of(library, arena), null);
    } catch (CudaException e) {
      return new Library(name, library.name(), null, e.getMessage());
    } catch (Throwable e) {
      throw unexpected(library.name(), e);
    }
  }

  /** What a function {@code status f(int*)} writes. */
  private static int integer(NativeLibrary library, String function, Arena arena) throws Throwable {
    var result = arena.allocate(JAVA_INT);
    check(library, function + "()", (int) library.bind(function, ONE_ADDRESS).invokeExact(result));
    return result.get(JAVA_INT, 0);
  }

  /** Major, minor and patch number, asked for one by one. */
  private static String properties(NativeLibrary library, String function, Arena arena) throws Throwable {
    var handle = library.bind(function, PROPERTY);
    var result = arena.allocate(JAVA_INT);
    var parts = new ArrayList<String>();
    for (int property = 0; property < 3; property++) {
      check(library, function + "(" + property + ")", (int) handle.invokeExact(property, result));
      parts.add(Integer.toString(result.get(JAVA_INT, 0)));
    }
    return String.join(".", parts);
  }

  private static String compilerVersion(NativeLibrary library, Arena arena) throws Throwable {
    var handle = library.bind("nvrtcVersion", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    var major = arena.allocate(JAVA_INT);
    var minor = arena.allocate(JAVA_INT);
    check(library, "nvrtcVersion()", (int) handle.invokeExact(major, minor));
    return major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0);
  }

  private static void check(NativeLibrary library, String call, int status) {
    if (status != 0) {
      throw new CudaException(call + " of " + library.name() + " failed with status " + status);
    }
  }

  private void findDevices() {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_INT);
      int status = (int) runtime.bind("cudaGetDeviceCount", ONE_ADDRESS).invokeExact(count);
      if (status != 0) {
        fault = "cudaGetDeviceCount() failed with status " + status + " (" + message(status)
            + "): install an NVIDIA driver that supports " + runtime.name() + ", and see that the device is visible";
        return;
      }
      for (int number = 0; number < count.get(JAVA_INT, 0); number++) {
        devices.add(device(number, arena));
      }
      fault = devices.isEmpty() ? "the driver reports no device" : null;
    } catch (CudaException e) {
      fault = e.getMessage();
      devices.clear();
    } catch (Throwable e) {
      throw unexpected(runtime.name(), e);
    }
  }

  private Device device(int number, Arena arena) throws Throwable {
    var handle = runtime.bind("cudaDeviceGetAttribute", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    return new Device(number, deviceName(number, arena), attribute(handle, CAPABILITY_MAJOR, number, arena) + "."
        + attribute(handle, CAPABILITY_MINOR, number, arena), attribute(handle, MULTIPROCESSORS, number, arena));
  }

  private int attribute(MethodHandle handle, int attribute, int number, Arena arena) throws Throwable {
    var value = arena.allocate(JAVA_INT);
    check(runtime, "cudaDeviceGetAttribute(" + attribute + ", " + number + ")",
        (int) handle.invokeExact(value, attribute, number));
    return value.get(JAVA_INT, 0);
  }

  /** The runtime tells a name only in a structure that changes between versions, so the driver is asked. */
  private String deviceName(int number, Arena arena) throws Throwable {
    if (driver.fault() != null) {
      return "device " + number;
    }
    check(driver, "cuInit(0)", (int) driver.bind("cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(0));
    var device = arena.allocate(JAVA_INT);
    check(driver, "cuDeviceGet(" + number + ")", (int) driver.bind("cuDeviceGet",
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT)).invokeExact(device, number));
    var name = arena.allocate(NAME_BYTES);
    check(driver, "cuDeviceGetName(" + number + ")", (int) driver.bind("cuDeviceGetName",
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
        .invokeExact(name, NAME_BYTES - 1, device.get(JAVA_INT, 0)));
    return name.getString(0);
  }

  @SuppressWarnings("restricted")
  private String message(int status) throws Throwable {
    var text = (MemorySegment) runtime.bind("cudaGetErrorString", FunctionDescriptor.of(ADDRESS, JAVA_INT))
        .invokeExact(status);
    return text.address() == 0 ? "no message" : text.reinterpret(LONGEST_MESSAGE).getString(0);
  }

  private static IllegalStateException unexpected(String library, Throwable cause) {
    return new IllegalStateException("a call into " + library + " failed in Java", cause);
  }
}
