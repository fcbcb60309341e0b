package dev.gatun.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries of CUDA that are missing, foreign, or small stand-ins compiled here. */
class CudaLibrariesTest {
  private static final String RUNTIME = """
      int cudaRuntimeGetVersion(int *v) { *v = VERSION; return 0; }
      int cudaGetDeviceCount(int *n) { *n = DEVICES; return STATUS; }
      const char *cudaGetErrorString(int s) { return s == 35 ? "driver too old" : "other"; }
      int cudaDeviceGetAttribute(int *v, int a, int d) {
        *v = a == 75 ? 9 : a == 76 ? d : a == 16 ? 132 : -1; return 0;
      }
      """;
  private static final String DRIVER = """
      int cuInit(unsigned flags) { return flags; }
      int cuDeviceGet(int *device, int number) { *device = number + 40; return 0; }
      int cuDeviceGetName(char *name, int length, int device) {
        name[0] = 'G'; name[1] = '0' + device - 40; name[2] = 0; return length < 3;
      }
      """;
  private static final String PROPERTY = "(int p, int *v) { *v = p == 0 ? 13 : p; return 0; }";

  @TempDir
  private Path folder;

  /** Compiles a stand-in. Without gcc the test is skipped, except where continuous integration must have it. */
  private void library(String name, String code, String... flags) throws IOException, InterruptedException {
    boolean found = List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(p -> Files.isExecutable(Path.of(p, "gcc")));
    assumeTrue(found || System.getenv("CI") != null, "gcc is not installed");
    var source = Files.writeString(folder.resolve(name + ".c"), code);
    var command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-o", folder.resolve(name).toString()));
    command.addAll(List.of(flags));
    command.add(source.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
  }

  private CudaLibraries find() {
    return CudaLibraries.in(folder + "/");
  }

  private static CudaLibraries.Library library(CudaLibraries all, String name) {
    return all.libraries().stream().filter(library -> library.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void nothingIsThere() {
    var found = find();
    assertEquals(List.of("cudart", "cublas", "cublaslt", "nvrtc", "cudnn"),
        found.libraries().stream().map(CudaLibraries.Library::name).toList());
    assertEquals("no libcublas.so.13 or libcublas.so.12 can be loaded: install the CUDA libraries, or name their "
        + "folder in LD_LIBRARY_PATH", library(found, "cublas").fault());
    assertEquals("no libcudnn.so.9 can be loaded: install the CUDA libraries, or name their folder in LD_LIBRARY_PATH",
        library(found, "cudnn").fault());
    assertEquals(List.of(), found.devices());
    assertEquals("no libcudart.so.13 or libcudart.so.12 can be loaded: install the CUDA libraries, or name their "
        + "folder in LD_LIBRARY_PATH", found.fault());
  }

  @Test
  void versionsAndDevices() throws Exception {
    library("libcudart.so.13", RUNTIME, "-DVERSION=13010", "-DDEVICES=2", "-DSTATUS=0");
    library("libcuda.so.1", DRIVER);
    library("libcublas.so.13", "int cublasGetProperty" + PROPERTY);
    library("libcublasLt.so.13", "int cublasLtGetProperty" + PROPERTY);
    library("libnvrtc.so.13", "int nvrtcVersion(int *a, int *b) { *a = 13; *b = 1; return 0; }");
    library("libcudnn.so.9", "unsigned long cudnnGetVersion(void) { return 91902; }");
    var found = find();
    assertEquals(List.of("13.1", "13.1.2", "13.1.2", "13.1", "9.19.2"),
        found.libraries().stream().map(CudaLibraries.Library::version).toList());
    assertEquals(List.of(new CudaLibraries.Device(0, "G0", "9.0", 132), new CudaLibraries.Device(1, "G1", "9.1", 132)),
        found.devices());
    assertNull(found.fault());
  }

  @Test
  void theOlderLibraryServesToo() throws Exception {
    library("libcudart.so.12", RUNTIME, "-DVERSION=12060", "-DDEVICES=1", "-DSTATUS=0");
    var found = find();
    assertEquals(new CudaLibraries.Library("cudart", "libcudart.so.12", "12.6", null), library(found, "cudart"));
    assertEquals("device 0", found.devices().getFirst().name());
  }

  @Test
  void noDriver() throws Exception {
    library("libcudart.so.13", RUNTIME, "-DVERSION=13010", "-DDEVICES=0", "-DSTATUS=35");
    assertEquals("cudaGetDeviceCount() failed with status 35 (driver too old): install an NVIDIA driver that supports "
        + "libcudart.so.13, and see that the device is visible", find().fault());
  }

  @Test
  void noDevice() throws Exception {
    library("libcudart.so.13", RUNTIME, "-DVERSION=13010", "-DDEVICES=0", "-DSTATUS=0");
    assertEquals("the driver reports no device", find().fault());
  }

  @Test
  void aForeignLibrary() throws Exception {
    library("libnvrtc.so.13", "int other(void) { return 0; }");
    var nvrtc = library(find(), "nvrtc");
    assertEquals("libnvrtc.so.13", nvrtc.file());
    assertNull(nvrtc.version());
    assertEquals("libnvrtc.so.13 has no function nvrtcVersion: it is older than CUDA 12, or another library of that "
        + "name", nvrtc.fault());
  }

  @Test
  void aFileThatIsNoLibrary() throws IOException {
    Files.writeString(folder.resolve("libcudnn.so.9"), "text");
    assertEquals("no libcudnn.so.9 can be loaded: install the CUDA libraries, or name their folder in LD_LIBRARY_PATH",
        library(find(), "cudnn").fault());
  }

  @Test
  void aMissingFunctionThrowsItsCauseWhenCalled() {
    var missing = NativeLibrary.load(folder + "/", List.of("libnone.so.1"));
    var handle = missing.bind("f", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    var fault = assertThrows(CudaException.class, () -> {
      int unused = (int) handle.invokeExact(1);
    });
    assertEquals(missing.fault().getMessage(), fault.getMessage());
  }

  @Test
  void theSystemIsAskedWithoutHarm() {
    var here = CudaLibraries.find();
    assertEquals(5, here.libraries().size());
    assertEquals(here.devices().isEmpty(), here.fault() != null);
    here.libraries().stream().filter(library -> library.version() == null)
        .forEach(library -> assertNotNull(library.fault()));
  }
}
